"""JAX: a step is one compiled function, whose arguments are given away."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, pairwise
from typing import Any

import numpy as np

from benchmarks.time_to_accuracy.settings import Setting
from benchmarks.time_to_accuracy.training import Array
from numnet.data import Dataset


def jax(setting: Setting, data: Dataset, seed: int) -> Iterator[Array]:
    """Compiled before the first step; steps are sent off without waiting for the one before."""
    import jax as jx
    import jax.numpy as jnp

    rng = np.random.default_rng(seed)
    x, y, x_test = map(jnp.asarray, (data.x_train, data.y_train, data.x_test))
    batch, each = setting.batch, jx.tree.map

    def outputs(p: Any, x: Any) -> Any:
        *hidden, (W, b) = p
        for V, c in hidden:
            x = jx.nn.relu(x @ V + c)
        return x @ W + b

    def objective(p: Any, x: Any, y: Any) -> Any:
        return -jnp.mean(jx.nn.log_softmax(outputs(p, x))[jnp.arange(len(y)), y])

    def train(state: Any, rows: Any, lr: Any) -> Any:
        p, m, v, t = state
        g, t = jx.grad(objective)(p, x[rows], y[rows]), t + 1
        if setting.adam:
            m = each(lambda m, g: 0.9 * m + 0.1 * g, m, g)
            v = each(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
            root, rate = jnp.sqrt(1 - 0.999**t), lr / (1 - 0.9**t)
            p = each(lambda p, m, v: p - rate * m / (jnp.sqrt(v) / root + 1e-8), p, m, v)
        else:
            m = each(lambda m, g: 0.9 * m + g, m, g)
            p = each(lambda p, m: p - lr * m, p, m)
        return p, m, v, t

    widths = (x.shape[1], *setting.hidden, len(data.classes))
    p = [
        (jnp.asarray(rng.normal(size=(D, Q)) * (2 / D) ** 0.5, "float32"), jnp.zeros(Q))
        for D, Q in pairwise(widths)
    ]
    m = each(jnp.zeros_like, p)
    state = p, m, each(jnp.zeros_like, p) if setting.adam else [], jnp.array(0.0)
    steps = jx.jit(train, donate_argnums=0)
    step = steps.lower(state, np.arange(batch), np.float32(0)).compile()
    predict = jx.jit(lambda p: outputs(p, x_test).argmax(1)).lower(p).compile()
    schedule = setting.schedule(len(x)) if setting.epochs else lambda number: setting.lr

    def epochs(state: Any) -> Iterator[Array]:
        number = count()
        while True:
            order = rng.permutation(len(x))
            # What is left over would be compiled again; the next order has it elsewhere.
            for start in range(0, len(x) - batch + 1, batch):
                lr = np.float32(schedule(next(number)))
                state = step(state, order[start : start + batch], lr)
            yield np.asarray(predict(state[0]))

    return epochs(state)
