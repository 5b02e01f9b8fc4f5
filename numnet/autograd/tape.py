"""How an operation is made: a forward on arrays, and one backward for each argument."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .modes import RECORDING
from .node import Backward, Edge, Node, record
from .recorded import Changed, Recorded

Array = NDArray[Any]
ARRAYS = (np.ndarray, np.generic)


def operation(
    *backwards: Backward | None,
    broadcasts: bool = False,
    each: Callable[[int], Backward] | None = None,
    fresh: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make an operation on tensors of a function of arrays.

    The tape records each call one of whose arguments requires a gradient. Given arrays alone, the
    function is called as it is.

    Parameters
    ----------
    *backwards : callable or None
        One for each positional argument, in turn: from (dy, y, *arguments, **keywords), where dy is
        the gradient of the loss to the result y, the gradient to that argument. None, or none at
        all, for an argument that has no gradient.
    broadcasts : bool
        True for an elementwise function of several arguments: what a backward returns is summed to
        the argument's shape. Otherwise another shape is an error.
    each : callable, optional
        For a function of any number of arrays: from the position the backward.
    fresh : bool
        True if each backward returns an array that nothing else holds, so that a leaf may keep it.

    Returns
    -------
    callable
        The decorator of the forward.

    Raises
    ------
    TypeError
        In a call, if an argument without backward requires a gradient.

    Examples
    --------
    >>> import numnet
    >>> @numnet.operation(lambda dy, y, x: 3 * x**2 * dy)
    ... def cube(x):
    ...     return x**3
    >>> x = numnet.Tensor([1.0, 2.0], requires_grad=True)
    >>> y = cube(x)
    >>> y.backward([1.0, 10.0])
    >>> x.grad
    Tensor([  3., 120.])
    """

    def decorate(forward: Callable[..., Any]) -> Callable[..., Any]:
        name = forward.__name__.strip("_")

        @functools.wraps(forward)
        def call(*arguments: Any, **keywords: Any) -> Any:
            like: Recorded | None = None
            wanted: list[tuple[int, Recorded]] = []
            held: list[Changed] = []
            values: list[Any] = []
            for a in arguments:
                if isinstance(a, Recorded):
                    like = a
                    held.append(a._changed)
                    if a._requires_grad:
                        wanted.append((len(values), a))
                    a = a._array
                elif isinstance(a, ARRAYS):
                    a = plain(a, name)
                values.append(a)
            if keywords:
                keywords = {k: _constant(v, name, k) for k, v in keywords.items()}
            if like is None:
                return forward(*values, **keywords)
            try:
                y = forward(*values, **keywords)
            except (TypeError, ValueError, IndexError) as error:
                add_operands(error, name, values)
                raise
            if type(y) is not np.ndarray:
                y = np.asarray(y)
            changed = None if y.base is None else _shared(y, arguments)
            if not (wanted and RECORDING.get()):
                return like._make(y, None, False, changed)
            if y.dtype.kind not in "fc":
                raise TypeError(
                    f"{name}: expected a result of floating numbers, which can have a gradient, "
                    f"got dtype {y.dtype}. Where no gradient is wanted, use t.detach()"
                )
            edges: list[Edge] = []
            for i, a in wanted:
                backward = each(i) if each else backwards[i] if i < len(backwards) else None
                if backward is None:
                    raise TypeError(
                        f"{name}: argument {i} requires a gradient and has none here. "
                        "If it is a constant, write .detach()"
                    )
                edges.append((a._node or a, i, backward))
            held.append(changed or [0])
            return record(Node, like, name, y, values, edges, held, keywords, broadcasts, fresh)

        return call

    return decorate


def plain(a: Any, place: str) -> Any:
    """What NumPy holds beside a tensor, such that a number takes the dtype of the tensor."""
    if type(a) is not np.ndarray:
        if isinstance(a, np.ma.MaskedArray):
            raise TypeError(f"{place}: expected an array without a mask. Use array.filled(value)")
        if isinstance(a, np.ndarray):
            a = np.asarray(a)
    if a.dtype.kind not in "fciub":
        raise TypeError(f"{place}: expected an array of numbers, got dtype {a.dtype}")
    return a if a.ndim else a.item()


def add_operands(error: Exception, name: str, values: list[Any]) -> None:
    """Put the operation and the operands in front of an error's message."""
    shown = [str(v.shape) if isinstance(v, np.ndarray) else type(v).__name__ for v in values]
    place = f"{name} of shapes {', '.join(shown)}"
    if "argument 'dim'" in str(error):
        error.args = (f"{name}: expected axis=, as in NumPy, got dim=",)
        return
    if type(error) in (TypeError, ValueError, IndexError):
        error.args = (f"{place}: {error}",)
    else:
        # NumPy's own kinds of error write their message themselves.
        error.add_note(f"raised in {place}")


def _constant(value: Any, name: str, keyword: str) -> Any:
    """The value of a keyword, which has no backward."""
    if isinstance(value, Recorded):
        if value._requires_grad and RECORDING.get():
            raise TypeError(
                f"{name}: {keyword}= requires a gradient, which a keyword cannot have. Pass it by "
                "position, or write .detach() if it is a constant"
            )
        return value._array
    return plain(value, name) if isinstance(value, ARRAYS) else value


def _shared(y: Array, arguments: tuple[Any, ...]) -> Changed | None:
    """When the tensor that y is a view of was changed."""
    for a in arguments:
        if isinstance(a, Recorded) and (y.base is a._array or y.base is a._array.base):
            return a._changed
    return None
