"""The claim is the true gradient at other arguments: one transposed, flipped or put for another.

dy @ W in place of dy @ W.T is the true gradient for the transposed W, whatever the layer is; a
kernel that was not flipped, that for the flipped kernel; tanh' at y, that for y in place of x.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..noise import EPS, random_direction
from ..problem import Problem
from .permutations import moves
from .suspect import Sides, Suspect
from .view import View

Array = NDArray[Any]
Change = Callable[[View], tuple[dict[str, Array], Array | None]]  # arguments, upstream gradient
DIRECTIONS = 6
MOST, FEWER = 120, 30  # changes that are tried, by the complex step and by differences
SECONDS = 3.0  # for functions that are slow
STEP = 2.0**-100


def slopes(view: View, direction: Array, values: dict[str, Array]) -> Array:
    """How every output changes along a direction in the array, at other values of the arguments."""
    problem: Problem = view.reference.problem.moved_to(values)
    moved = "at other arguments"
    if view.reference.analytic[view.name]:
        found: Array = problem.terms({view.name: 1j * STEP * direction}, moved).imag / STEP
        return found
    row: list[Array] = []
    h = 0.01 * problem.scale(view.name)
    for _ in range(3):
        above = problem.terms({view.name: h * direction}, moved)
        new = [(above - problem.terms({view.name: -h * direction}, moved)) / (2.0 * h)]
        for m, coarse in enumerate(row):
            new.append(new[m] + (new[m] - coarse) / (4.0 ** (m + 1) - 1.0))
        row, h = new, 0.5 * h
    return row[-1]


def probes(view: View) -> tuple[Array, Array, Array]:
    """Random directions, the claim along each, and its rounding."""
    if "probes" not in view.cache:
        rng = np.random.default_rng(view.index.size)
        chosen = np.array([random_direction(view.shape, rng) for _ in range(DIRECTIONS)])
        axes = tuple(range(1, chosen.ndim))
        claim = (chosen * view.whole).sum(axis=axes)
        slack = 8.0 * EPS * np.sqrt(((chosen * view.whole) ** 2).sum(axis=axes))
        typical = float(view.claimed_slack.max(initial=0.0)) * np.sqrt(view.whole.size)
        view.cache["probes"] = chosen, claim, slack + typical
    found: tuple[Array, Array, Array] = view.cache["probes"]
    return found


def substituted(change: Change, count: int = DIRECTIONS) -> Callable[[View], Sides]:
    """The two sides of: the claim is the true gradient after this change."""

    def sides(view: View) -> Sides:
        directions, claim, slack = probes(view)
        values, upstream = change(view)
        weights = view.reference.problem.weights if upstream is None else upstream
        products = np.array([weights * slopes(view, v, values) for v in directions[:count]])
        rough = 64.0 * EPS if view.reference.analytic[view.name] else 1e-7
        bound = rough * np.abs(products).sum(axis=1)
        return claim[:count], products.sum(axis=1), 4.0 * (slack[:count] + bound)

    return sides


def substituted_suspects(view: View, elementwise: bool) -> Iterator[Suspect]:
    """Every change of one argument, or of dy, that reproduces the claim along one direction."""
    if not view.reference.problem.promoted:
        return
    start, most = time.process_time(), MOST if view.reference.analytic[view.name] else FEWER
    for cause, text, change in islice(_changes(view, elementwise), most):
        if time.process_time() - start > SECONDS:
            return
        try:
            left, right, allowed = substituted(change, 1)(view)
        except (ValueError, TypeError, ArithmeticError):
            continue
        if abs(left[0] - right[0]) <= allowed[0]:
            yield Suspect(cause, substituted(change), f"d{view.name} {text}.")


def _changes(view: View, elementwise: bool) -> Iterator[tuple[str, str, Change]]:
    problem = view.reference.problem
    for other, array in problem.base.items():
        for cause, text, move, _ in moves(array.shape, other):

            def moved(
                view: View, other: str = other, move: Callable[[Array], Array] = move
            ) -> tuple[dict[str, Array], None]:
                value = move(view.reference.problem.base[other])
                return {other: np.ascontiguousarray(value)}, None

            yield cause, f"is the true gradient for {text} in place of {other}", moved
    if "dy" in view.known:
        dy = view.known["dy"]
        for cause, text, move, _ in moves(dy.shape, "dy"):
            if cause == "transposed" and len(view.shape) < 2:
                cause, text = "wrong-axis", f"{text}: the sum runs along the wrong axis"

            def turned(
                view: View, move: Callable[[Array], Array] = move
            ) -> tuple[dict[str, Array], Array]:
                return {}, move(view.known["dy"]).reshape(-1)

            yield cause, f"is the true gradient for {text} in place of dy", turned
    if not elementwise:
        return
    for other, array in problem.base.items():
        for name, known in view.known.items():
            if name != other and known.shape == array.shape and known.dtype.kind == "f":

                def replaced(
                    view: View, other: str = other, name: str = name
                ) -> tuple[dict[str, Array], None]:
                    return {other: view.known[name]}, None

                text = f"is the true gradient with {name} in place of {other}"
                yield "missing-factor", text, replaced

        def negated(view: View, other: str = other) -> tuple[dict[str, Array], None]:
            return {other: np.negative(view.reference.problem.base[other])}, None

        yield "missing-factor", f"is the true gradient for -{other} in place of {other}", negated
