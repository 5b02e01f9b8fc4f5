"""Sums, products, quotients and powers, with broadcasting.

Where an argument was broadcast, its gradient is summed over what it was broadcast along; a Python
number takes the dtype of the tensor.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .tape import operation

Array = NDArray[Any]


@operation(lambda dy, y, a, b: dy, lambda dy, y, a, b: dy, broadcasts=True)
def add(a: Any, b: Any) -> Any:
    """y = a + b; da = dy, db = dy."""
    return np.add(a, b)


@operation(lambda dy, y, a, b: dy, lambda dy, y, a, b: -dy, broadcasts=True)
def subtract(a: Any, b: Any) -> Any:
    """y = a - b; da = dy, db = -dy."""
    return np.subtract(a, b)


@operation(lambda dy, y, a, b: dy * b, lambda dy, y, a, b: dy * a, broadcasts=True)
def multiply(a: Any, b: Any) -> Any:
    """y = a b; da = dy b, db = dy a."""
    return np.multiply(a, b)


@operation(lambda dy, y, a, b: dy / b, lambda dy, y, a, b: -dy * y / b, broadcasts=True)
def divide(a: Any, b: Any) -> Any:
    """y = a / b; da = dy / b, db = -dy y / b."""
    return np.divide(a, b)


@operation(lambda dy, y, a: -dy)
def negative(a: Any) -> Any:
    """y = -a; da = -dy."""
    return np.negative(a)


def _power_da(dy: Array, y: Array, a: Array, b: Any) -> Array:
    if not isinstance(b, np.ndarray):
        return dy * (b * np.power(a, b - 1)) if b != 0 else np.zeros_like(dy)
    # a^0 is constant, also where a^-1 is infinite.
    zero = b == 0
    return np.where(zero, 0, dy * b * np.power(a, np.where(zero, 1, b - 1)))


def _power_db(dy: Array, y: Array, a: Any, b: Array) -> Array:
    # 0^b is constant for b > 0; at b = 0 it jumps.
    zero = np.equal(a, 0) & (b.real >= 0)
    return np.where(zero, 0, dy * y * np.log(np.where(zero, 1, a), dtype=y.dtype))


@operation(_power_da, _power_db, broadcasts=True)
def _power(a: Any, b: Any) -> Any:
    return np.power(a, b)


@operation(lambda dy, y, a: 2 * dy * a)
def square(a: Any) -> Any:
    """y = a a; da = 2 dy a."""
    return np.multiply(a, a)


def power(a: Any, b: Any) -> Any:
    """y = a^b; da = dy b a^(b - 1), db = dy y log(a).

    As in torch da = 0 for b = 0, and db = 0 for a = 0, b >= 0. Elsewhere NumPy warns where a
    derivative is infinite or no real number.
    """
    return square(a) if type(b) in (int, float) and b == 2 else _power(a, b)
