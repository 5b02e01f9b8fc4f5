"""Products of a long matrix with a narrow one, as of all examples with the weights of few units.

OpenBLAS packs both factors before it multiplies, which for a narrow result takes longer than the
product itself; small ones, up to 10^6 multiply-adds, it takes as they are. So a long product is cut
into tiles of rows: 3000 x 784 by 784 x 10 then takes 0.6 of the time in float64 and 0.8 in float32,
its gradient, the sum over the tiles with the narrow factor first, 0.5 and 0.6. Small products have
one thread each, so the tiles are shared out among as many as OpenBLAS would use.
"""

from __future__ import annotations

import contextvars
import functools
import itertools
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..blas import openblas_threads

if TYPE_CHECKING:
    from concurrent.futures import Executor

Array = NDArray[Any]

LONG = 256  # rows, from which on it is worth a look
SMALL = 500_000  # multiply-adds of a tile; the best of 1/4, 1/2 and 1 million
LEAST = 32  # rows of a tile: fewer take longer than the whole
SHARE = 8  # tiles of a thread: fewer take no longer than to hand them out


def product(x: Array, W: Array) -> Array:
    """x W, shape (N, Q)."""
    rows = _rows(x, W)
    if not rows:
        return x.dot(W)
    y = np.empty((len(x), W.shape[1]), x.dtype)

    def part(first: int, last: int) -> None:
        for start in range(first, last, rows):
            x[start : start + rows].dot(W, y[start : start + rows])

    _shared_out(part, len(x), rows)
    return y


def cross_product(x: Array, dy: Array, out: Array | None) -> Array:
    """x' dy, shape (D, Q): a sum over the rows, in `out` if given."""
    rows = _rows(x, dy)
    if not rows:
        return x.T.dot(dy, out)

    def part(first: int, last: int) -> Array:
        total = dy[first : first + rows].T.dot(x[first : first + rows])
        for start in range(first + rows, last, rows):
            total += dy[start : start + rows].T.dot(x[start : start + rows])
        return total

    total, *others = _shared_out(part, len(x), rows)
    for other in others:
        total += other
    if out is None:
        return total.T
    np.copyto(out, total.T)
    return out


def _rows(x: Array, narrow: Array) -> int:
    """How many rows a tile has, 0 where the whole is as fast."""
    if x.dtype != narrow.dtype or x.dtype.kind != "f":
        return 0
    rows = SMALL // max(x.shape[1] * narrow.shape[1], 1)
    return rows if LEAST <= rows < len(x) and openblas_threads() is not None else 0


def _shared_out(part: Callable[[int, int], Any], N: int, rows: int) -> list[Any]:
    """What `part` makes of each thread's range of rows, in their order, so that bits repeat."""
    tiles = -(-N // rows)
    threads = min(openblas_threads() or 1, tiles // SHARE)
    if threads <= 1:
        return [part(0, N)]
    ends = [tiles * k // threads * rows for k in range(threads)] + [N]
    # In a context of its own, where np.errstate is what it is here.
    tasks = [
        _others(threads - 1).submit(contextvars.copy_context().run, part, first, last)
        for first, last in itertools.pairwise(ends[1:])
    ]
    return [part(0, ends[1]), *(task.result() for task in tasks)]


@functools.cache
def _others(number: int) -> Executor:
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(number, "numnet-tiles")


# A process made by fork has the executor without its threads, and would wait for ever.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_others.cache_clear)
