"""What the contract is checked on: an example or more of every public layer, loss and optimizer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from contract.own import Bent, Recorded, Written
from helpers import close

import numnet
from numnet import packing
from numnet.model import Model

BASES = {numnet.Layer, numnet.Loss, numnet.Module, numnet.Optimizer}
DTYPES = ("float32", "float64")
Make = Callable[..., Any]


class Pass(NamedTuple):
    """One forward and one backward pass, and the parameters' gradients after it."""

    x: Any
    y: Any
    saved: Any
    dy: Any
    dx: Any
    grad: Any


@dataclass(frozen=True)
class LayerCase:
    """How to make a layer for x of 3 columns, and the dtype that it is checked in."""

    make: Callable[[], Model]
    dtype: str = "float64"

    def layer(self) -> Model:
        """One whose parameters are all away from 0."""
        layer = self.make().initialize(rng=0, dtype=self.dtype)
        parameters = layer.parameters
        away = np.random.default_rng(1).uniform(0.25, 1, parameters.size)
        parameters.value = parameters.value + away
        return layer

    def x(self, n: int = 5, seed: int = 2) -> Any:
        return np.random.default_rng(seed).uniform(-2, 2, (n, 3)).astype(self.dtype)

    def dy(self, y: Any, seed: int = 3) -> Any:
        return np.random.default_rng(seed).uniform(-2, 2, np.shape(y)).astype(self.dtype)

    def run(self, layer: Model, x: Any = None, dy: Any = None) -> Pass:
        x = self.x() if x is None else x
        layer.parameters.zero_grad()
        y, saved = layer.propagate(x)
        dy = self.dy(y) if dy is None else dy
        dx = layer.backpropagate(dy, saved)
        return Pass(x, y, saved, dy, dx, layer.parameters.grad.copy())


@dataclass(frozen=True)
class LossCase:
    """How to make a loss, its outputs and its truth for n rows."""

    make: Callable[[], numnet.Loss]
    pred: Callable[[np.random.Generator, int], Any]
    true: Callable[[np.random.Generator, int], Any]
    dtype: str = "float64"

    def data(self, n: int = 5) -> tuple[Any, Any]:
        rng = np.random.default_rng(4)
        pred, true = self.pred(rng, n).astype(self.dtype), self.true(rng, n)
        return pred, true.astype(self.dtype) if true.dtype.kind == "f" else true


@dataclass(frozen=True)
class OptimizerCase:
    """How to make an optimizer from (parameters, lr); whether it shrinks what has no gradient."""

    make: Make
    decays: bool = False
    dtype: str = "float64"

    def model(self) -> Any:
        layers = numnet.Linear(3, 4), numnet.Tanh(), numnet.Linear(4, 2)
        return numnet.Sequential(*layers, rng=0, dtype=self.dtype)

    def step(self, optimizer: Any, seed: int) -> None:
        """One step by gradients that the seed decides."""
        grad = optimizer.parameters.grad
        grad[:] = np.random.default_rng(seed).uniform(-1, 1, grad.size)
        optimizer.step()


def near(actual: Any, expected: Any, units: float = 64) -> None:
    """Equal but for rounding, measured by the largest entry."""
    close(actual, expected, 1 + np.max(np.abs(expected), initial=0), units)


def forgotten(base: type, examples: Iterable[Any]) -> str:
    """Which concrete classes under `base` are public and in no example, and what to do."""
    classes = [getattr(numnet, name) for name in numnet.__all__]
    wanted = {c for c in classes if isinstance(c, type) and issubclass(c, base)} - BASES
    found = {type(part) for example in examples for part in _parts(example)}
    missing = sorted(c.__name__ for c in wanted - found)
    return f"add an example to tests/contract/cases.py: {', '.join(missing)}" if missing else ""


def _parts(example: Any) -> Iterable[Any]:
    # Some are made without __init__, for their type alone.
    if not (isinstance(example, Model) and example.__dict__):
        return [example]
    return [part for _, part, _ in packing.walk(example)]


def _nested() -> Model:
    inner = numnet.Sequential(numnet.ReLU(), numnet.Linear(4, 3))
    return numnet.Sequential(numnet.Linear(3, 4), inner, Bent(), numnet.Softmax())


def _tied() -> Model:
    shared = numnet.Linear(3, 3)
    return numnet.Sequential(shared, numnet.Tanh(), shared)


def _transposed() -> Model:
    """Between source and tied stands a parameter, in the vector too."""
    first = numnet.Linear(3, 2)
    return numnet.Sequential(first, numnet.Dropout(0.5), Bent(2), numnet.Tied(first))


LAYERS: dict[str, Make] = {
    "Autoencoder": lambda: numnet.tied_autoencoder([3, 4, 2], "softplus", output="linear"),
    "Dropout": numnet.Dropout,
    "Flatten": numnet.Flatten,
    "Highway": lambda: numnet.Highway(3),
    "Tied": _transposed,
    "Linear": lambda: numnet.Linear(3, 4),
    "Linear, no bias": lambda: numnet.Linear(3, 2, bias=False, init=numnet.he()),
    "Linear, one column": lambda: numnet.Linear(3, 1, bias_init=numnet.normal(1.0)),
    "LeakyReLU": lambda: numnet.LeakyReLU(0.2),
    "LogSoftmax": numnet.LogSoftmax,
    "ReLU": numnet.ReLU,
    "Sigmoid": numnet.Sigmoid,
    "Softmax": numnet.Softmax,
    "Softplus": numnet.Softplus,
    "Tanh": numnet.Tanh,
    "Sequential": _nested,
    "Sequential, tied": _tied,
    "Sequential, empty": numnet.Sequential,
    "a layer of one's own": Bent,
    "a module": Recorded,
    "a module, all by hand": Written,
    "a module, in a chain": lambda: numnet.Sequential(Bent(), Recorded(), numnet.Softmax()),
}


def _values(rng: np.random.Generator, n: int) -> Any:
    return rng.uniform(-2, 2, (n, 3))


def _unit(rng: np.random.Generator, n: int) -> Any:
    return rng.uniform(0.1, 0.9, (n, 3))


def _labels(rng: np.random.Generator, n: int) -> Any:
    return rng.integers(0, 3, n)


def _shares(rng: np.random.Generator, n: int) -> Any:
    return rng.dirichlet(np.ones(3), n).reshape(n, 3)


_BCE = numnet.BinaryCrossEntropy
LOSSES: dict[str, tuple[Make, Make, Make]] = {
    "MSE": (numnet.MSE, _values, _values),
    "SoftmaxCrossEntropy": (numnet.SoftmaxCrossEntropy, _values, _labels),
    "SoftmaxCrossEntropy, rows": (numnet.SoftmaxCrossEntropy, _values, _shares),
    "BinaryCrossEntropy": (_BCE, _unit, _unit),
    "BinaryCrossEntropy, logits": (lambda: _BCE(from_logits=True), _values, _unit),
    "BinaryCrossEntropy, mean": (lambda: _BCE(reduction="mean"), _unit, _unit),
    "BinaryCrossEntropy, logits, mean": (lambda: _BCE(True, "mean"), _values, _unit),
}

OPTIMIZERS: dict[str, tuple[Make, bool]] = {
    "SGD": (numnet.SGD, False),
    "SGD, momentum": (lambda p, lr: numnet.SGD(p, lr, 0.9), False),
    "SGD, nesterov": (lambda p, lr: numnet.SGD(p, lr, 0.5, nesterov=True), False),
    "SGD, decay": (lambda p, lr: numnet.SGD(p, lr, 0.9, weight_decay=0.1), True),
    "RMSprop": (numnet.RMSprop, False),
    "RMSprop, momentum": (lambda p, lr: numnet.RMSprop(p, lr, 0.9, momentum=0.5), False),
    "RMSprop, centered": (lambda p, lr: numnet.RMSprop(p, lr, eps=0.5, centered=True), False),
    "RMSprop, decay": (lambda p, lr: numnet.RMSprop(p, lr, weight_decay=0.1), True),
    "Adam": (numnet.Adam, False),
    "Adam, amsgrad": (lambda p, lr: numnet.Adam(p, lr, (0.8, 0.9), 0.01, amsgrad=True), False),
    "Adam, decay": (lambda p, lr: numnet.Adam(p, lr, weight_decay=0.1), True),
    "AdamW": (numnet.AdamW, True),
    "AdamW, no decay": (lambda p, lr: numnet.AdamW(p, lr, weight_decay=0), False),
}
