"""More of the same course: mean squared error, guards, wrong wiring, and backward passes."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit

from benchmarks.checker.case import Case

FAMILY = "students"
N, D, Q, C = 12, 5, 4, 3


def at(rng: Any, q: int = Q) -> Any:
    shapes = (N, D), (D, q), (q,), (q, C), (C,)
    return tuple(0.8 * rng.normal(size=shape) for shape in shapes)


def forward(X: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    return np.tanh(X @ W1 + b1) @ W2 + b2


def backward(dy: Any, X: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    a1 = np.tanh(X @ W1 + b1)
    delta2 = (dy @ W2.T) * (1 - a1**2)
    return delta2 @ W1.T, X.T @ delta2, delta2.sum(0), a1.T @ dy, dy.sum(0)


def without_slope(dy: Any, X: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    delta2 = dy @ W2.T
    return delta2 @ W1.T, X.T @ delta2, delta2.sum(0), np.tanh(X @ W1 + b1).T @ dy, dy.sum(0)


def context(X: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> dict[str, Any]:
    return {"Z1": X @ W1 + b1, "a1": np.tanh(X @ W1 + b1)}


def twice(X: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    """The second layer before the relu and after it."""
    return np.maximum((X @ W1 + b1) @ W2 + b2, 0) @ W2 + b2


def twice_backward(dy: Any, X: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    h = X @ W1 + b1
    z = h @ W2 + b2
    dz = (dy @ W2.T) * (z > 0)
    dh = dz @ W2.T
    dW2 = np.maximum(z, 0).T @ dy + h.T @ dz
    return dh @ W1.T, X.T @ dh, dh.sum(0), dW2, dy.sum(0) + dz.sum(0)


def once_backward(dy: Any, X: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    h = X @ W1 + b1
    dh = (dy @ W2.T) * (h > 0)
    return dh @ W1.T, X.T @ dh, dh.sum(0), np.maximum(h, 0).T @ dy, dy.sum(0)


def once(X: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    return np.maximum(X @ W1 + b1, 0) @ W2 + b2


def neuron(W: Any, b: Any, X: Any, y: Any) -> Any:
    return ((X @ W + b - y) ** 2).mean()


def neuron_gradients(W: Any, b: Any, X: Any, y: Any) -> Any:
    e = 2 * (X @ W + b - y) / y.size
    return X.T @ e, e.sum(0), None, None


def neuron_at(rng: Any) -> Any:
    return (
        rng.normal(size=(6, 1)),
        rng.normal(size=1),
        rng.normal(size=(20, 6)),
        rng.normal(size=(20, 1)),
    )


def guarded(z: Any, y: Any) -> Any:
    p = expit(z)
    return -(y * np.log(p + 1e-16) + (1 - y) * np.log(1 - p + 1e-16)).sum() / len(z)


def guarded_gradient(z: Any, y: Any) -> Any:
    p = expit(z)
    slope = -y / (p + 1e-16) + (1 - y) / (1 - p + 1e-16)
    return slope * p * (1 - p) / len(z), None


def unguarded_gradient(z: Any, y: Any) -> Any:
    p = expit(z)
    return (p - y) / (p * (1 - p)) * p * (1 - p) / len(z)


def saturated_at(rng: Any) -> Any:
    return rng.choice([-1, 1], (6, 3)) * rng.uniform(50, 60, (6, 3)), rng.integers(
        0, 2, (6, 3)
    ).astype(float)


def guarded_at(rng: Any) -> Any:
    return rng.normal(size=(6, 3)), rng.integers(0, 2, (6, 3)).astype(float)


def tied(x: Any, W: Any, b: Any, c: Any) -> Any:
    return expit(expit(x @ W + b) @ W.T + c)


def tied_backward(dy: Any, x: Any, W: Any, b: Any, c: Any) -> Any:
    h = expit(x @ W + b)
    y = expit(h @ W.T + c)
    d2 = dy * y * (1 - y)
    d1 = (d2 @ W) * h * (1 - h)
    return d1 @ W.T, x.T @ d1 + d2.T @ h, d1.sum(0), d2.sum(0)


def tied_at(rng: Any) -> Any:
    return rng.uniform(size=(7, 6)), rng.normal(size=(6, 3)), rng.normal(size=3), rng.normal(size=6)


def highway(x: Any, H: Any, T: Any) -> Any:
    t = expit(x @ T)
    return t * np.tanh(x @ H) + (1 - t) * x


def highway_backward(dy: Any, x: Any, H: Any, T: Any) -> Any:
    t, h = expit(x @ T), np.tanh(x @ H)
    dh, dt = dy * t * (1 - h**2), dy * (h - x) * t * (1 - t)
    return dh @ H.T + dt @ T.T + dy * (1 - t), x.T @ dh, x.T @ dt


def highway_at(rng: Any) -> Any:
    return rng.normal(size=(6, 4)), rng.normal(size=(4, 4)), rng.normal(size=(4, 4))


NET = Case("two layers", FAMILY, forward, backward, at, context=context)
TWICE = Case("second layer twice", FAMILY, twice, twice_backward, lambda rng: at(rng, q=C))
ONCE = Case("relu net, Q = C", FAMILY, once, once_backward, lambda rng: at(rng, q=C))
NEURON = Case(
    "linear neuron", FAMILY, neuron, neuron_gradients, neuron_at, kind="gradient", wrt=("W", "b")
)
GUARD = Case(
    "guarded logs", FAMILY, guarded, guarded_gradient, guarded_at, kind="gradient", wrt=("z",)
)
TIED = Case("tied autoencoder", FAMILY, tied, tied_backward, tied_at)
HIGHWAY = Case("highway", FAMILY, highway, highway_backward, highway_at)

CASES = [
    NET,
    NET.wrong("tanh' forgotten", "missing-factor unknown", without_slope, array="W1"),
    NET.wrong(
        "db1 one number", "shape not-reduced", {"b1": lambda dy, *at: backward(dy, *at)[2].sum()}
    ),
    NET.wrong("db2 averaged", "scale", {"b2": lambda dy, *at: dy.mean(0)}),
    NET.wrong(
        "dW1 with a1",
        "shape",
        {"W1": lambda dy, X, W1, b1, W2, b2: np.tanh(X @ W1 + b1).T @ (dy @ W2.T)},
    ),
    TWICE,
    TWICE.wrong(
        "gradient of the last use alone",
        "missing-term",
        {"W2": lambda dy, X, W1, b1, W2, b2: np.maximum((X @ W1 + b1) @ W2 + b2, 0).T @ dy},
    ),
    TWICE.wrong("bias of the last use alone", "missing-term", {"b2": lambda dy, *at: dy.sum(0)}),
    TWICE.wrong("backward of the net that was meant", "unknown", once_backward),
    ONCE,
    ONCE.wrong("backward of the net with two", "unknown", twice_backward),
    ONCE.wrong(
        "mask of the output",
        "partial missing-factor unknown",
        {"b1": lambda dy, X, W1, b1, W2, b2: ((dy @ W2.T) * (once(X, W1, b1, W2, b2) > 0)).sum(0)},
    ),
    NEURON,
    NEURON.wrong(
        "size forgotten",
        "scale",
        lambda W, b, X, y: (X.T @ (2 * (X @ W + b - y)), (2 * (X @ W + b - y)).sum(0), None, None),
        array="W",
    ),
    NEURON.wrong(
        "intercept forgotten",
        "missing-term unknown",
        {"W": lambda W, b, X, y: X.T @ (X @ W - y) * 2 / y.size},
    ),
    GUARD,
    GUARD.wrong(
        "divided by p (1 - p) at certain outputs",
        "nonfinite",
        {"z": unguarded_gradient},
        at=saturated_at,
        tolerance=1e-3,
    ),
    TIED,
    TIED.wrong(
        "encoder alone",
        "missing-term",
        {
            "W": lambda dy, x, W, b, c: (
                x.T
                @ (
                    (dy * tied(x, W, b, c) * (1 - tied(x, W, b, c)) @ W)
                    * expit(x @ W + b)
                    * (1 - expit(x @ W + b))
                )
            )
        },
    ),
    TIED.wrong("one bias for both", "shape", {"c": lambda dy, x, W, b, c: dy.sum(0)[:3]}),
    HIGHWAY,
    HIGHWAY.wrong(
        "carry forgotten",
        "missing-term",
        {"x": lambda dy, x, H, T: highway_backward(dy, x, H, T)[0] - dy * (1 - expit(x @ T))},
    ),
    HIGHWAY.wrong(
        "gate without x",
        "missing-term unknown",
        {"T": lambda dy, x, H, T: x.T @ (dy * np.tanh(x @ H) * expit(x @ T) * (1 - expit(x @ T)))},
    ),
    HIGHWAY.wrong(
        "H and T exchanged",
        "swapped",
        lambda dy, *at: tuple(highway_backward(dy, *at)[k] for k in (0, 2, 1)),
    ),
]
