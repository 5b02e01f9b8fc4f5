"""Several small networks trained at once: no parameter of one touches another.

Ten columns leave most of a matrix product's speed unused; five networks in one product cost little
more than one. The result is that of training each alone, up to the order of sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

import numnet

Array = NDArray[Any]


class Blocks(numnet.Layer):
    """R affine maps of Q columns each to C columns each: y_r = x_r W_r + b_r."""

    rowwise = True

    def __init__(self, W: Array, b: Array) -> None:
        self.declare(W=W, b=b)

    def forward(self, x: Array) -> tuple[Array, Array]:  # type: ignore[override]
        parts = x.reshape(len(x), len(self.W), -1).swapaxes(0, 1)
        y = parts @ self.W + self.b[:, None]
        return y.swapaxes(0, 1).reshape(len(x), -1), parts

    def backward(self, dy: Array, parts: Array) -> Array:
        d = dy.reshape(len(dy), len(self.W), -1).swapaxes(0, 1)
        self.add_grad("W", parts.swapaxes(1, 2) @ d)
        self.add_grad("b", d.sum(axis=1))
        return (d @ self.W.swapaxes(1, 2)).swapaxes(0, 1).reshape(len(dy), -1)


class SumOfCrossEntropies(numnet.Loss):
    """The sum of the softmax cross-entropies of R networks, each of C columns."""

    output = "logits"

    def __init__(self, networks: int) -> None:
        self.networks = networks
        self.one = numnet.SoftmaxCrossEntropy()

    def check(self, shape: tuple[int, ...], y_true: ArrayLike) -> Array:
        return self.one.check((shape[0], shape[1] // self.networks), y_true)

    def cast(self, y_true: Array, like: Array) -> Array:
        return self.one.cast(y_true, like)

    def _forward(self, y_pred: Array, y_true: Array, rows: int | None) -> tuple[Any, Any]:
        logits = y_pred.reshape(len(y_pred) * self.networks, -1)
        labels = np.repeat(y_true, self.networks, axis=0)
        return self.one._forward(logits, labels, len(y_pred) if rows is None else rows)

    def backward(self, saved: Any, dy: complex = 1.0) -> Array:
        return self.one.backward(saved, dy).reshape(-1, self.networks * saved[0].shape[1])


def train_together(
    networks: Sequence[numnet.Sequential], x: Array, y: Array, passes: int, optimizer: numnet.SGD
) -> None:
    """Train networks D - Q tanh - C of one size in place, full batch; the optimizer is unbound."""
    hidden, last = networks[0][0], networks[0][2]
    if not (isinstance(hidden, numnet.Linear) and isinstance(last, numnet.Linear)):
        raise TypeError(f"expected Linear, Tanh, Linear, got {networks[0]!r}")
    Q = hidden.out_features
    wide = numnet.Sequential(
        numnet.Linear(hidden.in_features, len(networks) * Q),
        numnet.Tanh(),
        Blocks(
            np.stack([net.parameters["2.W"] for net in networks]),
            np.stack([net.parameters["2.b"] for net in networks]),
        ),
        dtype=networks[0].parameters.value.dtype,
    )
    p = wide.parameters
    p["0.W"] = np.hstack([net.parameters["0.W"] for net in networks])
    p["0.b"] = np.hstack([net.parameters["0.b"] for net in networks])
    loss = SumOfCrossEntropies(len(networks))
    numnet.fit(wide, loss, x, y, optimizer=optimizer, epochs=passes, progress=False)
    for r, net in enumerate(networks):
        mine = slice(r * Q, (r + 1) * Q)
        net.parameters["0.W"], net.parameters["0.b"] = p["0.W"][:, mine], p["0.b"][mine]
        net.parameters["2.W"], net.parameters["2.b"] = p["2.W"][r], p["2.b"][r]
        net.output = "logits"
