"""A plain function of two tensors as a loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..losses import Loss
from .module import pull
from .tensor import Tensor

Array = NDArray[Any]
LossLike = Loss | Callable[[Any, Any], Any]


class FunctionLoss(Loss):
    """A loss written as a function of the outputs and the truth, both Tensors.

    Parameters
    ----------
    function : callable
        From (y_pred, y_true) to a Tensor of one number.

    Examples
    --------
    >>> loss = FunctionLoss(lambda y_pred, y_true: ((y_pred - y_true) ** 2).sum())
    >>> loss([[1.0, 2.0]], [[1.0, 4.0]])
    4.0
    >>> value, saved = loss.forward([[1.0, 2.0]], [[1.0, 4.0]])
    >>> loss.backward(saved)
    array([[ 0., -4.]])
    """

    output = None

    def __init__(self, function: Callable[[Tensor, Tensor], Tensor]) -> None:
        self.function = function

    def check(self, shape: tuple[int, ...], y_true: ArrayLike) -> Array:
        y = np.asarray(y_true)
        if y.dtype.kind not in "fiub":
            raise TypeError(f"{self!r}: expected y_true to hold real numbers, got dtype {y.dtype}")
        if y.ndim == 0 or len(y) != shape[0]:
            raise ValueError(
                f"{self!r}: expected y_true of one row an example, {shape[0]} of them, "
                f"got shape {y.shape}"
            )
        if not np.isfinite(y).all():
            raise ValueError(f"{self!r}: expected finite y_true, got NaN or infinity")
        return y

    def cast(self, y_true: Array, like: Array) -> Array:
        return super().cast(y_true, like) if y_true.dtype.kind == "f" else y_true

    def _forward(self, y_pred: Array, y_true: Array, rows: int | None) -> tuple[Any, Any]:
        if rows is not None and rows != len(y_pred):
            raise ValueError(
                f"{self!r}: its value for a part of the rows is not known: it is a function of "
                "all. Derive from numnet.Loss to divide by the number of all rows"
            )
        pred = Tensor._make(y_pred, None, True)
        value = self.function(pred, Tensor._make(self.cast(y_true, y_pred)))
        if not isinstance(value, Tensor) or value.size != 1:
            got = f"shape {value.shape}" if isinstance(value, Tensor) else type(value).__name__
            raise TypeError(
                f"{self!r}: expected a Tensor of one number, got {got}. End it with .mean() or "
                ".sum(), and use the methods of Tensor or NumPy's functions within"
            )
        return value.item(), (pred, value)

    def _backward(self, saved: Any, dy: complex) -> Array:
        pred, value = saved
        return pull(value, np.full_like(value._array, dy), pred)

    def __repr__(self) -> str:
        return getattr(self.function, "__name__", repr(self.function))


def as_loss(loss: Any) -> Loss:
    """A loss as it is, a function of two tensors as a loss.

    Raises
    ------
    TypeError
        If it is neither.

    Examples
    --------
    >>> import numnet
    >>> as_loss(numnet.MSE())
    MSE()
    """
    if isinstance(loss, Loss):
        return loss
    if isinstance(loss, type) or not callable(loss):
        hint = f". Write {loss.__name__}()" if isinstance(loss, type) else ""
        raise TypeError(
            f"expected a loss such as numnet.SoftmaxCrossEntropy(), or a function of two Tensors, "
            f"got {loss!r}{hint}"
        )
    return FunctionLoss(loss)
