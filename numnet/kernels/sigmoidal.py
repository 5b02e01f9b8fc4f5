"""The S-shaped activations tanh and sigmoid."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def tanh(x: Array) -> Array:
    """Hyperbolic tangent of each entry.

    y = tanh(x)

    Parameters
    ----------
    x : ndarray
        Of any shape.

    Returns
    -------
    ndarray
        y in [-1, 1], same shape and dtype.

    References
    ----------
    Course, row A11.

    Examples
    --------
    >>> tanh(np.array([0.0, 1e30]))
    array([0., 1.])
    """
    return np.tanh(x)


def tanh_dx(dy: Array, y: Array) -> Array:
    """Gradient of `tanh` to x, from its output.

    dx = dy (1 - y^2)

    Parameters
    ----------
    dy : ndarray
        Gradient of the loss to y.
    y : ndarray
        The output of the forward, same shape.

    Returns
    -------
    ndarray
        dx, same shape.

    References
    ----------
    Course, row A12 (delta2 = tanh'(Z1) * (delta3 W2')).

    Examples
    --------
    >>> tanh_dx(np.array([2.0, 2.0]), np.array([0.0, 0.5]))
    array([2. , 1.5])
    """
    # dy - dy y y takes two temporaries where dy (1 - y y) takes three.
    dx = np.asarray(dy * y)
    dx *= y
    return np.subtract(dy, dx, out=dx)


def sigmoid(x: Array) -> Array:
    """Logistic function of each entry, accurate at both ends.

    y = 1 / (1 + exp(-x))

    Parameters
    ----------
    x : ndarray
        Of any shape.

    Returns
    -------
    ndarray
        y in [0, 1], same shape and dtype.

    References
    ----------
    Course, row B6.

    Examples
    --------
    >>> sigmoid(np.array([0.0, 1e30, -1e30]))
    array([0.5, 1. , 0. ])
    """
    if x.dtype.kind == "c":
        # A complex exp that overflows is NaN; a real one is infinite, of which 1 / (1 + e) is 0.
        limit = float(np.log(np.finfo(x.dtype).max))
        x = np.where(x.real < -limit, -limit, x)
    e = np.asarray(np.negative(x))
    with np.errstate(over="ignore"):
        np.exp(e, out=e)
    e += 1
    return np.divide(1, e, out=e)


def sigmoid_dx(dy: Array, y: Array) -> Array:
    """Gradient of `sigmoid` to x, from its output.

    dx = dy y (1 - y)

    Parameters
    ----------
    dy : ndarray
        Gradient of the loss to y.
    y : ndarray
        The output of the forward, same shape.

    Returns
    -------
    ndarray
        dx, same shape.

    References
    ----------
    Course, row B6.

    Examples
    --------
    >>> sigmoid_dx(np.array([4.0]), np.array([0.5]))
    array([1.])
    """
    return dy * (y * (1 - y))
