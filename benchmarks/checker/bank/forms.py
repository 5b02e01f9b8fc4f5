"""Right code at odd points: no rows, no dimensions, dictionaries, branches not taken."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.case import Case

FAMILY = "forms"


def right(name: str, forward: Any, backward: Any, at: Any, **more: Any) -> Case:
    return Case(name, FAMILY, forward, backward, at, difficult=True, **more)


def normal(*shape: int) -> Any:
    return lambda rng: rng.normal(size=shape)


def layer_norm(x: Any, g: Any, b: Any) -> Any:
    s = np.sqrt(x.var(axis=1, keepdims=True) + 1e-5)
    return g * (x - x.mean(axis=1, keepdims=True)) / s + b


def layer_norm_backward(dy: Any, x: Any, g: Any, b: Any) -> Any:
    s = np.sqrt(x.var(axis=1, keepdims=True) + 1e-5)
    xhat = (x - x.mean(axis=1, keepdims=True)) / s
    d = dy * g
    dx = (d - d.mean(1, keepdims=True) - xhat * (d * xhat).mean(1, keepdims=True)) / s
    return dx, (dy * xhat).sum(0), dy.sum(0)


def safe_log(x: Any) -> Any:
    return np.where(x > 0, np.log(x), x)


def safe_log_backward(dy: Any, x: Any) -> Any:
    return dy * np.where(x > 0, 1 / x, 1.0)


def safe_ratio(x: Any, y: Any) -> Any:
    return np.where(y == 0, 0.0, np.sin(x) / y)


def safe_ratio_backward(dy: Any, x: Any, y: Any) -> Any:
    return dy * np.where(y == 0, 0.0, np.cos(x) / y), None


def affine(x: Any, W: Any, b: Any) -> Any:
    return x @ W + b


def affine_backward(dy: Any, x: Any, W: Any, b: Any) -> Any:
    return {"x": dy @ W.T, "W": x.T @ dy, "b": dy.sum(0)}


def keyed(rng: Any) -> Any:
    return {"x": rng.normal(size=(5, 4)), "W": rng.normal(size=(4, 3)), "b": rng.normal(size=3)}


def distant(x: Any, target: Any) -> Any:
    return ((x - target) ** 2).sum(axis=1)


def taken(x: Any, index: Any) -> Any:
    return x[index] ** 2


def taken_backward(dy: Any, x: Any, index: Any) -> Any:
    dx = np.zeros_like(x)
    np.add.at(dx, index, 2 * dy * x[index])
    return dx, None


def paired(x: Any) -> Any:
    return np.sin(x), x.sum(axis=0)


def sine_backward(dy: Any, x: Any) -> Any:
    return dy * np.cos(x)


CASES = [
    right("NaN in the branch not taken", safe_log, safe_log_backward, normal(4, 3)),
    right(
        "0/0 in the branch not taken",
        safe_ratio,
        safe_ratio_backward,
        lambda rng: (rng.normal(size=5), np.array([1.0, 0.0, 2.0, 0.0, -1.0])),
        wrt=("x",),
    ),
    right("without dimensions", lambda x: np.sin(x), sine_backward, lambda rng: np.array(0.7)),
    right("a Python float", lambda x: np.sin(x), sine_backward, lambda rng: 0.7),
    right(
        "empty",
        lambda x, w: np.sin(x) * w,
        lambda dy, x, w: (dy * np.cos(x) * w, (dy * np.sin(x)).sum(0)),
        lambda rng: (np.zeros((0, 3)), rng.normal(size=3)),
    ),
    right(
        "one row",
        layer_norm,
        layer_norm_backward,
        lambda rng: (rng.normal(size=(1, 4)), rng.normal(size=4), rng.normal(size=4)),
    ),
    right(
        "one number in each array",
        affine,
        lambda dy, x, W, b: (dy @ W.T, x.T @ dy, dy.sum(0)),
        lambda rng: (rng.normal(size=(1, 1)), rng.normal(size=(1, 1)), rng.normal(size=1)),
    ),
    right("a dictionary", affine, affine_backward, keyed),
    right(
        "a dictionary, W alone",
        affine,
        lambda dy, x, W, b: {"x": None, "W": x.T @ dy, "b": None},
        keyed,
        wrt=("W",),
    ),
    right(
        "a target that is held",
        distant,
        lambda dy, x, target: (2 * dy[:, None] * (x - target), None),
        lambda rng: (rng.normal(size=(5, 3)), rng.normal(size=(5, 3))),
        wrt=("x",),
    ),
    right(
        "indices with repetitions",
        taken,
        taken_backward,
        lambda rng: (rng.normal(size=(5, 2)), np.array([0, 3, 3, 1, 0, 0])),
    ),
    right(
        "two outputs, list of a gradient",
        paired,
        lambda dy, x: [dy[0] * np.cos(x) + dy[1]],
        lambda rng: [rng.normal(size=(4, 3))],
    ),
    right("five axes", lambda x: np.sin(x), sine_backward, normal(2, 3, 1, 2, 2)),
]
