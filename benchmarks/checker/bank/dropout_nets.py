"""Dropout within a net, and of weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.bank.dropout import P
from benchmarks.checker.case import Case

FAMILY = "dropout"


def network(x: Any, W1: Any, W2: Any, mask: Any) -> Any:
    return (np.tanh(x @ W1) * mask / (1 - P)) @ W2


def network_backward(dy: Any, x: Any, W1: Any, W2: Any, mask: Any) -> Any:
    h = np.tanh(x @ W1)
    dropped = h * mask / (1 - P)
    dh = dy @ W2.T * mask / (1 - P)
    dz = dh * (1 - h**2)
    return dz @ W1.T, x.T @ dz, dropped.T @ dy, None


def before_dropout(dy: Any, x: Any, W1: Any, W2: Any, mask: Any) -> Any:
    """dW2 from the activations before dropout."""
    return np.tanh(x @ W1).T @ dy


def after_dropout(dy: Any, x: Any, W1: Any, W2: Any, mask: Any) -> Any:
    """tanh' from the activations after dropout: 1 - (h mask / (1 - p))^2."""
    dropped = np.tanh(x @ W1) * mask / (1 - P)
    return x.T @ (dy @ W2.T * mask / (1 - P) * (1 - dropped**2))


def connect(x: Any, W: Any, mask: Any) -> Any:
    """DropConnect: the weights are dropped."""
    return x @ (W * mask)


def network_at(rng: Any) -> Any:
    shapes = (8, 6), (6, 20), (20, 3)
    x, W1, W2 = (rng.normal(size=shape) for shape in shapes)
    return x, 0.3 * W1, W2, rng.random((8, 20)) >= P


NETWORK = Case(
    "net with dropout",
    FAMILY,
    network,
    network_backward,
    network_at,
    context=lambda x, W1, W2, mask: {"h": np.tanh(x @ W1)},
)
CONNECT = Case(
    "DropConnect",
    FAMILY,
    connect,
    lambda dy, x, W, mask: (dy @ (W * mask).T, x.T @ dy * mask, None),
    lambda rng: (rng.normal(size=(7, 10)), rng.normal(size=(10, 8)), rng.random((10, 8)) >= P),
)

CASES = [
    NETWORK,
    NETWORK.wrong("dW2 before dropout", "partial missing-factor unknown", {"W2": before_dropout}),
    NETWORK.wrong("tanh' after dropout", "unknown missing-factor", {"W1": after_dropout}),
    CONNECT,
    CONNECT.wrong(
        "dW not masked", "partial missing-factor", {"W": lambda dy, x, W, mask: x.T @ dy}
    ),
    CONNECT.wrong(
        "dx by the whole W", "unknown missing-term", {"x": lambda dy, x, W, mask: dy @ W.T}
    ),
]
