"""Each entry of the result is one of the arguments'; only that one has a gradient.

Complex entries are compared by their real parts, so that the complex step follows the branch taken.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .tape import operation

Array = NDArray[Any]


def _where_da(dy: Array, y: Array, chosen: Any, a: Any, b: Any) -> Array:
    return np.where(chosen, dy, 0)


def _where_db(dy: Array, y: Array, chosen: Any, a: Any, b: Any) -> Array:
    return np.where(chosen, 0, dy)


@operation(None, _where_da, _where_db, broadcasts=True)
def where(chosen: Any, a: Any, b: Any) -> Any:
    """y = a where chosen, else b; da = dy where chosen, else 0, db the other way.

    No gradient reaches an entry that was not chosen, be it NaN or infinite. The operations below
    it may still make NaN of that 0, as in torch: choose before, as in where(x > 0, x, 1).log().
    """
    return np.where(chosen, a, b)


def _share(a: Any, b: Any, larger: bool) -> Array:
    """1 where a is the one taken, 0 where b is, 1/2 where they are equal; 1 for both at NaN."""
    a, b = np.real(a), np.real(b)
    return np.where(a == b, 0.5, ~((a < b) if larger else (a > b)))


def _chosen(a: Any, b: Any, larger: bool) -> Array:
    """The larger or the smaller of complex entries, their mean where these are equal."""
    real, other = np.real(a), np.real(b)
    first = (real > other) if larger else (real < other)
    return np.where(real == other, (a + b) / 2, np.where(first, a, b))


def _is_complex(*arrays: Any) -> bool:
    return any(np.iscomplexobj(a) for a in arrays)


def _maximum_da(dy: Array, y: Array, a: Any, b: Any) -> Array:
    return dy * _share(a, b, True).astype(dy.real.dtype)


def _maximum_db(dy: Array, y: Array, a: Any, b: Any) -> Array:
    return dy * _share(b, a, True).astype(dy.real.dtype)


@operation(_maximum_da, _maximum_db, broadcasts=True)
def maximum(a: Any, b: Any) -> Any:
    """y = the larger of a and b, which has the gradient dy; half of it each where they are equal.

    As in torch, both have it where one is NaN.
    """
    return _chosen(a, b, True) if _is_complex(a, b) else np.maximum(a, b)


def _minimum_da(dy: Array, y: Array, a: Any, b: Any) -> Array:
    return dy * _share(a, b, False).astype(dy.real.dtype)


def _minimum_db(dy: Array, y: Array, a: Any, b: Any) -> Array:
    return dy * _share(b, a, False).astype(dy.real.dtype)


@operation(_minimum_da, _minimum_db, broadcasts=True)
def minimum(a: Any, b: Any) -> Any:
    """y = the smaller of a and b, which has the gradient dy; half of it each where they are equal.

    As in torch, both have it where one is NaN.
    """
    return _chosen(a, b, False) if _is_complex(a, b) else np.minimum(a, b)


def _clip_dx(dy: Array, y: Array, x: Array, low: Any = None, high: Any = None) -> Array:
    within = np.full(dy.shape, True)
    if low is not None:
        within &= x.real >= np.real(low)
    if high is not None:
        within &= x.real <= np.real(high)
    return np.where(within, dy, 0)


@operation(_clip_dx, broadcasts=True)
def clip(x: Any, low: Any = None, high: Any = None) -> Any:
    """y = x, or the bound that it lies beyond; dx = dy within the bounds and on them, else 0.

    The same at a bound as in torch. A bound is a constant.
    """
    if not _is_complex(x, low, high):
        return np.clip(x, low, high)
    if low is not None:
        x = np.where(x.real < np.real(low), low, x)
    return x if high is None else np.where(x.real > np.real(high), high, x)
