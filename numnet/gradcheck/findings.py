"""From the evidence on one array to its finding."""

from __future__ import annotations

import numpy as np

from .diagnosis import Diagnosis
from .hygiene import Hygiene
from .locate import DIRECTIONS, Evidence
from .printing import indexed
from .problem import Problem
from .report import Finding
from .sentences import kink_sentence, wrong_sentence


def undecided(problem: Problem, name: str, cause: str, sentence: str) -> Finding:
    """Nothing could be compared."""
    shape = problem.base[name].shape
    return Finding(name, "undecided", cause, explanation=sentence, shape=shape)


def finding(
    problem: Problem, name: str, evidence: Evidence, context: float, method: str
) -> Finding:
    """The finding where no entry is wrong."""
    entries = evidence.entries
    worst, tolerance, detectable = _numbers(evidence)
    verdict, cause, sentence, k = "right", None, "", None
    if entries.count("nonfinite"):
        k = entries.state.index("nonfinite")
        place = indexed(name, entries.where(k))
        verdict, cause = "undecided", "nonfinite"
        sentence = (
            f"The derivative to {place} could not be taken: the function jumps there, or is not"
            " finite nearby."
        )
    elif entries.count("tie"):
        k = entries.worst("tie") or 0
        verdict, cause = "undecided", "kink"
        sentence = (
            kink_sentence(name, entries, k) + " The claimed value lies outside of the slopes."
        )
    elif evidence.tied:
        verdict, cause = "undecided", "kink"
        sentence = (
            f"At a tie in {name} the function has a kink. Entry by entry the claimed gradient lies"
            " between the slopes, and along a direction that moves several entries it does not:"
            " does every tied entry get the whole gradient?"
        )
    elif evidence.complete and evidence.failed and not evidence.kinked:
        verdict, cause = "undecided", "unknown"
        sentence = (
            "Each entry agrees with the reference by itself, and a move of all of them does not:"
            " the function is not smooth enough here to be judged by its values."
        )
    elif evidence.kinked and not entries.count("kink"):
        cause = "kink"
        sentence = "The function has a kink here, and the claimed value lies between its slopes."
    elif entries.count("kink"):
        k = entries.worst("kink") or 0
        cause = "kink"
        sentence = kink_sentence(name, entries, k) + " The claimed value lies between them."
    elif _drowned(evidence, context):
        verdict, cause = "undecided", "unknown"
        sentence = (
            f"d{name} drowns in the rounding of the function: the reference is uncertain by"
            f" {tolerance:.1e}"
        )
    return Finding(
        name,
        verdict,
        cause,
        where=None if k is None else entries.where(k),
        error=worst,
        bound=tolerance,
        detectable=detectable,
        explanation=sentence,
        shape=problem.base[name].shape,
        checked=checked(evidence, method),
        claimed=None if k is None else entries.claimed[k],
        reference=None if k is None else entries.reference[k],
    )


def wrong(
    problem: Problem,
    state: Hygiene,
    name: str,
    evidence: Evidence,
    diagnosis: Diagnosis,
    method: str,
) -> Finding:
    """The finding where entries are wrong, or a whole direction is."""
    entries = evidence.entries
    k = entries.worst("wrong")
    error, bound, detectable = _numbers(evidence)
    if k is not None:
        error, bound = float(entries.errors()[k]), entries.bound[k]
    return Finding(
        name,
        "wrong",
        diagnosis.cause,
        diagnosis.alternatives,
        ratio=diagnosis.ratio,
        where=None if k is None else entries.where(k),
        error=error,
        bound=bound,
        detectable=detectable,
        explanation=wrong_sentence(state, name, evidence, diagnosis),
        shape=problem.base[name].shape,
        checked=checked(evidence, method),
        claimed=None if k is None else entries.claimed[k],
        reference=None if k is None else entries.reference[k],
        fix=diagnosis.fix,
    )


def checked(evidence: Evidence, method: str) -> str:
    """How much of the array was compared."""
    entries = evidence.entries
    size = int(np.prod(entries.shape))
    methods = " and ".join(sorted(entries.methods or {method}))
    if evidence.complete:
        return f"Compared: {'each entry' if size > 1 else 'its value'}, by {methods}."
    return f"Compared: {DIRECTIONS} directions in {size} entries, by {methods}."


def _numbers(evidence: Evidence) -> tuple[float, float, float]:
    """The largest error, its bound, and the smallest error in one entry that shows for certain."""
    entries = evidence.entries
    if evidence.complete and entries.index:
        bound = max(entries.bound)
        return float(entries.errors().max()), bound, 2.0 * bound
    tolerance = max((t for _, _, t in evidence.slopes), default=0.0)
    worst = max((abs(c - r) for c, r, _ in evidence.slopes), default=0.0)
    # A direction moves each entry by at least 1/2, and is allowed an error of its own.
    return worst, tolerance, 4.0 * tolerance


def _drowned(evidence: Evidence, context: float) -> bool:
    """Whether the reference is too uncertain to tell the claim from another."""
    entries = evidence.entries
    if entries.excused:
        return False
    if evidence.complete:
        sizes = [*map(abs, entries.claimed), *map(abs, entries.reference)]
        bound, terms = max(entries.bound), max(entries.terms)
    else:
        sizes = [abs(v) for c, r, _ in evidence.slopes for v in (c, r)]
        bound, terms = max((t for _, _, t in evidence.slopes), default=0.0), 0.0
        context *= float(np.sqrt(np.prod(entries.shape)))
    largest = max(sizes, default=0.0)
    return largest > 0.0 and bound >= 0.5 * largest and bound > 1e-4 * max(context, terms)
