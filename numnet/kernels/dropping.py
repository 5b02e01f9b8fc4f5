"""Dropout: some entries become 0, the others grow so that the mean stays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def dropout(x: Array, kept: Array, p: float) -> Array:
    """The entries that are kept, grown by what the others are missed for.

    y = x / (1 - p) where kept, else 0

    Parameters
    ----------
    x : ndarray
        Of any shape.
    kept : ndarray of bool, same shape
        False with probability p.
    p : float
        In [0, 1).

    Returns
    -------
    ndarray
        y, of the mean of x over all draws; same shape and dtype.

    References
    ----------
    Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov 2014, Dropout, section 10 (there: the
    same with the weights scaled afterwards).

    Examples
    --------
    >>> dropout(np.array([2.0, 3.0]), np.array([False, True]), 0.25)
    array([0., 4.])
    """
    return np.where(kept, x / (1 - p), 0)


def dropout_dx(dy: Array, kept: Array, p: float) -> Array:
    """Gradient of `dropout` to x: what was dropped has none.

    dx = dy / (1 - p) where kept, else 0

    Parameters
    ----------
    dy : ndarray
        Gradient of the loss to y.
    kept : ndarray of bool, same shape
        That of the forward.
    p : float
        That of the forward.

    Returns
    -------
    ndarray
        dx, same shape.

    References
    ----------
    Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov 2014, section 5.1.

    Examples
    --------
    >>> dropout_dx(np.array([3.0, 3.0]), np.array([False, True]), 0.25)
    array([0., 4.])
    """
    return np.where(kept, dy / (1 - p), 0)
