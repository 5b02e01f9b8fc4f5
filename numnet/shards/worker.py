"""What a worker of a sharded objective does: keep shards, and evaluate them on one BLAS thread.

A worker is a thread of this process or another process, which needs no preparation: one that does
not hold a shard says so and is sent it.
"""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from numpy.typing import NDArray

from ..objective import Objective
from .parcel import Parcel

Array = NDArray[Any]

# Processes that hand out shards; each says at every call which of its objectives still live.
OWNERS = 4
_kept: OrderedDict[str, dict[int, dict[int, Objective]]] = OrderedDict()
_lock = Lock()
_limited = Lock()


def answer(
    task: int,
    owner: str,
    living: frozenset[int],
    number: int,
    shard: int,
    theta: Array | None,
    rows: int,
    parcel: Parcel | None,
) -> Any:
    """A shard's part of value and gradient, its shapes without theta; None if it is not here."""
    fresh = None if parcel is None else parcel.open()
    with _lock:
        objectives = _kept.setdefault(owner, {})
        _kept.move_to_end(owner)
        for gone in objectives.keys() - living:
            objectives.pop(gone, None)
        if len(_kept) > OWNERS:
            _kept.popitem(last=False)
        if fresh is not None:
            objectives.setdefault(number, {})[shard] = fresh
        held = objectives.get(number, {}).get(shard)
    if held is None:
        return None
    if theta is None:
        return held.x.shape, held.y.shape
    with one_blas_thread():
        return held._part(theta, rows)


def forget(owner: str, number: int) -> None:
    """Drop the shards of an objective from this process."""
    # Without the lock: this may run while the garbage is collected, in the midst of the above.
    _kept.get(owner, {}).pop(number, None)


@functools.cache
def controller() -> Any:
    """The BLAS libraries of this process, looked for once; None without threadpoolctl."""
    try:
        import threadpoolctl
    except ImportError:
        return None
    # NumPy's is loaded. Looking for them takes fifty times as long as a limit.
    return threadpoolctl.ThreadpoolController()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Limit BLAS to one thread, unless another thread of this process has done so."""
    # The number is the process's, and threadpoolctl 3.8 lets only the thread that lowered it raise
    # it again: for a pool of threads that is the one that waits for them.
    if controller() is None or not _limited.acquire(blocking=False):
        yield
        return
    try:
        with controller().limit(limits=1, user_api="blas"):
            yield
    finally:
        _limited.release()
