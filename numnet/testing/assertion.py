"""assert_gradients: a check that fails a test, with the printed report as its message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..checks import check_layer, check_model
from ..gradcheck import Report, check_backward, check_gradient
from ..gradcheck.examine import Sought, seeking
from ..gradcheck.printing import print_report
from ..losses import Loss
from ..model import Model


class GradientAssertionError(AssertionError):
    """A gradient is not right; the causes are looked for when the message is read.

    A property-based test makes dozens of failing examples, of which only the smallest is shown.
    """

    def __init__(self, report: Report, again: Callable[[], Report]) -> None:
        super().__init__(report, again)
        self._text = ""

    def __str__(self) -> str:
        if not self._text:
            report, again = self.args
            explained = again()
            # A check that does not repeat itself has its first word.
            alike = explained.verdict == report.verdict
            self._text = print_report(explained if alike else report)
        return self._text


def assert_gradients(
    what: Model | Callable[..., Any],
    *data: Any,
    grad: Callable[..., Any] | None = None,
    backward: Callable[..., Any] | None = None,
    at: Any = None,
    undecided: str = "raise",
    **options: Any,
) -> Report:
    """Fail unless a gradient is right.

    Parameters
    ----------
    what : Layer, Module or callable
        A layer or model, or the function to which `grad` or `backward` belongs.
    *data
        For a layer (x,); for a model with its loss (loss, x, y).
    grad, backward : callable, optional
        For a function: grad(*at) of a scalar function, or backward(dy, *at).
    at : array_like, tuple, list or dict
        For a function: the point.
    undecided : {"raise", "ignore"}
        What to do where the check cannot tell.
    **options
        Passed to check_layer, check_model, check_gradient or check_backward.

    Returns
    -------
    Report
        Of the check that passed.

    Raises
    ------
    AssertionError
        With the printed report, if the gradient is wrong, or undecided.
    TypeError
        If the arguments belong to none of the four checks.

    Examples
    --------
    >>> import numpy as np
    >>> import numnet
    >>> bool(assert_gradients(numnet.Tanh(), [[0.5, -1.0]]))
    True
    >>> bool(assert_gradients(np.tanh, backward=lambda dy, x: dy / np.cosh(x) ** 2, at=np.ones(3)))
    True
    >>> assert_gradients(np.sum, grad=lambda x: 2 * np.ones(3), at=np.ones(3))
    Traceback (most recent call last):
        ...
    numnet.testing.assertion.GradientAssertionError: 1 gradient checked: 1 wrong
    ...
    """
    if undecided not in ("raise", "ignore"):
        raise ValueError(f'undecided: expected "raise" or "ignore", got {undecided!r}')
    with seeking(Sought.VERDICT):
        report = _check(what, data, grad, backward, at, options)
    if report.verdict == "wrong" or (report.verdict == "undecided" and undecided == "raise"):
        raise GradientAssertionError(
            report, lambda: _check(what, data, grad, backward, at, options)
        )
    return report


def _check(
    what: Model | Callable[..., Any],
    data: tuple[Any, ...],
    grad: Callable[..., Any] | None,
    backward: Callable[..., Any] | None,
    at: Any,
    options: dict[str, Any],
) -> Report:
    if isinstance(what, Model) and grad is backward is at is None:
        if len(data) == 1:
            return check_layer(what, *data, **options)
        if len(data) == 3 and isinstance(data[0], Loss):
            return check_model(what, *data, **options)
        raise TypeError(
            f"assert_gradients: expected (layer, x) or (model, loss, x, y), got {what!r} and "
            f"{len(data)} more"
        )
    if not data and at is not None:
        if grad is not None and backward is None:
            return check_gradient(what, grad, at, **options)
        if backward is not None and grad is None:
            return check_backward(what, backward, at, **options)
    raise TypeError(
        "assert_gradients: expected (layer, x), (model, loss, x, y), (fun, grad=..., at=...) "
        "or (forward, backward=..., at=...)"
    )
