"""Sums, means, products, spreads, norms and extrema, over all entries or some axes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .tape import operation

Array = NDArray[Any]
Axis = int | tuple[int, ...] | None
# Faster than numpy.sum; NumPy's types do not know a keepdims that is no literal.
add: Any = np.add.reduce


def _spread(reduced: Array, x: Array, axis: Axis, keepdims: bool) -> Array:
    """A result over `axis`, or its gradient, with the axes that were reduced of length 1."""
    if keepdims or axis is None:
        return reduced.reshape((1,) * x.ndim) if axis is None else reduced
    return np.expand_dims(reduced, axis)


def _count(x: Array, axis: Axis, ddof: int = 0) -> int:
    """How many entries each result is made of, less ddof, at least 0 as in numpy.var."""
    axes = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    count = math.prod(x.shape[i] for i in axes) - ddof
    return count if count > 0 else 0


def _sum_dx(dy: Array, y: Array, x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    # Quicker than numpy.broadcast_to where x is small, and quicker to read on.
    dx = np.empty(x.shape, dy.dtype)
    dx[...] = _spread(dy, x, axis, keepdims)
    return dx


@operation(_sum_dx)
def sum(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """y = sum of x; dx = dy for each entry."""
    return add(x, axis=axis, keepdims=keepdims)


def _mean_dx(dy: Array, y: Array, x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    return _sum_dx(dy / (_count(x, axis) or 1), y, x, axis, keepdims)


@operation(_mean_dx)
def mean(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """y = sum of x / n; dx = dy / n for each of the n entries. NumPy warns of NaN for none."""
    return add(x, axis=axis, keepdims=keepdims) / _count(x, axis)


def _centred(x: Array, axis: Axis) -> Array:
    return x - np.mean(x, axis=axis, keepdims=True)


def _var_dx(
    dy: Array, y: Array, x: Array, axis: Axis = None, keepdims: bool = False, ddof: int = 0
) -> Array:
    e = _spread(2 * dy, x, axis, keepdims) * _centred(x, axis)
    return e / _count(x, axis, ddof)


@operation(_var_dx)
def var(x: Any, axis: Axis = None, keepdims: bool = False, ddof: int = 0) -> Any:
    """y = sum of (x - mean)^2 / (n - ddof); dx = 2 dy (x - mean) / (n - ddof)."""
    e = _centred(x, axis)
    # Not numpy.var, which takes the modulus of complex entries.
    return add(e * e, axis=axis, keepdims=keepdims) / _count(x, axis, ddof)


def _std_dx(
    dy: Array, y: Array, x: Array, axis: Axis = None, keepdims: bool = False, ddof: int = 0
) -> Array:
    size = np.where(y == 0, 1, y)
    return _var_dx(dy / (2 * size), y, x, axis, keepdims, ddof)


@operation(_std_dx)
def std(x: Any, axis: Axis = None, keepdims: bool = False, ddof: int = 0) -> Any:
    """y = the root of var(x); dx = dy (x - mean) / ((n - ddof) y), as in torch 0 where y = 0."""
    return np.sqrt(var(x, axis, keepdims, ddof))


def _norm_dx(dy: Array, y: Array, x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    size = np.where(y == 0, 1, y)
    return x / _spread(size, x, axis, keepdims) * _spread(dy, x, axis, keepdims)


@operation(_norm_dx)
def norm(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """y = the root of the sum of x^2; dx = dy x / y, as in torch 0 where y = 0.

    No square overflows or vanishes on the way.
    """
    largest = np.max(np.abs(x), axis=axis, keepdims=True, initial=0)
    scale = np.where((largest > 0) & np.isfinite(largest), largest, 1)
    scaled = np.asarray(x) / scale
    root = np.sqrt(add(scaled * scaled, axis=axis, keepdims=True)) * scale
    return root if keepdims else root.squeeze() if axis is None else root.squeeze(axis)


def _prod_dx(dy: Array, y: Array, x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    # The product of all others, also where some are 0: of those before times of those behind.
    axes = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    gone = {a % x.ndim for a in axes}
    order = [i for i in range(x.ndim) if i not in gone] + sorted(gone)
    moved = x.transpose(order)
    kept = moved.shape[: x.ndim - len(gone)]
    flat = moved.reshape(*kept, _count(x, axis))
    one = np.ones_like(flat[..., :1])
    before = np.cumprod(np.concatenate([one, flat[..., :-1]], axis=-1), axis=-1)
    behind = np.cumprod(np.concatenate([one, flat[..., :0:-1]], axis=-1), axis=-1)[..., ::-1]
    others = (before * behind).reshape(moved.shape).transpose(np.argsort(order))
    return _spread(dy, x, axis, keepdims) * others


@operation(_prod_dx)
def prod(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """y = product of x; dx = dy times the product of the other entries, also where some are 0."""
    return np.prod(x, axis=axis, keepdims=keepdims)


def _extreme_dx(dy: Array, y: Array, x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    chosen = x.real == _spread(y.real, x, axis, keepdims)
    share = add(chosen, axis=axis, keepdims=True, dtype=y.real.dtype)
    if not share.all():
        # No entry equals NaN; it comes from those that are.
        chosen |= np.isnan(x)
        share = add(chosen, axis=axis, keepdims=True, dtype=y.real.dtype)
    return chosen * (_spread(dy, x, axis, keepdims) / share)


def _extreme(pick: Any, x: Array, axis: Axis, keepdims: bool) -> Any:
    """By the real parts; of complex entries the mean of those that are chosen."""
    if x.dtype.kind != "c":
        return pick(x, axis=axis, keepdims=keepdims)
    chosen = x.real == pick(x.real, axis=axis, keepdims=True)
    total = add(np.where(chosen, x, 0), axis=axis, keepdims=keepdims)
    return total / add(chosen, axis=axis, keepdims=keepdims, dtype=x.real.dtype)


@operation(_extreme_dx)
def max(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """y = the largest entry; its dx is dy, shared alike by all as large, as in torch.amax."""
    return _extreme(np.max, x, axis, keepdims)


@operation(_extreme_dx)
def min(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """y = the smallest entry; its dx is dy, shared alike by all as small, as in torch.amin."""
    return _extreme(np.min, x, axis, keepdims)
