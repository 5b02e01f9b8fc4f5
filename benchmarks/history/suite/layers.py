"""Layers, forward and backward."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import numnet
from numnet.model import Model

WIDTH = 256
LAYERS: dict[str, Callable[[], Model]] = {
    "Linear": lambda: numnet.Linear(WIDTH, WIDTH),
    "Tanh": numnet.Tanh,
    "Sigmoid": numnet.Sigmoid,
    "ReLU": numnet.ReLU,
    "Softmax": numnet.Softmax,
    "Dropout": numnet.Dropout,
    "Highway": lambda: numnet.Highway(WIDTH),
}


class Layers:
    """A layer of its own."""

    params = (list(LAYERS),)
    param_names = ("layer",)

    def setup(self, name: str) -> None:
        self.layer = numnet.Sequential(LAYERS[name](), rng=0, dtype="float32")
        rng = np.random.default_rng(0)
        self.x = rng.random((128, WIDTH), dtype=np.float32)
        self.ctx = numnet.Context(train=True, rng=rng)
        self.y, self.saved = self.layer.propagate(self.x, self.ctx)
        self.layer.backpropagate(self.y, self.saved)

    def time_propagate(self, name: str) -> None:
        self.layer.propagate(self.x, self.ctx)

    def time_backpropagate(self, name: str) -> None:
        self.layer.parameters.zero_grad()
        self.layer.backpropagate(self.y, self.saved)
