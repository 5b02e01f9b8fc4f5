"""The losses of class labels and of entries in [0, 1]."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import kernels
from ..labels import check_labels, to_indices
from .loss import Loss, real_like

Array = NDArray[Any]


class SoftmaxCrossEntropy(Loss):
    """Mean negative log-likelihood of the labels, from logits.

    value = -(1 / N) sum over n of log softmax(y_pred[n])[y_true[n]]

    y_true are class indices (N,) in 0..C-1, or rows (N, C) in [0, 1] that sum to 1. The gradient is
    (softmax(y_pred) - y_true) / N; the course's delta3 = Y^ - Y is N times that: the gradient of
    the sum over the examples.

    References
    ----------
    Course, row A12. Bridle 1990, Training stochastic model recognition algorithms as networks.

    Examples
    --------
    >>> loss = SoftmaxCrossEntropy()
    >>> value, saved = loss.forward([[0.0, 0.0]], [1])
    >>> round(value, 6)
    0.693147
    >>> loss.backward(saved)
    array([[ 0.5, -0.5]])
    """

    output = "logits"

    def check(self, shape: tuple[int, ...], y_true: ArrayLike) -> Array:
        return check_labels(y_true, shape, repr(self))

    def cast(self, y_true: Array, like: Array) -> Array:
        return y_true if y_true.ndim == 1 else real_like(y_true, like)

    def scorer(self, y_true: Array) -> Callable[[Array, Array], int] | None:
        return _same_class

    def _forward(self, y_pred: Array, y_true: Array, rows: int | None) -> tuple[Any, Any]:
        y = self.cast(y_true, y_pred)
        value, p = kernels.softmax_cross_entropy(y_pred, y, rows)
        return value.item(), (p, y, rows)

    def _backward(self, saved: Any, dy: complex) -> Array:
        return kernels.softmax_cross_entropy_dz(dy, *saved)


class BinaryCrossEntropy(Loss):
    """Two-sided cross-entropy of entries in [0, 1], summed over the C outputs, mean over N.

    value = -(1 / N) sum of y_true log(y_pred) + (1 - y_true) log(1 - y_pred)

    This is the loss that the course displays. A logarithm below -100 is taken as -100, as in torch,
    and its gradient there as 0. y_true has exactly the shape of y_pred, with entries in [0, 1].

    Parameters
    ----------
    from_logits : bool
        True if y_pred are logits z, of which the probabilities are sigmoid(z); never saturates.
    reduction : {"batchmean", "mean"}
        "batchmean" divides the sum by N; "mean" by N C, as torch does.

    Raises
    ------
    ValueError
        If reduction is neither.
    TypeError
        If from_logits is no bool.

    References
    ----------
    Course, rows A15 to A17.

    Examples
    --------
    >>> loss = BinaryCrossEntropy()
    >>> value, saved = loss.forward([[0.5, 0.5]], [[1, 0]])
    >>> round(value, 6)
    1.386294
    >>> loss.backward(saved)
    array([[-2.,  2.]])
    """

    independent = True

    def __init__(self, from_logits: bool = False, reduction: str = "batchmean") -> None:
        if not isinstance(from_logits, bool | np.bool_):
            raise TypeError(
                f"BinaryCrossEntropy: expected from_logits to be True or False, got {from_logits!r}"
            )
        if reduction not in ("batchmean", "mean"):
            raise ValueError(
                f'BinaryCrossEntropy: expected reduction "batchmean" or "mean", got {reduction!r}'
            )
        self.from_logits, self.reduction = bool(from_logits), reduction
        self.output = "logits" if from_logits else "probabilities"

    def check(self, shape: tuple[int, ...], y_true: ArrayLike) -> Array:
        y = self._check_same(shape, y_true)
        if y.size and (y.min() < 0 or y.max() > 1):
            raise ValueError(
                f"{self!r}: expected y_true in [0, 1], got values from {y.min():g} to {y.max():g}"
            )
        return y

    def scorer(self, y_true: Array) -> Callable[[Array, Array], int] | None:
        if y_true.ndim != 2:
            return None
        if y_true.shape[1] == 1:
            middle = 0.0 if self.from_logits else 0.5
            return lambda p, y: int(np.count_nonzero((p > middle) == (y > 0.5)))
        one_hot = ((y_true == 0) | (y_true == 1)).all() and (y_true.sum(axis=1) == 1).all()
        return _same_class if one_hot else None

    def _forward(self, y_pred: Array, y_true: Array, rows: int | None) -> tuple[Any, Any]:
        divisor = len(y_pred) if rows is None else rows
        if self.reduction == "mean":
            divisor *= math.prod(y_pred.shape[1:])
        y = self.cast(y_true, y_pred)
        if self.from_logits:
            value = kernels.binary_cross_entropy_logits(y_pred, y, divisor)
        else:
            real = y_pred.real
            if real.size and not (real.min() >= 0 and real.max() <= 1) and np.isfinite(real).all():
                raise ValueError(
                    f"{self!r}: expected outputs in [0, 1], got values from {real.min():g} to "
                    f"{real.max():g}. End the model with Sigmoid() or use "
                    "BinaryCrossEntropy(from_logits=True)"
                )
            value = kernels.binary_cross_entropy(y_pred, y, divisor)
        return value.item(), (y_pred, y, divisor)

    def _backward(self, saved: Any, dy: complex) -> Array:
        if self.from_logits:
            return kernels.binary_cross_entropy_logits_dz(dy, *saved)
        return kernels.binary_cross_entropy_dp(dy, *saved)

    def __repr__(self) -> str:
        given = ["from_logits=True"] * self.from_logits
        given += ['reduction="mean"'] * (self.reduction == "mean")
        return f"BinaryCrossEntropy({', '.join(given)})"


def _same_class(y_pred: Array, y_true: Array) -> int:
    return int(np.count_nonzero(y_pred.argmax(axis=1) == to_indices(y_true)))
