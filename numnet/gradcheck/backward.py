"""check_backward: a forward beside its backward."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arguments import Values, read_arguments
from .examine import examine_problem
from .gradient import check_context, require_callable
from .noise import RNG, generator, random_direction
from .outputs import read_outputs
from .problem import Problem
from .report import Report

Array = NDArray[Any]


def check_backward(
    forward: Callable[..., Any],
    backward: Callable[..., Any],
    at: Any,
    *,
    wrt: Sequence[str | int] | str | int | None = None,
    names: Sequence[str] | str | None = None,
    context: Mapping[str, Any] | None = None,
    rng: RNG = 0,
    budget: int | None = None,
    with_saved: bool = False,
) -> Report:
    """Check a backward pass against its forward.

    For a random upstream gradient dy, the claimed gradients are compared with those of the
    scalar sum(dy * forward(*at)). A dy of ones would not see errors that sum to 0, as those of
    softmax do.

    Parameters
    ----------
    forward : callable
        forward(*at) -> y, an array, a number or a tuple of them; (y, saved) with `with_saved`.
    backward : callable
        backward(dy, *at) -> the gradients in the structure of `at`; backward(dy, saved) with
        `with_saved`. dy has the shapes and dtypes of y, and is a tuple where y is one.
    at : array_like, tuple, list or dict
        The point: an array is the only argument, a tuple or list holds the arguments, a dict
        those passed by keyword. Nothing in it is changed.
    wrt : str, int or a sequence of them, optional
        The arguments to differentiate, by name or position; by default every floating array. The
        gradients of the others may be None.
    names : sequence of str, optional
        Names of the arguments in the report; by default those in forward's signature.
    context : dict of str to array or callable, optional
        Other arrays of the computation, by the names that explanations may use, such as
        {"a1": a1}; or functions of the arguments, {"a1": lambda x, W: ...}, which can be
        evaluated at a second point too, where every explanation is confirmed;
        an array is believed on another dy alone.
    rng : int or Generator
        Of dy and of the directions.
    budget : int, optional
        Most calls of forward; what was not judged by then is "undecided".
    with_saved : bool
        Whether forward returns (y, saved) and backward takes saved in place of the arguments.

    Returns
    -------
    Report
        One finding for each differentiated array.

    Raises
    ------
    TypeError, ValueError
        If an argument, or what forward or backward returns, cannot be read. What forward raises
        passes through, with a note that says where it was called.

    Examples
    --------
    >>> import numpy as np
    >>> x, W = np.array([[1.0, 2.0], [0.5, -1.0], [2.0, 0.0]]), np.array([[1.0], [3.0]])
    >>> def forward(x, W):
    ...     return x @ W
    >>> bool(check_backward(forward, lambda dy, x, W: (dy @ W.T, x.T @ dy), (x, W)))
    True
    >>> report = check_backward(forward, lambda dy, x, W: (dy @ W.T, x.T @ dy / len(x)), (x, W))
    >>> [(finding.name, finding.verdict, finding.cause) for finding in report.findings]
    [('x', 'right', None), ('W', 'wrong', 'scale')]
    """
    who = "check_backward"
    require_callable(forward, "forward", who)
    require_callable(backward, "backward", who)
    arguments = read_arguments(at, wrt, names, forward, who)
    check_context(context, who)

    first: list[Any] = []  # what the first call returned, whose form dy takes

    def run(values: Values) -> Any:
        result = arguments.invoke(forward, values)
        y = _split(result)[0] if with_saved else result
        if not first:
            first.append(y)
        return y

    def claim(values: Values, dy: Any) -> Any:
        if with_saved:
            return backward(dy, _split(arguments.invoke(forward, values))[1])
        # Code that keeps what its forward computed must have seen this point.
        arguments.invoke(forward, arguments.fresh(values))
        return arguments.invoke(backward, values, dy)

    def draw(outputs: tuple[Array, ...], rng: np.random.Generator) -> tuple[Any, Array]:
        upstream = [random_direction(y.shape, rng).astype(_floating(y)) for y in outputs]
        raw = first[0]
        parts = raw if isinstance(raw, tuple) else (raw,)
        given = tuple(_like(part, dy) for part, dy in zip(parts, upstream, strict=True))
        vector = np.concatenate([dy.astype(np.float64).reshape(-1) for dy in upstream])
        return given if isinstance(raw, tuple) else given[0], vector

    problem = Problem(arguments, run, claim, read_outputs, ("forward", "backward"), budget)
    problem.context = context or {}
    return examine_problem(problem, draw, generator(rng))


def _split(result: Any) -> tuple[Any, Any]:
    if not (isinstance(result, (tuple, list)) and len(result) == 2):
        got = f"{len(result)} values" if isinstance(result, tuple) else type(result).__name__
        raise TypeError(
            f"check_backward: with_saved expects forward to return (y, saved), got {got}"
        )
    return result[0], result[1]


def _floating(y: Array) -> np.dtype[Any]:
    return y.dtype if y.dtype.kind == "f" else np.dtype(np.float64)


def _like(output: Any, dy: Array) -> Any:
    """dy as an array where the output is one, else as a number of its type."""
    if isinstance(output, np.ndarray):
        return dy
    return dy[()] if isinstance(output, np.floating) else float(dy)
