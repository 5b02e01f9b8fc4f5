"""Mistakes at points that cannot show them, where the claim is right by chance."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.case import Case

FAMILY = "blind"


def linear(x: Any, W: Any) -> Any:
    return x @ W


def gain(x: Any, g: Any) -> Any:
    return np.sin(x) * g


def gain_backward(dy: Any, x: Any, g: Any) -> Any:
    return dy * g * np.cos(x), (dy * np.sin(x)).sum(0)


def highest(x: Any) -> Any:
    return x.max(axis=1)


def highest_backward(dy: Any, x: Any) -> Any:
    dx = np.zeros_like(x)
    dx[np.arange(len(x)), x.argmax(axis=1)] = dy
    return dx


def embed(W: Any, index: Any) -> Any:
    return np.tanh(W[index])


def embed_backward(dy: Any, W: Any, index: Any) -> Any:
    dW = np.zeros_like(W)
    np.add.at(dW, index, dy * (1 - np.tanh(W[index]) ** 2))
    return dW, None


def embed_written(dy: Any, W: Any, index: Any) -> Any:
    dW = np.zeros_like(W)
    dW[index] = dy * (1 - np.tanh(W[index]) ** 2)
    return dW


def units(x: Any, W: Any, v: Any) -> Any:
    return np.tanh(x @ W) @ v


def units_backward(dy: Any, x: Any, W: Any, v: Any) -> Any:
    a = np.tanh(x @ W)
    d = np.outer(dy, v) * (1 - a**2)
    return d @ W.T, x.T @ d, a.T @ dy


def equal_units(rng: Any) -> Any:
    x, w = rng.normal(size=(6, 4)), rng.normal(size=(4, 1))
    return x, np.repeat(w, 3, axis=1), np.full(3, 0.4)


def symmetric(rng: Any) -> Any:
    x, W = rng.normal(size=(5, 4)), rng.normal(size=(4, 4))
    return x, W + W.T


LINEAR = Case(
    "plain product",
    FAMILY,
    linear,
    lambda dy, x, W: (dy @ W.T, x.T @ dy),
    lambda rng: (rng.normal(size=(5, 4)), rng.normal(size=(4, 4))),
)
TANH = Case(
    "plain tanh",
    FAMILY,
    lambda x: np.tanh(x),
    lambda dy, x: dy * (1 - np.tanh(x) ** 2),
    lambda rng: rng.normal(size=(5, 4)),
)
RELU = Case(
    "plain relu",
    FAMILY,
    lambda x: np.maximum(x, 0),
    lambda dy, x: dy * (x > 0),
    lambda rng: rng.normal(size=(5, 4)),
)
GAIN = Case(
    "gain",
    FAMILY,
    gain,
    gain_backward,
    lambda rng: (rng.normal(size=(5, 4)), rng.normal(size=4)),
)
HIGHEST = Case("highest", FAMILY, highest, highest_backward, lambda rng: rng.normal(size=(5, 4)))
EMBED = Case(
    "rows of a table",
    FAMILY,
    embed,
    embed_backward,
    lambda rng: (rng.normal(size=(6, 3)), np.array([0, 2, 2, 5, 2])),
)
UNITS = Case(
    "hidden units",
    FAMILY,
    units,
    units_backward,
    lambda rng: (rng.normal(size=(6, 4)), rng.normal(size=(4, 3)), rng.normal(size=3)),
)


def unseen(case: Case, name: str, causes: str, claimed: Any, at: Any) -> Case:
    return case.wrong(name, causes, claimed, at=at, shows=False)


CASES = [
    LINEAR,
    unseen(LINEAR, "W symmetric", "transposed", {"x": lambda dy, x, W: dy @ W}, symmetric),
    unseen(
        LINEAR,
        "inputs of 0",
        "scale",
        {"W": lambda dy, x, W: x.T @ dy / len(x)},
        lambda rng: (np.zeros((5, 4)), rng.normal(size=(4, 4))),
    ),
    TANH,
    unseen(
        TANH,
        "saturated",
        "missing-factor",
        {"x": lambda dy, x: dy * (1 - np.tanh(x) ** 2) ** 2},
        lambda rng: rng.choice([-1, 1], (5, 4)) * rng.uniform(100, 400, (5, 4)),
    ),
    RELU,
    unseen(
        RELU,
        "all positive",
        "missing-factor partial",
        {"x": lambda dy, x: dy},
        lambda rng: rng.uniform(1, 2, (5, 4)),
    ),
    unseen(
        RELU,
        "all negative",
        "scale",
        {"x": lambda dy, x: 2 * dy * (x > 0)},
        lambda rng: rng.uniform(-2, -1, (5, 4)),
    ),
    GAIN,
    unseen(
        GAIN,
        "gain of 1",
        "missing-factor",
        {"x": lambda dy, x, g: dy * np.cos(x)},
        lambda rng: (rng.normal(size=(5, 4)), np.ones(4)),
    ),
    HIGHEST,
    unseen(
        HIGHEST,
        "no ties",
        "partial scale",
        {"x": lambda dy, x: dy[:, None] * (x == x.max(1, keepdims=True))},
        lambda rng: rng.normal(size=(5, 4)),
    ),
    EMBED,
    EMBED.wrong("repetitions lost", "partial", {"W": embed_written}),
    unseen(
        EMBED,
        "no repetitions",
        "partial",
        {"W": embed_written},
        lambda rng: (rng.normal(size=(6, 3)), np.array([4, 2, 0])),
    ),
    UNITS,
    UNITS.wrong(
        "units in reverse", "flipped", {"W": lambda dy, *at: units_backward(dy, *at)[1][:, ::-1]}
    ),
    unseen(
        UNITS,
        "units equal",
        "flipped",
        {"W": lambda dy, *at: units_backward(dy, *at)[1][:, ::-1]},
        equal_units,
    ),
]
