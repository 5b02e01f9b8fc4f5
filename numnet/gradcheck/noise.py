"""How far a function's values scatter about a smooth curve: rounding, measured and not guessed.

Values at points nearby are freed of their smooth part, a polynomial; what is left is rounding,
including that of constants inside the function, which moving the input by a unit in the last place
would not show. After J. J. More and S. M. Wild, Estimating computational noise (2011), but with
unequal spaces: equal ones may be multiples of the rounding unit of such a constant.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .problem import Problem, Shift

Array = NDArray[Any]
EPS = float(np.finfo(np.float64).eps)
SPACING = 1e-6
SMOOTH = 1e-12  # scatter relative to the values that rounding alone explains
ROUGH = 1e-5  # scatter that rounding hardly explains
PLACES = np.array([1.0, 2.1737, 2.8929, 4.2311, 4.8171, 6.1339, 6.9427, 8.0719, 9.0])
_POWERS = np.vander(PLACES / PLACES[-1], 6)
# An orthonormal basis of what no polynomial of degree 5 reaches.
_ROUGH = np.linalg.qr(_POWERS, mode="complete")[0][:, _POWERS.shape[1] :].T


def scatter(values: Array) -> float:
    """The standard deviation of the noise in values of a smooth function at PLACES."""
    rough = _ROUGH @ values
    size = float(np.abs(rough).max())
    if size == 0.0 or not math.isfinite(size):
        return size
    rough /= size  # lest the squares of tiny numbers vanish
    return size * math.sqrt(float(rough @ rough) / len(rough))


def random_direction(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Random signs with magnitudes uniform in [1/2, 1], so that errors do not cancel."""
    return rng.choice((-1.0, 1.0), size=shape) * rng.uniform(0.5, 1.0, size=shape)


def directions(problem: Problem, rng: np.random.Generator) -> dict[str, Array]:
    """A small random move of every differentiated array, relative to its magnitude.

    The others stay: labels, masks and probabilities may have no neighbours that are allowed.
    """
    return {
        name: SPACING * problem.sizes(name) * random_direction(problem.base[name].shape, rng)
        for name in problem.wrt
    }


def along(evaluate: Callable[[Shift, int], float], move: dict[str, Array]) -> float:
    """The scatter of evaluate(shift, k) on one side of the point; at a kink the sides differ.

    A function that oscillates within the spacing looks like much noise, and does so no more when
    the spacing shrinks.
    """
    smallest = math.inf
    for factor in (1.0, -1.0, 1e-3, 1e-5):
        values = np.array(
            [
                evaluate({name: factor * place * step for name, step in move.items()}, k)
                for k, place in enumerate(PLACES)
            ]
        )
        if not np.isfinite(values).all():
            continue
        size = float(np.abs(values).max())
        smallest = min(smallest, scatter(values))
        if smallest <= (SMOOTH if factor == 1.0 else ROUGH) * size:
            break
    return smallest


def measure_noise(problem: Problem, base: Array, rng: np.random.Generator) -> float:
    """The rounding of the weighted sum: measured, and at least that of its last operations."""
    weights = problem.weights

    def evaluate(shift: Shift, k: int) -> float:
        try:
            moved = "with its arguments moved by a millionth"
            return float(weights @ problem.terms(shift, moved))
        except (ValueError, ArithmeticError):  # outside of the domain
            return math.nan

    measured = along(evaluate, directions(problem, rng))
    if not math.isfinite(measured):
        measured = 0.0
    return max(8.0 * measured, 2.0 * EPS * float(np.linalg.norm(weights * base)))
