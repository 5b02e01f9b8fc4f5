"""The claim is the true gradient after a transpose or a flip, or belongs to another input."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, combinations, permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .suspect import Sides, Suspect
from .view import View

Array = NDArray[Any]
Move = Callable[[Array], Array]
RANK = 4  # arrays of more axes are not permuted


def moves(shape: tuple[int, ...], symbol: str) -> Iterator[tuple[str, str, Move, Move]]:
    """Cause, expression, the move and its inverse, for every move that keeps the shape."""
    rank = len(shape)
    if 1 < rank <= RANK:
        for order in permutations(range(rank)):
            if list(order) != sorted(order) and tuple(shape[a] for a in order) == shape:
                text = f"{symbol}.T" if order == (1, 0) else f"{symbol}.transpose{order}"
                back = tuple(int(a) for a in np.argsort(order))
                yield "transposed", text, _transpose(order), _transpose(back)
    long = [axis for axis in range(min(rank, RANK)) if shape[axis] > 1]
    for axes in chain.from_iterable(combinations(long, k) for k in range(1, len(long) + 1)):
        slices = ", ".join("::-1" if axis in axes else ":" for axis in range(max(axes) + 1))
        yield "flipped", f"{symbol}[{slices}]", _flip(axes), _flip(axes)


def moved_suspects(view: View) -> Iterator[Suspect]:
    """The claim after the inverse of a move is the true gradient."""
    for cause, text, _, back in moves(view.shape, "g"):

        def sides(view: View, back: Move = back) -> Sides:
            return view.at(back(view.whole)), view.true, view.allowed()

        how = "transposed" if cause == "transposed" else "in the reverse order"
        sentence = (
            f"d{view.name} is the true gradient {how}: it is {text}, where g is the true one."
        )
        yield Suspect(cause, sides, sentence)


def swapped_suspects(view: View) -> Iterator[Suspect]:
    """The claim is the true gradient of another input of the same shape."""
    problem = view.reference.problem
    for other in problem.wrt:
        if other == view.name or problem.base[other].shape != view.shape:
            continue

        def sides(view: View, other: str = other) -> Sides:
            true, slack = _true_of(view, other)
            return view.claimed, true, 4.0 * (view.claimed_slack + slack)

        yield Suspect(
            "swapped",
            sides,
            f"d{view.name} is the true gradient to {other}: the gradients are returned in another"
            " order than the inputs.",
        )


def _true_of(view: View, other: str) -> tuple[Array, Array]:
    """The true gradient to another array, in a few entries."""
    key = ("true", other)
    if key not in view.cache:
        values, slack = view.claimed.copy(), np.full(view.index.size, np.inf)
        few = min(view.index.size, 12)
        for k in range(few):
            direction = np.zeros(view.shape)
            direction.flat[view.index[k]] = 1.0
            estimate = view.reference.quick(other, direction)
            values[k] = estimate.value
            slack[k] = 16.0 * estimate.bound + view.true_slack[k]
        view.cache[key] = values, slack
    found: tuple[Array, Array] = view.cache[key]
    return found


def _transpose(order: tuple[int, ...]) -> Move:
    return lambda array: array.transpose(order)


def _flip(axes: tuple[int, ...]) -> Move:
    return lambda array: np.flip(array, axes)
