"""Is the reference ever further off than its bound says, and how far above the error is that?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import mpmath
import numpy as np

from benchmarks.checker.exact import DIGITS, FLOAT, derivative
from benchmarks.checker.families import Smooth, smooth
from benchmarks.row import Outcome, Row, markdown
from numnet.gradcheck.arguments import read_arguments
from numnet.gradcheck.differences import Estimate
from numnet.gradcheck.noise import EPS
from numnet.gradcheck.outputs import read_scalar
from numnet.gradcheck.problem import Problem
from numnet.gradcheck.reference import Reference

CASES = 10_000
ALLOWED = {"complex step": 10.0, "differences": 100.0}  # the median of bound / error


@dataclass(frozen=True)
class Verdict:
    """An estimate beside the truth; least is max(true error, 4 eps times the terms)."""

    seed: int
    family: str
    dtype: str
    method: str
    bound: float
    error: float
    least: float

    @property
    def exceeded(self) -> bool:
        return not self.error <= self.bound

    @property
    def ratio(self) -> float:
        return self.bound / self.least if self.least else 1.0


def estimates(case: Smooth, seed: int) -> dict[str, Estimate]:
    """What the checker's reference says, by each of its methods."""

    def fun(x):  # type: ignore[no-untyped-def]
        if case.dtype == "float32 inside":
            return np.sum(case.formula(FLOAT, x.real.astype(np.float32)))
        return np.sum(case.formula(FLOAT, x))

    rng = np.random.default_rng(seed)
    arguments = read_arguments(case.x, None, "x", fun, "calibration")
    problem = Problem(
        arguments,
        lambda values: arguments.invoke(fun, values),
        lambda values, dy: None,
        read_scalar,
        ("fun", "grad"),
        None,
    )
    with np.errstate(all="ignore"):
        reference = Reference(problem, problem.outputs, rng)
        found = {"differences": reference.real("x", case.direction)}
        if reference.analytic["x"]:
            found["complex step"] = reference.full("x", case.direction)
    return found


def judged(seed: int) -> list[Verdict]:
    """The verdict on each method in the case of this seed."""
    case = smooth(seed)
    true, terms, doubt = derivative(case.formula, case.x, case.direction)
    found = []
    for method, estimate in estimates(case, seed).items():
        with mpmath.workdps(DIGITS):
            error = max(0.0, float(abs(mpmath.mpf(estimate.value) - true)) - doubt)
        least = max(error, 4 * EPS * terms)
        found.append(Verdict(seed, case.family, case.dtype, method, estimate.bound, error, least))
    return found


def collect(seeds: Iterable[int]) -> list[Verdict]:
    """All of them."""
    return [verdict for seed in seeds for verdict in judged(seed)]


def medians(found: list[Verdict]) -> dict[str, float]:
    """Of bound / max(true error, 4 eps times the terms), by method."""
    ratios = defaultdict(list)
    for verdict in found:
        ratios[verdict.method].append(verdict.ratio)
    return {method: float(np.median(values)) for method, values in ratios.items()}


def measure(quick: bool) -> Outcome:
    """The published cases; each 25th of them if quick."""
    found = collect(range(0, CASES, 25 if quick else 1))
    groups: dict[tuple[str, ...], list[Verdict]] = defaultdict(list)
    for verdict in found:
        groups[verdict.method, verdict.family].append(verdict)
        groups[verdict.method, "in " + verdict.dtype].append(verdict)
    lines = []
    for (method, group), members in sorted(groups.items()):
        ratio = float(np.median([v.ratio for v in members]))
        worst = max(v.error / v.bound if v.bound else 0.0 for v in members)
        count = sum(v.exceeded for v in members)
        lines.append([method, group, len(members), count, f"{worst:.2g}", f"{ratio:.3g}"])
    over = [v for v in found if v.exceeded]
    middle = medians(found)
    numbers = {
        "cases": len({v.seed for v in found}),
        "exceeded": [v.seed for v in over],
        "medians": middle,
    }
    right = not over and all(middle[method] <= ALLOWED[method] for method in middle)
    figure = (
        f"{numbers['cases']:,} cases, {len(found):,} estimates: the bound is exceeded in "
        f"{len(over)}; its median is "
        + " and ".join(f"{ratio:.3g} times the error for {m}" for m, ratio in middle.items())
    )
    head = (
        "method",
        "cases",
        "number",
        "exceeded",
        "largest error / bound",
        "median bound / error",
    )
    return Outcome(figure, numbers, right, details=markdown(head, lines))


ROW = Row(
    "calibration",
    "none exceeded; median bound / error at most 10 for the complex step, 100 for differences",
    "true error (mpmath, 50 digits) beside the bound of the reference",
    measure,
)
