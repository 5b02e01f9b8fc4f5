"""Sums, means, deviations and norms."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.case import Case

FAMILY = "reductions"


def rows(dy: Any, x: Any) -> Any:
    """dy of each row in all of its entries."""
    return np.broadcast_to(dy[:, None], x.shape)


def standardise(x: Any) -> Any:
    return x.std(axis=1, ddof=1)


def standardise_backward(dy: Any, x: Any) -> Any:
    centred = x - x.mean(axis=1, keepdims=True)
    return dy[:, None] * centred / (x.std(axis=1, ddof=1, keepdims=True) * (x.shape[1] - 1))


def variance(x: Any) -> Any:
    return ((x - x.mean(axis=0)) ** 2).sum(axis=0) / (len(x) - 1)


def variance_backward(dy: Any, x: Any) -> Any:
    """The mean may be taken as constant: the deviations sum to 0."""
    return 2 * dy * (x - x.mean(axis=0)) / (len(x) - 1)


def norms(x: Any) -> Any:
    return np.sqrt((x * x).sum(axis=1))


def weighted(x: Any, w: Any) -> Any:
    return (w @ x) / w.sum()


def weighted_backward(dy: Any, x: Any, w: Any) -> Any:
    return np.outer(w, dy) / w.sum(), (x - weighted(x, w)) @ dy / w.sum()


def normal(*shapes: Any) -> Any:
    """One array, or a tuple of several."""

    def at(rng: Any) -> Any:
        arrays = tuple(rng.normal(size=shape) for shape in shapes)
        return arrays if len(shapes) > 1 else arrays[0]

    return at


MEAN = Case(
    "mean", FAMILY, lambda x: x.mean(), lambda dy, x: np.full(x.shape, dy / x.size), normal((6, 7))
)
COLUMNS = Case(
    "mean of columns",
    FAMILY,
    lambda x: x.mean(0),
    lambda dy, x: np.tile(dy / len(x), (len(x), 1)),
    normal((50, 40)),
)
SUM = Case(
    "sum of rows, square",
    FAMILY,
    lambda x: (x**2).sum(1),
    lambda dy, x: 2 * x * rows(dy, x),
    normal((6, 6)),
)
PLAIN = Case("sum of rows", FAMILY, lambda x: x.sum(1), rows, normal((7, 7)))
STD = Case(
    "deviation",
    FAMILY,
    standardise,
    standardise_backward,
    normal((5, 8)),
    difficult=True,
    note="np.std with ddof keeps the real part alone",
)
VAR = Case(
    "variance",
    FAMILY,
    variance,
    variance_backward,
    normal((9, 12)),
    difficult=True,
    note="no term for the mean, and none is missing",
)
NORM = Case(
    "norms of rows",
    FAMILY,
    norms,
    lambda dy, x: dy[:, None] * x / norms(x)[:, None],
    normal((30, 40)),
)
WHOLE = Case(
    "Frobenius norm",
    FAMILY,
    lambda x: np.linalg.norm(x),
    lambda dy, x: dy * x / np.linalg.norm(x),
    normal((6, 5)),
    difficult=True,
    note="linalg.norm has a complex step of 0",
)
WEIGHTED = Case(
    "weighted mean",
    FAMILY,
    weighted,
    weighted_backward,
    lambda rng: (rng.normal(size=(9, 4)), rng.uniform(0.5, 2, size=9)),
)

CASES = [
    MEAN,
    MEAN.wrong("1 / n missing", "scale", lambda dy, x: np.full(x.shape, dy)),
    MEAN.wrong("divided by the rows", "scale", lambda dy, x: np.full(x.shape, dy / len(x))),
    MEAN.wrong("one number", "shape not-reduced", lambda dy, x: dy / x.size),
    COLUMNS,
    COLUMNS.wrong("divided by the width", "scale", lambda dy, x: np.tile(dy / 40, (50, 1))),
    COLUMNS.wrong("divided by n - 1", "scale", lambda dy, x: np.tile(dy / 49, (50, 1))),
    COLUMNS.wrong(
        "first row alone",
        "partial",
        lambda dy, x: np.r_[dy[None] / len(x), np.zeros((len(x) - 1, 40))],
    ),
    SUM,
    SUM.wrong("2 missing", "scale", lambda dy, x: x * rows(dy, x)),
    SUM.wrong("dy along columns", "wrong-axis unknown", lambda dy, x: 2 * x * dy),
    SUM.wrong("x^2 for 2 x", "missing-factor", lambda dy, x: x**2 * rows(dy, x)),
    PLAIN,
    PLAIN.wrong("dy along columns", "wrong-axis transposed", lambda dy, x: np.tile(dy, (7, 1))),
    STD,
    STD.wrong("n for n - 1", "scale", lambda dy, x: standardise_backward(dy, x) * 7 / 8),
    STD.wrong(
        "variance for deviation",
        "missing-factor",
        lambda dy, x: standardise_backward(dy, x) * 2 * standardise(x)[:, None],
    ),
    VAR,
    VAR.wrong("mean forgotten", "unknown missing-term", lambda dy, x: 2 * dy * x / (len(x) - 1)),
    VAR.wrong("n for n - 1", "scale", lambda dy, x: variance_backward(dy, x) * 8 / 9),
    NORM,
    NORM.wrong("1 / norm missing", "missing-factor", lambda dy, x: dy[:, None] * x),
    NORM.wrong(
        "1 / norm twice", "missing-factor", lambda dy, x: dy[:, None] * x / norms(x)[:, None] ** 2
    ),
    WHOLE,
    WHOLE.wrong("norm of the square", "scale missing-factor", lambda dy, x: 2 * dy * x),
    WEIGHTED,
    WEIGHTED.wrong(
        "quotient rule forgotten", "unknown missing-term", {"w": lambda dy, x, w: x @ dy / w.sum()}
    ),
    WEIGHTED.wrong(
        "1 / sum missing", "scale missing-factor", {"x": lambda dy, x, w: np.outer(w, dy)}
    ),
    Case(
        "variance of large numbers",
        FAMILY,
        variance,
        variance_backward,
        lambda rng: 1e6 + rng.normal(size=(8, 3)),
        difficult=True,
        note="cancellation of 6 digits",
    ),
    Case(
        "sum in float32",
        FAMILY,
        lambda x: (x**2).sum(axis=0),
        lambda dy, x: 2 * dy * x,
        lambda rng: rng.normal(size=(60, 50)).astype(np.float32),
        difficult=True,
        note="3000 entries of float32",
    ),
]
