"""Softmax and its logarithm, as the kernels have them, and dropout."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import kernels
from ..arguments import RNG, generator
from .current import CONTEXT
from .tape import operation

Array = NDArray[Any]


@operation(lambda dy, y, x, axis=-1: kernels.softmax_dx(dy, y, axis))
def softmax(x: Any, axis: int = -1) -> Any:
    """y = e^x / sum of e^x along an axis; dx = y (dy - sum of dy y)."""
    return kernels.softmax(x, axis)


@operation(lambda dy, y, x, axis=-1: kernels.log_softmax_dx(dy, y, axis))
def log_softmax(x: Any, axis: int = -1) -> Any:
    """y = x - log of the sum of e^x along an axis; dx = dy - e^y sum of dy."""
    return kernels.log_softmax(x, axis)


def _logsumexp_dx(dy: Array, y: Array, x: Array, axis: Any = None, keepdims: bool = False) -> Array:
    axes = tuple(range(x.ndim)) if axis is None else axis
    if not keepdims:
        y, dy = np.expand_dims(y, axes), np.expand_dims(dy, axes)
    return np.exp(x - y) * dy


@operation(_logsumexp_dx)
def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """y = log of the sum of e^x; dx = dy e^(x - y). Finite for all finite x."""
    top = np.max(np.real(x), axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    y = np.log(np.add.reduce(np.exp(x - top), axis=axis, keepdims=True)) + top
    return y if keepdims else y.squeeze() if axis is None else y.squeeze(axis)


@operation(lambda dy, y, x, kept, p: kernels.dropout_dx(dy, kept, p))
def _dropped(x: Any, kept: Array, p: float) -> Any:
    return kernels.dropout(x, kept, p)


def dropout(x: Any, p: float = 0.5, train: bool | None = None, rng: RNG = None) -> Any:
    """y = x mask / (1 - p), where each entry of the mask is 0 with probability p; dx likewise.

    Within the forward of a Module, `train` and `rng` are by default those of its pass: fit trains,
    a call of the model evaluates. In evaluation y = x.

    Raises
    ------
    ValueError
        If p is not in [0, 1).
    """
    if not 0 <= p < 1:
        raise ValueError(f"dropout: expected p in [0, 1), got {p!r}")
    ctx = CONTEXT.get()
    if not (ctx.train if train is None else train) or p == 0:
        return x
    draw = ctx.rng if rng is None and ctx.rng is not None else generator(rng)
    return _dropped(x, draw.random(x.shape) >= p, p)
