"""Right gradients of large and small, steep, oscillating, deep and wide functions."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.case import Case

FAMILY = "scales"


def right(name: str, forward: Any, backward: Any, at: Any, **more: Any) -> Case:
    return Case(name, FAMILY, forward, backward, at, difficult=True, **more)


def scalar(name: str, fun: Any, grad: Any, at: Any, **more: Any) -> Case:
    return right(name, fun, grad, at, kind="gradient", **more)


def normal(*shape: int, scale: float = 1.0, dtype: Any = np.float64) -> Any:
    return lambda rng: (scale * rng.normal(size=shape)).astype(dtype)


def linear(x: Any, W: Any) -> Any:
    return np.tanh(x @ W)


def linear_backward(dy: Any, x: Any, W: Any) -> Any:
    d = dy * (1 - np.tanh(x @ W) ** 2)
    return d @ W.T, x.T @ d


def scaled_linear(up: float, down: float, dtype: Any = np.float64) -> Any:
    def at(rng: Any) -> Any:
        x, W = up * rng.normal(size=(6, 4)), down * rng.normal(size=(4, 3))
        return x.astype(dtype), W.astype(dtype)

    return at


def entropy(z: Any, labels: Any) -> Any:
    z = z - z.max(axis=1, keepdims=True)
    return -(z[np.arange(len(z)), labels] - np.log(np.exp(z).sum(axis=1))).mean()


def entropy_gradient(z: Any, labels: Any) -> Any:
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(z)), labels] -= 1
    return p / z.dtype.type(len(z)), None


def labelled(scale: float, dtype: Any = np.float64) -> Any:
    def at(rng: Any) -> Any:
        return (scale * rng.normal(size=(8, 5))).astype(dtype), rng.integers(0, 5, 8)

    return at


def polynomial(x: Any) -> Any:
    return np.polyval([1, -3, 0, 5, 2, -7, 1, 4, 2], x).sum()


def polynomial_gradient(x: Any) -> Any:
    return np.polyval(np.polyder([1, -3, 0, 5, 2, -7, 1, 4, 2]), x)


def deep(x: Any, W: Any) -> Any:
    for layer in W:
        x = np.tanh(x @ layer)
    return x


def deep_backward(dy: Any, x: Any, W: Any) -> Any:
    inputs = [x]
    for layer in W:
        inputs.append(np.tanh(inputs[-1] @ layer))
    dW = np.zeros_like(W)
    for k in reversed(range(len(W))):
        dy = dy * (1 - inputs[k + 1] ** 2)
        dW[k] = inputs[k].T @ dy
        dy = dy @ W[k].T
    return dy, dW


def wide(x: Any, W: Any, v: Any) -> Any:
    return 0.5 * (np.tanh(x @ W) @ v).sum() ** 2


def wide_gradient(x: Any, W: Any, v: Any) -> Any:
    a = np.tanh(x @ W)
    s = (a @ v).sum()
    d = s * np.outer(np.ones(len(x)), v) * (1 - a**2)
    return d @ W.T, x.T @ d, s * a.sum(0)


CASES = [
    right("inputs of 1e-8", linear, linear_backward, scaled_linear(1e-8, 1.0)),
    right("inputs of 1e8, weights of 1e-8", linear, linear_backward, scaled_linear(1e8, 1e-8)),
    right("inputs of 1e-8, weights of 1e8", linear, linear_backward, scaled_linear(1e-8, 1e8)),
    right("inputs and weights of 1e-8", linear, linear_backward, scaled_linear(1e-8, 1e-8)),
    scalar(
        "entries from 1e-6 to 1e6",
        lambda w: np.sin(w / np.logspace(-6, 6, 9)).sum(),
        lambda w: np.cos(w / np.logspace(-6, 6, 9)) / np.logspace(-6, 6, 9),
        lambda rng: rng.uniform(0.5, 1, 9) * np.logspace(-6, 6, 9),
    ),
    scalar("square at 1e10", lambda w: (w**2).sum(), lambda w: 2 * w, normal(5, scale=1e10)),
    scalar("1e-6 times a square", lambda w: 1e-6 * (w**2).sum(), lambda w: 2e-6 * w, normal(5)),
    scalar(
        "1e-200 times a square", lambda w: 1e-200 * (w**2).sum(), lambda w: 2e-200 * w, normal(5)
    ),
    scalar("1e200 times a square", lambda w: 1e200 * (w**2).sum(), lambda w: 2e200 * w, normal(5)),
    scalar("a constant", lambda w: 3.0 + 0 * w.sum(), lambda w: 0 * w, normal(5)),
    scalar("cross-entropy of logits of 1000", entropy, entropy_gradient, labelled(1000.0)),
    scalar(
        "sine of 1e5 x",
        lambda x: np.sin(1e5 * x).sum(),
        lambda x: 1e5 * np.cos(1e5 * x),
        normal(4),
    ),
    scalar(
        "cosine at 1e6",
        lambda x: np.cos(x).sum(),
        lambda x: -np.sin(x),
        normal(4, scale=1e6),
    ),
    scalar("polynomial of degree 8", polynomial, polynomial_gradient, normal(5, scale=3.0)),
    scalar(
        "polynomial of degree 8 at 100", polynomial, polynomial_gradient, normal(5, scale=100.0)
    ),
    scalar(
        "steep tanh",
        lambda x: np.tanh(50 * x).sum(),
        lambda x: 50 / np.cosh(50 * x) ** 2,
        normal(6, scale=0.02),
    ),
    scalar("exp of 300", lambda x: np.exp(x).sum(), np.exp, lambda rng: rng.uniform(290, 300, 4)),
    scalar(
        "reciprocal near its pole",
        lambda x: (1 / x).sum(),
        lambda x: -1 / x**2,
        lambda rng: rng.uniform(1e-5, 2e-5, 4),
    ),
    scalar(
        "logarithm of 1e-12",
        lambda x: np.log(x).sum(),
        lambda x: 1 / x,
        lambda rng: rng.uniform(1e-12, 2e-12, 4),
    ),
    right(
        "30 narrow layers",
        deep,
        deep_backward,
        lambda rng: (rng.normal(size=(5, 4)), 0.9 * rng.normal(size=(30, 4, 4))),
    ),
    scalar(
        "50 000 parameters",
        wide,
        wide_gradient,
        lambda rng: (
            rng.normal(size=(8, 250)),
            rng.normal(size=(250, 200)) / 16,
            rng.normal(size=200),
        ),
    ),
]
