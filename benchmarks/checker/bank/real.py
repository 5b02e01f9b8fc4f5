"""Right code that takes real numbers alone: no complex step passes through it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

from benchmarks.checker.bank.forms import normal
from benchmarks.checker.case import Case

FAMILY = "real"


def right(name: str, forward: Any, backward: Any, at: Any, **more: Any) -> Case:
    return Case(name, FAMILY, forward, backward, at, difficult=True, **more)


def scalar(name: str, fun: Any, grad: Any, at: Any, **more: Any) -> Case:
    return right(name, fun, grad, at, kind="gradient", **more)


def standardise(x: Any) -> Any:
    return (x - x.mean(axis=0)) / np.std(x, axis=0)


def standardise_backward(dy: Any, x: Any) -> Any:
    xhat = standardise(x)
    return (dy - dy.mean(0) - xhat * (dy * xhat).mean(0)) / np.std(x, axis=0)


def layer_norm(x: Any, g: Any, b: Any) -> Any:
    s = np.sqrt(x.var(axis=1, keepdims=True) + 1e-5)
    return g * (x - x.mean(axis=1, keepdims=True)) / s + b


def layer_norm_backward(dy: Any, x: Any, g: Any, b: Any) -> Any:
    s = np.sqrt(x.var(axis=1, keepdims=True) + 1e-5)
    xhat = (x - x.mean(axis=1, keepdims=True)) / s
    d = dy * g
    dx = (d - d.mean(1, keepdims=True) - xhat * (d * xhat).mean(1, keepdims=True)) / s
    return dx, (dy * xhat).sum(0), dy.sum(0)


def unit(x: Any) -> Any:
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def unit_backward(dy: Any, x: Any) -> Any:
    y = unit(x)
    return (dy - y * (dy * y).sum(1, keepdims=True)) / np.linalg.norm(x, axis=1, keepdims=True)


def into_buffer(x: Any) -> Any:
    y = np.zeros(x.shape)
    for k in range(len(x)):
        y[k] = x[k] ** 2
    return y


def by_math(x: Any) -> float:
    return sum(math.sin(v) * math.exp(v) for v in x)


def as_float(x: Any) -> float:
    return float(np.sum(np.cos(x)))


def refuses(x: Any) -> Any:
    if x.dtype != np.float64:
        raise TypeError(f"float64, please, not {x.dtype}")
    return np.sin(x)


def sine_backward(dy: Any, x: Any) -> Any:
    return dy * np.cos(x)


CASES = [
    right(
        "log cosh by abs",
        lambda x: np.abs(x) + np.log1p(np.exp(-2 * np.abs(x))),
        lambda dy, x: dy * np.tanh(x),
        normal(4, 3),
    ),
    right("standardise by std", standardise, standardise_backward, normal(6, 3)),
    right(
        "layer norm by var",
        layer_norm,
        layer_norm_backward,
        lambda rng: (rng.normal(size=(5, 4)), rng.normal(size=4), rng.normal(size=4)),
    ),
    right("unit rows by norm", unit, unit_backward, normal(5, 3)),
    right("a real buffer", into_buffer, lambda dy, x: 2 * dy * x, normal(4, 3)),
    scalar("the math module", by_math, lambda x: np.exp(x) * (np.sin(x) + np.cos(x)), normal(5)),
    scalar("float()", as_float, lambda x: -np.sin(x), normal(4, 3)),
    right("float64 alone", refuses, sine_backward, normal(4, 3)),
    right(
        "arctan2",
        lambda y, x: np.arctan2(y, x),
        lambda dy, y, x: (dy * x / (x**2 + y**2), -dy * y / (x**2 + y**2)),
        lambda rng: (rng.normal(size=5), rng.normal(size=5)),
    ),
    right(
        "hypot",
        lambda x, y: np.hypot(x, y),
        lambda dy, x, y: (dy * x / np.hypot(x, y), dy * y / np.hypot(x, y)),
        lambda rng: (rng.normal(size=5), rng.normal(size=5)),
    ),
    right(
        "logaddexp",
        lambda x, y: np.logaddexp(x, y),
        lambda dy, x, y: (dy * special.expit(x - y), dy * special.expit(y - x)),
        lambda rng: (rng.normal(size=5), rng.normal(size=5)),
    ),
    right(
        "cube root",
        lambda x: np.cbrt(x),
        lambda dy, x: dy / (3 * np.cbrt(x) ** 2),
        lambda rng: rng.uniform(0.5, 2, 5),
    ),
    right(
        "log gamma",
        lambda x: special.gammaln(x),
        lambda dy, x: dy * special.digamma(x),
        lambda rng: rng.uniform(0.5, 4, 5),
    ),
    right(
        "expit by SciPy",
        lambda x: special.expit(x),
        lambda dy, x: dy * special.expit(x) * special.expit(-x),
        normal(4, 3),
    ),
    scalar("conjugate product", lambda x: np.vdot(x, x), lambda x: 2 * x, normal(5)),
]
