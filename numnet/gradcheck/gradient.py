"""check_gradient: a scalar function beside its gradient."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arguments import Values, read_arguments
from .examine import examine_problem
from .noise import RNG, generator
from .outputs import read_scalar
from .problem import Problem
from .report import Report

Array = NDArray[Any]


def check_gradient(
    fun: Callable[..., Any],
    grad: Callable[..., Any] | None,
    at: Any,
    *,
    wrt: Sequence[str | int] | str | int | None = None,
    names: Sequence[str] | str | None = None,
    context: Mapping[str, Any] | None = None,
    rng: RNG = 0,
    budget: int | None = None,
) -> Report:
    """Check the gradient of a scalar function.

    The claimed g is compared with the derivative of t -> fun(at + t v) at 0 for v = each unit
    vector (arrays of up to 64 entries) or a few random v (larger ones), taken by the complex step
    where that is sound and by extrapolated differences elsewhere.

    Parameters
    ----------
    fun : callable
        fun(*at) -> one number.
    grad : callable or None
        grad(*at) -> the gradients in the structure of `at`; None: fun returns (value, gradient).
    at : array_like, tuple, list or dict
        The point: an array is the only argument, a tuple or list holds the arguments, a dict
        those passed by keyword. Nothing in it is changed.
    wrt : str, int or a sequence of them, optional
        The arguments to differentiate, by name or position; by default every floating array. The
        gradients of the others may be None.
    names : sequence of str, optional
        Names of the arguments in the report; by default those in fun's signature.
    context : dict of str to array or callable, optional
        Other arrays of the computation, by the names that explanations may use, such as
        {"a1": a1}; or functions of the arguments, {"a1": lambda W: ...}, which can be
        evaluated at a second point too, where every explanation is confirmed.
    rng : int or Generator
        Of the directions.
    budget : int, optional
        Most calls of fun; what was not judged by then is "undecided".

    Returns
    -------
    Report
        One finding for each differentiated array.

    Raises
    ------
    TypeError, ValueError
        If an argument, or what fun or grad returns, cannot be read. What fun raises passes
        through, with a note that says where it was called.

    Examples
    --------
    >>> import numpy as np
    >>> def loss(w):
    ...     return (w**2).sum()
    >>> bool(check_gradient(loss, lambda w: 2 * w, np.array([1.0, 2.0, 4.0])))
    True
    >>> report = check_gradient(loss, lambda w: w, np.array([1.0, 2.0, 4.0]))
    >>> report.verdict, report.cause, report.findings[0].ratio
    ('wrong', 'scale', 0.5)
    """
    who = "check_gradient"
    require_callable(fun, "fun", who)
    if grad is not None:
        require_callable(grad, "grad", who)
    arguments = read_arguments(at, wrt, names, fun, who)
    check_context(context, who)

    def forward(values: Values) -> Any:
        result = arguments.invoke(fun, values)
        return result if grad is not None else _pair(result)[0]

    def backward(values: Values, dy: Any) -> Any:
        if grad is None:
            return _pair(arguments.invoke(fun, values))[1]
        # Code that keeps what its forward computed must have seen this point.
        arguments.invoke(fun, arguments.fresh(values))
        return arguments.invoke(grad, values)

    problem = Problem(
        arguments, forward, backward, read_scalar, ("fun", "grad" if grad else "fun"), budget
    )
    problem.context = context or {}
    return examine_problem(problem, _one, generator(rng))


def _one(outputs: tuple[Array, ...], rng: np.random.Generator) -> tuple[None, Array]:
    return None, np.ones(1)


def _pair(result: Any) -> tuple[Any, Any]:
    if not (isinstance(result, (tuple, list)) and len(result) == 2):
        got = f"{len(result)} values" if isinstance(result, tuple) else type(result).__name__
        raise TypeError(
            f"check_gradient: without grad, fun must return (value, gradient), got {got}"
        )
    return result[0], result[1]


def require_callable(function: Any, name: str, who: str) -> None:
    """Refuse what is no function."""
    if not callable(function):
        raise TypeError(f"{who}: expected {name} to be a function, got {type(function).__name__}")


def check_context(context: Mapping[str, Any] | None, who: str) -> None:
    """Refuse a context that is no dict of arrays."""
    if context is not None and not isinstance(context, Mapping):
        raise TypeError(
            f"{who}: expected context to be a dict of arrays, got {type(context).__name__}"
        )
