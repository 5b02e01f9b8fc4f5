"""A step of any depth written out in NumPy calls; its loop costs nothing beside such products."""

from __future__ import annotations

import numpy as np

from benchmarks.peers.engine import Engine, Flat
from benchmarks.peers.heads import head
from benchmarks.peers.workloads import Workload


def deep(workload: Workload, valued: bool) -> Engine:
    """Any depth; the loop costs nothing beside such products."""
    flat = Flat(workload)
    x, y = workload.data()
    N, dtype, depth = workload.batch, workload.dtype, len(workload.widths) - 1
    maps, slots = workload.maps(flat.values), workload.maps(flat.grads)
    outs, deltas = ([np.empty((N, len(b)), dtype) for _, b in maps] for _ in range(2))
    masks = [np.empty(a.shape, bool) for a in outs]
    half, lossy, last = np.empty_like(outs[-1]), head(workload, y, valued), len(maps) - 1
    aside = [np.empty_like(W) for W, _ in slots]
    bent = [i < last and not (workload.tied and i == depth - 1) for i in range(len(maps))]

    def step() -> float | None:
        a = x
        for i, (W, b) in enumerate(maps):
            np.dot(a, W, out=outs[i])
            a = np.add(outs[i], b, out=outs[i])
            if bent[i]:
                np.maximum(a, 0, out=a)
        dy = deltas[-1]
        if workload.tied:
            # sigmoid(z) = (1 + tanh(z / 2)) / 2
            np.multiply(a, 0.5, out=half)
            np.tanh(half, out=half)
            np.multiply(half, 0.5, out=half)
            np.add(half, 0.5, out=half)
            np.copyto(dy, half)
        else:
            np.copyto(dy, a)
        value = lossy(dy)
        if workload.tied:
            np.multiply(dy, half, out=dy)
            np.multiply(dy, half, out=half)
            np.subtract(dy, half, out=dy)
        for i in range(last, -1, -1):
            dy, a, (dW, db) = deltas[i], outs[i - 1] if i else x, slots[i]
            np.add.reduce(dy, axis=0, out=db)
            if not workload.tied:
                np.dot(a.T, dy, out=dW)
            elif i >= depth:
                # The transpose, as the weight has it.
                np.dot(dy.T, a, out=dW.T)
            else:
                np.add(dW, np.dot(a.T, dy, out=aside[i]), out=dW)
            if i:
                np.dot(dy, maps[i][0].T, out=deltas[i - 1])
                if bent[i - 1]:
                    positive = np.greater(outs[i - 1], 0, out=masks[i - 1])
                    np.multiply(deltas[i - 1], positive, out=deltas[i - 1])
        flat.update()
        return value

    return flat.engine(step)
