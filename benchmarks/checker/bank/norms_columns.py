"""Normalised columns and images: whitening, np.var, columns of all sizes."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.bank.norms_batch import EPS
from benchmarks.checker.case import Case

FAMILY = "norms"


def whiten(x: Any) -> Any:
    centred = x - x.mean(axis=0)
    return centred / np.sqrt((centred**2).mean(axis=0) + EPS)


def whiten_backward(dy: Any, x: Any) -> Any:
    y, std = whiten(x), np.sqrt(x.var(axis=0) + EPS)
    return (dy - dy.mean(axis=0) - y * (dy * y).mean(axis=0)) / std


def total(x: Any) -> Any:
    return whiten(x).sum()


def images(x: Any, gamma: Any, beta: Any) -> Any:
    """Over images (N, C, H, W), with np.var."""
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    ivar = 1 / np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + EPS)
    xhat = (x - mean) * ivar
    return gamma[:, None, None] * xhat + beta[:, None, None], (xhat, ivar, gamma)


def images_backward(dy: Any, saved: Any, means: Any = (0, 2, 3)) -> Any:
    xhat, ivar, gamma = saved
    g = dy * gamma[:, None, None]
    along = (g * xhat).mean(axis=means, keepdims=True)
    dx = ivar * (g - g.mean(axis=means, keepdims=True) - xhat * along)
    return dx, (dy * xhat).sum(axis=(0, 2, 3)), dy.sum(axis=(0, 2, 3))


WHITEN = Case("whitening", FAMILY, whiten, whiten_backward, lambda rng: rng.normal(size=(9, 5)))
TOTAL = Case(
    "whitening, summed",
    FAMILY,
    total,
    lambda x: np.zeros_like(x),
    lambda rng: rng.normal(size=(6, 4)),
    kind="gradient",
    expected=frozenset({"right", "undecided"}),
    difficult=True,
    tolerance=1.0,
    note="the sum of every column is 0 whatever x is; what is left is rounding",
)
IMAGES = Case(
    "batch norm of images",
    FAMILY,
    images,
    images_backward,
    lambda rng: (rng.normal(size=(4, 3, 5, 6)), rng.normal(size=3), rng.normal(size=3)),
    with_saved=True,
    difficult=True,
    note="np.var keeps the real part alone of a complex step",
)

CASES = [
    WHITEN,
    WHITEN.wrong(
        "statistics of the running average",
        "missing-term missing-factor unknown",
        lambda dy, x: dy / np.sqrt(np.ones(x.shape[1]) + EPS),
    ),
    TOTAL,
    TOTAL.wrong(
        "variance path missing",
        "missing-term unknown",
        lambda x: (np.ones_like(x) - 1.0) / np.sqrt(x.var(axis=0) + EPS),
        shows=False,
        note="with dy = 1 the path that is missing is 0",
    ),
    IMAGES,
    IMAGES.wrong(
        "means by image",
        "wrong-axis missing-term unknown",
        {"x": lambda dy, saved: images_backward(dy, saved, (2, 3))[0]},
    ),
    IMAGES.wrong("dbeta by image", "not-reduced", {"beta": lambda dy, saved: dy.sum((2, 3))}),
]
