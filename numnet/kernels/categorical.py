"""The cross-entropy of class labels, from logits."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .summing import ones

Array = NDArray[Any]


def softmax_cross_entropy(
    z: Array, y_true: Array, divisor: float | None = None
) -> tuple[Any, Array]:
    """Mean negative log-likelihood of labels under softmax(z).

    value = -(1 / divisor) sum over n, c of t[n, c] log softmax(z[n])[c]

    Parameters
    ----------
    z : ndarray, shape (N, C)
        Logits.
    y_true : ndarray
        Integers (N,), for which t is one-hot, or t itself, rows (N, C) that sum to 1.
    divisor : float, optional
        By default N.

    Returns
    -------
    value : scalar
        Of the dtype of z.
    p : ndarray, shape (N, C)
        softmax(z), for the backward.

    References
    ----------
    Bridle 1990; course, row A12.

    Examples
    --------
    >>> value, p = softmax_cross_entropy(np.array([[0.0, 0.0]]), np.array([1]))
    >>> round(float(value), 6), p
    (0.693147, array([[0.5, 0.5]]))
    """
    first = _starts(*z.shape)
    top = first + z.real.argmax(axis=1)
    shifted = np.subtract(z, z.take(top)[:, np.newaxis], order="C")
    p = np.exp(shifted)
    # The sum without the largest term, which is 1: log1p keeps the digits of a small loss. p is in
    # C order, so flat is a view of it.
    flat = p.reshape(-1)
    flat[top] = 0
    rest = p.dot(ones(p.shape[1], p.dtype))
    flat[top] = 1
    p /= (1 + rest)[:, np.newaxis]
    log_total = np.log1p(rest)
    if y_true.ndim == 1:
        value = np.add.reduce(log_total - shifted.take(first + y_true))
    else:
        value = (y_true * (log_total[:, np.newaxis] - shifted)).sum()
    return value / (divisor or len(z) or 1), p


def softmax_cross_entropy_dz(
    dy: complex, p: Array, y_true: Array, divisor: float | None = None
) -> Array:
    """Gradient of `softmax_cross_entropy` to the logits.

    dz = dy (p sum over c of t - t) / divisor, where the sum is 1 up to rounding

    Parameters
    ----------
    dy : float or complex
        Gradient to the value.
    p : ndarray, shape (N, C)
        softmax(z).
    y_true : ndarray
        As in the forward.
    divisor : float, optional
        That of the forward.

    Returns
    -------
    ndarray, shape (N, C)
        dz.

    References
    ----------
    Course, row A12: delta3 = Y^ - Y, there of the sum over the examples (divisor 1).

    Examples
    --------
    >>> softmax_cross_entropy_dz(1.0, np.array([[0.5, 0.5]]), np.array([1]))
    array([[ 0.5, -0.5]])
    """
    scale = dy / (divisor or len(p) or 1)
    if y_true.ndim == 1:
        dz = np.multiply(p, scale, order="C")
        dz.reshape(-1)[_starts(*p.shape) + y_true] -= scale
        return dz
    return (p * y_true.sum(axis=1, keepdims=True) - y_true) * scale


# By its place among all NumPy takes an entry faster than by row and column. Kept, as the backward
# and the next step ask for the same.
@functools.lru_cache(maxsize=8)
def _starts(rows: int, columns: int) -> Array:
    """The places of the first entry of each row; they are shared and so read-only."""
    found = np.arange(0, rows * columns, columns)
    found.setflags(write=False)
    return found
