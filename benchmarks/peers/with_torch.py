"""torch, eager and compiled, with its fused optimizers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.engine import Engine
from benchmarks.peers.workloads import BETAS, EPS, MOMENTUM, Workload

Array = NDArray[Any]


def torch(workload: Workload) -> Engine:
    """Eager."""
    return _engine(workload, compiled=False)


def torch_compile(workload: Workload) -> Engine:
    """Forward, loss and backward compiled as one graph each."""
    import torch._inductor.config as inductor

    # Otherwise processes of a pool stay behind.
    inductor.compile_threads = 1
    return _engine(workload, compiled=True)


def _engine(workload: Workload, compiled: bool) -> Engine:
    import torch as th

    functional, depth = th.nn.functional, len(workload.widths) - 1
    bend = th.relu if workload.hidden == "relu" else th.tanh
    loss = functional.cross_entropy if workload.classifies else functional.mse_loss
    x, y = map(th.tensor, workload.data())
    # As torch.nn.Linear has them, the weights are transposed.
    leaves = [th.tensor(part.T.copy(), requires_grad=True) for part in _parts(workload)]

    def objective(x: Any, y: Any) -> Any:
        a = x
        for i in range(depth):
            a = functional.linear(a, leaves[2 * i], leaves[2 * i + 1])
            a = a if i == depth - 1 else bend(a)
        for i in range(depth) if workload.tied else ():
            a = functional.linear(a, leaves[2 * (depth - 1 - i)].T, leaves[2 * depth + i])
            a = th.sigmoid(a) if i == depth - 1 else bend(a)
        return loss(a, y)

    run = th.compile(objective) if compiled else objective
    optimizer: Any
    if workload.adam:
        optimizer = th.optim.Adam(leaves, lr=workload.lr, betas=BETAS, eps=EPS, fused=True)
    else:
        optimizer = th.optim.SGD(leaves, lr=workload.lr, momentum=MOMENTUM, fused=True)

    def step() -> float:
        optimizer.zero_grad()
        value = run(x, y)
        value.backward()
        optimizer.step()
        return float(value.item())

    def reset() -> None:
        optimizer.state.clear()
        with th.no_grad():
            for leaf, part in zip(leaves, _parts(workload), strict=True):
                leaf.copy_(th.tensor(part.T.copy()))

    def theta() -> Array:
        return np.concatenate([leaf.detach().numpy().T.ravel() for leaf in leaves])

    return Engine(step, reset, theta)


def _parts(workload: Workload) -> list[Array]:
    return workload.split(workload.start())
