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


class Recorded(numnet.Module):
    """Layers, one of them in a list, and a decoder tied to the first."""

    rowwise = True

    def __init__(self) -> None:
        self.c1 = numnet.Linear(3, 4)
        self.inner = [Bent(4), numnet.Sequential(numnet.Linear(4, 4), numnet.ReLU())]
        self.shift = numnet.Tensor(np.full(3, 0.5), requires_grad=True)

    def forward(self, x: Any) -> Any:
        a = self.c1(x).tanh()
        for layer in self.inner:
            a = a + layer(a)
        return a @ self.c1.W.T + self.shift


class Written(numnet.Module):
    """No layer at all: y = sigmoid(x W + b), normalised by row."""

    rowwise = True

    def __init__(self) -> None:
        self.declare(W=partial(draw, width=12), b=np.zeros(4))

    def forward(self, x: Any) -> Any:
        if x.ndim != 2 or x.shape[1] != 3:
            raise ValueError(f"{self!r}: expected x of shape (N, 3), got {x.shape}")
        a = (x @ self.W.reshape(3, 4) + self.b).sigmoid()
        return a / a.sum(axis=1, keepdims=True)


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
