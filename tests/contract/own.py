"""A layer, a loss and an optimizer of one's own that keep the contract; broken.py breaks them."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

import numnet
from numnet.losses.loss import real_like


def draw(rng: np.random.Generator, width: int) -> Any:
    return rng.standard_normal(width)


class Bent(numnet.Layer):
    """y = tanh(x g) + shift: a parameter, a buffer and the context of the pass."""

    rowwise = True
    uses_ctx = True

    def __init__(self, width: int = 3) -> None:
        self.width = width
        self.declare(g=partial(draw, width=width))
        self.buffers["shift"] = np.full(width, 0.5)

    def forward(self, x: Any, ctx: Any) -> Any:
        if x.ndim != 2 or x.shape[1] != self.width:
            raise ValueError(f"{self!r}: expected x of shape (N, {self.width}), got {x.shape}")
        t = np.tanh(x * self.g)
        ctx.keep(self, shift=self.buffers["shift"] + 1)
        return t + real_like(self.buffers["shift"], t), (t, x)

    def backward(self, dy: Any, saved: Any) -> Any:
        t, x = saved
        dz = dy * (1 - t * t)
        self.add_grad("g", (dz * x).sum(0))
        return dz * self.g


class Quartic(numnet.Loss):
    """value = (1 / N) sum of (y_pred - y_true)^4"""

    def check(self, shape: Any, y_true: Any) -> Any:
        return self._check_same(shape, y_true)

    def _forward(self, y_pred: Any, y_true: Any, rows: int | None) -> Any:
        divisor = max(len(y_pred) if rows is None else rows, 1)
        e = y_pred - self.cast(y_true, y_pred)
        return (e**4).sum().item() / divisor, (e, divisor)

    def _backward(self, saved: Any, dy: complex) -> Any:
        e, divisor = saved
        return e**3 * (4 * dy / divisor)


class Heavy(numnet.Optimizer):
    """v <- v / 2 + grad, theta <- theta - lr v, in place."""

    def __init__(self, parameters: Any = None, lr: Any = 0.1) -> None:
        super().__init__(parameters, lr)

    def _update(self, value: Any, grad: Any, lr: float) -> None:
        velocity = self._like("velocity", value)
        velocity *= 0.5
        velocity += grad
        value -= lr * velocity

    def __repr__(self) -> str:
        lr = "schedule" if callable(self.lr) else f"{self.lr:g}"
        return f"{type(self).__name__}(lr={lr})"
