"""Networks in plain NumPy with a gradient by hand, into which one wrong entry can be planted."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
BATCH = 32
WIDTHS = {  # by the number of parameters, roughly
    1_000: (20, 30, 10),
    10_000: (80, 70, 66, 10),
    1_000_000: (784, 1000, 200, 10),
}


class Network:
    """A tanh or relu network with a softmax cross-entropy.

    Parameters
    ----------
    widths : sequence of int
        Of the layers.
    seed : int
        Of weights, data and labels.
    dtype : str
        Of the parameters and of the data.
    activation : {"tanh", "relu"}
    penalty : float
        The loss has penalty * sum of W1^2 added, written with np.abs: smooth, but the complex step
        is blind to it, and real differences must serve.
    """

    def __init__(
        self,
        widths: tuple[int, ...],
        seed: int = 0,
        dtype: str = "float64",
        activation: str = "tanh",
        penalty: float = 0.0,
    ) -> None:
        draw = np.random.default_rng(seed)
        self.depth, self.penalty, self.relu = len(widths) - 1, penalty, activation == "relu"
        self.x = draw.random((BATCH, widths[0])).astype(dtype)
        self.labels = draw.integers(widths[-1], size=BATCH)
        self.at: dict[str, Array] = {}
        for k, (d, q) in enumerate(pairwise(widths), 1):
            self.at[f"W{k}"] = (draw.normal(size=(d, q)) / d**0.5).astype(dtype)
            self.at[f"b{k}"] = (0.1 * draw.normal(size=q)).astype(dtype)
        self.calls = 0
        self.wrong: tuple[str, int, float] | None = None

    @property
    def size(self) -> int:
        return sum(a.size for a in self.at.values())

    def activations(self, p: Mapping[str, Array]) -> list[Array]:
        """The input, the hidden layers and the logits."""
        a = [self.x]
        for k in range(1, self.depth + 1):
            z = a[-1] @ p[f"W{k}"] + p[f"b{k}"]
            if k < self.depth:
                z = z * (z.real > 0) if self.relu else np.tanh(z)
            a.append(z)
        return a

    def fun(self, **p: Array) -> Any:
        self.calls += 1
        z = self.activations(p)[-1]
        z = z - z.real.max(1, keepdims=True)
        loss = (np.log(np.exp(z).sum(1)) - z[np.arange(BATCH), self.labels]).mean()
        return loss + self.penalty * (np.abs(p["W1"]) ** 2).sum() if self.penalty else loss

    def grad(self, **p: Array) -> dict[str, Array]:
        a = self.activations(p)
        d = np.exp(a[-1] - a[-1].max(1, keepdims=True))
        d /= d.sum(1, keepdims=True)
        d[np.arange(BATCH), self.labels] -= 1
        d /= BATCH
        g = {}
        for k in range(self.depth, 0, -1):
            g[f"W{k}"], g[f"b{k}"] = a[k - 1].T @ d, d.sum(0)
            if k > 1:
                d = (d @ p[f"W{k}"].T) * (a[k - 1] > 0 if self.relu else 1 - a[k - 1] ** 2)
        if self.penalty:
            g["W1"] += 2 * self.penalty * p["W1"]
        if self.wrong:
            name, index, error = self.wrong
            g[name].flat[index] += error * np.abs(g[name]).max()
        return g
