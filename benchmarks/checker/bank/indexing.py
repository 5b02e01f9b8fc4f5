"""Entries chosen: gather, scatter, where, clip, sort."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.case import Case

FAMILY = "indexing"


def gather(x: Any, i: Any) -> Any:
    """One entry of each row, several times."""
    return np.take_along_axis(x, i, axis=1)


def gather_backward(dy: Any, x: Any, i: Any) -> Any:
    dx = np.zeros_like(x)
    np.add.at(dx, (np.arange(len(x))[:, None], i), dy)
    return dx, None


def gather_put(dy: Any, x: Any, i: Any) -> Any:
    dx = np.zeros_like(x)
    np.put_along_axis(dx, i, dy, axis=1)
    return dx


def first_columns(dy: Any, x: Any, i: Any) -> Any:
    return gather_backward(dy, x, np.broadcast_to(i[0], i.shape))[0]


def scatter(values: Any, i: Any) -> Any:
    """Sums by group, as in a graph network."""
    y = np.zeros((5, values.shape[1]), dtype=values.dtype)
    for group, row in zip(i, values, strict=True):
        y[group] += row
    return y


def scatter_mean(values: Any, i: Any) -> Any:
    return scatter(values, i) / np.maximum(np.bincount(i, minlength=5), 1)[:, None]


def choose(condition: Any, a: Any, b: Any) -> Any:
    return np.where(condition, a * 2, b * a)


def choose_backward(dy: Any, condition: Any, a: Any, b: Any) -> Any:
    return None, dy * np.where(condition, 2, b), dy * np.where(condition, 0, a)


def clip(x: Any) -> Any:
    return np.clip(x, -1, 1)


def sort(x: Any) -> Any:
    return np.sort(x, axis=1)


def sort_backward(dy: Any, x: Any) -> Any:
    dx = np.empty_like(x)
    np.put_along_axis(dx, np.argsort(x, axis=1), dy, axis=1)
    return dx


def top(x: Any) -> Any:
    """The three largest of each row, in order."""
    return np.sort(x, axis=1)[:, :-4:-1]


def top_backward(dy: Any, x: Any) -> Any:
    dx = np.zeros_like(x)
    np.put_along_axis(dx, np.argsort(x, axis=1)[:, :-4:-1], dy, axis=1)
    return dx


def gathered(rng: Any) -> Any:
    return rng.normal(size=(4, 5)), np.array([[0, 1, 1], [2, 2, 4], [3, 1, 0], [4, 4, 4]])


def groups(n: int, d: int) -> Any:
    return lambda rng: (rng.normal(size=(n, d)), rng.integers(0, 5, size=n))


def normal(*shapes: Any) -> Any:
    """One array, or a tuple of several."""

    def at(rng: Any) -> Any:
        arrays = tuple(rng.normal(size=shape) for shape in shapes)
        return arrays if len(shapes) > 1 else arrays[0]

    return at


def near_kinks(rng: Any) -> Any:
    x = rng.normal(size=(40, 30))
    return np.where(np.abs(np.abs(x) - 1) < 0.03, 1.03 * np.sign(x), x)


def chosen(rng: Any) -> Any:
    return rng.random((6, 5)) > 0.5, rng.normal(size=(6, 5)), rng.normal(size=(6, 5))


GATHER = Case("gather", FAMILY, gather, gather_backward, gathered)
SCATTER = Case("sums by group", FAMILY, scatter, lambda dy, values, i: (dy[i], None), groups(20, 6))
MEANS = Case(
    "means by group",
    FAMILY,
    scatter_mean,
    lambda dy, values, i: ((dy / np.maximum(np.bincount(i, minlength=5), 1)[:, None])[i], None),
    groups(12, 3),
)
CHOOSE = Case("where", FAMILY, choose, choose_backward, chosen)
CLIP = Case(
    "clip",
    FAMILY,
    clip,
    lambda dy, x: dy * (np.abs(x) < 1),
    near_kinks,
    difficult=True,
    note="1200 kinks at a distance, one third of the gradient 0",
)
SORT = Case("sort of rows", FAMILY, sort, sort_backward, normal((3, 9)))
TOP = Case("three largest", FAMILY, top, top_backward, normal((4, 12)))

CASES = [
    GATHER,
    GATHER.wrong("duplicates lost", "partial", {"x": gather_put}),
    GATHER.wrong("columns of the first row", "unknown partial", {"x": first_columns}),
    SCATTER,
    SCATTER.wrong("one row off", "unknown", {"values": lambda dy, values, i: dy[(i + 1) % 5]}),
    MEANS,
    MEANS.wrong(
        "1 / count missing", "missing-factor partial", {"values": lambda dy, values, i: dy[i]}
    ),
    MEANS.wrong(
        "1 / n for 1 / count", "missing-factor", {"values": lambda dy, values, i: dy[i] / len(i)}
    ),
    CHOOSE,
    CHOOSE.wrong(
        "condition forgotten", "partial missing-factor", {"b": lambda dy, condition, a, b: dy * a}
    ),
    CHOOSE.wrong(
        "condition inverted",
        "unknown missing-factor zeros",
        {"b": lambda dy, condition, a, b: dy * np.where(condition, a, 0)},
    ),
    CLIP,
    CLIP.wrong("clipped entries pass", "partial missing-factor", lambda dy, x: dy),
    CLIP.wrong("one side clipped", "partial missing-factor", lambda dy, x: dy * (x < 1)),
    SORT,
    SORT.wrong("dy as sorted", "unknown partial", lambda dy, x: dy),
    SORT.wrong(
        "order for its inverse",
        "unknown partial",
        lambda dy, x: np.take_along_axis(dy, np.argsort(x, axis=1), axis=1),
    ),
    SORT.wrong(
        "sorted downwards", "unknown partial flipped", lambda dy, x: sort_backward(dy[:, ::-1], x)
    ),
    TOP,
    TOP.wrong("the best alone", "partial", lambda dy, x: top_backward(dy * [1, 0, 0], x)),
]
