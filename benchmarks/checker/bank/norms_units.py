"""Normalisation by image, group, length and weight."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.bank.norms_rows import EPS, draw
from benchmarks.checker.case import Case

FAMILY = "norms"


def grouped(x: Any, groups: int) -> Any:
    z = x.reshape(len(x), groups, -1)
    z = z - z.mean(-1, keepdims=True)
    return (z / np.sqrt((z * z).mean(-1, keepdims=True) + EPS)).reshape(x.shape)


def grouped_backward(dy: Any, x: Any, groups: int) -> Any:
    z, d = x.reshape(len(x), groups, -1), dy.reshape(len(x), groups, -1)
    std = np.sqrt(z.var(-1, keepdims=True) + EPS)
    xhat = (z - z.mean(-1, keepdims=True)) / std
    dz = (d - d.mean(-1, keepdims=True) - xhat * (d * xhat).mean(-1, keepdims=True)) / std
    return dz.reshape(x.shape)


def instance_as_batch(dy: Any, x: Any) -> Any:
    """The means of the backward also run over the batch."""
    axes = (0, 2, 3)
    std = np.sqrt(x.var((2, 3), keepdims=True) + EPS)
    xhat = (x - x.mean((2, 3), keepdims=True)) / std
    return (dy - dy.mean(axes, keepdims=True) - xhat * (dy * xhat).mean(axes, keepdims=True)) / std


def unit(x: Any) -> Any:
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def unit_backward(dy: Any, x: Any, projection: float = 1.0) -> Any:
    n = np.linalg.norm(x, axis=1, keepdims=True)
    y = x / n
    return (dy - projection * y * (y * dy).sum(1, keepdims=True)) / n


def weight_norm(x: Any, v: Any, g: Any) -> Any:
    """y = x W' with W = g v / |v| by row."""
    norm = np.sqrt((v * v).sum(axis=1, keepdims=True))
    W = g[:, None] * v / norm
    return x @ W.T, (x, v, g, norm, W)


def weight_norm_backward(dy: Any, saved: Any) -> Any:
    x, v, g, norm, W = saved
    dW = dy.T @ x
    dg = (dW * v / norm).sum(axis=1)
    return dy @ W, g[:, None] / norm * dW - (g * dg)[:, None] / norm**2 * v, dg


INSTANCE = Case(
    "instance norm",
    FAMILY,
    lambda x: grouped(x, x.shape[1]),
    lambda dy, x: grouped_backward(dy, x, x.shape[1]),
    draw((3, 2, 4, 5)),
)
UNIT = Case(
    "unit rows",
    FAMILY,
    unit,
    unit_backward,
    draw((5, 4)),
    difficult=True,
    note="linalg.norm takes the modulus of a complex step",
)
WEIGHT = Case(
    "weight norm",
    FAMILY,
    weight_norm,
    weight_norm_backward,
    draw((8, 5), (3, 5), 3),
    with_saved=True,
    context=lambda x, v, g: {"norm": np.linalg.norm(v, axis=1)},
)

CASES = [
    INSTANCE,
    INSTANCE.wrong("means over the batch", "wrong-axis missing-term unknown", instance_as_batch),
    Case(
        "group norm",
        FAMILY,
        lambda x: grouped(x, 2),
        lambda dy, x: grouped_backward(dy, x, 2),
        draw((2, 4, 3, 3)),
    ),
    UNIT,
    UNIT.wrong(
        "projection missing",
        "missing-term unknown",
        lambda dy, x: unit_backward(dy, x, projection=0.0),
    ),
    UNIT.wrong(
        "projection added", "missing-term unknown", lambda dy, x: unit_backward(dy, x, -1.0)
    ),
    WEIGHT,
    WEIGHT.wrong(
        "projection missing",
        "missing-term unknown",
        {"v": lambda dy, saved: saved[2][:, None] / saved[3] * (dy.T @ saved[0])},
    ),
    WEIGHT.wrong(
        "dg without 1 / |v|",
        "missing-factor",
        {"g": lambda dy, saved: (dy.T @ saved[0] * saved[1]).sum(axis=1)},
    ),
    Case(
        "unit rows, nearly 0",
        FAMILY,
        unit,
        unit_backward,
        lambda rng: 1e-6 * rng.normal(size=(4, 3)),
        difficult=True,
        note="a gradient of 1e6 that bends within 1e-6",
    ),
]
