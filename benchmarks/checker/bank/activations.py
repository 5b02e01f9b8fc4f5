"""Elementwise functions, mostly with the derivative at the wrong array or for the wrong entries."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import erf, expit

from benchmarks.checker.case import Case

FAMILY = "activations"
ROOT = np.sqrt(2 / np.pi)


def at(rng: Any) -> Any:
    """Away from 0, so that no entry lies at a kink."""
    x = rng.normal(size=(6, 5))
    return 1.5 * (x + 0.1 * np.sign(x))


def case(name: str, forward: Any, derivative: Any, **more: Any) -> Case:
    return Case(name, FAMILY, forward, lambda dy, x: dy * derivative(x), at, **more)


def tanh(x: Any) -> Any:
    return np.tanh(x)


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def relu(x: Any) -> Any:
    return np.maximum(x, 0)


def leaky(x: Any) -> Any:
    return np.where(x > 0, x, 0.1 * x)


def elu(x: Any) -> Any:
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


def gelu(x: Any) -> Any:
    return 0.5 * x * (1 + erf(x / np.sqrt(2)))


def gelu_slope(x: Any) -> Any:
    return 0.5 * (1 + erf(x / np.sqrt(2))) + x * np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)


def gelu_slope_by_tanh(x: Any) -> Any:
    t = np.tanh(ROOT * (x + 0.044715 * x**3))
    return 0.5 * (1 + t) + 0.5 * x * (1 - t**2) * ROOT * (1 + 0.134145 * x**2)


def softplus(x: Any) -> Any:
    return np.log1p(np.exp(x))


def silu(x: Any) -> Any:
    return x / (1 + np.exp(-x))


def silu_slope(x: Any) -> Any:
    s = expit(x)
    return s + x * s * (1 - s)


def scaled(x: Any, g: Any) -> Any:
    return np.tanh(g * x)


def scaled_backward(dy: Any, x: Any, g: Any) -> Any:
    d = dy * (1 - np.tanh(g * x) ** 2)
    return d * g, (d * x).sum(0)


def neuron(x: Any, w: Any, b: Any) -> Any:
    return expit(x @ w + b)


def neuron_backward(dy: Any, x: Any, w: Any, b: Any) -> Any:
    a = expit(x @ w + b)
    d = dy * a * (1 - a)
    return np.outer(d, w), x.T @ d, d.sum()


TANH = case("tanh", tanh, lambda x: 1 - np.tanh(x) ** 2)
SIGMOID = case("sigmoid", sigmoid, lambda x: expit(x) * (1 - expit(x)))
RELU = case("relu", relu, lambda x: x > 0)
LEAKY = case("leaky relu", leaky, lambda x: np.where(x > 0, 1.0, 0.1))
ELU = case("elu", elu, lambda x: np.where(x > 0, 1.0, np.exp(x)))
GELU = case("gelu", gelu, gelu_slope)
SOFTPLUS = case("softplus", softplus, expit)
SILU = case("silu", silu, silu_slope)
SCALED = Case(
    "tanh with a gain",
    FAMILY,
    scaled,
    scaled_backward,
    lambda rng: (rng.normal(size=(6, 5)), rng.uniform(0.5, 2, 5)),
)
NEURON = Case(
    "sigmoid neuron",
    FAMILY,
    neuron,
    neuron_backward,
    lambda rng: (rng.normal(size=(8, 3)), rng.normal(size=3), np.array(0.3)),
)

CASES = [
    TANH,
    TANH.wrong("derivative forgotten", "missing-factor", {"x": lambda dy, x: dy}),
    TANH.wrong("at the input", "missing-factor", {"x": lambda dy, x: dy * (1 - x**2)}),
    TANH.wrong("square forgotten", "missing-factor", {"x": lambda dy, x: dy * (1 - np.tanh(x))}),
    TANH.wrong("plus", "missing-factor", {"x": lambda dy, x: dy * (1 + np.tanh(x) ** 2)}),
    TANH.wrong(
        "derivative twice", "missing-factor", {"x": lambda dy, x: dy * (1 - np.tanh(x) ** 2) ** 2}
    ),
    TANH.wrong(
        "tanh twice", "missing-factor", {"x": lambda dy, x: dy * (1 - np.tanh(np.tanh(x)) ** 2)}
    ),
    TANH.wrong("dy forgotten", "missing-factor", {"x": lambda dy, x: 1 - np.tanh(x) ** 2}),
    TANH.wrong("dy twice", "missing-factor", {"x": lambda dy, x: dy * dy * (1 - np.tanh(x) ** 2)}),
    SIGMOID,
    SIGMOID.wrong("at the input", "missing-factor", {"x": lambda dy, x: dy * x * (1 - x)}),
    SIGMOID.wrong(
        "tanh's derivative", "missing-factor", {"x": lambda dy, x: dy * (1 - expit(x) ** 2)}
    ),
    SIGMOID.wrong("one factor", "missing-factor", {"x": lambda dy, x: dy * expit(x)}),
    SIGMOID.wrong("other sign", "sign", {"x": lambda dy, x: -dy * expit(x) * (1 - expit(x))}),
    SIGMOID.wrong(
        "of the sigmoid",
        "missing-factor",
        {"x": lambda dy, x: dy * expit(expit(x)) * (1 - expit(expit(x)))},
    ),
    RELU,
    RELU.wrong("inverted", "partial missing-factor", {"x": lambda dy, x: dy * (x < 0)}),
    RELU.wrong("mask of dy", "partial missing-factor", {"x": lambda dy, x: dy * (dy > 0)}),
    RELU.wrong(
        "both masks", "partial missing-factor", {"x": lambda dy, x: dy * (dy > 0) * (x > 0)}
    ),
    RELU.wrong("mask forgotten", "partial missing-factor", {"x": lambda dy, x: dy}),
    RELU.wrong("the value itself", "missing-factor", {"x": lambda dy, x: dy * np.maximum(x, 0)}),
    RELU.wrong("at one", "partial missing-factor", {"x": lambda dy, x: dy * (x > 1)}),
    RELU.wrong("zeros", "zeros", {"x": lambda dy, x: np.zeros_like(x)}),
    LEAKY,
    LEAKY.wrong("slope forgotten", "partial missing-factor", {"x": lambda dy, x: dy * (x > 0)}),
    LEAKY.wrong(
        "another slope",
        "partial missing-factor",
        {"x": lambda dy, x: dy * np.where(x > 0, 1, 0.01)},
    ),
    ELU,
    ELU.wrong(
        "1 too much",
        "partial missing-factor",
        {"x": lambda dy, x: dy * np.where(x > 0, 1, np.expm1(x))},
    ),
    GELU,
    GELU.wrong(
        "of the tanh form", "missing-factor", {"x": lambda dy, x: dy * gelu_slope_by_tanh(x)}
    ),
    GELU.wrong(
        "density forgotten",
        "missing-factor missing-term",
        {"x": lambda dy, x: dy * 0.5 * (1 + erf(x / np.sqrt(2)))},
    ),
    SOFTPLUS,
    SOFTPLUS.wrong("relu's", "missing-factor", {"x": lambda dy, x: dy * (x > 0)}),
    SOFTPLUS.wrong(
        "sigmoid'", "missing-factor", {"x": lambda dy, x: dy * expit(x) * (1 - expit(x))}
    ),
    SILU,
    SILU.wrong("product rule", "missing-factor missing-term", {"x": lambda dy, x: dy * expit(x)}),
    SILU.wrong(
        "first term forgotten",
        "missing-factor missing-term",
        {"x": lambda dy, x: dy * x * expit(x) * (1 - expit(x))},
    ),
    SCALED,
    SCALED.wrong(
        "gain forgotten", "missing-factor", {"x": lambda dy, x, g: dy * (1 - np.tanh(g * x) ** 2)}
    ),
    SCALED.wrong(
        "without the gain inside",
        "missing-factor",
        {"x": lambda dy, x, g: dy * g * (1 - np.tanh(x) ** 2)},
    ),
    SCALED.wrong(
        "not summed", "not-reduced", {"g": lambda dy, x, g: dy * x * (1 - np.tanh(g * x) ** 2)}
    ),
    NEURON,
    NEURON.wrong(
        "sigmoid' forgotten",
        "missing-factor",
        lambda dy, x, w, b: (np.outer(dy, w), x.T @ dy, dy.sum()),
        array="x",
    ),
    NEURON.wrong(
        "b averaged", "scale", {"b": lambda dy, x, w, b: neuron_backward(dy, x, w, b)[2] / len(x)}
    ),
]
