"""y = x W + b, with N, D and H all different, and square."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.case import Case

FAMILY = "linear"


def forward(x: Any, W: Any, b: Any) -> Any:
    return x @ W + b


def backward(dy: Any, x: Any, W: Any, b: Any) -> Any:
    return dy @ W.T, x.T @ dy, dy.sum(0)


def at(n: int, d: int, h: int) -> Any:
    return lambda rng: (rng.normal(size=(n, d)), rng.normal(size=(d, h)), rng.normal(size=h))


def two_uses(x: Any, W: Any) -> Any:
    return (x @ W) @ W


def two_uses_backward(dy: Any, x: Any, W: Any) -> Any:
    return dy @ W.T @ W.T, x.T @ (dy @ W.T) + (x @ W).T @ dy


def columns(W: Any, x: Any, b: Any) -> Any:
    return W @ x + b[:, None]


def columns_backward(dy: Any, W: Any, x: Any, b: Any) -> Any:
    return dy @ x.T, W.T @ dy, dy.sum(1)


def decay(W: Any, x: Any) -> Any:
    return 0.5 * ((x @ W) ** 2).sum() / len(x) + 0.1 * (W**2).sum()


def decay_gradient(W: Any, x: Any) -> Any:
    return x.T @ (x @ W) / len(x) + 0.2 * W, x @ W @ W.T / len(x)


OBLONG = Case("linear", FAMILY, forward, backward, at(7, 5, 3))
SQUARE = Case("linear, square", FAMILY, forward, backward, at(5, 5, 5))
ONE = Case("linear, one row", FAMILY, forward, backward, at(1, 5, 3))
LARGE = Case("linear, large", FAMILY, forward, backward, at(40, 30, 20))
TWICE = Case(
    "linear applied twice",
    FAMILY,
    two_uses,
    two_uses_backward,
    lambda rng: (rng.normal(size=(6, 4)), rng.normal(size=(4, 4))),
)
COLUMNS = Case(
    "linear by columns",
    FAMILY,
    columns,
    columns_backward,
    lambda rng: (rng.normal(size=(3, 4)), rng.normal(size=(4, 6)), rng.normal(size=3)),
)
DECAY = Case(
    "least squares with decay",
    FAMILY,
    decay,
    decay_gradient,
    lambda rng: (rng.normal(size=(5, 3)), rng.normal(size=(8, 5))),
    kind="gradient",
)

CASES = [
    OBLONG,
    OBLONG.wrong("dW averaged", "scale", {"W": lambda dy, x, W, b: x.T @ dy / len(x)}),
    OBLONG.wrong("db averaged", "scale", {"b": lambda dy, x, W, b: dy.mean(0)}),
    OBLONG.wrong(
        "db one number", "shape not-reduced wrong-axis", {"b": lambda dy, x, W, b: dy.sum()}
    ),
    OBLONG.wrong("db not summed", "not-reduced", {"b": lambda dy, x, W, b: dy}),
    OBLONG.wrong("db with a row axis", "shape", {"b": lambda dy, x, W, b: dy.sum(0)[None]}),
    OBLONG.wrong("dW transposed", "shape transposed", {"W": lambda dy, x, W, b: dy.T @ x}),
    OBLONG.wrong("dx without dy", "missing-factor", {"x": lambda dy, x, W, b: W.sum(1) + 0 * x}),
    OBLONG.wrong("dx negative", "sign", {"x": lambda dy, x, W, b: -dy @ W.T}),
    OBLONG.wrong("db forgotten", "zeros", {"b": lambda dy, x, W, b: np.zeros_like(b)}),
    OBLONG.wrong("db None", "zeros", {"b": lambda dy, x, W, b: None}),
    OBLONG.wrong(
        "dx and dW exchanged",
        "swapped shape",
        lambda dy, x, W, b: (x.T @ dy, dy @ W.T, dy.sum(0)),
    ),
    SQUARE,
    SQUARE.wrong("dx by W", "transposed", {"x": lambda dy, x, W, b: dy @ W}),
    SQUARE.wrong("dW transposed", "transposed", {"W": lambda dy, x, W, b: dy.T @ x}),
    SQUARE.wrong("db along columns", "wrong-axis", {"b": lambda dy, x, W, b: dy.sum(1)}),
    SQUARE.wrong(
        "dx and dW exchanged", "swapped", lambda dy, x, W, b: (x.T @ dy, dy @ W.T, dy.sum(0))
    ),
    SQUARE.wrong("dW without a transpose", "transposed", {"W": lambda dy, x, W, b: x @ dy}),
    LARGE,
    LARGE.wrong("dW averaged", "scale", {"W": lambda dy, x, W, b: x.T @ dy / len(x)}),
    LARGE.wrong(
        "dW without its last row",
        "partial",
        {"W": lambda dy, x, W, b: np.r_[x.T[:-1] @ dy, 0 * W[-1:]]},
    ),
    ONE,
    ONE.wrong(
        "dW averaged",
        "scale",
        {"W": lambda dy, x, W, b: x.T @ dy / len(x)},
        shows=False,
        note="with one row a mean is a sum",
    ),
    TWICE,
    TWICE.wrong(
        "the first use alone",
        "missing-term",
        {"W": lambda dy, x, W: x.T @ (dy @ W.T)},
    ),
    TWICE.wrong(
        "the last use alone",
        "missing-term",
        {"W": lambda dy, x, W: (x @ W).T @ dy},
    ),
    COLUMNS,
    COLUMNS.wrong("dW by rows", "shape transposed", {"W": lambda dy, W, x, b: x @ dy.T}),
    COLUMNS.wrong("db along rows", "shape", {"b": lambda dy, W, x, b: dy.sum(0)}),
    DECAY,
    DECAY.wrong(
        "decay halved", "missing-term", {"W": lambda W, x: x.T @ (x @ W) / len(x) + 0.1 * W}
    ),
    DECAY.wrong("decay forgotten", "missing-term", {"W": lambda W, x: x.T @ (x @ W) / len(x)}),
    DECAY.wrong(
        "decay with a sign", "missing-term", {"W": lambda W, x: x.T @ (x @ W) / len(x) - 0.2 * W}
    ),
]
