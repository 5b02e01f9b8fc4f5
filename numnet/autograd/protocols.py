"""NumPy's own functions on tensors: those that the tape has; an error for all others."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from . import (
    arithmetic,
    choosing,
    contraction,
    elementwise,
    products,
    reductions,
    shaping,
)
from .operators import comparison, operand
from .recorded import Recorded

UFUNCS: dict[Any, Callable[..., Any]] = {
    np.add: arithmetic.add,
    np.subtract: arithmetic.subtract,
    np.multiply: arithmetic.multiply,
    np.divide: arithmetic.divide,
    np.negative: arithmetic.negative,
    np.power: arithmetic.power,
    np.square: arithmetic.square,
    np.matmul: products.matmul,
    np.exp: elementwise.exp,
    np.log: elementwise.log,
    np.sqrt: elementwise.sqrt,
    np.absolute: elementwise.absolute,
    np.tanh: elementwise.tanh,
    np.maximum: choosing.maximum,
    np.minimum: choosing.minimum,
}
COMPARISONS = (np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal)


def _reduction(own: Callable[..., Any]) -> Callable[..., Any]:
    # Third by position NumPy has dtype.
    return lambda a, axis=None, *, keepdims=False: own(a, axis, keepdims)


def _spread(own: Callable[..., Any]) -> Callable[..., Any]:
    return lambda a, axis=None, *, ddof=0, keepdims=False: own(a, axis, keepdims, ddof)


def _norm(x: Any, ord: None = None, axis: Any = None, keepdims: bool = False) -> Any:
    if ord is not None:
        raise TypeError(f"np.linalg.norm: only the root of the squares' sum, got ord={ord!r}")
    return reductions.norm(x, axis, keepdims)


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.sum: _reduction(reductions.sum),
    np.mean: _reduction(reductions.mean),
    np.prod: _reduction(reductions.prod),
    np.var: _spread(reductions.var),
    np.std: _spread(reductions.std),
    np.max: _reduction(reductions.max),
    np.amax: _reduction(reductions.max),
    np.min: _reduction(reductions.min),
    np.amin: _reduction(reductions.min),
    np.linalg.norm: _norm,
    np.clip: lambda a, a_min=None, a_max=None: choosing.clip(a, a_min, a_max),
    np.where: lambda condition, x, y, /: choosing.where(condition, x, y),
    np.reshape: lambda a, /, shape: shaping.reshape(a, shape),
    np.ravel: lambda a: shaping.reshape(a, -1),
    np.transpose: lambda a, axes=None: shaping.transpose(a, axes),
    np.broadcast_to: lambda array, shape: shaping.broadcast_to(array, shape),
    np.concatenate: lambda arrays, /, axis=0: shaping.concatenate(arrays, axis),
    np.stack: lambda arrays, axis=0: shaping.stack(arrays, axis),
    np.dot: products.dot,
    np.einsum: contraction.einsum,
    np.argmax: lambda a, axis=None, *, keepdims=False: a.argmax(axis, keepdims),
    np.shape: lambda a: a.shape,
    np.ndim: lambda a: a.ndim,
    np.size: lambda a: a.size,
}


def call_ufunc(ufunc: Any, method: str, inputs: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """What a universal function of NumPy returns for tensors.

    Raises
    ------
    TypeError
        If the tape does not have it: a gradient would be lost.
    """
    name = _name(ufunc)
    if method != "__call__":
        raise TypeError(f"{name}.{method}: tensors have methods for this, such as t.sum(axis)")
    if keywords:
        raise TypeError(
            f"{name}: no {', '.join(keywords)}= with a tensor. Write y = {name}(x), or on values "
            f"alone {name}(t.value, ...)"
        )
    inputs = tuple(map(operand, inputs))
    if any(t is NotImplemented for t in inputs):
        return NotImplemented
    if ufunc in UFUNCS:
        return UFUNCS[ufunc](*inputs)
    if ufunc in COMPARISONS:
        first = next(t for t in inputs if isinstance(t, Recorded))
        left, right = (t if isinstance(t, Recorded) else first._make(np.asarray(t)) for t in inputs)
        return comparison(ufunc)(left, right)
    raise TypeError(_unknown(name, UFUNCS))


def call_function(function: Any, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """What any other function of NumPy returns for tensors.

    Raises
    ------
    TypeError
        If the tape does not have it, or not with these arguments: a gradient would be lost.
    """
    name = _name(function)
    if function not in FUNCTIONS:
        raise TypeError(_unknown(name, FUNCTIONS))
    own = FUNCTIONS[function]
    try:
        inspect.signature(own).bind(*arguments, **keywords)
    except TypeError as error:
        raise TypeError(
            f"{name}: {error} with a tensor. On values alone: {name}(t.value, ...)"
        ) from None
    return own(*arguments, **keywords)


def _name(function: Any) -> str:
    """As it is called: np.linalg.norm."""
    module = getattr(function, "__module__", None) or "numpy"
    return f"{module.replace('numpy', 'np', 1)}.{function.__name__}"


def _unknown(name: str, table: dict[Any, Any]) -> str:
    known = ", ".join(sorted(map(_name, table)))
    return (
        f"{name}: the tape has no gradient for it. It has {known} and the methods of Tensor. Where "
        f"no gradient is wanted, write {name}(t.value); to add it, see numnet.operation"
    )
