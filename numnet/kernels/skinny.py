"""Products of a long matrix with a narrow one, as of all examples with the weights of few units.

OpenBLAS packs both factors before it multiplies, which for a narrow result takes longer than the
product itself; small ones, up to 10^6 multiply-adds, it takes as they are. So a long product is cut
into tiles of rows: with one thread a step of 3000 x 784-10-3 takes 0.53 of that of plain NumPy
calls in float64, 0.74 in float32 (`python -m benchmarks.peers`: full64-1 and full32-1, prototype).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..blas import openblas_threads

Array = NDArray[Any]

LONG = 256  # rows, from which on it is worth a look
SMALL = 500_000  # multiply-adds of a tile; the best of 1/4, 1/2 and 1 million
LEAST = 32  # rows of a tile: fewer take longer than the whole
# Threads of OpenBLAS, which one tile cannot use: more do better on the whole. Tiles on threads of
# Python's do not: they wait for each other after every product.
FEW = {"f": 1, "d": 2}


def product(x: Array, W: Array) -> Array:
    """x W, shape (N, Q)."""
    rows = _rows(x, W)
    if not rows:
        return x.dot(W)
    y = np.empty((len(x), W.shape[1]), x.dtype)
    for start in range(0, len(x), rows):
        x[start : start + rows].dot(W, y[start : start + rows])
    return y


def cross_product(x: Array, dy: Array, out: Array | None) -> Array:
    """x' dy, shape (D, Q): a sum over the rows, in `out` if given."""
    rows = _rows(x, dy)
    if not rows:
        return x.T.dot(dy, out)
    total = dy[:rows].T.dot(x[:rows])
    for start in range(rows, len(x), rows):
        total += dy[start : start + rows].T.dot(x[start : start + rows])
    if out is None:
        return total.T
    np.copyto(out, total.T)
    return out


def _rows(x: Array, narrow: Array) -> int:
    """How many rows a tile has, 0 where the whole is as fast."""
    if x.dtype != narrow.dtype or x.dtype.char not in FEW:
        return 0
    rows = SMALL // max(x.shape[1] * narrow.shape[1], 1)
    if not LEAST <= rows < len(x):
        return 0
    threads = openblas_threads()
    return rows if threads is not None and threads <= FEW[x.dtype.char] else 0
