"""A relation that would explain a wrong gradient, and how strongly the numbers speak for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .view import Scene, View

Array = NDArray[Any]
Sides = tuple[
    Array, Array, Array
]  # left and right side of an equation, and what they may differ by
CLEAR = 30.0  # an entry so many times larger than its uncertainty says something
CONVINCING = 8.0  # decimal digits of agreement beyond those spent on fitted constants
ALONE = 20.0  # the same where there is no second point


@dataclass(frozen=True)
class Suspect:
    """A cause, the equation that it implies at any point, and what to tell of it.

    free counts the fitted constants, fitted anew at each point where refitted is set; ratio is
    claimed / true where that is one constant; also names other causes that fit; masked: the factor
    in question is a mask.
    """

    cause: str
    sides: Callable[[View], Sides]
    sentence: str
    free: int = 0
    ratio: float | None = None
    also: tuple[str, ...] = ()
    refitted: bool = False
    masked: bool = False


def convinces(suspect: Suspect, scene: Scene) -> bool:
    """Whether the equation holds at the point and at the second one, to enough digits."""
    here = weight(suspect, scene.here, suspect.free)
    if here is None:
        return False
    confirmed = False
    for other in (*scene.others, scene.again):
        if other is None:
            continue
        try:
            more = weight(suspect, other, suspect.free if suspect.refitted else 0)
        except KeyError:  # it speaks of an array of the context, known at the first point only
            continue
        if more is None:
            return False
        here += more
        confirmed = True
    return here >= (CONVINCING if confirmed else ALONE)


def weight(suspect: Suspect, view: View, free: int) -> float | None:
    """How many digits agree in all, less those of the fitted constants; None: they differ."""
    with np.errstate(all="ignore"):
        left, right, allowed = suspect.sides(view)
        allowed = allowed + 64.0 * view.eps * np.abs(right)
        if not np.all(np.abs(left - right) <= allowed):
            return None
        size = np.maximum(np.abs(left), np.abs(right)) / allowed
    digits = np.sort(np.log10(size[np.isfinite(size) & (size > CLEAR)]))
    return float(digits[: max(digits.size - free, 0)].sum())


def fitted(left: Array, right: Array, allowed: Array) -> float | None:
    """The constant r in left = r * right, from the clearest entries; None where right is 0."""
    scale = 1.0 / np.maximum(allowed, 1e-300)
    scale = scale / scale.max(initial=1e-300)
    a, b = left * scale, right * scale
    total = float(b @ b)
    if total == 0.0 or not np.isfinite(total):
        return None
    r = float(a @ b) / total
    return r if np.isfinite(r) and r != 0.0 else None


def holds(view: View, left: Array, right: Array, gain: Array | float) -> bool:
    """A quick look at one equation before anything is built on it."""
    with np.errstate(all="ignore"):
        allowed = view.allowed(gain) + 64.0 * view.eps * np.abs(right)
        return bool(np.all(np.abs(left - right) <= allowed))
