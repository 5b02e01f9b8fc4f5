"""All that `numnet doctor` knows of a machine, and what follows from it about its speed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..blas import Library
from ..processor import Processor
from .rates import Rates

SCALING = 0.6  # of so many times one thread's rate: less is poor


@dataclass(frozen=True)
class Facts:
    """All that is known of a machine.

    Attributes
    ----------
    processor : Processor
        What it is.
    libraries : tuple of Library
        NumPy's first, with the threads that they would use.
    variables : mapping of str to str
        Those that BLAS reads.
    load : float or None
        The processes that wanted a core in the last minute, on average.
    present : int
        The cores that these share, which may be more than this process may use.
    one, many : Rates or str
        With one thread, and as the variables are; or why there are none.
    mended : Rates or str or None
        With one thread, without the variables that choose for another machine; None where none is.
    """

    processor: Processor
    libraries: tuple[Library, ...]
    variables: Mapping[str, str]
    load: float | None
    present: int
    one: Rates | str
    many: Rates | str
    mended: Rates | str | None = None

    @property
    def library(self) -> Library:
        """NumPy's."""
        return self.libraries[0]

    @property
    def clock(self) -> float | None:
        """Cycles in a nanosecond."""
        return next((r.clock for r in (self.one, self.many) if isinstance(r, Rates)), None)

    @property
    def threads(self) -> int:
        """Those of NumPy's library, one where it does not tell."""
        return self.library.threads or 1

    @property
    def poor(self) -> bool:
        """Whether several threads gain little, or nothing is known of it."""
        if isinstance(self.one, str) or isinstance(self.many, str):
            return True
        return self.many.float32 < SCALING * self.at_once(self.threads) * self.one.float32

    @property
    def share(self) -> float | None:
        """The better of the two precisions' shares of what one core allows."""
        if isinstance(self.one, str):
            return None
        limits = {dtype: self.bound(dtype, 1) for dtype in ("float32", "float64")}
        shares = [getattr(self.one, dtype) / limit for dtype, limit in limits.items() if limit]
        return max(shares, default=None)

    def bound(self, dtype: str, threads: int) -> float | None:
        """What vectors and clock allow, in thousand million operations a second."""
        if self.processor.operations is None or self.clock is None:
            return None
        numbers = 2 if dtype == "float32" else 1
        return self.processor.operations * numbers * self.clock * self.at_once(threads)

    def at_once(self, threads: int) -> int:
        """Those of so many threads that have a core of their own."""
        return min(threads, self.processor.usable, self.processor.whole)
