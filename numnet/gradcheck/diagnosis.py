"""What is wrong with a gradient, as far as its shape, its sign and one constant ratio tell."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .hygiene import copied
from .judge import Entries, Judge
from .locate import Evidence
from .noise import EPS, random_direction
from .problem import BudgetExhaustedError

Array = NDArray[Any]


@dataclass(frozen=True)
class Diagnosis:
    """A cause; the ratio claimed / true where it is one constant; to so many digits."""

    cause: str
    ratio: float | None = None
    digits: int = 0


UNKNOWN = Diagnosis("unknown")


def diagnose(judge: Judge, name: str, evidence: Evidence, dy: Any, rng: Any) -> Diagnosis:
    """The cause of a wrong gradient, "unknown" unless one is certain."""
    entries = evidence.entries
    claimed, true = np.array(entries.claimed), np.array(entries.reference)
    if not np.isfinite(claimed).all():
        return Diagnosis("nonfinite")
    if not np.isfinite(true).all() or not len(true):
        return UNKNOWN
    gradient = judge.claims.gradient[name]
    if not gradient.any():
        return Diagnosis("zeros")
    if not evidence.complete and not evidence.sampled:
        return UNKNOWN  # few entries among many: a ratio of these says nothing about the array
    ratio = constant_ratio(entries)
    if ratio is not None and _confirmed(judge, name, ratio, evidence, dy, rng):
        digits = _digits(claimed, ratio * true)
        simple = simplest(ratio, 10.0 ** (1 - digits))
        if abs(simple + 1.0) < 1e-12:
            return Diagnosis("sign", -1.0, digits)
        return Diagnosis("scale", simple, digits)
    if (
        judge.claims.eps[name] == EPS
        and entries.count("wrong")
        and _low_precision(entries, gradient)
    ):
        return Diagnosis("dtype")
    return UNKNOWN


def constant_ratio(entries: Entries) -> float | None:
    """claimed / reference where it is one number other than 1, to the reference's accuracy."""
    claimed, true = np.array(entries.claimed), np.array(entries.reference)
    bound = np.array(entries.bound)
    total = float(true @ true)
    if total == 0.0:
        return None
    ratio = float(claimed @ true) / total
    allowed = 2.0 * (1.0 + abs(ratio)) * bound
    clear = float(np.abs(true).max()) > 1e4 * float(bound.max())
    fits = bool((np.abs(claimed - ratio * true) <= allowed).all())
    return ratio if clear and fits and ratio != 0.0 and abs(ratio - 1.0) > 1e-12 else None


def simplest(ratio: float, accuracy: float) -> float:
    """The whole number, or one over it, that a measured ratio stands for; else itself."""
    if ratio == 0.0 or not math.isfinite(ratio):
        return ratio
    size = abs(ratio)
    for candidate in (float(round(size)), 1.0 / round(1.0 / size) if round(1.0 / size) else 0.0):
        if candidate and abs(size - candidate) <= max(accuracy, 1e-15) * size:
            return math.copysign(candidate, ratio)
    return ratio


def _confirmed(
    judge: Judge, name: str, ratio: float, evidence: Evidence, dy: Any, rng: Any
) -> bool:
    """Whether the ratio holds along whole directions, and at a second point."""
    for claim, value, tolerance in evidence.slopes:
        if not abs(claim - ratio * value) <= 4.0 * (1.0 + abs(ratio)) * tolerance:
            return False
    elsewhere = _second_point(judge, name, dy, rng)
    if elsewhere is None:
        # Without a second point, entries of different size must speak for one constant.
        true = np.abs(np.array(evidence.entries.reference))
        clear = true[true > 1e4 * np.array(evidence.entries.bound)]
        return clear.size >= 3 and float(np.ptp(clear)) > 1e-3 * float(clear.max())
    claim, value, tolerance = elsewhere
    return abs(claim - ratio * value) <= 4.0 * (1.0 + abs(ratio)) * tolerance


def _second_point(judge: Judge, name: str, dy: Any, rng: Any) -> tuple[float, float, float] | None:
    """claimed, reference and tolerance along a direction, some per cent away; None: no such."""
    problem, reference = judge.reference.problem, judge.reference
    if not judge.claims.repeatable:
        return None
    values = {}
    for other in problem.wrt:
        base = problem.base[other]
        change = 0.03 * problem.scale(other) * random_direction(base.shape, rng)
        values[other] = (base + change).astype(problem.arguments.values[other].dtype)
    direction = random_direction(problem.base[name].shape, rng)
    try:
        gradient = judge.claims.at(values, copied(dy))[name]
        estimate = reference.elsewhere(values, name, direction)
    except BudgetExhaustedError:
        raise
    except Exception:  # the second point may lie outside of the domain
        return None
    claim = float((gradient * direction).sum())
    if not (estimate.finite and math.isfinite(claim)):
        return None
    rounding = judge.claims.rounding_along(name, direction)
    tolerance = 2.0 * judge.tolerance(name, estimate, rounding)
    return claim, estimate.value, tolerance


def _digits(claimed: Array, scaled: Array) -> int:
    """To how many digits two arrays agree, relative to their largest entry."""
    largest = float(np.abs(scaled).max())
    error = float(np.abs(claimed - scaled).max()) / largest
    return 15 if error < 1e-15 else max(0, math.floor(-math.log10(error)))


def _low_precision(entries: Entries, gradient: Array) -> bool:
    """Whether float64 entries are the true ones rounded to float32."""
    if not np.array_equal(gradient, gradient.astype(np.float32)):
        return False
    true, bound = np.array(entries.reference), np.array(entries.bound)
    half = 0.5000001 * float(np.finfo(np.float32).eps) * np.abs(true)
    return bool((np.abs(np.array(entries.claimed) - true) <= half + bound).all())
