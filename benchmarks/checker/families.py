"""Random smooth functions, from a seed: those on which the reference's bound is put to the test.

All constants are float32 numbers, so that a formula means the same in float32 and in float64.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.checker.exact import Formula

Array = NDArray[Any]
TYPES = ("float64", "float32", "float32 inside")  # of x; the last computes in float32 too


@dataclass(frozen=True)
class Smooth:
    """A formula, a point, and the direction of the derivative."""

    family: str
    dtype: str
    formula: Formula
    x: Array
    direction: Array


def constant(value: Any) -> Any:
    """Rounded to float32: a Python float, or an array of float32."""
    return float(np.float32(value)) if np.ndim(value) == 0 else np.asarray(value, np.float32)


def power(draw: np.random.Generator, low: float, high: float) -> float:
    """Ten to a random power, with a random sign."""
    return float(constant(draw.choice((-1, 1)) * 10.0 ** draw.uniform(low, high)))


def polynomial(draw: np.random.Generator, size: int, reach: float) -> Formula:
    c = constant(draw.normal(size=(int(draw.integers(1, 9)), size)))

    def f(m: Any, x: Array) -> Array:
        return np.concatenate([c[k] * x ** (k + 1) for k in range(len(c))] + [x[:1] * x[-1:]])

    return f


def net(draw: np.random.Generator, size: int, reach: float) -> Formula:
    """x are the weights of two tanh units over some data; the loss is a cross-entropy."""
    data = constant(draw.normal(size=(4, size)))
    w = constant(draw.normal(size=(3, 4)) * 10 ** draw.uniform(-1, 1))
    label = int(draw.integers(3))

    def f(m: Any, x: Array) -> Array:
        z = w @ m.tanh(data @ x)
        return np.array([m.log(np.sum(m.exp(z - z[label])))])

    return f


def squares(draw: np.random.Generator, size: int, reach: float) -> Formula:
    """A mean squared error through a sigmoid."""
    data, target = constant(draw.normal(size=(5, size))), constant(draw.normal(size=5))

    def f(m: Any, x: Array) -> Array:
        return (1 / (1 + m.exp(-(data @ x))) - target) ** 2 / 5

    return f


def scaled(draw: np.random.Generator, size: int, reach: float) -> Formula:
    a, b, c = power(draw, -4, 4), power(draw, -2, 2), power(draw, -6, 6)

    def f(m: Any, x: Array) -> Array:
        return np.concatenate([a * m.tanh(b * x), c * x[:1] ** 2, m.arctan(a * x[-1:])])

    return f


def offset(draw: np.random.Generator, size: int, reach: float) -> Formula:
    """A large number is added to the value, or of up to 10**reach within the argument."""
    value, inside = power(draw, 0, 9), power(draw, 0, reach)
    within = draw.random() < 0.5

    def f(m: Any, x: Array) -> Array:
        if within:
            return m.cos(x + inside)
        return np.array([np.sum(m.tanh(x)) + value])

    return f


def oscillating(draw: np.random.Generator, size: int, reach: float) -> Formula:
    w, v = power(draw, 0, min(reach, 4)), power(draw, 0, 2)

    def f(m: Any, x: Array) -> Array:
        return np.concatenate([m.sin(w * x), m.cos(v * x[:1] * x[-1:])])

    return f


def cancelling(draw: np.random.Generator, size: int, reach: float) -> Formula:
    c, kind = power(draw, 0, 5), int(draw.integers(3))

    def f(m: Any, x: Array) -> Array:
        if kind == 0:
            return (x + c) ** 2 - x**2
        if kind == 1:
            return (1 - m.cos(x)) / (1 + x**2)
        return m.exp(x / 8) - 1 - x / 8

    return f


def quotient(draw: np.random.Generator, size: int, reach: float) -> Formula:
    a, c = constant(draw.normal(size=size)), constant(1.25 + draw.random())

    def f(m: Any, x: Array) -> Array:
        return np.array([np.sum(a * x) / (c + m.cos(x[0])) * m.sqrt(1 + np.sum(x**2))])

    return f


def logarithm(draw: np.random.Generator, size: int, reach: float) -> Formula:
    c = constant(10 ** draw.uniform(-6, 1))

    def f(m: Any, x: Array) -> Array:
        top = x[np.argmax(x)]
        return np.concatenate([m.log(c + x**2), [top + m.log(np.sum(m.exp(x - top)))]])

    return f


def linear(draw: np.random.Generator, size: int, reach: float) -> Formula:
    a, c = constant(draw.normal(size=size) * 10 ** draw.uniform(-6, 6)), power(draw, -3, 3)

    def f(m: Any, x: Array) -> Array:
        return a * x + c

    return f


FAMILIES: dict[str, Callable[[np.random.Generator, int, float], Formula]] = {
    "polynomial": polynomial,
    "net": net,
    "squares": squares,
    "badly scaled": scaled,
    "large offset": offset,
    "oscillating": oscillating,
    "cancelling": cancelling,
    "quotient": quotient,
    "logarithm": logarithm,
    "linear": linear,
}


def smooth(seed: int) -> Smooth:
    """The case of this seed; families and types take turns."""
    draw = np.random.default_rng([20, seed])
    names = list(FAMILIES)
    family = names[seed % len(names)]
    kind = (0, 1, 0, 2)[seed // len(names) % 4]
    size = int(draw.integers(1, 6))
    narrow = TYPES[kind] == "float32 inside"
    formula = FAMILIES[family](draw, size, 2 if narrow else 7)
    x = draw.normal(size=size) * 10 ** draw.uniform(-2, 1)
    if draw.random() < 0.25:
        x = x * 10 ** draw.uniform(-3, 1, size=size)
    if narrow:
        # A float32 function of tiny entries is a staircase: no entry may fall below its steps.
        x = np.sign(x) * np.clip(np.abs(x), 0.25, 10.0)
    direction = np.zeros(size)
    direction[int(draw.integers(size))] = 1.0
    if draw.random() < 0.3:
        direction = draw.choice((-1.0, 1.0), size) * draw.uniform(0.5, 1.0, size)
    point = x.astype(np.float32 if kind else np.float64)
    return Smooth(family, TYPES[kind], formula, point, direction)
