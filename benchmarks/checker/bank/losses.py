"""Losses of regression, and penalties: means, sums, halves, signs."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.case import Case, alone

FAMILY = "losses"


def pair(n: int, c: int) -> Any:
    return lambda rng: (rng.normal(size=(n, c)), rng.normal(size=(n, c)))


def mse(y: Any, t: Any) -> Any:
    return ((y - t) ** 2).mean()


def mse_gradient(y: Any, t: Any) -> Any:
    return 2 * (y - t) / y.size, 2 * (t - y) / y.size


def per_row(y: Any, t: Any) -> Any:
    return 0.5 * ((y - t) ** 2).sum() / len(y)


def relative(y: Any, t: Any) -> Any:
    return ((y - t) ** 2 / (1 + t**2)).sum()


def huber(y: Any, t: Any) -> Any:
    e = np.sqrt((y - t) ** 2)
    return np.where(e < 1, 0.5 * e**2, e - 0.5).sum()


def log_cosh(y: Any, t: Any) -> Any:
    return np.log(np.cosh(y - t)).mean()


def fit(w: Any, x: Any, t: Any) -> Any:
    return 0.5 * ((x @ w - t) ** 2).mean() + 0.3 * (w**2).sum()


def fit_gradient(w: Any, x: Any, t: Any) -> Any:
    return x.T @ (x @ w - t) / len(x) + 0.6 * w


def lasso(w: Any, x: Any, t: Any) -> Any:
    return 0.5 * ((x @ w - t) ** 2).sum() + 0.3 * np.abs(w).sum()


def lasso_gradient(w: Any, x: Any, t: Any) -> Any:
    return x.T @ (x @ w - t) + 0.3 * np.sign(w)


def with_decayed_bias(w: Any, b: Any, x: Any) -> Any:
    return ((x @ w + b) ** 2).sum() + 0.5 * (w**2).sum() + 0.5 * (b**2).sum()


def decayed_bias_gradient(w: Any, b: Any, x: Any) -> Any:
    e = 2 * (x @ w + b)
    return x.T @ e + w, e.sum(0) + b, None


def regression(rng: Any) -> Any:
    return rng.normal(size=6), rng.normal(size=(20, 6)), rng.normal(size=20)


def only_w(function: Any) -> Any:
    return lambda w, x, t: (function(w, x, t), None, None)


MSE = Case("mse", FAMILY, mse, mse_gradient, pair(9, 4), kind="gradient")
ROWS = Case(
    "mse per row",
    FAMILY,
    per_row,
    alone(lambda y, t: (y - t) / len(y)),
    pair(9, 4),
    kind="gradient",
    wrt=("y",),
)
RELATIVE = Case(
    "weighted squares",
    FAMILY,
    relative,
    alone(lambda y, t: 2 * (y - t) / (1 + t**2)),
    pair(7, 3),
    kind="gradient",
    wrt=("y",),
)
HUBER = Case(
    "huber",
    FAMILY,
    huber,
    alone(lambda y, t: np.clip(y - t, -1, 1)),
    pair(9, 4),
    kind="gradient",
    wrt=("y",),
)
LOG_COSH = Case(
    "log cosh",
    FAMILY,
    log_cosh,
    alone(lambda y, t: np.tanh(y - t) / y.size),
    pair(8, 3),
    kind="gradient",
    wrt=("y",),
)
FIT = Case("ridge", FAMILY, fit, only_w(fit_gradient), regression, kind="gradient", wrt=("w",))
LASSO = Case(
    "lasso", FAMILY, lasso, only_w(lasso_gradient), regression, kind="gradient", wrt=("w",)
)
BIAS = Case(
    "penalty on a bias",
    FAMILY,
    with_decayed_bias,
    decayed_bias_gradient,
    lambda rng: (rng.normal(size=(4, 3)), rng.normal(size=3), rng.normal(size=(6, 4))),
    kind="gradient",
    wrt=("w", "b"),
)

CASES = [
    MSE,
    MSE.wrong("mean forgotten", "scale", {"y": lambda y, t: 2 * (y - t)}),
    MSE.wrong("2 forgotten", "scale", {"y": lambda y, t: (y - t) / y.size}),
    MSE.wrong("mean over rows alone", "scale", {"y": lambda y, t: 2 * (y - t) / len(y)}),
    MSE.wrong("sign", "sign", {"y": lambda y, t: 2 * (t - y) / y.size}),
    MSE.wrong("both of one sign", "sign", {"t": lambda y, t: 2 * (y - t) / y.size}),
    MSE.wrong("mean of the gradient", "shape", {"y": lambda y, t: (2 * (y - t)).mean()}),
    MSE.wrong("mean twice", "scale", {"y": lambda y, t: 2 * (y - t) / y.size**2}),
    MSE.wrong(
        "of the absolute error", "missing-factor", {"y": lambda y, t: np.sign(y - t) / y.size}
    ),
    ROWS,
    ROWS.wrong("rows not counted", "scale", {"y": lambda y, t: y - t}),
    ROWS.wrong("target forgotten", "missing-term", {"y": lambda y, t: y / len(y)}),
    ROWS.wrong("half forgotten", "scale", {"y": lambda y, t: 2 * (y - t) / len(y)}),
    RELATIVE,
    RELATIVE.wrong("weight forgotten", "missing-factor", {"y": lambda y, t: 2 * (y - t)}),
    RELATIVE.wrong(
        "weight twice", "missing-factor", {"y": lambda y, t: 2 * (y - t) / (1 + t**2) ** 2}
    ),
    HUBER,
    HUBER.wrong("not clipped", "partial", {"y": lambda y, t: y - t}),
    HUBER.wrong("sign alone", "partial missing-factor", {"y": lambda y, t: np.sign(y - t)}),
    LOG_COSH,
    LOG_COSH.wrong("tanh forgotten", "missing-factor", {"y": lambda y, t: (y - t) / y.size}),
    FIT,
    FIT.wrong(
        "penalty forgotten", "missing-term", {"w": lambda w, x, t: x.T @ (x @ w - t) / len(x)}
    ),
    FIT.wrong(
        "penalty halved",
        "missing-term",
        {"w": lambda w, x, t: x.T @ (x @ w - t) / len(x) + 0.3 * w},
    ),
    FIT.wrong("penalty alone", "missing-term", {"w": lambda w, x, t: 0.6 * w}),
    FIT.wrong(
        "targets forgotten", "missing-term", {"w": lambda w, x, t: x.T @ (x @ w) / len(x) + 0.6 * w}
    ),
    LASSO,
    LASSO.wrong("penalty forgotten", "missing-term", {"w": lambda w, x, t: x.T @ (x @ w - t)}),
    LASSO.wrong(
        "penalty as if squared", "missing-term", {"w": lambda w, x, t: x.T @ (x @ w - t) + 0.3 * w}
    ),
    LASSO.wrong(
        "penalty without sign",
        "partial missing-term",
        {"w": lambda w, x, t: x.T @ (x @ w - t) + 0.3},
    ),
    BIAS,
    BIAS.wrong(
        "not in the gradient", "missing-term", {"b": lambda w, b, x: 2 * (x @ w + b).sum(0)}
    ),
    BIAS.wrong(
        "at zero",
        "missing-term",
        {"b": lambda w, b, x: 2 * (x @ w + b).sum(0)},
        at=lambda rng: (rng.normal(size=(4, 3)), np.zeros(3), rng.normal(size=(6, 4))),
        shows=False,
    ),
]
