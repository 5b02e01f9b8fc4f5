"""Which entries are wrong, where the claim is exact on the others."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .pairs import factors
from .suspect import CLEAR, Sides, Suspect
from .view import View

Array = NDArray[Any]
CHANCE = 1e-2  # a description that would fit by luck this often is not told
MANY = 1 / 3  # of the entries; fewer that are exact may be so by accident, as a diagonal is


def partial_suspect(view: View) -> Suspect | None:
    """The suspect "partial", if some entries are exact and others wrong."""
    wrong, exact = split(view)
    if not (wrong.any() and exact.any()):
        return None
    error = np.abs(view.claimed - view.true)[wrong]
    if (error < CLEAR * view.allowed()[wrong]).any():
        return None  # errors of every size, of which the small ones do not show
    right = set(view.index[exact].tolist())

    def sides(view: View) -> Sides:
        # A tie is none elsewhere: what was wrong may be right there, but not the reverse.
        keep = np.array([int(i) in right for i in view.index], dtype=bool)
        return view.claimed[keep], view.true[keep], view.allowed()[keep]

    count = f"{int(wrong.sum())} of {wrong.size} entries"
    where = described(view, wrong, wrong | exact)
    if not where and exact.sum() < MANY * (wrong | exact).sum():
        return None
    what = _how_wrong(view, wrong)
    sentence = f"d{view.name} is wrong in {count}{where}{what}, and exact in the others."
    also = ("zeros",) if not view.claimed[wrong].any() else ()
    return Suspect("partial", sides, sentence, also=also)


def mostly_exact(view: View) -> bool:
    """Whether many entries are exact, so that what fits them all says little of the others."""
    wrong, exact = split(view)
    return bool(exact.sum() >= MANY * (wrong | exact).sum() > 0)


def split(view: View) -> tuple[Array, Array]:
    """The wrong entries; those that are right, and not just 0 on both sides."""
    wrong = view.wrong()
    size = np.maximum(np.abs(view.claimed), np.abs(view.true))
    return wrong, ~wrong & (size > CLEAR * view.allowed())


def described(view: View, wrong: Array, told: Array) -> str:
    """ ", those where x > 0": the first description of the wrong entries that is no luck."""
    count, total = int(wrong[told].sum()), int(told.sum())
    if math.comb(total, count) * CHANCE < 1.0:
        return ""
    for words, member in _sets(view):
        if bool((member[told] == wrong[told]).all()):
            return f", those {words}"
    return ""


def _how_wrong(view: View, wrong: Array) -> str:
    claimed, true = view.claimed[wrong], view.true[wrong]
    if not claimed.any():
        return ", where it is 0"
    if not (np.abs(true) > view.allowed()[wrong]).any():
        return ", where the true gradient is 0"
    ratio = claimed / np.where(true == 0.0, np.nan, true)
    if np.isfinite(ratio).all() and np.ptp(ratio) <= 1e-6 * abs(ratio[0]):
        return f", where it is {ratio[0]:.6g} times the true one"
    difference = claimed - true
    if np.ptp(difference) <= 1e-6 * abs(difference[0]):
        return f", by {difference[0]:.6g} each"
    return ""


def _sets(view: View) -> Iterator[tuple[str, Array]]:
    """Sets of entries that have a name: by known arrays, by place, repeated ones."""
    for factor in factors(view):
        if factor.binary:
            member = factor.on(view) != 0.0
            yield f"where {factor.text} is true", member
            yield f"where {factor.text} is false", ~member
    for name, array in view.known.items():
        if name.startswith("np.bincount(") and view.shape and array.size == view.shape[0]:
            ids = name[len("np.bincount(") :].split(",")[0]
            yield f"whose row occurs more than once in {ids}", (array > 1)[view.places()[0]]
        elif array.shape == view.shape and array.dtype.kind == "f":
            _, inverse, counts = np.unique(array, return_inverse=True, return_counts=True)
            tied = (counts > 1)[inverse].reshape(array.shape)
            yield f"that {name} holds more than once", view.at(tied)
    yield from _positions(view)


def _positions(view: View) -> Iterator[tuple[str, Array]]:
    places = view.places()
    border = np.zeros(view.index.size, bool)
    for axis, (place, length) in enumerate(zip(places, view.shape, strict=True)):
        border |= (place == 0) | (place == length - 1)
        yield f"at odd positions along axis {axis}", place % 2 == 1
        yield f"at even positions along axis {axis}", place % 2 == 0
    yield "at the border", border
    yield "away from the border", ~border
    wrong = view.wrong()
    for axis, (place, length) in enumerate(zip(places, view.shape, strict=True)):
        bad = np.unique(place[wrong])
        if len(view.shape) > 1 and bad.size <= min(4, length - 1):
            listed = ", ".join(str(int(i)) for i in bad)
            yield f"with index {listed} along axis {axis}", np.isin(place, bad)
