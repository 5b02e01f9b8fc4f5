"""The numbers behind a finding, kept for its picture."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .judge import Judge
from .locate import Evidence
from .noise import random_direction
from .problem import Problem

Array = NDArray[Any]
STEPS = np.logspace(-13.0, 0.5, 55)


@dataclass(frozen=True)
class StepCurve:
    """Central differences D(h) of one entry, or along one direction, over the step h.

    noise is the rounding of the function's value: that of D(h) is noise / h.
    """

    steps: Array
    derivatives: Array
    noise: float
    claimed: float
    reference: float


@dataclass(frozen=True, eq=False)
class Compared:
    """The claimed gradient, and the entries of it that were compared one by one.

    index counts the entries of the flattened array; reference and wrong belong to them. located:
    all other entries are right, as far as directions through all of them show.
    """

    claimed: Array
    index: Array
    reference: Array
    wrong: Array
    located: bool
    measure: Callable[[], StepCurve] | None = None

    def __getstate__(self) -> dict[str, Any]:
        # The caller's functions stay behind, as they may not be picklable.
        return self.__dict__ | {"measure": None}

    def true(self) -> Array | None:
        """The whole gradient as it should be, or None where too few entries are known."""
        whole = self.claimed.copy()
        if not self.located:
            return None
        whole.flat[self.index] = np.where(self.wrong, self.reference, whole.flat[self.index])
        return whole


def compare(judge: Judge, name: str, evidence: Evidence, rng: np.random.Generator) -> Compared:
    """What the picture of one array needs."""
    entries, claimed = evidence.entries, judge.claims.gradient[name]
    wrong = np.array([state == "wrong" for state in entries.state], bool)
    k = entries.worst("wrong")
    if k is None and entries.index:
        k = int(np.argmax(entries.errors()))
    if k is None:
        direction = random_direction(claimed.shape, rng)
    else:
        direction = np.zeros(claimed.shape)
        direction.flat[entries.index[k]] = 1.0
    return Compared(
        claimed,
        np.array(entries.index, int),
        np.array(entries.reference, float),
        wrong,
        located=not (evidence.sampled or evidence.exhausted),
        measure=partial(_measure, judge, name, direction),
    )


def _measure(judge: Judge, name: str, direction: Array) -> StepCurve:
    """D(h) = (f(h) - f(-h)) / 2h for steps from far too small to far too large."""
    problem: Problem = judge.reference.problem
    claimed = float((judge.claims.gradient[name] * direction).sum())
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        reference = judge.reference.full(name, direction).value
        steps, derivatives = _differences(problem, name, direction)
    return StepCurve(steps, derivatives, problem.noise, claimed, reference)


def _differences(problem: Problem, name: str, direction: Array) -> tuple[Array, Array]:
    scale = problem.scale(name)
    steps, derivatives = [], []
    for h in STEPS * scale:
        moved = f"with {name} moved by up to {h:.2g}, for the picture of the steps"
        try:
            above = problem.terms({name: h * direction}, moved)
            below = problem.terms({name: -h * direction}, moved)
        except (ValueError, ArithmeticError):  # outside of the function's domain
            continue
        steps.append(h)
        derivatives.append(float((problem.weights * (above - below)).sum()) / (2.0 * h))
    return np.array(steps), np.array(derivatives)
