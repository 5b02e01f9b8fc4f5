"""All arrays along one direction: where the claim holds there, none needs a look of its own."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .differences import Estimate
from .judge import Judge
from .noise import EPS, random_direction
from .products import inner, largest

Array = NDArray[Any]
Slopes = list[tuple[float, float, float]]  # claimed, reference, tolerance
DIRECTIONS = 3
CLOSE = 1e3  # tolerances: what is further off needs no better one
CULPRITS = 3  # more arrays that disagree are better looked at one by one


def survey(judge: Judge, rng: np.random.Generator) -> dict[str, Slopes]:
    """The arrays whose claim agrees with the complex step along a few common directions.

    Each array is moved in inverse proportion to its largest entry, so that an error counts
    relative to that, and the numbers are those that the array alone would show.
    """
    units, noise = _units(judge), 0.0
    for _ in range(CULPRITS):
        if len(units) < 2:
            return {}
        agreed: dict[str, Slopes] = {name: [] for name in units}
        failing = None
        for _ in range(DIRECTIONS):
            direction = _directions(judge, units, rng)
            claim, estimate, tolerance = _compared(judge, direction, noise)
            noise = max(noise, estimate.noise)
            if not abs(claim - estimate.value) <= tolerance:
                failing = direction
                break
            for name, unit in units.items():
                agreed[name].append((claim / unit, estimate.value / unit, tolerance / unit))
        if failing is None:
            return agreed
        name = _culprit(judge, failing, noise)
        if noise:
            judge.reference.whole[name] = noise / units[name]
        del units[name]
    return {}


def _units(judge: Judge) -> dict[str, float]:
    claims, analytic = judge.claims, judge.reference.analytic
    units = {}
    for name, gradient in claims.gradient.items():
        size = largest(gradient)
        fits = analytic.get(name) and claims.eps[name] == EPS and 1e-30 < size < 1e30
        if fits and math.isfinite(inner(gradient, gradient)):
            units[name] = 1.0 / size
    return units


def _directions(
    judge: Judge, units: dict[str, float], rng: np.random.Generator
) -> dict[str, Array]:
    found = {}
    for name, unit in units.items():
        # float32: these are the numbers, not a rounding of them, in half of the memory.
        found[name] = random_direction(judge.claims.gradient[name].shape, rng).astype(np.float32)
        found[name] *= np.float32(unit)
    return found


def _compared(
    judge: Judge, direction: dict[str, Array], noise: float
) -> tuple[float, Estimate, float]:
    """The claim, the reference and the tolerance; noise is that of the function, 0: not known.

    It is measured where that decides.
    """
    claims = judge.claims
    claim = math.fsum(inner(claims.gradient[name], v) for name, v in direction.items())
    estimate = judge.reference.jointly(direction).noisier(noise)
    tolerance = estimate.bound + claims.rounding_together(direction)
    if noise == 0.0 and tolerance < abs(claim - estimate.value) <= CLOSE * tolerance:
        estimate = judge.reference.jointly(direction, estimate)
        tolerance = estimate.bound + claims.rounding_together(direction)
    return claim, estimate, tolerance


def _culprit(judge: Judge, direction: dict[str, Array], noise: float) -> str:
    """The array with the error, found by halving the list of them."""
    names = list(direction)
    while len(names) > 1:
        half = {name: direction[name] for name in names[: len(names) // 2]}
        claim, estimate, tolerance = _compared(judge, half, noise)
        agrees = abs(claim - estimate.value) <= tolerance
        names = names[len(half) :] if agrees else list(half)
    return names[0]
