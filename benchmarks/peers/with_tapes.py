"""autograd and MyGrad, which differentiate NumPy, with one optimizer over a flat vector."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.peers.engine import Engine, Flat
from benchmarks.peers.workloads import Workload


def autograd(workload: Workload) -> Engine:
    """autograd.value_and_grad of a function of NumPy."""
    import autograd as ag
    import autograd.numpy as anp

    flat = Flat(workload)
    depth, rows = len(workload.widths) - 1, np.arange(workload.batch)
    x, y = workload.data()

    def bend(z: Any) -> Any:
        return anp.maximum(z, 0) if workload.hidden == "relu" else anp.tanh(z)

    def objective(p: Any) -> Any:
        a = x
        for i in range(depth):
            a = anp.dot(a, p[2 * i]) + p[2 * i + 1]
            a = a if i == depth - 1 else bend(a)
        for i in range(depth) if workload.tied else ():
            a = anp.dot(a, p[2 * (depth - 1 - i)].T) + p[2 * depth + i]
            a = (1 + anp.tanh(a / 2)) / 2 if i == depth - 1 else bend(a)
        if not workload.classifies:
            return anp.mean((a - y) ** 2)
        a = a - anp.max(a, axis=1, keepdims=True)
        return -anp.mean((a - anp.log(anp.sum(anp.exp(a), axis=1, keepdims=True)))[rows, y])

    gradient = ag.value_and_grad(objective)

    def step() -> float:
        value, grads = gradient(flat.values)
        np.concatenate([g.ravel() for g in grads], out=flat.grad)
        flat.update()
        return float(value)

    return flat.engine(step)


def mygrad(workload: Workload) -> Engine:
    """MyGrad's tensors, on the same memory, which it is told not to guard."""
    import mygrad as mg
    from mygrad.nnet.activations import relu, sigmoid
    from mygrad.nnet.losses import softmax_crossentropy

    mg.turn_memory_guarding_off()
    flat = Flat(workload)
    depth, bend = len(workload.widths) - 1, relu if workload.hidden == "relu" else mg.tanh
    x, y = workload.data()
    leaves = [mg.tensor(part, copy=False) for part in flat.values]

    def step() -> float:
        a: Any = x
        for i in range(depth):
            a = mg.matmul(a, leaves[2 * i]) + leaves[2 * i + 1]
            a = a if i == depth - 1 else bend(a)
        for i in range(depth) if workload.tied else ():
            a = mg.matmul(a, leaves[2 * (depth - 1 - i)].T) + leaves[2 * depth + i]
            a = sigmoid(a) if i == depth - 1 else bend(a)
        value = softmax_crossentropy(a, y) if workload.classifies else mg.mean((a - y) ** 2)
        value.backward()
        np.concatenate([leaf.grad.ravel() for leaf in leaves], out=flat.grad)
        flat.update()
        return float(value.item())

    return flat.engine(step)
