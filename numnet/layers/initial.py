"""Initial values: functions of a Generator and a shape (D, Q) or (Q,).

They are plain objects, so that a layer that holds one can be copied, pickled and described.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Initial:
    """A rule for initial values; `kind` and `scale` are what its public maker was given.

    Examples
    --------
    >>> constant(0.5)
    constant(0.5)
    >>> constant(0.5)(np.random.default_rng(0), (2,))
    array([0.5, 0.5])
    """

    kind: str
    scale: float = 1.0

    def __call__(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        """Draw an array of this shape."""
        if self.kind == "normal":
            return self.scale * rng.standard_normal(shape)
        if self.kind == "constant":
            return np.full(shape, self.scale)
        if len(shape) != 2:
            raise ValueError(f"{self}: expected the shape (D, Q) of a weight, got {shape}")
        D, Q = shape
        # glorot keeps the variance in both directions, he that of relu's outputs.
        limit = np.sqrt(6 / (D + Q)) if self.kind == "glorot" else np.sqrt(6 / D)
        return self.scale * rng.uniform(-limit, limit, shape)

    def __str__(self) -> str:
        return f"{self.kind}({self.scale:g})"

    __repr__ = __str__


def normal(scale: float) -> Initial:
    """Independent normal values of standard deviation `scale`.

    W ~ scale N(0, 1)

    Parameters
    ----------
    scale : float
        At least 0, finite.

    Returns
    -------
    Initial
        For `Linear(init=, bias_init=)`.

    Raises
    ------
    ValueError
        If scale is negative or not finite.

    References
    ----------
    Course, row A10 (scale 1e-2).

    Examples
    --------
    >>> normal(1e-2)
    normal(0.01)
    >>> normal(1.0)(np.random.default_rng(0), (2,)).round(2)
    array([ 0.13, -0.13])
    """
    return Initial("normal", _scale(scale, "normal"))


def glorot(gain: float = 1.0) -> Initial:
    """Uniform values that keep the variance through a linear layer in both directions.

    W ~ gain U(-l, l), l = sqrt(6 / (D + Q))

    Parameters
    ----------
    gain : float
        1 for linear and sigmoid, 5/3 customary for tanh.

    Returns
    -------
    Initial
        For `Linear(init=)`.

    Raises
    ------
    ValueError
        If gain is negative or not finite.

    References
    ----------
    Glorot, Bengio 2010, Understanding the difficulty of training deep networks, eq. 16.

    Examples
    --------
    >>> bool(abs(glorot()(np.random.default_rng(0), (3, 3))).max() <= 1)
    True
    """
    return Initial("glorot", _scale(gain, "glorot"))


def he(gain: float = 1.0) -> Initial:
    """Uniform values that keep the variance through a linear layer followed by relu.

    W ~ gain U(-l, l), l = sqrt(6 / D)

    Parameters
    ----------
    gain : float
        Factor on the limit l.

    Returns
    -------
    Initial
        For `Linear(init=)`.

    Raises
    ------
    ValueError
        If gain is negative or not finite.

    References
    ----------
    He, Zhang, Ren, Sun 2015, Delving deep into rectifiers, eq. 10.

    Examples
    --------
    >>> bool(abs(he()(np.random.default_rng(0), (6, 3))).max() <= 1)
    True
    """
    return Initial("he", _scale(gain, "he"))


def constant(value: float) -> Initial:
    """The same value everywhere.

    W = value

    Parameters
    ----------
    value : float
        Finite.

    Returns
    -------
    Initial
        For `Linear(bias_init=)`.

    Raises
    ------
    ValueError
        If value is not finite.

    Examples
    --------
    >>> constant(0.5)(np.random.default_rng(0), (2,))
    array([0.5, 0.5])
    """
    if not np.isfinite(value):
        raise ValueError(f"constant: expected a finite value, got {value}")
    return Initial("constant", float(value))


def _scale(scale: float, place: str) -> float:
    if not (np.isfinite(scale) and scale >= 0):
        raise ValueError(f"{place}: expected a finite number of at least 0, got {scale}")
    return float(scale)
