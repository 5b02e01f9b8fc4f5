"""What no engine on NumPy can leave out; it trains nothing."""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.peers.engine import Engine, Flat
from benchmarks.peers.workloads import Workload


def products_and_passes(workload: Workload) -> Engine:
    """The matrix products and the optimizer's passes."""
    flat = Flat(workload)
    x = workload.data()[0]
    rng = np.random.default_rng(2)
    ins, outs = [x], []
    maps, slots = workload.maps(flat.values), workload.maps(flat.grads)
    for _, b in maps:
        outs.append(rng.normal(size=(workload.batch, len(b))).astype(workload.dtype))
        ins.append(outs[-1].copy())
    flat.grad[...] = rng.normal(size=flat.grad.shape) / 1000
    calls = [partial(np.dot, a, W, out=y) for a, (W, _), y in zip(ins, maps, outs, strict=False)]
    for i, ((W, _), (dW, _)) in enumerate(zip(maps, slots, strict=True)):
        dW = np.empty(dW.shape, workload.dtype)
        calls.append(partial(np.dot, ins[i].T, ins[i + 1], out=dW))
        if i:
            calls.append(partial(np.dot, ins[i + 1], W.T, out=outs[i - 1]))
    update = flat.update

    def step() -> None:
        for call in calls:
            call()
        update()

    return flat.engine(step)


def square(workload: Workload) -> Engine:
    """One product of two large matrices, whatever the workload."""
    flat = Flat(workload)
    a, b = np.random.default_rng(3).random((2, 1024, 1024)).astype(workload.dtype)
    out = np.empty_like(a)

    def step() -> None:
        np.dot(a, b, out=out)

    return flat.engine(step)
