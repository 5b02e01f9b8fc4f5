"""JAX: a step is one compiled function, whose arguments are given away."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.engine import Engine
from benchmarks.peers.workloads import BETAS, EPS, MOMENTUM, Workload

Array = NDArray[Any]


def jax(workload: Workload) -> Engine:
    """jax.jit of loss, gradient and update."""
    import jax as jx
    import jax.numpy as jnp

    jx.config.update("jax_enable_x64", workload.dtype == "float64")
    depth, tied = len(workload.widths) - 1, workload.tied
    bend = jx.nn.relu if workload.hidden == "relu" else jnp.tanh
    x, y = map(jnp.asarray, workload.data())
    (beta1, beta2), lr = BETAS, workload.lr

    def objective(p: Any, x: Any, y: Any) -> Any:
        a = x
        for i in range(depth):
            a = a @ p[2 * i] + p[2 * i + 1]
            a = a if i == depth - 1 else bend(a)
        for i in range(depth) if tied else ():
            a = a @ p[2 * (depth - 1 - i)].T + p[2 * depth + i]
            a = jx.nn.sigmoid(a) if i == depth - 1 else bend(a)
        if workload.classifies:
            return -jnp.mean(jx.nn.log_softmax(a)[jnp.arange(len(y)), y])
        return jnp.mean((a - y) ** 2)

    def train(state: Any, x: Any, y: Any) -> Any:
        p, m, v, t = state
        value, g = jx.value_and_grad(objective)(p, x, y)
        t, each = t + 1, jx.tree.map
        if workload.adam:
            m = each(lambda m, g: beta1 * m + (1 - beta1) * g, m, g)
            v = each(lambda v, g: beta2 * v + (1 - beta2) * g * g, v, g)
            root, rate = jnp.sqrt(1 - beta2**t), lr / (1 - beta1**t)
            p = each(lambda p, m, v: p - rate * m / (jnp.sqrt(v) / root + EPS), p, m, v)
        else:
            m = each(lambda m, g: MOMENTUM * m + g, m, g)
            p = each(lambda p, m: p - lr * m, p, m)
        return (p, m, v, t), value

    compiled = jx.jit(train, donate_argnums=0)
    held: list[Any] = []

    def reset() -> None:
        p, m, v = (
            [jnp.array(part) for part in workload.split(flat)]
            for flat in (workload.start(), *[np.zeros_like(workload.start())] * 2)
        )
        held[:] = [(p, m, v if workload.adam else [], jnp.array(0, x.dtype))]

    def step() -> float:
        held[0], value = compiled(held[0], x, y)
        jx.block_until_ready(held[0])
        return float(value)

    def theta() -> Array:
        return np.concatenate([np.asarray(part).ravel() for part in held[0][0]])

    reset()
    return Engine(step, reset, theta)
