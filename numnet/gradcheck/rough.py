"""Differences at two steps: few calls, for what need not be exact.

D(h) = (f(h) - f(-h)) / 2h at h and h / 4, extrapolated once; the jump of the slope is what
(f(h) - 2 f(0) + f(-h)) / h tends to.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arguments import Values
from .differences import NOTHING, Estimate
from .moved import Moved
from .problem import EPS, Problem, Shift
from .products import length

Array = NDArray[Any]
SURE = 1e-6  # the relative accuracy that tells for sure
GUESSED = 64.0  # the rounding of a function in units of the last place, where it is not measured
STEPS = (2.0**-10, 2.0**-20)  # relative to x


class Rough:
    """Rough derivatives of a problem whose outputs at the point are base."""

    def __init__(self, problem: Problem, base: Array) -> None:
        self.problem = problem
        self._base = base

    def coarse(self, name: str, direction: Array) -> tuple[Estimate, float]:
        """Differences at two steps, in four or eight calls; and the jump of the slope.

        The rounding is guessed: an estimate that another one meets within its bound confirms it,
        one that does not says nothing.
        """
        scale = self._own_scale(name, direction)
        best, least = NOTHING, math.inf
        for step in STEPS:  # kinks nearby leave little room
            rough, jump = self.twice({name: direction}, step * scale, scale)
            if rough.bound + jump < best.bound + least:
                best, least = rough, jump
            if best.bound + least <= SURE * abs(best.value):
                break
        return best, least

    def finest(self, name: str, direction: Array) -> float:
        """What the bound of `coarse` cannot fall below."""
        size = length(self.problem.weights * self._base)
        return GUESSED * EPS * size / (0.25 * STEPS[0] * self._own_scale(name, direction))

    def _own_scale(self, name: str, direction: Array) -> float:
        """How far the entries that move may go to change by about themselves."""
        moved = direction != 0
        sizes = np.abs(self.problem.base[name][moved] / direction[moved])
        size = float(np.abs(direction).max()) or 1.0
        return float(np.sqrt(np.mean(sizes**2))) or self.problem.scale(name) / size

    def twice(self, direction: Shift, step: float, scale: float) -> tuple[Estimate, float]:
        """The derivative from two steps and the jump of the slope, for a move of size scale."""
        weights, base = self.problem.weights, self._base
        slopes, bends = [], []
        for h in (step, 0.25 * step):
            try:
                above = self._shifted(direction, h)
                below = self._shifted(direction, -h)
            except (ValueError, ArithmeticError):
                return NOTHING, math.inf
            slopes.append(float(weights @ (above - below)) / (2.0 * h))
            bends.append(float(weights @ ((above - base) - (base - below))) / h)
        first, second = slopes
        value = second + (second - first) / 15.0
        size = length(weights * base) + scale * abs(value)
        rounding = GUESSED * EPS * size / (0.25 * step)
        jump = abs(4.0 * bends[1] - bends[0]) / 3.0
        return Estimate(value, 0.2 * abs(second - first) + rounding), jump

    def _shifted(self, direction: Shift, h: float) -> Array:
        first = next(iter(direction))
        moved = Moved(first, direction[first], abs(h))
        if not self.problem.promoted:
            return self.problem.terms({name: h * v for name, v in direction.items()}, moved)
        values: Values = dict(self.problem.base)
        for name, move in direction.items():
            values[name] = np.multiply(move, h, dtype=np.float64)
            values[name] += self.problem.base[name]
        return self.problem.evaluate(values, frozenset(direction), moved)
