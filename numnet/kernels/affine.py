"""The affine map z = x W + b and its three gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .skinny import LONG, cross_product, product
from .summing import ones

Array = NDArray[Any]


def linear(x: Array, W: Array, b: Array | None = None) -> Array:
    """Affine map of each row.

    y = x W + b

    Parameters
    ----------
    x : ndarray, shape (N, D)
        One example a row.
    W : ndarray, shape (D, Q)
        Weights.
    b : ndarray, shape (Q,), optional
        Bias, added to every row.

    Returns
    -------
    ndarray, shape (N, Q)
        y, of the common dtype of the arguments.

    References
    ----------
    Course, rows A11 and B2.

    Examples
    --------
    >>> linear(np.array([[1.0, 2.0]]), np.array([[1.0], [10.0]]), np.array([0.5]))
    array([[21.5]])
    """
    y = x.dot(W) if len(x) < LONG else product(x, W)
    if b is None:
        return y
    # np.dot made y, so it may be written to unless b would widen its dtype.
    return np.add(y, b, out=y) if b.dtype == y.dtype else y + b


def linear_dx(dy: Array, W: Array) -> Array:
    """Gradient of `linear` to x.

    dx = dy W'

    Parameters
    ----------
    dy : ndarray, shape (N, Q)
        Gradient of the loss to y.
    W : ndarray, shape (D, Q)
        Weights.

    Returns
    -------
    ndarray, shape (N, D)
        dx.

    References
    ----------
    Course, row B2 (there: grad W').

    Examples
    --------
    >>> linear_dx(np.array([[2.0]]), np.array([[1.0], [10.0]]))
    array([[ 2., 20.]])
    """
    return dy.dot(W.T)


def linear_dW(dy: Array, x: Array, out: Array | None = None) -> Array:
    """Gradient of `linear` to W: a sum over the examples.

    dW = x' dy

    Parameters
    ----------
    dy : ndarray, shape (N, Q)
        Gradient of the loss to y.
    x : ndarray, shape (N, D)
        The input of the forward.
    out : ndarray, shape (D, Q), optional
        C-contiguous array to write to.

    Returns
    -------
    ndarray, shape (D, Q)
        dW.

    References
    ----------
    Course, rows A12 (dW1 = X' delta2) and B2 (x' grad).

    Examples
    --------
    >>> linear_dW(np.array([[2.0], [1.0]]), np.array([[1.0, 0.0], [3.0, 1.0]]))
    array([[5.],
           [1.]])
    """
    if out is not None and not x.dtype == dy.dtype == out.dtype:
        # np.dot writes to its own dtype only; a layer that widened the dtype is no reason to fail.
        out[...] = x.T.dot(dy)
        return out
    return x.T.dot(dy, out) if len(x) < LONG else cross_product(x, dy, out)


def linear_db(dy: Array, out: Array | None = None) -> Array:
    """Gradient of `linear` to b: a sum over the examples.

    db = sum over n of dy[n]

    Parameters
    ----------
    dy : ndarray, shape (N, Q)
        Gradient of the loss to y.
    out : ndarray, shape (Q,), optional
        Array to write to.

    Returns
    -------
    ndarray, shape (Q,)
        db.

    References
    ----------
    Course, rows A12 (db1) and B2 (sum over examples of grad).

    Examples
    --------
    >>> linear_db(np.array([[2.0], [1.0]]))
    array([3.])
    """
    if out is not None and out.dtype != dy.dtype:
        return np.add.reduce(dy, axis=0, out=out)
    return ones(len(dy), dy.dtype).dot(dy, out)
