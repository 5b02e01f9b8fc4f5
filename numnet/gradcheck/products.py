"""Sums over large arrays without copies of them, and with little rounding."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
CHUNK = 1 << 16


def chunks(*arrays: Array) -> Iterator[tuple[Array, ...]]:
    """Pieces of flat arrays of one size: views where the memory allows it."""
    flat = [array.reshape(-1) for array in arrays]
    for start in range(0, flat[0].size, CHUNK):
        yield tuple(array[start : start + CHUNK] for array in flat)


def inner(a: Array, b: Array) -> float:
    """The sum of a * b in float64."""
    return math.fsum(float(np.multiply(x, y, dtype=np.float64).sum()) for x, y in chunks(a, b))


def norm_of_product(a: Array, b: Array) -> float:
    """The root of the sum of (a b)**2; infinite values are left to the caller."""
    squares = 0.0
    for x, y in chunks(a, b):
        product = np.multiply(x, y, dtype=np.float64)
        squares += float(product @ product)
    return math.sqrt(squares)


def length(a: Array) -> float:
    """The Euclidean norm, also where the squares would overflow or vanish."""
    size = float(np.abs(a).max(initial=0.0))
    if size == 0.0 or not math.isfinite(size):
        return size
    scaled = a / size
    return size * math.sqrt(float(np.vdot(scaled, scaled).real))


def largest(a: Array) -> float:
    """The largest finite magnitude, 0 where there is none."""
    sizes = [np.abs(x[np.isfinite(x)]).max(initial=0.0) for (x,) in chunks(a)]
    return float(max(sizes, default=0.0))
