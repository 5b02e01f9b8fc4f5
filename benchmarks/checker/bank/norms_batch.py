"""Batch normalisation of rows by hand, and what goes wrong in it."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.case import Case

FAMILY = "norms"
EPS = 1e-3


def steps(x: Any, gamma: Any, beta: Any) -> Any:
    """Step by step with a cache, as in course notes."""
    mu = x.mean(axis=0)
    xmu = x - mu
    var = (xmu**2).mean(axis=0)
    sqrtvar = np.sqrt(var + EPS)
    ivar = 1.0 / sqrtvar
    xhat = xmu * ivar
    cache = {"xhat": xhat, "gamma": gamma, "xmu": xmu, "ivar": ivar, "sqrtvar": sqrtvar}
    return gamma * xhat + beta, cache


def kept(x: Any, gamma: Any, beta: Any) -> Any:
    cache = steps(x, gamma, beta)[1]
    return {"xhat": cache["xhat"], "std": cache["sqrtvar"]}


def steps_backward(dout: Any, cache: Any) -> Any:
    xmu, ivar, sqrtvar = cache["xmu"], cache["ivar"], cache["sqrtvar"]
    N = len(dout)
    dbeta = dout.sum(axis=0)
    dgamma = (dout * cache["xhat"]).sum(axis=0)
    dxhat = dout * cache["gamma"]
    divar = (dxhat * xmu).sum(axis=0)
    dxmu1 = dxhat * ivar
    dvar = -0.5 / sqrtvar**3 * divar
    dxmu2 = 2 * xmu * dvar / N
    dx1 = dxmu1 + dxmu2
    dmu = -dx1.sum(axis=0)
    return dx1 + dmu / N, dgamma, dbeta


def closed(dout: Any, cache: Any) -> Any:
    """The three terms of dx in closed form: direct, by the mean, by the variance."""
    g, xhat, ivar = dout * cache["gamma"], cache["xhat"], cache["ivar"]
    return ivar * g, -ivar * g.mean(axis=0), -ivar * xhat * (g * xhat).mean(axis=0)


def closed_backward(dout: Any, cache: Any) -> Any:
    return sum(closed(dout, cache)), (dout * cache["xhat"]).sum(axis=0), dout.sum(axis=0)


def without_variance(dout: Any, cache: Any) -> Any:
    direct, by_mean, _ = closed(dout, cache)
    return direct + by_mean


def without_mean(dout: Any, cache: Any) -> Any:
    direct, _, by_variance = closed(dout, cache)
    return direct + by_variance


def unbiased_path(dout: Any, cache: Any) -> Any:
    direct, by_mean, by_variance = closed(dout, cache)
    return direct + by_mean + by_variance * len(dout) / (len(dout) - 1)


def unbiased_deviation(dout: Any, cache: Any) -> Any:
    """The deviation of the backward is that of np.std(ddof=1)."""
    return sum(closed(dout, cache)) * np.sqrt((len(dout) - 1) / len(dout))


def eps_outside(dout: Any, cache: Any) -> Any:
    deviation = np.sqrt((cache["xmu"] ** 2).mean(axis=0))
    return sum(closed(dout, cache)) * cache["sqrtvar"] / (deviation + EPS)


def along_rows(dout: Any, cache: Any) -> Any:
    """The means of the backward run along the features, as in layer normalisation."""
    g, xhat = dout * cache["gamma"], cache["xhat"]
    centred = g - g.mean(axis=1, keepdims=True)
    return cache["ivar"] * (centred - xhat * (g * xhat).mean(axis=1, keepdims=True))


def rows(n: int, d: int, scale: Any = 1.0, offset: float = 0.0, dtype: Any = float) -> Any:
    def at(rng: Any) -> Any:
        x = offset + scale * rng.normal(size=(n, d))
        return x.astype(dtype), rng.normal(size=d).astype(dtype), rng.normal(size=d).astype(dtype)

    return at


STEPS = Case("batch norm", FAMILY, steps, steps_backward, rows(7, 4), with_saved=True, context=kept)
WIDE = Case(
    "batch norm, wide", FAMILY, steps, closed_backward, rows(32, 100), with_saved=True, context=kept
)
SQUARE = Case("batch norm, square", FAMILY, steps, closed_backward, rows(6, 6), with_saved=True)

CASES = [
    STEPS,
    STEPS.wrong(
        "mean and variance constant",
        "missing-term unknown",
        {"x": lambda dout, c: dout * c["gamma"] * c["ivar"]},
    ),
    STEPS.wrong("variance path missing", "missing-term unknown", {"x": without_variance}),
    STEPS.wrong("mean path missing", "missing-term unknown", {"x": without_mean}),
    STEPS.wrong("N - 1 in the variance path", "missing-term unknown", {"x": unbiased_path}),
    STEPS.wrong("deviation of N - 1", "scale", {"x": unbiased_deviation}),
    STEPS.wrong("eps outside the root", "missing-factor", {"x": eps_outside}),
    STEPS.wrong("dbeta averaged", "scale", {"beta": lambda dout, c: dout.mean(axis=0)}),
    WIDE,
    WIDE.wrong(
        "gamma missing",
        "missing-factor",
        {"x": lambda dout, c: sum(closed(dout, c)) / c["gamma"]},
    ),
    WIDE.wrong(
        "dgamma from x - mean",
        "missing-factor",
        {"gamma": lambda dout, c: (dout * c["xmu"]).sum(axis=0)},
    ),
    WIDE.wrong("variance path missing", "missing-term unknown", {"x": without_variance}),
    SQUARE,
    SQUARE.wrong("means along the features", "wrong-axis unknown", {"x": along_rows}),
    SQUARE.wrong(
        "dbeta along the features", "wrong-axis", {"beta": lambda dout, c: dout.sum(axis=1)}
    ),
    SQUARE.wrong(
        "dgamma and dbeta exchanged",
        "swapped",
        lambda dout, c: closed_backward(dout, c)[::2] + closed_backward(dout, c)[1:2],
    ),
    Case(
        "batch norm far from 0",
        FAMILY,
        steps,
        steps_backward,
        rows(12, 3, offset=1e5),
        with_saved=True,
        difficult=True,
        note="x - mean loses five digits to cancellation",
    ),
    Case(
        "batch norm of columns of all sizes",
        FAMILY,
        steps,
        closed_backward,
        rows(10, 4, scale=np.array([1e-4, 1e-2, 1.0, 1e4])),
        with_saved=True,
        difficult=True,
        note="below sqrt(eps) the gradient is 30 times that of a normal column",
    ),
    Case(
        "batch norm in float32",
        FAMILY,
        steps,
        closed_backward,
        rows(16, 5, dtype=np.float32),
        with_saved=True,
        difficult=True,
        note="gradients of float32 throughout",
    ),
]
