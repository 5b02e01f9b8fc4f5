"""softmax and log_softmax with their true Jacobians: each output depends on the whole row."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def softmax(x: Array, axis: int = -1) -> Array:
    """Probabilities from logits.

    y_c = exp(x_c - m) / sum over k of exp(x_k - m), m = max over k of x_k

    Parameters
    ----------
    x : ndarray
        Logits, finite.
    axis : int
        The axis that sums to 1, by default the last.

    Returns
    -------
    ndarray
        y in [0, 1], same shape and dtype.

    References
    ----------
    Course, row A11.

    Examples
    --------
    >>> softmax(np.array([[0.0, 0.0], [1e30, -1e30]]))
    array([[0.5, 0.5],
           [1. , 0. ]])
    """
    # y does not change when a constant is taken off a row: m keeps exp below 1.
    y = x - x.real.max(axis=axis, keepdims=True)
    np.exp(y, out=y)
    y /= np.add.reduce(y, axis=axis, keepdims=True)
    return y


def softmax_dx(dy: Array, y: Array, axis: int = -1) -> Array:
    """Gradient of `softmax` to x, from its output.

    dx_c = y_c (dy_c - sum over k of dy_k y_k)

    Parameters
    ----------
    dy : ndarray
        Gradient of the loss to y.
    y : ndarray
        The output of the forward, same shape.
    axis : int
        That of the forward.

    Returns
    -------
    ndarray
        dx, same shape; it sums to 0 along the axis.

    References
    ----------
    Bridle 1990, Training stochastic model recognition algorithms as networks, eq. 4.

    Examples
    --------
    >>> softmax_dx(np.array([[1.0, 0.0]]), np.array([[0.5, 0.5]]))
    array([[ 0.25, -0.25]])
    """
    dx = dy * y
    dx -= y * np.add.reduce(dx, axis=axis, keepdims=True)
    return dx


def log_softmax(x: Array, axis: int = -1) -> Array:
    """Logarithms of the probabilities, also where these are too small for a float.

    y_c = x_c - m - log(sum over k of exp(x_k - m)), m = max over k of x_k

    Parameters
    ----------
    x : ndarray
        Logits, finite.
    axis : int
        The axis along which exp(y) sums to 1, by default the last.

    Returns
    -------
    ndarray
        y <= 0, same shape and dtype.

    References
    ----------
    Blanchard, Higham, Higham 2021, Accurately computing the log-sum-exp and softmax functions.

    Examples
    --------
    >>> log_softmax(np.array([[0.0, -1000.0]]))
    array([[    0., -1000.]])
    """
    top = x.real.argmax(axis=axis, keepdims=True)
    y = x - np.take_along_axis(x, top, axis)
    e = np.exp(y)
    # The sum without the largest term, which is 1: log1p keeps the digits of a y near 0.
    np.put_along_axis(e, top, 0, axis)
    y -= np.log1p(np.add.reduce(e, axis=axis, keepdims=True))
    return y


def log_softmax_dx(dy: Array, y: Array, axis: int = -1) -> Array:
    """Gradient of `log_softmax` to x, from its output.

    dx_c = dy_c - exp(y_c) sum over k of dy_k

    Parameters
    ----------
    dy : ndarray
        Gradient of the loss to y.
    y : ndarray
        The output of the forward, same shape.
    axis : int
        That of the forward.

    Returns
    -------
    ndarray
        dx, same shape; it sums to 0 along the axis.

    References
    ----------
    The derivative of the formula above.

    Examples
    --------
    >>> log_softmax_dx(np.array([[1.0, 0.0]]), np.log(np.array([[0.5, 0.5]])))
    array([[ 0.5, -0.5]])
    """
    return dy - np.exp(y) * np.add.reduce(dy, axis=axis, keepdims=True)
