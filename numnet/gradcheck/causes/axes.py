"""A ratio or a difference that depends on some axes only: of the row, the column, the channel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .pairs import ONE, Factor, factors
from .suspect import CLEAR, Sides, Suspect
from .view import View

Array = NDArray[Any]
SPARE = 3  # entries beyond the fitted constants
TERMS = 40  # known arrays by which a difference may be a multiple


def axis_ratio(view: View) -> Iterator[Suspect]:
    """claimed / true is the same wherever these axes have the same index."""
    for axes, groups in _groupings(view):

        def sides(view: View, axes: tuple[int, ...] = axes) -> Sides:
            clear = np.abs(view.true) > CLEAR * view.true_slack
            ratio = _per_group(view, _group(view, axes), view.claimed, view.true, clear)
            return view.claimed, ratio * view.true, view.allowed(ratio)

        if _fits(sides, view):
            sentence = (
                f"d{view.name} is the true gradient times a number that depends on"
                f" {_said(axes, view)} only: a factor of that shape is missing or too many."
            )
            yield Suspect("missing-factor", sides, sentence, groups, refitted=True)


def axis_difference(view: View) -> Iterator[Suspect]:
    """claimed - true is a known array times a number for each index along these axes."""
    listed = [ONE, *sorted(factors(view), key=lambda f: f.cost)[:TERMS]]
    for factor in listed:
        for axes, groups in _groupings(view):

            def sides(view: View, axes: tuple[int, ...] = axes, factor: Factor = factor) -> Sides:
                difference, term = view.claimed - view.true, factor.on(view)
                everywhere = np.ones(term.size, bool)
                constant = _per_group(view, _group(view, axes), difference, term, everywhere)
                return difference, constant * term, view.allowed()

            if _fits(sides, view):
                yield Suspect(
                    "missing-term",
                    sides,
                    _term_sentence(view, axes, factor),
                    groups,
                    refitted=True,
                )


def axis_line(view: View) -> Iterator[Suspect]:
    """claimed - true is a + b k along the other axes: a path through k's mean and variance."""
    for name, array in view.known.items():
        if array.shape != view.shape or array.dtype.kind != "f" or name.startswith("dy"):
            continue
        for axes, groups in _groupings(view):
            if view.index.size < 2 * groups + SPARE:
                continue

            def sides(view: View, axes: tuple[int, ...] = axes, name: str = name) -> Sides:
                difference, term = view.claimed - view.true, view.at(view.known[name])
                right = np.empty_like(difference)
                group = _group(view, axes)
                for g in np.unique(group):
                    chosen = group == g
                    matrix = np.stack([np.ones(chosen.sum()), term[chosen]], axis=1)
                    solution = np.linalg.lstsq(matrix, difference[chosen], rcond=None)[0]
                    right[chosen] = matrix @ solution
                return difference, right, view.allowed()

            if _fits(sides, view):
                sentence = (
                    f"d{view.name} differs from the true gradient by a + b * {name}, with"
                    f" numbers a and b for each index along {_said(axes, view)}: the path through"
                    " the mean or the variance is missing or wrong."
                )
                yield Suspect("missing-term", sides, sentence, 2 * groups, refitted=True)


def additive_difference(view: View) -> Iterator[Suspect]:
    """claimed - true is k (r + c), r by row and c by column: a sum along the other axis."""
    if len(view.shape) != 2 or min(view.shape) < 3:
        return
    full = [f for f in factors(view) if view.known[f.source].shape == view.shape]
    for factor in [ONE, *sorted(full, key=lambda f: f.cost)[:TERMS]]:

        def sides(view: View, factor: Factor = factor) -> Sides:
            difference, term = view.claimed - view.true, factor.on(view)
            matrix = np.zeros((difference.size, sum(view.shape)))
            rows, columns = view.places()
            numbers = np.arange(difference.size)
            matrix[numbers, rows] = term
            matrix[numbers, view.shape[0] + columns] = term
            matrix = matrix[:, matrix.any(axis=0)]
            right = matrix @ np.linalg.lstsq(matrix, difference, rcond=None)[0]
            return difference, right, view.allowed()

        free = sum(view.shape) - 1
        if sum(view.shape) <= 80 and view.index.size >= free + SPARE and _fits(sides, view):
            what = "" if factor is ONE else f" by {factor.text} times"
            sentence = (
                f"d{view.name} differs from the true gradient{what} a number for each row plus one"
                " for each column: a sum or a mean runs along the wrong axis."
            )
            yield Suspect("wrong-axis", sides, sentence, free, refitted=True)


def _groupings(view: View) -> Iterator[tuple[tuple[int, ...], int]]:
    """Sets of axes, small ones first, and how many groups of entries they make."""
    long = [axis for axis, length in enumerate(view.shape) if length > 1]
    sets = chain.from_iterable(combinations(long, k) for k in range(1, min(len(long), 4)))
    for axes in sets:
        groups = int(np.unique(_group(view, axes)).size)
        if 1 < groups <= view.index.size - SPARE:
            yield axes, groups


def _group(view: View, axes: tuple[int, ...]) -> Array:
    places = view.places()
    shape = tuple(view.shape[axis] for axis in axes)
    flat: Array = np.ravel_multi_index(tuple(places[axis] for axis in axes), shape)
    return np.unique(flat, return_inverse=True)[1]


def _per_group(view: View, group: Array, left: Array, right: Array, clear: Array) -> Array:
    """The constant of each group in left = constant * right, at each entry."""
    weights = clear / np.maximum(view.allowed(), 1e-300)
    weights = weights / weights.max(initial=1e-300)
    above = np.bincount(group, weights=(weights * left) * (weights * right))
    below = np.bincount(group, weights=(weights * right) ** 2)
    with np.errstate(all="ignore"):
        constant: Array = np.where(below > 0.0, above / below, 1.0)
    return constant[group]


def _fits(sides: Callable[[View], Sides], view: View) -> bool:
    with np.errstate(all="ignore"):
        left, right, allowed = sides(view)
        return bool((np.abs(left - right) <= allowed).all())


def _term_sentence(view: View, axes: tuple[int, ...], factor: Factor) -> str:
    what = "a number" if factor is ONE else f"{factor.text} times a number"
    return (
        f"d{view.name} differs from the true gradient by {what} that depends on"
        f" {_said(axes, view)} only: a sum or a mean over the other"
        f" {'axis' if len(view.shape) - len(axes) == 1 else 'axes'} is missing or too many."
    )


def _said(axes: tuple[int, ...], view: View) -> str:
    if len(view.shape) == 2:
        return ("the row", "the column")[axes[0]]
    return "axis " + " and ".join(map(str, axes))
