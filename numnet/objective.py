"""Parameters -> (loss, gradient) on some data: where everything meets."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .context import Context
from .losses import Loss
from .model import EVALUATION, Model

Array = NDArray[Any]


def evaluate(
    model: Model, loss: Loss, x: Array, y_true: Array, ctx: Context, rows: int | None = None
) -> tuple[Any, Array]:
    """The loss and the outputs; the gradients are added to the model's. Nothing is validated."""
    y_pred, saved = model._forward(x, ctx)
    value, s = loss._forward(y_pred, y_true, rows)
    model._backward(loss.backward(s), saved, False)
    return value, y_pred


def check_data(model: Model, loss: Loss, x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
    """x and y as arrays, once it is sure that model and loss take them; nothing is changed.

    Raises
    ------
    ValueError, TypeError
        If there is no row, the lengths differ, x is not finite, or a layer or the loss refuses.
    """
    if not isinstance(model, Model):
        raise TypeError(f"expected a model such as numnet.Sequential, got {model!r}")
    if not isinstance(loss, Loss):
        hint = f". Write {loss.__name__}()" if isinstance(loss, type) else ""
        raise TypeError(f"expected a loss such as numnet.SoftmaxCrossEntropy(), got {loss!r}{hint}")
    data = model._cast(x, "x")
    if data.dtype.kind == "c":
        raise TypeError(f"expected real x, got dtype {data.dtype}")
    y = np.asarray(y)
    if data.ndim == 0 or y.ndim == 0 or len(data) != len(y):
        raise ValueError(
            f"expected one row of x for each row of y, got shapes {data.shape} and {y.shape}"
        )
    if len(data) == 0:
        raise ValueError("expected at least one row of data, got none")
    # The dot product is one fast pass; it may overflow where the entries do not.
    with np.errstate(over="ignore", invalid="ignore"):
        finite = np.isfinite(np.dot(data.ravel(), data.ravel())) or np.isfinite(data).all()
    if not finite:
        place = tuple(map(int, np.argwhere(~np.isfinite(data))[0]))
        column = f", column {', '.join(map(str, place[1:]))}" if place[1:] else ""
        raise ValueError(
            f"expected finite x, got {data[place]} at row {place[0]}{column}. "
            "Remove such rows or fill them in, e.g. x[np.isfinite(x).all(axis=1)]"
        )
    with np.errstate(over="ignore", invalid="ignore"):
        # A copy, for a layer of the user's that changes its input in place.
        outputs = model._forward(data[:1].copy(), EVALUATION)[0]
    return data, loss.check((len(data), *outputs.shape[1:]), y)


class Objective:
    """The loss of a model on given data as a function of its flat parameters.

    value = loss(model(x; theta), y) + l2 / 2 |theta|^2

    For `scipy.optimize.minimize(objective, theta, jac=True)`. The model is never changed; the same
    theta gives the same bits.

    Parameters
    ----------
    model : Model
        In evaluation mode.
    loss : Loss
        Such as `SoftmaxCrossEntropy()`.
    x : array_like, shape (N, D)
        Inputs.
    y : array_like
        The truth, as the loss takes it.
    l2 : float
        Weight of the penalty, at least 0.

    Raises
    ------
    ValueError, TypeError
        If x or y does not fit, or l2 is negative.

    Examples
    --------
    >>> import numnet
    >>> model = numnet.Linear(1, 1, bias=False)
    >>> objective = Objective(model, numnet.MSE(), [[1.0], [2.0]], [[2.0], [4.0]])
    >>> objective(np.array([1.0]))
    (2.5, array([-5.]))
    >>> objective(np.array([2.0]))[0]
    0.0
    """

    def __init__(
        self, model: Model, loss: Loss, x: ArrayLike, y: ArrayLike, l2: float = 0.0
    ) -> None:
        if not (np.isfinite(l2) and l2 >= 0):
            raise ValueError(
                f"Objective: expected l2 to be a finite number of at least 0, got {l2}"
            )
        self.x, self.y = check_data(model, loss, x, y)
        self.model, self.loss, self.l2 = model, loss, float(l2)

    def __call__(self, theta: ArrayLike) -> tuple[Any, Array]:
        """The loss and its gradient at theta.

        Parameters
        ----------
        theta : array_like, shape (size,)
            Flat parameters in the order of `model.parameters.value`; everything is computed in its
            dtype.

        Returns
        -------
        value : float
            Complex for a complex theta.
        gradient : ndarray, shape (size,)
            A fresh array.
        """
        theta = np.asarray(theta)
        theta = np.ascontiguousarray(theta, theta.dtype if theta.dtype.kind in "fc" else np.float64)
        twin = self.model.replica(theta)
        value, _ = evaluate(twin, self.loss, twin._cast(self.x, "x"), self.y, EVALUATION)
        gradient = twin._packed().read_grad()
        if self.l2:
            value += self.l2 / 2 * np.dot(theta, theta).item()
            gradient += self.l2 * theta
        return value, gradient

    def __repr__(self) -> str:
        return f"Objective({self.model!r}, {self.loss!r}, {len(self.x)} rows, l2={self.l2:g})"
