"""The mean squared error."""

from __future__ import annotations

import cmath
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


# A sum that overflows is no error where the mean does not.
@np.errstate(over="ignore", invalid="ignore")
def mse(y_pred: Array, y_true: Array, divisor: float | None = None) -> tuple[Any, Array]:
    """Mean of the squared differences.

    value = (1 / divisor) sum of (y_pred - y_true)^2

    Parameters
    ----------
    y_pred, y_true : ndarray
        Of one shape.
    divisor : float, optional
        By default the number of entries N D, which makes the sum a mean.

    Returns
    -------
    value : scalar
        Of the arguments' dtype; infinite only where the mean overflows, not where the sum does.
    e : ndarray
        y_pred - y_true, for the backward.

    References
    ----------
    Course, row B1.

    Examples
    --------
    >>> value, e = mse(np.array([[1.0, 2.0]]), np.array([[0.0, 4.0]]))
    >>> float(value), e
    (2.5, array([[ 1., -2.]]))
    """
    e = y_pred - y_true
    flat = e.ravel()
    count = divisor or e.size or 1
    total = flat.dot(flat)
    return total / count if cmath.isfinite(total) else _mean_by_scaling(flat, count), e


def mse_dy_pred(dy: complex, e: Array, divisor: float | None = None) -> Array:
    """Gradient of `mse` to y_pred; that to y_true is its negative.

    dy_pred = dy 2 (y_pred - y_true) / divisor

    Parameters
    ----------
    dy : float or complex
        Gradient to the value.
    e : ndarray
        y_pred - y_true.
    divisor : float, optional
        That of the forward.

    Returns
    -------
    ndarray
        dy_pred, the shape of e.

    References
    ----------
    Course, row B1, with the factor 1 / size that the report leaves out.

    Examples
    --------
    >>> mse_dy_pred(1.0, np.array([[1.0, -2.0]]))
    array([[ 1., -2.]])
    """
    return e * (2 * dy / (divisor or e.size or 1))


def _mean_by_scaling(flat: Array, count: float) -> Any:
    """The mean where the sum overflows; infinite only where the mean overflows too."""
    # A power of two, which costs no digit.
    unit = 2.0 ** (math.frexp(np.abs(flat).max())[1] - 1)
    flat = flat / unit
    return flat.dot(flat) / count * unit * unit
