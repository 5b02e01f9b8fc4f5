"""Large arrays: a few directions instead of every entry, and halving to find what is wrong."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .claims import Claims
from .differences import Estimate
from .halving import halve
from .judge import SMALL, Entries, Judge
from .noise import random_direction
from .problem import BudgetExhaustedError
from .products import length
from .rough import SURE
from .together import DIRECTIONS, Slopes

Array = NDArray[Any]
SAMPLE = 48
BLURRED = 0.01


@dataclass
class Evidence:
    """What is known about one array.

    slopes holds (claimed, reference, tolerance) along directions in the whole array. failed: one
    of them disagrees; kinked: the function has a kink along one; outside: the claim lies outside of
    the slopes of such a kink, as the right gradient of relu(x1) - relu(x2) does where both are 0;
    tied: it cannot be decided; complete: every entry has been judged; leave: how rough the
    confirmation of the complex step may be for the time being.
    """

    entries: Entries
    complete: bool = True
    failed: bool = False
    sampled: bool = False
    exhausted: bool = False
    slopes: Slopes = field(default_factory=list)
    kinked: bool = False
    outside: bool = False
    tied: bool = False
    unsure: bool = False
    leave: float = 100.0 * SURE


def examine(
    judge: Judge, name: str, rng: np.random.Generator, agreed: Slopes | None = None
) -> Evidence:
    """Compare the claimed gradient of one array with the reference.

    agreed: what directions through all arrays have shown of this one, where they agreed.
    """
    gradient = judge.claims.gradient[name]
    if gradient.size <= SMALL:
        return _each(judge, name, rng, agreed)
    if agreed:
        return Evidence(Entries(gradient.shape), complete=False, slopes=agreed)
    broken = np.flatnonzero(~np.isfinite(gradient))
    if broken.size:
        return Evidence(judge.entries(name, [int(i) for i in broken[:4]]), complete=False)
    double = judge.claims.in_double(name)
    if double is not None:
        found = _in_double(judge, double, name, rng)
        if found is not None:
            return found
    evidence = Evidence(Entries(gradient.shape), complete=False)
    directions = [random_direction(gradient.shape, rng) for _ in range(DIRECTIONS)]
    failing = _along(judge, name, directions, evidence)
    if failing is None:
        evidence.kinked |= name in judge.reference.kinked
        if _blurred(evidence, gradient):
            _look_closer(judge, name, rng, evidence)
        return evidence
    evidence.failed = True
    try:
        indices = halve(judge, name, *failing)
        evidence.sampled = indices is None
        if indices is None:
            indices = [int(i) for i in rng.choice(gradient.size, SAMPLE, replace=False)]
        evidence.entries = judge.entries(name, indices)
        if evidence.unsure and not evidence.entries.count("wrong"):
            evidence.leave = 0.0
            evidence.failed = _along(judge, name, directions, evidence) is not None
    except BudgetExhaustedError:
        evidence.exhausted = True
    # Where every entry behind it is judged singly, a direction through several ties says no more.
    evidence.tied |= evidence.outside and (evidence.sampled or evidence.exhausted)
    return evidence


def _blurred(evidence: Evidence, gradient: Array) -> bool:
    """Whether the directions agree only because they could hardly disagree."""
    size = length(gradient)
    return any(t > BLURRED * max(size, abs(value)) for _, value, t in evidence.slopes)


def _look_closer(judge: Judge, name: str, rng: np.random.Generator, evidence: Evidence) -> None:
    """Single entries may be clear where a move of all of them is not."""
    size = judge.claims.gradient[name].size
    try:
        indices = [int(i) for i in rng.choice(size, min(SAMPLE, size), replace=False)]
        entries = judge.entries(name, indices)
    except BudgetExhaustedError:
        return
    if entries.count("wrong"):
        evidence.failed, evidence.sampled, evidence.entries = True, True, entries


def _in_double(
    judge: Judge, double: Claims, name: str, rng: np.random.Generator
) -> Evidence | None:
    """A float32 claim by what its code returns in float64: a wrong entry is not lost in rounding.

    None where that says nothing, since parts of the code may be float32 whatever comes in.
    """
    evidence = examine(Judge(double, judge.reference), name, rng)
    narrow, wide = judge.claims.gradient[name], double.gradient[name]
    if evidence.failed:
        coarse = 8.0 * judge.claims.eps[name] * float(np.abs(wide).max())
        wrong = [k for k, state in enumerate(evidence.entries.state) if state == "wrong"]
        located = bool(wrong) and not evidence.sampled and not evidence.exhausted
        return evidence if located and evidence.entries.errors()[wrong].min() > coarse else None
    rounding = judge.claims.rounding(name)
    apart = np.abs(narrow - wide) - rounding
    if (apart > 0.0).any():
        return None
    most = float(rounding.max())
    evidence.slopes = [(claim, value, bound + most) for claim, value, bound in evidence.slopes]
    return evidence


def _each(judge: Judge, name: str, rng: np.random.Generator, agreed: Slopes | None) -> Evidence:
    """Every entry of a small array; entries that agree singly at a tie may not do so together."""
    shape = judge.claims.gradient[name].shape
    evidence = Evidence(judge.entries(name, list(range(math.prod(shape)))))
    if agreed and set(evidence.entries.state) == {"right"}:
        return evidence
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
            if gradient.size > SMALL and reference.analytic[name]:
                reference.whole.setdefault(name, estimate.noise)
            tolerance = judge.tolerance(name, estimate, rounding)
            tolerance += judge.only_rounding(name, direction, estimate, tolerance)
        error = abs(claim - estimate.value)
        evidence.slopes.append((claim, estimate.value, tolerance))
        if error <= tolerance and not estimate.slopes:
            continue
        near = [abs(g - estimate.value) for g in judge.claims.nearby_along(name, direction)]
        tie = min(near, default=math.inf) <= min(4.0 * tolerance, 0.1 * error)
        if doubted and not tie:
            close = judge.roughly(name, direction, estimate)
            # A small error is confirmed at the entry behind it, where one is found.
            evidence.unsure = not close <= 0.1 * error
            doubted = not close <= max(0.1 * error, evidence.leave * abs(estimate.value))
        if doubted or estimate.slopes:
            real = reference.real(name, direction) if reference.analytic[name] else estimate
            apart = abs(real.value - estimate.value)
            if real.slopes:
                low, high = real.slopes
                margin = real.bound - 0.5 * (high - low) + rounding
                evidence.kinked = True
                evidence.outside |= not low - margin <= claim <= high + margin
            elif tie:
                evidence.kinked = evidence.tied = True  # one ulp away the claim agrees
            elif real.finite and apart > real.bound + estimate.bound:
                reference.analytic[name] = False  # the audit was too coarse for this
            doubted = evidence.kinked
        if failing is None or error > worst * tolerance:
            worst = max(1.0, error / tolerance if tolerance else np.inf)
            failing = (direction, estimate)
        if name in reference.whole and not evidence.kinked and error > 4.0 * tolerance:
            break  # seen before along directions through all arrays
    if was_analytic and not reference.analytic[name]:
        return _along(judge, name, directions, evidence)
    return failing
