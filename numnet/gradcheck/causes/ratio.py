"""claimed = r true with one number r, and what that number is: a length, 2, 1/2, -1."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .suspect import Suspect, fitted
from .view import View

Array = NDArray[Any]


def constant_ratio(view: View) -> Suspect | None:
    """The suspect "scale" or "sign", if the entries fit one constant."""
    found = measured(view, view.claimed, view.true)
    if found is None:
        return None
    ratio, accuracy = found
    if abs(ratio - 1.0) <= accuracy:
        return None

    def sides(view: View) -> tuple[Array, Array, Array]:
        return view.claimed, ratio * view.true, view.allowed(ratio)

    digits = 15 if accuracy < 1e-15 else max(1, math.floor(-math.log10(accuracy)))
    sentence = ratio_sentence(f"d{view.name}", ratio, digits, view)
    return Suspect("sign" if ratio == -1.0 else "scale", sides, sentence, 1, ratio)


def measured(view: View, left: Array, right: Array) -> tuple[float, float] | None:
    """The constant r in left = r right, as the simple number it stands for, and its accuracy."""
    ratio = fitted(left, right, view.allowed())
    if ratio is None:
        return None
    allowed = view.allowed(ratio) + 64.0 * view.eps * np.abs(ratio * right)
    size = np.abs(left)
    if not size.any():
        return None
    accuracy = float((allowed[size > 0] / size[size > 0]).min())
    simple = simplest(ratio, accuracy, view)
    error = float(np.abs(left - simple * right).max() / size.max())
    return simple, max(error, 1e-16) if accuracy < 1e-3 else accuracy


def simplest(ratio: float, accuracy: float, view: View) -> float:
    """The whole number, root of a length, or one over these that a measured ratio stands for."""
    size = abs(ratio)
    roots = [math.sqrt(length) for length in lengths(view)]
    inverse = round(1.0 / size)
    candidates = [float(round(size)), 1.0 / inverse if inverse else 0.0]
    candidates += roots + [1.0 / root for root in roots]
    for candidate in candidates:
        if candidate and abs(size - candidate) <= max(accuracy, 1e-15) * size:
            return math.copysign(candidate, ratio)
    return ratio


def ratio_sentence(name: str, ratio: float, digits: int, view: View) -> str:
    """A sentence that a student can act on."""
    if ratio == -1.0:
        return f"{name} is the true gradient times -1, to {digits} digits: a sign is lost."
    size = abs(ratio)
    sign = " and has the wrong sign" if ratio < 0 else ""
    number, large = (size, True) if size > 1.0 else (1.0 / size, False)
    known = lengths(view)
    adjective = "large" if large else "small"
    if abs(number - round(number)) > 1e-9 * number:
        square = number * number
        if abs(square - round(square)) <= 1e-9 * square and round(square) in known:
            count = round(square)
            return (
                f"{name} is sqrt({count}) times too {adjective}{sign}, to {digits} digits;"
                f" {count} is {known[count][0]}."
            )
        return f"{name} is the true gradient times {ratio:.{max(digits, 1)}g}, to {digits} digits."
    count = round(number)
    text = f"{name} is {count} times too {adjective}{sign}, to {digits} digits"
    places = known.get(count, [])
    if places:
        text += f"; {count} is {' and '.join(places[:2])}. "
        text += (
            f"A mean over as many terms needs 1/{count}"
            if large
            else f"A sum needs no 1/{count}, and a mean needs it only once"
        )
    if count == 2:
        text += ": " if not places else "; or else "
        text += (
            "a term may be counted twice, or a 1/2 be missing"
            if large
            else "the 2 of a square's derivative may be missing, or one of two uses of the array"
        )
    return text + "."


def lengths(view: View) -> dict[int, list[str]]:
    """What has a given length, as it is said: {4: ["the number of rows of x"]}."""
    known: dict[int, list[str]] = {}
    arguments = view.reference.problem.arguments.values
    arrays = {
        "the output" if name == "y" and name not in arguments else name: array
        for name, array in view.known.items()
        if name.isidentifier() and (name != "dy" or name in arguments)
    }
    sides: dict[int, str] = {}
    for name, array in arrays.items():
        for axis, length in enumerate(array.shape):
            if length > 1:
                place = _axis(name, axis, array.ndim)
                known.setdefault(length, []).append(place)
                sides.setdefault(length, place)
    for name, array in arrays.items():
        if array.ndim > 1 and array.size > 1:
            place = f"the number of entries of {name}"
            known.setdefault(array.size, []).append(place)
    for (a, first), (b, second) in combinations(sides.items(), 2):
        if a * b not in known:
            known[a * b] = [f"{a} * {b}, {first} times {second}"]
    for name, array in arrays.items():
        for a, b in combinations(array.shape, 2):
            if a > 1 and b > 1:
                place = f"{a} * {b}, the product of two axes of {name}"
                known.setdefault(a * b, [place])
    return known


def _axis(name: str, axis: int, ndim: int) -> str:
    if ndim == 1:
        return f"the length of {name}"
    if ndim == 2:
        return f"the number of {('rows', 'columns')[axis]} of {name}"
    return f"the length of axis {axis} of {name}"
