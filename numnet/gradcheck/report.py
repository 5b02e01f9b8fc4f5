"""The result of a check: findings, a verdict, and the error that carries them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from .compared import Compared
from .printing import on_terminal, print_report

if TYPE_CHECKING:
    import os

    from matplotlib.figure import Figure


class GradientError(ValueError):
    """A gradient is not right; the message is the printed report, `report` the report.

    Examples
    --------
    >>> import numpy as np
    >>> from numnet.gradcheck import check_gradient
    >>> report = check_gradient(lambda w: (w**2).sum(), lambda w: w, np.array([1.0, 2.0]))
    >>> try:
    ...     report.raise_if_wrong()
    ... except GradientError as error:
    ...     print(error.report.cause)
    scale
    """

    def __init__(self, report: Report) -> None:
        super().__init__(print_report(report))
        self.report = report

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.report,)


@dataclass(frozen=True)
class Fix:
    """What the code returned and what it should return, as NumPy expressions.

    Attributes
    ----------
    claimed, true : str
        In the names of the arguments, dy, y (the output), the context and np. Both were confirmed
        at a second, random point.
    """

    claimed: str
    true: str


@dataclass(frozen=True)
class Finding:
    """The judgement on the gradient to one array.

    Attributes
    ----------
    name : str
        Of the array.
    verdict : str
        "right", "wrong" or "undecided".
    cause : str or None
        What is wrong, in one of the fixed words; None where nothing is to be said.
    alternatives : tuple of str
        Other causes that fit.
    ratio : float or None
        Claimed over true, where it is one constant.
    where : tuple of int or None
        The index of the worst entry, where one was looked at by itself.
    error : float or None
        The largest difference between claimed and reference; None where none was taken.
    bound : float or None
        What that difference may come to by rounding and by the error of the reference.
    detectable : float or None
        An error in any single entry of at least this size would have been caught.
    explanation : str
        One or two sentences.
    shape : tuple of int
        Of the array.
    checked : str
        How much of the array was compared, and with which reference.
    claimed, reference : float or None
        The two values at `where`.
    fix : Fix or None
        Two expressions, where small ones reproduce the claimed and the true gradient.
    compared : Compared or None
        The numbers behind the picture; not part of `to_dict`.

    Examples
    --------
    >>> import numpy as np
    >>> from numnet.gradcheck import check_gradient
    >>> finding = check_gradient(np.prod, lambda w: w, np.array([2.0, 5.0])).findings[0]
    >>> finding.verdict, finding.where, finding.claimed, round(finding.reference, 9)
    ('wrong', (0,), 2.0, 5.0)
    """

    name: str
    verdict: str
    cause: str | None = None
    alternatives: tuple[str, ...] = ()
    ratio: float | None = None
    where: tuple[int, ...] | None = None
    error: float | None = None
    bound: float | None = None
    detectable: float | None = None
    explanation: str = ""
    shape: tuple[int, ...] = ()
    checked: str = ""
    claimed: float | None = None
    reference: float | None = None
    fix: Fix | None = None
    compared: Compared | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Report:
    """What a check found.

    Attributes
    ----------
    findings : tuple of Finding
        One for each differentiated array.
    warnings : tuple of str
        What the reader should know beside the verdict.
    calls : int
        How often the forward was called.

    Examples
    --------
    >>> import numpy as np
    >>> from numnet.gradcheck import check_gradient
    >>> report = check_gradient(lambda w: (w**2).sum(), lambda w: 2 * w, np.array([1.0, 2.0]))
    >>> report.verdict, bool(report), report["w"].verdict
    ('right', True, 'right')
    """

    findings: tuple[Finding, ...]
    warnings: tuple[str, ...] = field(default=())
    calls: int = 0

    @property
    def verdict(self) -> str:
        """ "wrong" if any finding is, else "undecided" if any is, else "right"."""
        verdicts = {finding.verdict for finding in self.findings}
        return next((v for v in ("wrong", "undecided") if v in verdicts), "right")

    @property
    def cause(self) -> str | None:
        """Of the first wrong finding."""
        return next((f.cause for f in self.findings if f.verdict == "wrong"), None)

    def __bool__(self) -> bool:
        return self.verdict == "right"

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __getitem__(self, name: str) -> Finding:
        for finding in self.findings:
            if finding.name == name:
                return finding
        raise KeyError(f"no finding {name!r}; there are {[f.name for f in self.findings]}")

    def __str__(self) -> str:
        return print_report(self, on_terminal())

    def raise_if_wrong(self, undecided: str = "raise") -> None:
        """Raise unless the verdict is "right".

        Parameters
        ----------
        undecided : {"raise", "ignore"}
            What to do where the check could not tell.

        Raises
        ------
        GradientError
            With the printed report as its message.
        """
        if undecided not in ("raise", "ignore"):
            raise ValueError(f'undecided: expected "raise" or "ignore", got {undecided!r}')
        verdict = self.verdict
        if verdict == "wrong" or (verdict == "undecided" and undecided == "raise"):
            raise GradientError(self)

    def plot(self) -> Figure:
        """Draw each claimed gradient beside the reference, and its error over the step.

        Wrong entries are ringed. The last column shows how far central differences at every step
        are from the claimed value and from the reference: rounding on the left, truncation on the
        right. It calls the checked functions again, which a pickled report has left behind.

        Returns
        -------
        matplotlib.figure.Figure
            With a row for each array, at most six, the wrong ones first.
        """
        from .picture import draw_report

        return draw_report(self)

    def to_html(self, path: str | os.PathLike[str]) -> None:
        """Write the findings, the picture and the printed report as one page.

        Parameters
        ----------
        path : str or path-like
            Replaced if it exists.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        from .page import write_page

        write_page(self, path)

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, strings, lists and dicts, for JSON.

        Returns
        -------
        dict
            With the keys verdict, cause, findings, warnings and calls. NaN and infinity become
            strings, which JSON lacks.
        """
        return {
            "verdict": self.verdict,
            "cause": self.cause,
            "findings": [
                {f.name: _plain(getattr(finding, f.name)) for f in fields(finding) if f.compare}
                for finding in self.findings
            ],
            "warnings": list(self.warnings),
            "calls": self.calls,
        }


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Fix):
        return asdict(value)
    if isinstance(value, float) and value - value != 0.0:
        return str(value)
    return value
