"""Slices: replaced, joined, cut out, triangles, neighbours."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.bank.indexing import normal
from benchmarks.checker.case import Case

FAMILY = "indexing"


def replaced(x: Any, v: Any) -> Any:
    """A slice of x replaced by v."""
    y = x.copy() + 0 * v[0, 0]
    y[1:3, ::2] = v
    return y


def replaced_backward(dy: Any, x: Any, v: Any) -> Any:
    dx = dy.copy()
    dx[1:3, ::2] = 0
    return dx, dy[1:3, ::2]


def join(a: Any, b: Any) -> Any:
    return np.concatenate([a, b], axis=1)


def window(x: Any) -> Any:
    return x[2:-3, 1::3]


def window_backward(dy: Any, x: Any, start: int = 1) -> Any:
    dx = np.zeros_like(x)
    dx[2:-3, start::3][:, : dy.shape[1]] = dy
    return dx


def lower(A: Any) -> Any:
    return np.tril(A) @ np.tril(A).T


def lower_backward(dy: Any, A: Any) -> Any:
    return np.tril((dy + dy.T) @ np.tril(A))


def interpolate(x: Any, where: Any) -> Any:
    """Linear interpolation in a row of values at fixed places."""
    i = np.floor(where).astype(int)
    t = where - i
    return (1 - t) * x[:, i] + t * x[:, i + 1]


def interpolate_backward(dy: Any, x: Any, where: Any, both: bool = True) -> Any:
    i = np.floor(where).astype(int)
    dx = np.zeros_like(x)
    for k, t in zip(range(len(where)), where - i, strict=True):
        dx[:, i[k]] += (1 - t) * dy[:, k]
        dx[:, i[k] + 1] += t * dy[:, k] * both
    return dx, None


REPLACED = Case("slice replaced", FAMILY, replaced, replaced_backward, normal((4, 6), (2, 3)))
JOIN = Case(
    "concatenate",
    FAMILY,
    join,
    lambda dy, a, b: (dy[:, : a.shape[1]], dy[:, a.shape[1] :]),
    normal((4, 3), (4, 3)),
)
WINDOW = Case("window", FAMILY, window, window_backward, normal((40, 50)))
LOWER = Case("lower triangle", FAMILY, lower, lower_backward, normal((12, 12)))
BETWEEN = Case(
    "interpolation at fixed places",
    FAMILY,
    interpolate,
    interpolate_backward,
    lambda rng: (rng.normal(size=(3, 10)), rng.uniform(0, 9, size=14)),
    wrt=("x",),
)

CASES = [
    REPLACED,
    REPLACED.wrong("what was replaced gets gradient", "partial", {"x": lambda dy, x, v: dy}),
    REPLACED.wrong("dv from another corner", "unknown", {"v": lambda dy, x, v: dy[:2, :3]}),
    JOIN,
    JOIN.wrong(
        "pieces exchanged", "swapped", lambda dy, a, b: (dy[:, b.shape[1] :], dy[:, : b.shape[1]])
    ),
    JOIN.wrong("first piece twice", "swapped", {"b": lambda dy, a, b: dy[:, : a.shape[1]]}),
    WINDOW,
    WINDOW.wrong(
        "one column off", "unknown partial", lambda dy, x: window_backward(dy, x, start=0)
    ),
    WINDOW.wrong(
        "last row lost", "partial", lambda dy, x: window_backward(np.r_[dy[:-1], 0 * dy[-1:]], x)
    ),
    LOWER,
    LOWER.wrong(
        "upper triangle gets gradient",
        "partial missing-factor",
        lambda dy, A: (dy + dy.T) @ np.tril(A),
    ),
    LOWER.wrong(
        "dy taken for symmetric",
        "unknown partial missing-term transposed",
        lambda dy, A: np.tril(2 * dy @ np.tril(A)),
    ),
    BETWEEN,
    BETWEEN.wrong(
        "right neighbour forgotten",
        "unknown partial missing-term",
        {"x": lambda dy, x, where: interpolate_backward(dy, x, where, both=False)[0]},
    ),
]
