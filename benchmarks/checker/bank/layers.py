"""Layers and models of numnet's own kind, of which a user has written one wrongly."""

from __future__ import annotations

from typing import Any

import numpy as np

import numnet
from benchmarks.checker.case import Case

FAMILY = "layers"


class Scale(numnet.Layer):
    """y = g x."""

    def __init__(self) -> None:
        self.declare(g=np.array([0.5, 1.5, -1.0, 2.0]))

    def forward(self, x: Any, *_: Any) -> Any:
        return x * self.g, x

    def backward(self, dy: Any, x: Any) -> Any:
        self.add_grad("g", (dy * x).sum(0))
        return dy * self.g


class ScaleByMean(Scale):
    def backward(self, dy: Any, x: Any) -> Any:
        self.add_grad("g", (dy * x).mean(0))
        return dy * self.g


class ScaleWithoutG(Scale):
    def backward(self, dy: Any, x: Any) -> Any:
        self.add_grad("g", (dy * x).sum(0))
        return dy


class ScaleWithoutX(Scale):
    def backward(self, dy: Any, x: Any) -> Any:
        self.add_grad("g", dy.sum(0))
        return dy * self.g


class ScaleSilent(Scale):
    def backward(self, dy: Any, x: Any) -> Any:
        return dy * self.g


class ScaleNotSummed(Scale):
    def backward(self, dy: Any, x: Any) -> Any:
        self.add_grad("g", dy * x)
        return dy * self.g


class ScaleInPlace(Scale):
    def backward(self, dy: Any, x: Any) -> Any:
        self.add_grad("g", (dy * x).sum(0))
        dy *= self.g
        return dy


class Cubic(numnet.Layer):
    """y = x^3 - x, without parameters."""

    def forward(self, x: Any, *_: Any) -> Any:
        return x**3 - x, x

    def backward(self, dy: Any, x: Any) -> Any:
        return dy * (3 * x**2 - 1)


class CubicSquared(Cubic):
    def backward(self, dy: Any, x: Any) -> Any:
        return dy * 3 * x**2


class HalfMSE(numnet.MSE):
    """A mean of squares whose gradient forgets the 2."""

    def backward(self, saved: Any, dy: complex = 1.0, both: bool = False) -> Any:
        return super().backward(saved, dy) / 2


def at(rng: Any) -> Any:
    return rng.normal(size=(6, 4))


def labelled(rng: Any) -> Any:
    return rng.normal(size=(9, 5)), rng.integers(0, 3, 9)


def valued(rng: Any) -> Any:
    return rng.normal(size=(9, 5)), rng.normal(size=(9, 3))


def net(*middle: Any, loss: Any = numnet.SoftmaxCrossEntropy) -> Any:
    """Makes a network with these layers in the middle, and a loss."""

    def make() -> Any:
        inner = [layer() for layer in middle]
        layers = [numnet.Linear(5, 4), *inner, numnet.Linear(4, 3)]
        return numnet.Sequential(*layers, rng=0), loss()

    return make


def layer(name: str, right: Any, **more: Any) -> Case:
    return Case(name, FAMILY, right, right, at, kind="layer", **more)


def model(name: str, right: Any, where: Any = labelled, **more: Any) -> Case:
    return Case(name, FAMILY, right, right, where, kind="model", **more)


SCALE = layer("layer with a gain", Scale)
CUBIC = layer("layer without parameters", Cubic)
NET = model("net with a layer of one's own", net(Scale, numnet.Tanh))
VALUES = model("net with squares", net(numnet.Tanh, loss=numnet.MSE), valued)

CASES = [
    SCALE,
    SCALE.wrong("averaged", "scale", ScaleByMean, array="g"),
    SCALE.wrong("gain forgotten", "missing-factor", ScaleWithoutG, array="x"),
    SCALE.wrong("input forgotten", "missing-factor missing-term unknown", ScaleWithoutX, array="g"),
    SCALE.wrong("no gradient", "zeros", ScaleSilent, array="g"),
    SCALE.wrong("not summed", "not-reduced", ScaleNotSummed, array="g"),
    SCALE.wrong("dy in place", "mutates-input", ScaleInPlace),
    CUBIC,
    CUBIC.wrong("last term forgotten", "missing-term", CubicSquared, array="x"),
    layer("a linear layer", lambda: numnet.Sequential(numnet.Linear(4, 3), rng=0), difficult=True),
    layer("three layers", lambda: net(numnet.Tanh)()[0][1:], difficult=True),
    NET,
    NET.wrong("averaged", "scale", net(ScaleByMean, numnet.Tanh)),
    NET.wrong("gain forgotten", "missing-factor", net(ScaleWithoutG, numnet.Tanh)),
    NET.wrong("no gradient", "zeros", net(ScaleSilent, numnet.Tanh)),
    VALUES,
    VALUES.wrong("2 forgotten", "scale", net(numnet.Tanh, loss=HalfMSE)),
    model("net with relu", net(numnet.ReLU), difficult=True),
    model("net with two activations", net(numnet.Tanh, numnet.Sigmoid), difficult=True),
]
