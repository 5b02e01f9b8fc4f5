"""The sentences of a finding: at a kink, and on what is wrong."""

from __future__ import annotations

import numpy as np

from .diagnosis import Diagnosis
from .hygiene import Hygiene
from .judge import Entries
from .locate import SAMPLE, Evidence
from .printing import indexed

LONGEST = 240  # characters of two expressions that are still easier to read than the code


def kink_sentence(name: str, entries: Entries, k: int) -> str:
    """Where the function has a kink, and its slopes on the two sides."""
    place = indexed(name, entries.where(k))
    slopes = entries.slopes.get(entries.index[k])
    if slopes is None:
        return (
            f"Within a rounding of {place} the claimed gradient jumps, and beside the jump it"
            " agrees with the reference: a tie or a kink."
        )
    tiny = 1e-9 * max(map(abs, slopes))
    below, above = (0.0 if abs(slope) < tiny else slope for slope in slopes)
    return (
        f"At {place} the function has a kink: its slopes on the two sides are"
        f" {below:.6g} and {above:.6g}."
    )


def wrong_sentence(state: Hygiene, name: str, evidence: Evidence, diagnosis: Diagnosis) -> str:
    """What is wrong, and what to change where that is certain."""
    entries = evidence.entries
    count = _count(evidence)
    if diagnosis.cause == "zeros":
        what = "None" if state.kept.get(name) is None else "0 everywhere"
        return f"d{name} is {what}, and the true gradient is not 0."
    if diagnosis.cause == "nonfinite":
        k = next(i for i, value in enumerate(entries.claimed) if not np.isfinite(value))
        place = indexed(f"d{name}", entries.where(k))
        return f"{place} is {entries.claimed[k]}, where the true gradient is finite."
    if diagnosis.cause == "dtype":
        return f"d{name} holds the true gradient rounded to float32; make its buffer float64."
    if evidence.exhausted:
        return (
            f"d{name} is wrong along a random direction; the budget ended before the wrong"
            " entries were found."
        )
    text = diagnosis.sentence
    if diagnosis.cause == "unknown":
        text = f"d{name} differs from the true gradient: {count}. {text}".rstrip()
    if diagnosis.fix and len(diagnosis.fix.claimed) + len(diagnosis.fix.true) <= LONGEST:
        text += f" You returned {diagnosis.fix.claimed}; the true gradient is {diagnosis.fix.true}."
    return text


def _count(evidence: Evidence) -> str:
    entries = evidence.entries
    wrong, size = entries.count("wrong"), int(np.prod(entries.shape))
    if not wrong:
        return "no single entry shows it, a direction that moves many does"
    if evidence.complete:
        return f"{wrong} of {size} entries are wrong" if size > 1 else "its value is wrong"
    if evidence.sampled:
        return f"{wrong} of {SAMPLE} entries taken at random among {size} are wrong"
    plural = "y is" if wrong == 1 else "ies are"
    return f"{wrong} entr{plural} found wrong among {size}"
