"""Sentences about a constant ratio: which length it is, and what to change."""

from __future__ import annotations

from typing import Any

import numpy as np

from .diagnosis import Diagnosis
from .hygiene import Hygiene
from .problem import Problem


def explain_ratio(name: str, diagnosis: Diagnosis, problem: Problem, state: Hygiene) -> str:
    """A sentence that a student can act on."""
    ratio, digits = diagnosis.ratio or 0.0, diagnosis.digits
    if diagnosis.cause == "sign":
        return f"d{name} is the true gradient times -1, to {digits} digits: a sign is lost"
    size = abs(ratio)
    sign = " and has the wrong sign" if ratio < 0 else ""
    number = size if size > 1.0 else 1.0 / size
    whole = abs(number - round(number)) <= 1e-14 * number  # 1 / (1 / 49) is not quite 49
    if not whole:
        return f"d{name} is the true gradient times {ratio:.{max(digits, 1)}g}, to {digits} digits"
    count = round(number)
    large = size > 1.0
    text = f"d{name} is {count} times too {'large' if large else 'small'}{sign}, to {digits} digits"
    places = lengths(problem, state).get(count, [])
    if places:
        text += f"; {count} is {' and '.join(places[:2])}."
        text += (
            f" A mean over as many terms needs 1/{count}"
            if large
            else f" A sum needs no 1/{count}, and a mean needs it only once"
        )
    if count == 2:
        text += ": " if not places else "; or else "
        text += (
            "a term may be counted twice, or a 1/2 be missing"
            if large
            else "the 2 of a square's derivative may be missing, or one of two uses of the array"
        )
    return text


def lengths(problem: Problem, state: Hygiene) -> dict[int, list[str]]:
    """What has a given length, as it is said: {4: ["the number of rows of x"]}."""
    known: dict[int, list[str]] = {}
    arrays: dict[str, Any] = {
        name: value
        for name, value in problem.arguments.values.items()
        if isinstance(value, np.ndarray)
    }
    many = len(state.outputs) > 1
    for k, output in enumerate(state.outputs):
        arrays[f"output {k}" if many else "the output"] = output
    for name, array in arrays.items():
        for axis, length in enumerate(array.shape):
            if length > 1:
                known.setdefault(length, []).append(_axis(name, axis, array.ndim))
    for name, array in arrays.items():
        if array.ndim > 1 and array.size > 1:
            known.setdefault(array.size, []).append(f"the number of entries of {name}")
    return known


def _axis(name: str, axis: int, ndim: int) -> str:
    if ndim == 1:
        return f"the length of {name}"
    if ndim == 2:
        return f"the number of {('rows', 'columns')[axis]} of {name}"
    return f"the length of axis {axis} of {name}"
