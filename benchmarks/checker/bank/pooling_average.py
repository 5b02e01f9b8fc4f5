"""Average and smooth pooling."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.bank.pooling_max import blocks, normal
from benchmarks.checker.case import Case

FAMILY = "pooling"


def average(x: Any, k: int = 3) -> Any:
    return blocks(x, k).mean(axis=(3, 5))


def spread(dy: Any, k: int = 3) -> Any:
    return np.kron(dy, np.ones((1, 1, k, k)))


def moving(x: Any) -> Any:
    """Average of 3 at stride 1 with a zero on either side, divided by the entries that exist."""
    T = x.shape[-1]
    padded = np.pad(x, ((0, 0), (1, 1)))
    count = np.full(T, 3.0)
    count[[0, -1]] = 2
    return (padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]) / count


def moving_backward(dy: Any, x: Any, count: Any = None) -> Any:
    divided = dy / np.r_[2.0, np.full(x.shape[1] - 2, 3.0), 2.0] if count is None else dy / count
    padded = np.pad(divided, ((0, 0), (1, 1)))
    return padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]


def smooth_max(x: Any) -> Any:
    """log-mean-exp over the plane, a smooth pooling."""
    return np.log(np.exp(4 * x).mean(axis=(2, 3))) / 4


def smooth_max_backward(dy: Any, x: Any) -> Any:
    e = np.exp(4 * x)
    return dy[:, :, None, None] * e / e.sum(axis=(2, 3), keepdims=True)


AVERAGE = Case("average pool", FAMILY, average, lambda dy, x: spread(dy) / 9, normal(2, 3, 6, 9))
GLOBAL = Case(
    "global average pool",
    FAMILY,
    lambda x: x.mean((2, 3)),
    lambda dy, x: np.broadcast_to(dy[:, :, None, None] / x[0, 0].size, x.shape),
    normal(3, 4, 5, 7),
    difficult=True,
    note="the gradient is a view that cannot be written",
)
MOVING = Case("moving average", FAMILY, moving, moving_backward, normal(3, 40))

CASES = [
    AVERAGE,
    AVERAGE.wrong("1 / k^2 missing", "scale", lambda dy, x: spread(dy)),
    AVERAGE.wrong("1 / k for 1 / k^2", "scale", lambda dy, x: spread(dy) / 3),
    AVERAGE.wrong(
        "dy to one entry of the block",
        "unknown partial",
        lambda dy, x: np.kron(dy, np.pad([[1.0]], ((1, 1), (1, 1)))[None, None]),
    ),
    GLOBAL,
    GLOBAL.wrong(
        "divided by the width alone",
        "scale",
        lambda dy, x: np.broadcast_to(dy[:, :, None, None] / x.shape[3], x.shape),
    ),
    GLOBAL.wrong("dy not spread", "shape not-reduced", lambda dy, x: dy / x[0, 0].size),
    MOVING,
    MOVING.wrong("padding counted", "partial", lambda dy, x: moving_backward(dy, x, count=3.0)),
    MOVING.wrong("only the centre", "unknown missing-term", lambda dy, x: dy / 3),
    Case(
        "log-mean-exp pool",
        FAMILY,
        smooth_max,
        smooth_max_backward,
        lambda rng: 3 * rng.normal(size=(2, 2, 6, 6)),
        difficult=True,
        note="entries below the maximum have gradients of 1e-9",
    ),
]
