"""The gate: a blend of two arrays by a third, and its three gradients."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]


def gate(x: Array, h: Array, t: Array) -> Array:
    """Blend of what is carried and what is new, entry by entry.

    y = t h + (1 - t) x

    Parameters
    ----------
    x : ndarray
        What is carried.
    h : ndarray, same shape
        What is new.
    t : ndarray, same shape
        The gate, in [0, 1]: 0 carries x, 1 lets h through.

    Returns
    -------
    ndarray
        y, same shape.

    References
    ----------
    Srivastava, Greff, Schmidhuber 2015, Highway networks, eq. 3; course, row B9.

    Examples
    --------
    >>> import numpy as np
    >>> gate(np.array([4.0, 4.0]), np.array([8.0, 8.0]), np.array([0.0, 0.25]))
    array([4., 5.])
    """
    return t * h + (1 - t) * x


def gate_dx(dy: Array, t: Array) -> Array:
    """Gradient of `gate` to x: the carry path.

    dx = (1 - t) dy

    Parameters
    ----------
    dy : ndarray
        Gradient of the loss to y.
    t : ndarray, same shape
        The gate of the forward.

    Returns
    -------
    ndarray
        dx, same shape.

    References
    ----------
    Srivastava, Greff, Schmidhuber 2015, eq. 5.

    Examples
    --------
    >>> import numpy as np
    >>> gate_dx(np.array([8.0]), np.array([0.25]))
    array([6.])
    """
    return (1 - t) * dy


def gate_dh(dy: Array, t: Array) -> Array:
    """Gradient of `gate` to h.

    dh = t dy

    Parameters
    ----------
    dy : ndarray
        Gradient of the loss to y.
    t : ndarray, same shape
        The gate of the forward.

    Returns
    -------
    ndarray
        dh, same shape.

    References
    ----------
    Srivastava, Greff, Schmidhuber 2015, eq. 5.

    Examples
    --------
    >>> import numpy as np
    >>> gate_dh(np.array([8.0]), np.array([0.25]))
    array([2.])
    """
    return t * dy


def gate_dt(dy: Array, x: Array, h: Array) -> Array:
    """Gradient of `gate` to t.

    dt = (h - x) dy

    Parameters
    ----------
    dy : ndarray
        Gradient of the loss to y.
    x, h : ndarray, same shape
        What the forward blended.

    Returns
    -------
    ndarray
        dt, same shape.

    References
    ----------
    The derivative of the formula above.

    Examples
    --------
    >>> import numpy as np
    >>> gate_dt(np.array([2.0]), np.array([4.0]), np.array([8.0]))
    array([8.])
    """
    return (h - x) * dy
