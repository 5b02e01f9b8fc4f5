"""What is wrong with a gradient: the plain faults first, then the suspects of `causes`."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .causes import (
    ELSEWHERE,
    PATTERNS,
    PLAIN,
    Scene,
    also_fitting,
    identify,
    is_contradicted,
    look,
    rather_partial,
    wrong_factor,
)
from .expressions import Candidates, find_expressions
from .expressions.reading import SENTENCES, cause_of
from .judge import Entries, Judge
from .locate import Evidence
from .noise import EPS
from .printing import indexed
from .report import Fix

Array = NDArray[Any]


@dataclass(frozen=True)
class Diagnosis:
    """A cause, the sentence that tells it, and the ratio claimed / true where it is constant."""

    cause: str
    sentence: str = ""
    ratio: float | None = None
    alternatives: tuple[str, ...] = ()
    fix: Fix | None = None


UNKNOWN = Diagnosis("unknown")
RARE = 1e3  # tolerances: an error that all entries share would show in each


def diagnose(
    judge: Judge,
    name: str,
    evidence: Evidence,
    dy: Any,
    rng: Any,
    candidates: Candidates | None,
) -> Diagnosis:
    """The cause of a wrong gradient, "unknown" unless one is certain.

    candidates are those of all arrays of the report; None looks for no formula.
    """
    entries = evidence.entries
    claimed, true = np.array(entries.claimed), np.array(entries.reference)
    gradient = judge.claims.gradient[name]
    if not np.isfinite(claimed).all():
        return Diagnosis("nonfinite")
    if not gradient.any():
        return Diagnosis("zeros")
    if not np.isfinite(true).all() or not len(true):
        return UNKNOWN
    if not evidence.complete and not evidence.sampled:
        return _few(name, evidence)
    scene = look(judge, name, evidence, dy, rng)
    if not scene.here.wrong().any():
        return _rare(name, scene)
    if judge.claims.eps[name] == EPS and _low_precision(entries, gradient):
        return Diagnosis("dtype")
    return _of(scene, candidates)


def _of(scene: Scene, candidates: Candidates | None) -> Diagnosis:
    if is_contradicted(scene):
        return Diagnosis("unknown", _numbers(scene))
    found = identify(scene, PLAIN)
    also: tuple[str, ...] = also_fitting(scene, found) if found else ()
    found = found or identify(scene, ELSEWHERE)
    claimed, true = find_expressions(scene, candidates) if candidates else ([], [])
    pairs = [(a, b) for a, b in product(claimed, true) if a.text != b.text]
    fix = Fix(pairs[0][0].text, pairs[0][1].text) if pairs else None
    if found is None:
        for a, b in pairs:
            cause = cause_of(a.node.tree, b.node.tree)
            if cause:
                sentence = f"d{scene.here.name} is wrong: {SENTENCES[cause]}."
                return Diagnosis(cause, sentence, None, (), Fix(a.text, b.text))
    found = found or identify(scene, PATTERNS) or wrong_factor(scene)
    partial = rather_partial(scene, found) if found else None
    if found and partial:
        found, also = partial, (found.cause,)
    if found is None:
        return Diagnosis("unknown", "" if fix else _numbers(scene), fix=fix)
    return Diagnosis(found.cause, found.sentence, found.ratio, also, fix)


def _few(name: str, evidence: Evidence) -> Diagnosis:
    """A few wrong entries, which halving has found among many right ones."""
    entries = evidence.entries
    wrong = [k for k, state in enumerate(entries.state) if state == "wrong"]
    if evidence.exhausted or not wrong:
        return UNKNOWN
    places = ", ".join(indexed(f"d{name}", entries.where(k)) for k in wrong[:4])
    more = ", ..." if len(wrong) > 4 else ""
    zero = not any(entries.claimed[k] for k in wrong)
    plural = "y is" if len(wrong) == 1 else "ies are"
    sentence = (
        f"{len(wrong)} entr{plural} found wrong among {int(np.prod(entries.shape))},"
        f" {'0 where the true one is not' if zero else 'the rest agree'}: {places}{more}."
    )
    return Diagnosis("partial", sentence, alternatives=("zeros",) if zero else ())


def _rare(name: str, scene: Scene) -> Diagnosis:
    """Wrong along directions in the whole array, and at no entry that was looked at."""
    slopes = scene.evidence.slopes
    if not any(abs(c - v) > RARE * tolerance for c, v, tolerance in slopes):
        return UNKNOWN
    sentence = (
        f"d{name} is exact in each of {scene.here.index.size} entries taken at random, and wrong"
        " along directions through all of them: few entries are wrong, by much."
    )
    return Diagnosis("partial", sentence)


def _numbers(scene: Scene) -> str:
    """What can be said of a difference that nothing explains."""
    view = scene.here
    length = float(np.linalg.norm(view.claimed) * np.linalg.norm(view.true))
    cosine = float(view.claimed @ view.true) / length if length else 0.0
    clear = np.abs(view.true) > 1e-6 * np.abs(view.true).max(initial=0.0)
    ratios = view.claimed[clear] / view.true[clear]
    if view.index.size < 2 or not ratios.size:
        return ""
    return (
        f"No simple relation to the true gradient fits. Their cosine is {cosine:.4g}, their ratio"
        f" runs from {ratios.min():.4g} to {ratios.max():.4g}."
    )


def _low_precision(entries: Entries, gradient: Array) -> bool:
    """Whether float64 entries are the true ones rounded to float32."""
    if not np.array_equal(gradient, gradient.astype(np.float32)):
        return False
    true, bound = np.array(entries.reference), np.array(entries.bound)
    half = 0.5000001 * float(np.finfo(np.float32).eps) * np.abs(true)
    return bool((np.abs(np.array(entries.claimed) - true) <= half + bound).all())
