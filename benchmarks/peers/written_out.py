"""The same step without any package: NumPy calls into arrays that were made before.

`inlined` computes all that a step does, the value of the loss included; `prototype` leaves that
out, as one may who never looks at it. Neither has layers, or checks anything.
"""

from __future__ import annotations

import numpy as np

from benchmarks.peers.engine import Engine, Flat
from benchmarks.peers.heads import head
from benchmarks.peers.loops import deep
from benchmarks.peers.workloads import Workload


def _shallow(workload: Workload, valued: bool) -> Engine:
    """One hidden layer, without a loop."""
    flat = Flat(workload)
    x, y = workload.data()
    (W1, b1, W2, b2), (dW1, db1, dW2, db2) = flat.values, flat.grads
    N, (_, Q, C), dtype = workload.batch, workload.widths, workload.dtype
    a, da, aside = (np.empty((N, Q), dtype) for _ in range(3))
    z, positive = np.empty((N, C), dtype), np.empty((N, Q), bool)
    xT, aT, W2T = x.T, a.T, W2.T
    lossy, update, relu = head(workload, y, valued), flat.update, workload.hidden == "relu"

    def step() -> float | None:
        np.dot(x, W1, out=a)
        np.add(a, b1, out=a)
        if relu:
            np.maximum(a, 0, out=a)
        else:
            np.tanh(a, out=a)
        np.dot(a, W2, out=z)
        np.add(z, b2, out=z)
        value = lossy(z)
        np.dot(aT, z, out=dW2)
        np.add.reduce(z, axis=0, out=db2)
        np.dot(z, W2T, out=da)
        if relu:
            np.multiply(da, np.greater(a, 0, out=positive), out=da)
        else:
            np.multiply(da, a, out=aside)
            np.multiply(aside, a, out=aside)
            np.subtract(da, aside, out=da)
        np.dot(xT, da, out=dW1)
        np.add.reduce(da, axis=0, out=db1)
        update()
        return value

    return flat.engine(step)


def _written_out(workload: Workload, valued: bool) -> Engine:
    simple = len(workload.widths) == 3 and not workload.tied
    return (_shallow if simple else deep)(workload, valued)


def inlined(workload: Workload) -> Engine:
    """A whole step, written out."""
    return _written_out(workload, True)


def prototype(workload: Workload) -> Engine:
    """A step that never knows its loss."""
    return _written_out(workload, False)
