"""The two roofs: how fast this machine multiplies matrices, and how fast it moves memory."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.roofline.work import products

Array = NDArray[Any]
DTYPES = "float32", "float64"
SHAPES = 1024, 2048
QUICK, LEAST, MOST = 2**24, 2**26, 2**30  # bytes of an array that is streamed
TILE = 2**17  # bytes that stay in the cache from one pass to the next


def best(call: Callable[[], object], seconds: float, blocks: int = 5) -> float:
    """The time of one call, the least of some blocks; each takes so long, or one call."""
    call()
    start = time.perf_counter()
    call()
    times = max(1, int(seconds / max(time.perf_counter() - start, 1e-9)))
    found = []
    for _ in range(blocks):
        start = time.perf_counter()
        for _ in range(times):
            call()
        found.append((time.perf_counter() - start) / times)
    return min(found)


def gemm(dtype: str, size: int, seconds: float) -> float:
    """Operations a second of a product of two square matrices."""
    x = np.full((size, size), 0.5, dtype)
    y, out = x.copy(), np.empty_like(x)
    return products(size, size, size) / best(partial(np.dot, x, y, out=out), seconds)


def length(quick: bool) -> int:
    """Bytes of an array well beyond the last cache, as far as there is memory for three.

    The cache that a virtual machine sees may be that of its host, of which it has a share: four
    times its size is taken, or an eighth of what memory is free.
    """
    if quick:
        return QUICK
    wanted = min(MOST, max(LEAST, 4 * _last_cache()))
    try:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return wanted
    return max(LEAST, min(wanted, free // 8))


def bandwidth(dtype: str, nbytes: int, threads: int, seconds: float) -> dict[str, float]:
    """Bytes a second of "copy", a = b, and of "triad", a = b + 3 c, counted once an array.

    Each thread has a part of the arrays.
    """
    count = nbytes // np.dtype(dtype).itemsize
    a, b, c = (np.full(count, value, dtype) for value in (0.0, 1.0, 2.0))
    parts = list(zip(*(np.array_split(array, threads) for array in (a, b, c)), strict=True))
    tile = TILE // a.itemsize

    def copied(part: Sequence[Array]) -> None:
        np.copyto(part[0], part[1])

    def added(part: Sequence[Array]) -> None:
        for start in range(0, len(part[0]), tile):
            x, y, z = (array[start : start + tile] for array in part)
            np.multiply(z, 3, out=x)
            np.add(x, y, out=x)

    found = {}
    with ThreadPoolExecutor(threads) as pool:
        for name, work, arrays in (("copy", copied, 2), ("triad", added, 3)):
            call = partial(lambda work: list(pool.map(work, parts)), work)
            found[name] = arrays * a.nbytes / best(call, seconds, 3)
    return found


def roofs(threads: int, quick: bool) -> dict[str, Any]:
    """All of it, in thousand millions a second, for this process's threads."""
    seconds, nbytes = (0.01, length(True)) if quick else (0.3, length(False))
    found: dict[str, Any] = {"bytes": nbytes, "threads": threads, "gemm": {}, "memory": {}}
    for dtype in DTYPES:
        shapes = SHAPES[:1] if quick else SHAPES
        found["gemm"][dtype] = {str(n): gemm(dtype, n, seconds) / 1e9 for n in shapes}
        moved = bandwidth(dtype, nbytes, threads, seconds)
        found["memory"][dtype] = {name: value / 1e9 for name, value in moved.items()}
    return found


def _last_cache() -> int:
    """Bytes, 0 where the system does not tell."""
    sizes = [0]
    units = {"K": 2**10, "M": 2**20, "G": 2**30}
    for path in Path("/sys/devices/system/cpu/cpu0/cache").glob("index*/size"):
        try:
            text = path.read_text(encoding="ascii").strip()
            sizes.append(int(text[:-1]) * units[text[-1]])
        except (OSError, ValueError, KeyError, IndexError):
            continue
    return max(sizes)
