"""The roof over a point: the lesser of the fastest product and of what memory can feed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from benchmarks.roofline.work import Point


@dataclass(frozen=True)
class Roof:
    """What the machine can do in one precision.

    Parameters
    ----------
    peak : float
        Thousand million operations a second.
    bandwidth : float
        Thousand million bytes a second.
    """

    peak: float
    bandwidth: float

    @property
    def ridge(self) -> float:
        """The operations a byte from which on memory is no limit."""
        return self.peak / self.bandwidth

    def over(self, intensity: float) -> float:
        """Thousand million operations a second.

        Examples
        --------
        >>> Roof(100.0, 10.0).over(4.0), Roof(100.0, 10.0).over(40.0)
        (40.0, 100.0)
        """
        return min(self.peak, intensity * self.bandwidth)

    def share(self, point: Point) -> float:
        """A point's rate by what stands over it; above 1 where its arrays lie in a cache.

        Examples
        --------
        >>> Roof(100.0, 10.0).share(Point("p", "float32", 4_000_000_000, 1_000_000_000, 0.2))
        0.5
        """
        return point.rate / self.over(point.intensity)


def roof(measured: dict[str, Any], dtype: str) -> Roof:
    """The best of the products and of copy and triad that were measured."""
    return Roof(max(measured["gemm"][dtype].values()), max(measured["memory"][dtype].values()))
