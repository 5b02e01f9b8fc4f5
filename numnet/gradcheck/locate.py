"""Large arrays: a few directions instead of every entry, and halving to find what is wrong."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .differences import Estimate
from .judge import Entries, Judge
from .noise import random_direction
from .problem import BudgetExhaustedError

Array = NDArray[Any]
SMALL = 64  # up to so many entries are looked at one by one
DIRECTIONS = 3
CROWD = 16  # so many failing blocks at once mean that most entries are wrong
SAMPLE = 48


@dataclass
class Evidence:
    """What is known about one array.

    slopes holds (claimed, reference, tolerance) along directions in the whole array. failed: one
    of them disagrees; kinked: the function has a kink along one; outside: the claim lies outside of
    the slopes of such a kink, as the right gradient of relu(x1) - relu(x2) does where both are 0;
    tied: it cannot be decided; complete: every entry has been judged.
    """

    entries: Entries
    complete: bool = True
    failed: bool = False
    sampled: bool = False
    exhausted: bool = False
    slopes: list[tuple[float, float, float]] = field(default_factory=list)
    kinked: bool = False
    outside: bool = False
    tied: bool = False


def examine(judge: Judge, name: str, rng: np.random.Generator) -> Evidence:
    """Compare the claimed gradient of one array with the reference."""
    gradient = judge.claims.gradient[name]
    if gradient.size <= SMALL:
        return _each(judge, name, rng)
    broken = np.flatnonzero(~np.isfinite(gradient))
    if broken.size:
        return Evidence(judge.entries(name, [int(i) for i in broken[:4]]), complete=False)
    evidence = Evidence(Entries(gradient.shape), complete=False)
    directions = [random_direction(gradient.shape, rng) for _ in range(DIRECTIONS)]
    failing = _along(judge, name, directions, evidence)
    if failing is None:
        return evidence
    evidence.failed = True
    try:
        indices = _halve(judge, name, *failing)
        evidence.sampled = indices is None
        if indices is None:
            indices = [int(i) for i in rng.choice(gradient.size, SAMPLE, replace=False)]
        evidence.entries = judge.entries(name, indices)
    except BudgetExhaustedError:
        evidence.exhausted = True
    # Where every entry behind it is judged singly, a direction through several ties says no more.
    evidence.tied |= evidence.outside and (evidence.sampled or evidence.exhausted)
    return evidence


def _each(judge: Judge, name: str, rng: np.random.Generator) -> Evidence:
    """Every entry of a small array; entries that agree singly at a tie may not do so together."""
    shape = judge.claims.gradient[name].shape
    evidence = Evidence(judge.entries(name, list(range(math.prod(shape)))))
    if math.prod(shape) > 1 and set(evidence.entries.state) <= {"right", "kink"}:
        sizes = judge.reference.problem.sizes(name)
        sizes = sizes / sizes.max()
        together = [sizes, sizes * random_direction(shape, rng)]
        evidence.failed = _along(judge, name, together, evidence) is not None
    return evidence


def _along(
    judge: Judge, name: str, directions: list[Array], evidence: Evidence
) -> tuple[Array, Estimate] | None:
    """The direction with the largest disagreement above its tolerance."""
    gradient, reference = judge.claims.gradient[name], judge.reference
    was_analytic = reference.analytic[name]
    evidence.slopes.clear()
    worst, failing, doubted = 1.0, None, True
    for direction in directions:
        claim = float((gradient * direction).sum())
        rounding = judge.claims.rounding_along(name, direction)
        estimate = reference.quick(name, direction)
        tolerance = judge.tolerance(name, estimate, rounding)
        if not abs(claim - estimate.value) <= tolerance:
            estimate = reference.full(name, direction, estimate)
            tolerance = judge.tolerance(name, estimate, rounding)
            tolerance += judge.only_rounding(name, direction, estimate, tolerance)
        error = abs(claim - estimate.value)
        evidence.slopes.append((claim, estimate.value, tolerance))
        if error <= tolerance and not estimate.slopes:
            continue
        if doubted or estimate.slopes:
            real = reference.real(name, direction) if reference.analytic[name] else estimate
            apart = abs(real.value - estimate.value)
            near = judge.claims.nearby_along(name, direction)
            if real.slopes:
                low, high = real.slopes
                margin = real.bound - 0.5 * (high - low) + rounding
                evidence.kinked = True
                evidence.outside |= not low - margin <= claim <= high + margin
            elif any(abs(g - estimate.value) <= min(4.0 * tolerance, 0.1 * error) for g in near):
                evidence.kinked = evidence.tied = True  # one ulp away the claim agrees
            elif real.finite and apart > real.bound + estimate.bound:
                reference.analytic[name] = False  # the audit was too coarse for this
            doubted = evidence.kinked
        if failing is None or error > worst * tolerance:
            worst = max(1.0, error / tolerance if tolerance else np.inf)
            failing = (direction, estimate)
    if was_analytic and not reference.analytic[name]:
        return _along(judge, name, directions, evidence)
    return failing


def _halve(judge: Judge, name: str, direction: Array, whole: Estimate) -> list[int] | None:
    """The entries behind a failing direction; None where there are too many, or none is found."""
    gradient = judge.claims.gradient[name].reshape(-1)
    flat = direction.reshape(-1)
    blocks = [(0, gradient.size)]
    leaves = []
    while blocks:
        halves = []
        for start, stop in blocks:
            middle = (start + stop) // 2
            halves += [(start, middle), (middle, stop)]
        blocks = []
        for start, stop in halves:
            part = np.zeros(direction.shape)
            part.flat[start:stop] = flat[start:stop]
            estimate = judge.reference.quick(name, part)
            tolerance = judge.tolerance(name, estimate, judge.claims.rounding_along(name, part))
            claim = float((gradient[start:stop] * flat[start:stop]).sum())
            error = abs(claim - estimate.value)
            if error > tolerance + 0.25 * whole.bound or estimate.slopes:
                if stop - start == 1:
                    leaves.append(start)
                else:
                    blocks.append((start, stop))
        if len(blocks) + len(leaves) > CROWD:
            return None
    return leaves or None
