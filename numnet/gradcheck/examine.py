"""The order of a check: hygiene, the reference, each array, its cause."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import findings
from .claims import Claims
from .compared import compare
from .diagnosis import UNKNOWN, diagnose
from .expressions import Candidates
from .hygiene import Hygiene, overwritten, run_backward, run_forward
from .judge import Judge
from .linearity import find_nonlinear
from .locate import Evidence, examine
from .noise import EPS
from .outputs import require_real
from .problem import BudgetExhaustedError, Problem
from .reference import Reference
from .report import Finding, Report
from .rounding import fits, real64
from .shapes import other_shapes
from .together import Slopes, survey
from .uninformative import blind_spots, hidden_at_zero

Array = NDArray[Any]
DrawDy = Callable[[tuple[Array, ...], np.random.Generator], tuple[Any, Array]]


class Sought(IntEnum):
    """How far a wrong gradient is looked into; each step takes longer than all before it."""

    VERDICT = 0  # no cause is looked for: each is "unknown"
    CAUSE = 1  # by relations of the claimed numbers to the true ones
    FORMULA = 2  # and by what expressions both may be the values of


SOUGHT: ContextVar[Sought] = ContextVar("sought", default=Sought.FORMULA)


@contextmanager
def seeking(sought: Sought) -> Iterator[None]:
    """Within it wrong gradients are looked into no further than that."""
    token = SOUGHT.set(min(sought, SOUGHT.get()))
    try:
        yield
    finally:
        SOUGHT.reset(token)


def examine_problem(problem: Problem, draw_dy: DrawDy, rng: np.random.Generator) -> Report:
    """Check every differentiated array.

    draw_dy(outputs, rng) returns the upstream gradient as the caller's backward takes it, and the
    same as one vector.
    """
    state = Hygiene()
    found: dict[str, Finding] = {}
    try:
        run_forward(problem, state)
        require_real(state.outputs, problem.who[0])
        state.dy, problem.weights = draw_dy(state.outputs, rng)
        problem.shapes = [y.shape for y in state.outputs]
        run_backward(problem, state)
        if state.undecided is None:
            # Probing leaves the function's usual range: its warnings there are not the caller's.
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                _compare(problem, state, found, rng)
    except BudgetExhaustedError:
        pass
    for name in problem.wrt:
        found.setdefault(name, _without_numbers(problem, state, name))
    return Report(tuple(found[name] for name in problem.wrt), tuple(state.warnings), problem.calls)


def _without_numbers(problem: Problem, state: Hygiene, name: str) -> Finding:
    """The finding on an array that was not compared."""
    if name in state.faults:
        cause, sentence = state.faults[name]
        shape = problem.base[name].shape
        return Finding(name, "wrong", cause, explanation=sentence + ".", shape=shape)
    cause, sentence = state.undecided or (
        "unknown",
        f"The budget of {problem.calls} calls of {problem.who[0]} ended before d{name} was judged",
    )
    return findings.undecided(problem, name, cause, sentence + ".")


def _compare(
    problem: Problem, state: Hygiene, found: dict[str, Finding], rng: np.random.Generator
) -> None:
    """Fill in a finding for each array, until the budget ends."""
    problem.promote(state.outputs)
    base = problem.outputs
    problem.magnitude = float(np.abs(problem.weights * base).sum())
    claims = Claims(problem, state, rng)
    find_nonlinear(claims, state, rng)
    judge = Judge(claims, Reference(problem, base, rng, claims.gradient))
    _warn(problem, state, claims)
    reused = overwritten(state) if claims.repeatable else []
    if reused:
        state.warnings.append(
            f"{problem.who[1]} returns memory that its next call overwrites"
            f" ({', '.join('d' + name for name in reused)}); copy it to keep it"
        )
    # The largest change of the value for a change of an array by its own size.
    sizes = [
        float(np.abs(g[np.isfinite(g)]).max(initial=0.0)) * problem.scale(name)
        for name, g in claims.gradient.items()
    ]
    context = max(sizes, default=0.0)
    agreed = survey(judge, rng)
    candidates = Candidates()
    for name in problem.wrt:
        share = context / problem.scale(name)
        result = _one(problem, state, judge, name, share, agreed.get(name), rng, candidates)
        if name in state.nonlinear and result.cause in (None, "unknown"):
            result = _with_fault(result, *state.nonlinear[name])
        if name in state.faults:
            result = _with_fault(result, *state.faults[name])
        elif name in reused and result.verdict == "right" and result.cause is None:
            result = dataclasses.replace(
                result,
                cause="accumulates",
                explanation="Right at each call, in memory that the next call overwrites.",
            )
        found[name] = result
    if all(result.verdict != "wrong" for result in found.values()):
        state.warnings += blind_spots(problem, state, claims)
        state.warnings += hidden_at_zero(judge, state, rng)


def _one(
    problem: Problem,
    state: Hygiene,
    judge: Judge,
    name: str,
    context: float,
    agreed: Slopes | None,
    rng: np.random.Generator,
    candidates: Candidates,
) -> Finding:
    raw, shape = state.kept[name], problem.base[name].shape
    if raw is None:
        judge.claims.adopt(name, np.zeros(shape))
    elif not fits(raw, shape):
        return other_shapes(judge, name, real64(raw), rng)
    if not problem.base[name].size:
        return Finding(name, "right", error=0.0, bound=0.0, shape=shape)
    evidence = examine(judge, name, rng, agreed)
    method = judge.reference.method(name)
    if is_wrong(evidence):
        try:
            diagnosis = UNKNOWN
            if sought := SOUGHT.get():
                known = candidates if sought == Sought.FORMULA else None
                diagnosis = diagnose(judge, name, evidence, state.dy, rng, known)
        except BudgetExhaustedError:
            diagnosis = UNKNOWN
        result = findings.wrong(problem, state, name, evidence, diagnosis, method)
    else:
        result = findings.finding(problem, name, evidence, context, method)
    return dataclasses.replace(result, compared=compare(judge, name, evidence, rng))


def is_wrong(evidence: Evidence) -> bool:
    """Whether an entry is wrong, or in a large array a direction that no kink explains."""
    entries = evidence.entries
    if entries.count("wrong") or evidence.complete:
        return entries.count("wrong") > 0
    explained = entries.count("kink") + entries.count("tie") + entries.count("nonfinite")
    return evidence.failed and not evidence.kinked and not explained


def _with_fault(result: Finding, cause: str, sentence: str) -> Finding:
    """A fault of hygiene comes first; a wrong value is told beside it."""
    also: tuple[str, ...] = ()
    text = sentence + "."
    if result.verdict == "wrong" and result.cause not in (None, cause):
        also = (str(result.cause),)
        text += f" Besides: {result.explanation}"
    return dataclasses.replace(
        result, verdict="wrong", cause=cause, alternatives=also, explanation=text
    )


def _warn(problem: Problem, state: Hygiene, claims: Claims) -> None:
    for name in problem.wrt:
        width = problem.arguments.values[name].dtype
        if claims.eps[name] > max(EPS, float(np.finfo(width).eps)):
            state.warnings.append(
                f"d{name} is {state.kept[name].dtype} while {name} is {width}: judged to the"
                " accuracy of the narrower type"
            )
    if not problem.promoted:
        state.warnings.append(
            f"{problem.who[0]} does not take float64, so the reference has the rounding of the"
            " narrower type"
        )
