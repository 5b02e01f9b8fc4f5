"""How far a function's values scatter about a smooth curve: rounding, measured and not guessed.

Values at equally spaced points are differenced until the smooth part is gone (R. W. Hamming,
Introduction to Applied Numerical Analysis, 1971; J. J. More and S. M. Wild, Estimating
computational noise, 2011). What is left is rounding, including that of constants inside the
function, which moving the input by a unit in the last place would not show.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .problem import Problem, Shift

Array = NDArray[Any]
POINTS = 7
SPACING = 1e-6
EPS = float(np.finfo(np.float64).eps)


def scatter(values: Array) -> float:
    """The standard deviation of the noise in equally spaced values of a smooth function."""
    worst = 0.0
    for order in (4, 5, 6):
        differences = np.diff(values, order)
        worst = max(worst, float(np.abs(differences).max()) / math.sqrt(math.comb(2 * order, order)))
    return worst


def directions(problem: Problem, rng: np.random.Generator) -> dict[str, Array]:
    """A small random move of every differentiated array, relative to its magnitude.

    The others stay: labels, masks and probabilities may have no neighbours that are allowed.
    """
    return {
        name: SPACING * problem.scale(name) * random_direction(problem.base[name].shape, rng)
        for name in problem.wrt
    }


def random_direction(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Random signs with magnitudes uniform in [1/2, 1], so that errors do not cancel."""
    return rng.choice((-1.0, 1.0), size=shape) * rng.uniform(0.5, 1.0, size=shape)


def along(evaluate: Callable[[Shift, int], float], move: dict[str, Array]) -> float:
    """The scatter of evaluate(shift, k) on one side of the point; at a kink the sides differ."""
    smallest = math.inf
    for side in (1.0, -1.0):
        values = np.array(
            [
                evaluate({name: side * k * step for name, step in move.items()}, k)
                for k in range(1, POINTS + 1)
            ]
        )
        if np.isfinite(values).all():
            smallest = min(smallest, scatter(values))
            if smallest <= 1e-12 * float(np.abs(values).max()):
                break
    return smallest


def measure_noise(problem: Problem, base: Array, rng: np.random.Generator) -> float:
    """The rounding of the weighted sum: measured, and at least that of its last operations."""
    moved = "with its arguments moved by a millionth"
    weights = problem.weights

    def evaluate(shift: Shift, k: int) -> float:
        try:
            return float(weights @ problem.terms(shift, moved))
        except (ValueError, ArithmeticError):  # outside of the domain
            return math.nan

    measured = along(evaluate, directions(problem, rng))
    if not math.isfinite(measured):
        measured = 0.0
    return max(4.0 * measured, 2.0 * EPS * float(np.linalg.norm(weights * base)))
