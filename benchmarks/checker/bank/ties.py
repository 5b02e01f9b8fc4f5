"""Exact kinks and ties, where conventions differ and are all right; and neighbours of kinks."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.case import Case

FAMILY = "ties"


def right(name: str, forward: Any, backward: Any, at: Any, **more: Any) -> Case:
    more = {"smooth": False} | more
    return Case(name, FAMILY, forward, backward, at, difficult=True, **more)


def relu(x: Any) -> Any:
    return np.maximum(x, 0)


def relu_with(slope: float) -> Any:
    return lambda dy, x: dy * np.where(x == 0, slope, x > 0)


def zeros_at(rng: Any) -> Any:
    x = rng.normal(size=(4, 3))
    x[1, 2] = x[3, 0] = 0.0
    return x


def near_zero_at(rng: Any) -> Any:
    x = rng.normal(size=(4, 3))
    x[1, 2], x[3, 0] = 1e-9, -1e-9
    return x


def highest(x: Any) -> Any:
    return x.max(axis=1)


def highest_shared(dy: Any, x: Any) -> Any:
    mask = x == highest(x)[:, None]
    return dy[:, None] * mask / mask.sum(1, keepdims=True)


def highest_first(dy: Any, x: Any) -> Any:
    dx = np.zeros_like(x)
    dx[np.arange(len(x)), x.argmax(axis=1)] = dy
    return dx


def tied_at(rng: Any) -> Any:
    x = rng.normal(size=(4, 5))
    x[0, 1] = x[0, 3] = 3.0
    x[2, :3] = 4.0
    return x


def lasso(w: Any, x: Any) -> Any:
    return ((x @ w - 1) ** 2).mean() + 0.1 * np.abs(w).sum()


def lasso_gradient(w: Any, x: Any) -> Any:
    return 2 * x.T @ (x @ w - 1) / len(x) + 0.1 * np.sign(w), None


def sparse_at(rng: Any) -> Any:
    return rng.normal(size=6) * np.array([1, 0, 1, 0, 0, 1]), rng.normal(size=(9, 6))


def hinge(s: Any, t: Any) -> Any:
    return np.maximum(0, 1 - s * t).mean()


def hinge_gradient(s: Any, t: Any) -> Any:
    return -t * (s * t < 1) / s.size, None


def margin_at(rng: Any) -> Any:
    t = rng.choice([-1.0, 1.0], 8)
    s = rng.normal(size=8)
    s[2] = t[2]
    return s, t


def equal_at(rng: Any) -> Any:
    x, y = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    y[0] = x[0]
    return x, y


def greater_backward(dy: Any, x: Any, y: Any) -> Any:
    share = np.where(x == y, 0.5, x > y)
    return dy * share, dy * (1 - share)


def pooled(x: Any) -> Any:
    n, h, w = x.shape
    return x.reshape(n, h // 2, 2, w // 2, 2).max(axis=(2, 4))


def pooled_backward(dy: Any, x: Any) -> Any:
    n, h, w = x.shape
    blocks = (
        x.reshape(n, h // 2, 2, w // 2, 2).transpose(0, 1, 3, 2, 4).reshape(n, h // 2, w // 2, 4)
    )
    first = np.eye(4)[blocks.argmax(-1)] * dy[..., None]
    return first.reshape(n, h // 2, w // 2, 2, 2).transpose(0, 1, 3, 2, 4).reshape(n, h, w)


def pixels_at(rng: Any) -> Any:
    return rng.integers(0, 3, (2, 4, 6)).astype(float)


def net(x: Any, W: Any, b: Any) -> Any:
    return relu(x @ W + b).sum(1)


def net_backward(dy: Any, x: Any, W: Any, b: Any) -> Any:
    d = dy[:, None] * (x @ W + b > 0)
    return d @ W.T, x.T @ d, d.sum(0)


def dead_row_at(rng: Any) -> Any:
    x, W = rng.normal(size=(5, 4)), rng.normal(size=(4, 3))
    x[2] = 0.0
    return x, W, np.zeros(3)


CASES = [
    right("relu at 0 with slope 0", relu, relu_with(0.0), zeros_at),
    right("relu at 0 with slope 1", relu, relu_with(1.0), zeros_at),
    right("relu at 0 with slope 1/2", relu, relu_with(0.5), zeros_at),
    right("relu at 1e-9", relu, relu_with(0.0), near_zero_at),
    right("abs at 0", lambda x: np.abs(x), lambda dy, x: dy * np.sign(x), zeros_at),
    right("abs at 1e-9", lambda x: np.abs(x), lambda dy, x: dy * np.sign(x), near_zero_at),
    right("max with ties, shared", highest, highest_shared, tied_at),
    right("max with ties, to the first", highest, highest_first, tied_at),
    right("pooling with ties", pooled, pooled_backward, pixels_at),
    right("maximum of equal arguments", lambda x, y: np.maximum(x, y), greater_backward, equal_at),
    right(
        "clip at its bound",
        lambda x: np.clip(x, 0, 1),
        lambda dy, x: dy * ((x > 0) & (x < 1)),
        zeros_at,
    ),
    right("lasso with zero weights", lasso, lasso_gradient, sparse_at, kind="gradient", wrt=("w",)),
    right("hinge at its margin", hinge, hinge_gradient, margin_at, kind="gradient", wrt=("s",)),
    right("relu net with a row of zeros", net, net_backward, dead_row_at),
    right(
        "floor away from whole numbers",
        lambda x: np.floor(x) + x,
        lambda dy, x: dy,
        lambda rng: rng.uniform(0.1, 0.9, 5),
        smooth=True,
    ),
    right(
        "square root of a square plus 1e-8",
        lambda x: np.sqrt(x**2 + 1e-8),
        lambda dy, x: dy * x / np.sqrt(x**2 + 1e-8),
        zeros_at,
        smooth=True,
        tolerance=1e-5,
    ),
    right(
        "huber at its threshold",
        lambda x: np.where(np.abs(x) < 1, 0.5 * x**2, np.abs(x) - 0.5),
        lambda dy, x: dy * np.clip(x, -1, 1),
        lambda rng: np.array([0.3, 1.0, -1.0, 2.0]),
        tolerance=1e-3,
    ),
    right(
        "x |x| at 0",
        lambda x: x * np.abs(x),
        lambda dy, x: 2 * dy * np.abs(x),
        zeros_at,
        tolerance=1e-5,
    ),
    right(
        "relu(x) - relu(-x) at 0",
        lambda x: relu(x) - relu(-x),
        lambda dy, x: dy * (x > 0) + dy * (x < 0),
        zeros_at,
        expected=frozenset({"right", "undecided"}),
        tolerance=np.inf,
        note="the sum of two conventions is no convention: the function is x, the claim 0",
    ),
]
