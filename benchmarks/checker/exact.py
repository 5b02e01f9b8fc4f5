"""Derivatives to 50 digits, of formulas that NumPy and mpmath evaluate alike.

A formula is written once, for arrays: f(m, x) -> the array of its terms, where m holds the
elementary functions. With floats m is `FLOAT`, with numbers of 100 digits `EXACT`.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import mpmath
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Formula = Callable[[Any, Array], Array]
NAMES = ("tanh", "sin", "cos", "exp", "log", "sqrt", "log1p", "arctan")
DIGITS = 100
STEP = mpmath.mpf(10) ** -30
TRUSTED = mpmath.mpf(10) ** -50

FLOAT = SimpleNamespace(**{name: getattr(np, name) for name in NAMES})
EXACT = SimpleNamespace(
    **{
        name: np.frompyfunc(getattr(mpmath, {"arctan": "atan"}.get(name, name)), 1, 1)
        for name in NAMES
    }
)


def exact(x: Array) -> Array:
    """The same floats with 100 digits."""
    return np.frompyfunc(lambda v: mpmath.mpf(float(v)), 1, 1)(x)


def derivative(f: Formula, x: Array, direction: Array) -> tuple[mpmath.mpf, float, float]:
    """The derivative of the sum of the terms at x, its terms' magnitudes, its own uncertainty.

    A central difference with step 1e-30: its error is some 1e-60 of the third derivative, and
    its rounding 1e-70 of the value.
    """
    with mpmath.workdps(DIGITS):
        move = exact(direction) * STEP
        above, below = np.ravel(f(EXACT, exact(x) + move)), np.ravel(f(EXACT, exact(x) - move))
        terms = (above - below) / (2 * STEP)
        size = mpmath.fsum(map(abs, above))
        return mpmath.fsum(terms), float(mpmath.fsum(map(abs, terms))), float(size * TRUSTED)
