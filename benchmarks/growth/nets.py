"""The networks that are measured, their data, and a step of them to call again and again."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

import numnet
from numnet.train.step import train_step

Array = NDArray[Any]

MNIST = 60_000


@dataclass(frozen=True)
class Net:
    """A network of Linear layers: relu and cross-entropy, or tanh and MSE for one output."""

    widths: tuple[int, ...]
    batch: int
    dtype: str

    def model(self) -> numnet.Sequential:
        """The same at every call."""
        hidden = numnet.Tanh if self.widths[-1] == 1 else numnet.ReLU
        layers: list[numnet.Layer] = []
        for D, Q in itertools.pairwise(self.widths):
            layers += [numnet.Linear(D, Q), hidden()]
        return numnet.Sequential(*layers[:-1], rng=0, dtype=self.dtype)

    def loss(self) -> numnet.Loss:
        return numnet.MSE() if self.widths[-1] == 1 else numnet.SoftmaxCrossEntropy()

    def data(self, rows: int) -> tuple[Array, Array]:
        """So many rows, drawn."""
        D, C = self.widths[0], self.widths[-1]
        rng = np.random.default_rng(0)
        x = rng.random((rows, D)).astype(self.dtype)
        return x, (rng.random((rows, 1)) if C == 1 else rng.integers(0, C, rows))

    def images(self, rows: int) -> tuple[Array, Array, bool]:
        """MNIST's where all of them are asked for and there, else drawn; and which."""
        try:
            if rows == MNIST and self.widths[0] == 784:
                found = numnet.data.load_mnist(dtype=self.dtype)
                return found.x_train, found.y_train, True
        except FileNotFoundError:
            pass
        return *self.data(rows), False

    def step(self) -> tuple[Callable[[], object], numnet.SGD]:
        """A step on a batch that is ready, and its optimizer."""
        model, loss = self.model(), self.loss()
        x, y = self.data(self.batch)
        optimizer = numnet.SGD(model.parameters, lr=1e-3, momentum=0.9)
        ctx = numnet.Context(train=True, rng=np.random.default_rng(0))
        y = loss.cast(y, x)
        return partial(train_step, model, loss, optimizer, x, y, ctx, checked=True), optimizer

    @property
    def parameters(self) -> int:
        """Bytes of one vector of them."""
        return sum((D + 1) * Q for D, Q in itertools.pairwise(self.widths)) * self._item

    @property
    def activations(self) -> int:
        """Bytes of one batch of inputs and of what each layer makes of it."""
        D, *hidden, C = self.widths
        return self.batch * (D + 2 * sum(hidden) + C) * self._item

    @property
    def _item(self) -> int:
        return np.dtype(self.dtype).itemsize

    def __str__(self) -> str:
        return f"{self.batch} x {'-'.join(map(str, self.widths))}, {self.dtype}"


SMALL = Net((13, 20, 1), 32, "float64")
LARGE = Net((784, 100, 10), 128, "float32")
WIDE = Net((784, 1024, 1024, 10), 128, "float32")
