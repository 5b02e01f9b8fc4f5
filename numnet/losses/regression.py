"""The loss of values."""

from __future__ import annotations

import math
from typing import Any

from numpy.typing import ArrayLike, NDArray

from .. import kernels
from .loss import Loss

Array = NDArray[Any]


class MSE(Loss):
    """Mean squared error over all N D entries.

    value = (1 / (N D)) sum of (y_pred - y_true)^2

    y_true has exactly the shape of y_pred, (N, D) or (N,). The value is exact up to overflow of the
    mean, at which a call of the loss raises NonFiniteError.

    References
    ----------
    Course, row B1. The gradient 2 (y^ - y) given there lacks the factor 1 / (N D) of the mean.

    Examples
    --------
    >>> loss = MSE()
    >>> value, saved = loss.forward([[1.0, 2.0]], [[0.0, 4.0]])
    >>> value
    2.5
    >>> loss.backward(saved)
    array([[ 1., -2.]])
    >>> loss.backward(saved, both=True)[1]
    array([[-1.,  2.]])
    """

    gives_dy_true = True

    def check(self, shape: tuple[int, ...], y_true: ArrayLike) -> Array:
        return self._check_same(shape, y_true)

    def _forward(self, y_pred: Array, y_true: Array, rows: int | None) -> tuple[Any, Any]:
        divisor = (len(y_pred) if rows is None else rows) * math.prod(y_pred.shape[1:])
        value, e = kernels.mse(y_pred, self.cast(y_true, y_pred), divisor)
        return value.item(), (e, divisor)

    def backward(self, saved: Any, dy: complex = 1.0, both: bool = False) -> Any:
        """Gradient to y_pred, times `dy`; with both=True the pair (dy_pred, dy_true)."""
        dy_pred = super().backward(saved, dy)
        return (dy_pred, -dy_pred) if both else dy_pred

    def _backward(self, saved: Any, dy: complex) -> Any:
        return kernels.mse_dy_pred(dy, *saved)
