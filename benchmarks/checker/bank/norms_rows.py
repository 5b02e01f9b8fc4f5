"""Normalisation by row: layer and RMS norm."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.case import Case

FAMILY = "norms"
EPS = 1e-5


def layer(x: Any, g: Any, b: Any) -> Any:
    mean = x.mean(-1, keepdims=True)
    std = np.sqrt(((x - mean) ** 2).mean(-1, keepdims=True) + EPS)
    return g * (x - mean) / std + b


def parts(dy: Any, x: Any, g: Any) -> Any:
    """dy * gain, the normalised x, the part of the variance, the deviation."""
    centred = x - x.mean(-1, keepdims=True)
    std = np.sqrt((centred**2).mean(-1, keepdims=True) + EPS)
    xhat = centred / std
    return dy * g, xhat, xhat * (dy * g * xhat).mean(-1, keepdims=True), std


def layer_backward(dy: Any, x: Any, g: Any, b: Any) -> Any:
    dxhat, xhat, along, std = parts(dy, x, g)
    axes = tuple(range(x.ndim - 1))
    dx = (dxhat - dxhat.mean(-1, keepdims=True) - along) / std
    return dx, (dy * xhat).sum(axes), dy.sum(axes)


def without_mean(dy: Any, x: Any, g: Any, b: Any) -> Any:
    dxhat, _, along, std = parts(dy, x, g)
    return (dxhat - along) / std


def by_loops(x: Any) -> Any:
    """Row by row, as a first version is written."""
    out = []
    for row in x:
        centred = row - sum(row) / len(row)
        variance = sum(centred**2) / len(row)
        out.append(centred / np.sqrt(variance + EPS))
    return np.array(out)


def by_loops_backward(dy: Any, x: Any) -> Any:
    dx = np.zeros(x.shape, dtype=x.dtype)
    D = x.shape[1]
    for i in range(len(x)):
        std = np.sqrt(x[i].var() + EPS)
        xhat = (x[i] - x[i].mean()) / std
        dx[i] = (np.eye(D) - 1 / D - np.outer(xhat, xhat) / D) / std @ dy[i]
    return dx


def last_deviation(dy: Any, x: Any) -> Any:
    """The deviation of the last row, left over from a loop, serves every row."""
    own = np.sqrt(x.var(axis=1, keepdims=True) + EPS)
    return by_loops_backward(dy, x) * own / own[-1]


def rms(x: Any, g: Any) -> Any:
    return g * x / np.sqrt((x**2).mean(-1, keepdims=True) + EPS)


def rms_terms(dy: Any, x: Any, g: Any) -> Any:
    r = 1 / np.sqrt((x**2).mean(-1, keepdims=True) + EPS)
    return r * (dy * g), r**3 * x * (dy * g * x).mean(-1, keepdims=True), (dy * x * r).sum(0)


def rms_backward(dy: Any, x: Any, g: Any) -> Any:
    direct, by_root, dg = rms_terms(dy, x, g)
    return direct - by_root, dg


def rms_sum_for_mean(dy: Any, x: Any, g: Any) -> Any:
    direct, by_root, _ = rms_terms(dy, x, g)
    return direct - by_root * x.shape[-1]


def draw(*shapes: Any) -> Any:
    """One array, or a tuple of several."""

    def at(rng: Any) -> Any:
        arrays = tuple(rng.normal(size=shape) for shape in shapes)
        return arrays if len(shapes) > 1 else arrays[0]

    return at


LAYER = Case("layer norm", FAMILY, layer, layer_backward, draw((4, 3, 5), 5, 5))
BIG = Case(
    "layer norm, wide",
    FAMILY,
    layer,
    layer_backward,
    draw((20, 150), 150, 150),
    context=lambda x, g, b: {"std": np.sqrt(x.var(axis=1) + EPS)},
)
LOOPS = Case(
    "layer norm by loops",
    FAMILY,
    by_loops,
    by_loops_backward,
    draw((6, 4)),
    difficult=True,
    note="Python's sum and a list of rows",
)
RMS = Case("RMS norm", FAMILY, rms, rms_backward, draw((6, 4), 4))

CASES = [
    LAYER,
    LAYER.wrong("mean path missing", "missing-term unknown", {"x": without_mean}),
    LAYER.wrong(
        "gain summed over the batch alone",
        "not-reduced",
        {"g": lambda dy, x, g, b: (dy * parts(dy, x, g)[1]).sum(0)},
    ),
    BIG,
    BIG.wrong(
        "1 / deviation missing",
        "missing-factor",
        {"x": lambda dy, x, g, b: layer_backward(dy, x, g, b)[0] * parts(dy, x, g)[3]},
    ),
    BIG.wrong(
        "dg by the gain",
        "missing-factor",
        {"g": lambda dy, x, g, b: layer_backward(dy, x, g, b)[1] * g},
    ),
    LOOPS,
    LOOPS.wrong("deviation of the last row", "missing-factor partial", last_deviation),
    RMS,
    RMS.wrong(
        "root constant", "missing-term unknown", {"x": lambda dy, x, g: rms_terms(dy, x, g)[0]}
    ),
    RMS.wrong("sum for mean", "missing-term unknown", {"x": rms_sum_for_mean}),
    RMS.wrong(
        "gain from x before it is normalised",
        "missing-factor unknown",
        {"g": lambda dy, x, g: (dy * x).sum(0)},
    ),
]
