"""The piecewise linear activations relu and leaky_relu, and their smooth relative softplus.

At 0 the derivative of relu is 0 and that of leaky_relu is its slope, as in torch. Complex input is
decided on by its real part, so that the complex step differentiates the branch that was taken.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .sigmoidal import sigmoid

Array = NDArray[Any]


def relu(x: Array) -> Array:
    """Rectified linear unit of each entry.

    y = x where x > 0, else 0

    Parameters
    ----------
    x : ndarray
        Of any shape.

    Returns
    -------
    ndarray
        y >= 0, same shape and dtype.

    References
    ----------
    Course, row A18.

    Examples
    --------
    >>> relu(np.array([-2.0, 3.0, -np.inf]))
    array([0., 3., 0.])
    """
    return np.maximum(x, 0) if x.dtype.kind != "c" else np.where(x.real <= 0, 0, x)


def relu_dx(dy: Array, y: Array) -> Array:
    """Gradient of `relu` to x, from its output.

    dx = dy where y > 0, else 0

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
    Course, row A18.

    Examples
    --------
    >>> relu_dx(np.array([5.0, 5.0]), np.array([0.0, 3.0]))
    array([0., 5.])
    """
    # The mask in the dtype of dy: a product with bools converts them, which takes longer.
    dx = np.greater(y.real, 0, out=np.empty_like(dy))
    dx *= dy
    return dx


def leaky_relu(x: Array, slope: float = 0.01) -> Array:
    """Rectified linear unit that lets a share of the negative side through.

    y = x where x > 0, else slope x

    Parameters
    ----------
    x : ndarray
        Of any shape.
    slope : float
        From 0 to 1.

    Returns
    -------
    ndarray
        y, same shape and dtype.

    References
    ----------
    Maas, Hannun, Ng 2013, Rectifier nonlinearities improve neural network acoustic models.

    Examples
    --------
    >>> leaky_relu(np.array([-2.0, 3.0]), 0.5)
    array([-1.,  3.])
    """
    return np.maximum(x, slope * x) if x.dtype.kind != "c" else np.where(x.real > 0, x, slope * x)


def leaky_relu_dx(dy: Array, y: Array, slope: float = 0.01) -> Array:
    """Gradient of `leaky_relu` to x, from its output, which has the sign of x.

    dx = dy where y > 0, else slope dy

    Parameters
    ----------
    dy : ndarray
        Gradient of the loss to y.
    y : ndarray
        The output of the forward, same shape.
    slope : float
        That of the forward.

    Returns
    -------
    ndarray
        dx, same shape.

    References
    ----------
    Maas, Hannun, Ng 2013.

    Examples
    --------
    >>> leaky_relu_dx(np.array([4.0, 4.0]), np.array([-1.0, 3.0]), 0.5)
    array([2., 4.])
    """
    return np.where(y.real > 0, dy, slope * dy)


def softplus(x: Array) -> Array:
    """Smooth rectifier, the integral of the sigmoid.

    y = log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|))

    Parameters
    ----------
    x : ndarray
        Of any shape.

    Returns
    -------
    ndarray
        y >= 0, same shape and dtype.

    References
    ----------
    Dugas et al. 2001, Incorporating second-order functional knowledge.

    Examples
    --------
    >>> softplus(np.array([-1e30, 0.0, 1e30])).tolist()
    [0.0, 0.6931471805599453, 1e+30]
    """
    if x.dtype.kind != "c":
        return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
    # np.abs of a complex number is its modulus, which would stop the complex step.
    negative = x.real < 0
    return np.where(negative, 0, x) + np.log1p(np.exp(np.where(negative, x, -x)))


def softplus_dx(dy: Array, x: Array) -> Array:
    """Gradient of `softplus` to x, from its input.

    dx = dy sigmoid(x)

    Parameters
    ----------
    dy : ndarray
        Gradient of the loss to y.
    x : ndarray
        The input of the forward, same shape.

    Returns
    -------
    ndarray
        dx, same shape.

    References
    ----------
    Dugas et al. 2001.

    Examples
    --------
    >>> softplus_dx(np.array([4.0]), np.array([0.0]))
    array([2.])
    """
    return dy * sigmoid(x)
