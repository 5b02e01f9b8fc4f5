"""Entries moved, repeated, chosen by index or joined, not changed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .tape import operation

Array = NDArray[Any]


@operation(lambda dy, y, x, shape: dy.reshape(x.shape))
def reshape(x: Any, shape: Any) -> Any:
    """y = x in another shape; dx = dy in that of x."""
    return np.reshape(x, shape)


def _transpose_dx(dy: Array, y: Array, x: Array, axes: Any = None) -> Array:
    return dy.transpose(None if axes is None else np.argsort(np.mod(axes, x.ndim)))


@operation(_transpose_dx)
def transpose(x: Any, axes: Any = None) -> Any:
    """y = x with its axes in another order, reversed by default; dx = dy moved back."""
    return np.transpose(x, axes)


@operation(lambda dy, y, x, shape: dy, broadcasts=True)
def broadcast_to(x: Any, shape: Any) -> Any:
    """y = x repeated to a shape; dx = the sum of dy over the repetitions."""
    return np.broadcast_to(x, shape)


def _index_dx(dy: Array, y: Array, x: Array, key: Any) -> Array:
    dx = np.zeros(x.shape, dy.dtype)
    parts = key if isinstance(key, tuple) else (key,)
    if all(p is None or p is Ellipsis or isinstance(p, int | np.integer | slice) for p in parts):
        dx[key] = dy
    else:
        # One entry may be taken several times.
        np.add.at(dx, key, dy)
    return dx


@operation(_index_dx)
def index(x: Any, key: Any) -> Any:
    """y = x[key]; dx = dy at its places, added up where an entry was taken several times."""
    return x[key]


def _part(i: int) -> Any:
    def backward(dy: Array, y: Array, *arrays: Array, axis: int | None = 0) -> Array:
        if axis is None:
            start = sum(a.size for a in arrays[:i])
            return dy[start : start + arrays[i].size].reshape(arrays[i].shape)
        start = sum(a.shape[axis] for a in arrays[:i])
        # Of the whole, from where the arrays before this one end.
        return dy.swapaxes(axis, 0)[start : start + arrays[i].shape[axis]].swapaxes(axis, 0)

    return backward


@operation(each=_part)
def _concatenate(*arrays: Any, axis: int | None = 0) -> Any:
    return np.concatenate(arrays, axis=axis)


def concatenate(tensors: Any, axis: int | None = 0) -> Any:
    """y = the tensors one behind the other along an axis; each dx is its part of dy."""
    return _concatenate(*tensors, axis=axis)


def _layer(i: int) -> Any:
    return lambda dy, y, *arrays, axis=0: np.take(dy, i, axis=axis)


@operation(each=_layer)
def _stack(*arrays: Any, axis: int = 0) -> Any:
    return np.stack(arrays, axis=axis)


def stack(tensors: Any, axis: int = 0) -> Any:
    """y = the tensors, of one shape, along a new axis; each dx is its layer of dy."""
    return _stack(*tensors, axis=axis)


@operation(lambda dy, y, x, dtype: dy)
def astype(x: Any, dtype: Any) -> Any:
    """y = x in another dtype; dx = dy in that of x."""
    return x.astype(dtype)
