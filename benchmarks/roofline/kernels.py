"""Every kernel with its backward: what it is called with, and its point."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.workloads import WORKLOADS
from benchmarks.roofline.peak import DTYPES, best
from benchmarks.roofline.work import OPERATIONS, Point, linear, traffic
from numnet import kernels

Array = NDArray[Any]
SHAPE = 256, 1024
# The first layers of the workloads, and the widest.
LINEAR = sorted({(w.batch, *w.widths[:2]) for w in WORKLOADS.values()} | {(256, 1024, 1024)})


def arguments(name: str, dtype: str) -> list[Any]:
    """Those of a kernel that goes entry by entry or row by row, of 256 x 1024 entries.

    Examples
    --------
    >>> [a.shape for a in arguments("gate", "float32")]
    [(256, 1024), (256, 1024), (256, 1024)]
    """
    x, dy, h, p, t, probabilities, labels, kept = _arrays(dtype)
    of_dy: dict[str, list[Any]] = {
        "relu": [x],
        "leaky_relu": [x],
        "softplus": [x],
        "tanh": [np.tanh(x)],
        "sigmoid": [p],
        "softmax": [probabilities],
        "log_softmax": [np.log(probabilities)],
    }
    others: dict[str, list[Any]] = {
        "softmax_cross_entropy": [x, labels],
        "softmax_cross_entropy_dz": [1.0, probabilities, labels],
        "binary_cross_entropy": [p, t],
        "binary_cross_entropy_dp": [1.0, p, t],
        "binary_cross_entropy_logits": [x, t],
        "binary_cross_entropy_logits_dz": [1.0, x, t],
        "mse": [x, h],
        "mse_dy_pred": [1.0, x],
        "dropout": [x, kept, 0.5],
        "dropout_dx": [dy, kept, 0.5],
        "gate": [x, h, t],
        "gate_dx": [dy, t],
        "gate_dh": [dy, t],
        "gate_dt": [dy, x, h],
        "linear_db": [dy],
    }
    if name in of_dy:
        return [x]
    forward = name.removesuffix("_dx")
    return [dy, *of_dy[forward]] if forward in of_dy else others[name]


@cache
def _arrays(dtype: str) -> list[Array]:
    rng = np.random.default_rng(0)
    x, dy, h = (rng.normal(size=SHAPE).astype(dtype) for _ in range(3))
    p, t = (rng.uniform(0.01, 0.99, SHAPE).astype(dtype) for _ in range(2))
    labels, kept = rng.integers(0, SHAPE[1], SHAPE[0]), rng.random(SHAPE) < 0.5
    return [x, dy, h, p, t, kernels.softmax(x), labels, kept]


def calls(dtype: str) -> Iterator[tuple[str, int, Any, list[Any]]]:
    """The name of each point, its operations, the kernel, and its arguments."""
    for name, each in OPERATIONS.items():
        yield name, each * SHAPE[0] * SHAPE[1], getattr(kernels, name), arguments(name, dtype)
    rng = np.random.default_rng(0)
    for N, D, Q in LINEAR:
        x, W, b, dy = (rng.normal(size=size).astype(dtype) for size in ((N, D), (D, Q), Q, (N, Q)))
        given = {"linear": [x, W, b], "linear_dx": [dy, W], "linear_dW": [dy, x]}
        for name, values in given.items():
            title = f"{name} {N} x {D}-{Q}"
            yield title, linear(name, N, D, Q), getattr(kernels, name), values


def points(quick: bool) -> list[Point]:
    """All of them in both precisions."""
    seconds, blocks = (0.0005, 1) if quick else (0.02, 7)
    found = []
    for dtype in DTYPES:
        for title, operations, kernel, given in calls(dtype):
            moved = traffic(given, kernel(*given))
            found.append(
                Point(
                    title, dtype, operations, moved, best(partial(kernel, *given), seconds, blocks)
                )
            )
    return found
