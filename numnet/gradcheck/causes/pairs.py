"""claimed * f = r true * g with elementwise functions f and g of known arrays.

f = 1: the claim has a factor g too many; g = 1: it lacks the factor f; else g stands where f
should.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .functions import FUNCTIONS, NORMALIZED
from .ratio import measured
from .suspect import Sides, Suspect, holds
from .view import View

Array = NDArray[Any]
COSINE = 1e-7


@dataclass(frozen=True)
class Factor:
    """An elementwise function of one known array, stretched to the shape of the gradient."""

    text: str
    cost: int
    source: str
    function: Callable[[Array], Array]
    binary: bool = False

    def on(self, view: View) -> Array:
        if not self.source:
            return np.ones(view.index.size)
        key = ("factor", self.text)
        if key not in view.cache:
            with np.errstate(all="ignore"):
                view.cache[key] = view.at(self.function(view.known[self.source]))
        found: Array = view.cache[key]
        return found


ONE = Factor("1", 0, "", lambda a: a)


def factors(view: View) -> list[Factor]:
    """All that fit the shape; finite at the entries of the view, and no constants."""
    key = "factors"
    if key not in view.cache:
        found: list[Factor] = []
        for name, array in view.known.items():
            for label, place in stretched(name, array, view.shape):
                found += functions_of(label, name, array, place)
        view.cache[key] = [f for f in found if _is_usable(f.on(view))]
    listed: list[Factor] = view.cache[key]
    return listed


def stretched(
    name: str, array: Array, shape: tuple[int, ...]
) -> Iterator[tuple[str, Callable[[Array], Array]]]:
    """How an array broadcasts to a shape: as it is, or a vector along any axis."""
    if array.ndim <= len(shape) and array.size > 1:
        try:
            fits = np.broadcast_shapes(array.shape, shape) == shape
        except ValueError:
            fits = False
        if fits:
            yield name, lambda a: a
    if array.ndim == 1 and array.size > 1:
        for axis in range(len(shape) - 1):
            if shape[axis] == array.size:
                tail = len(shape) - 1 - axis
                index = (slice(None), *(None,) * tail)
                yield f"{name}[:{', None' * tail}]", _indexing(index)


def _indexing(index: tuple[Any, ...]) -> Callable[[Array], Array]:
    return lambda array: array[index]


def _chained(
    function: Callable[[Array], Array], place: Callable[[Array], Array]
) -> Callable[[Array], Array]:
    return lambda array: function(place(array))


def functions_of(
    label: str, name: str, array: Array, place: Callable[[Array], Array]
) -> Iterator[Factor]:
    binary = array.dtype.kind == "b" or bool(np.isin(array, (0, 1)).all())
    if binary:
        yield Factor(label, 1, name, lambda a: place(a.astype(float)), True)
        yield Factor(f"(1 - {label})", 3, name, lambda a: 1.0 - place(a.astype(float)), True)
        return
    if array.dtype.kind != "f":
        yield Factor(label, 2, name, lambda a: place(a.astype(float)))
        return
    for text, cost, function in FUNCTIONS:
        yield Factor(
            text.format(a=label),
            cost,
            name,
            _chained(function, place),
            text.endswith(" 0)"),
        )
    if array.ndim == 2:
        for text, cost, function in NORMALIZED:
            yield Factor(text.format(a=label), cost, name, _chained(function, place))


def _is_usable(values: Array) -> bool:
    if not np.isfinite(values).all() or not values.any():
        return False
    return values.size == 1 or bool(np.ptp(values) > 1e-6 * np.abs(values).max())


def factor_suspects(view: View, paired: bool) -> Iterator[Suspect]:
    """Relations with one factor, or with one on each side, the simplest first."""
    listed = [ONE, *factors(view)]
    values = np.array([factor.on(view) for factor in listed])
    left, right = values * view.claimed, values * view.true
    lengths = [np.linalg.norm(side, axis=1, keepdims=True) for side in (left, right)]
    with np.errstate(all="ignore"):
        cosine = np.abs((left / lengths[0]) @ (right / lengths[1]).T)
    pairs = [
        (listed[k].cost + listed[m].cost, int(k), int(m))
        for k, m in np.argwhere(cosine > 1.0 - COSINE)
        if k != m and (0 in (k, m)) is not paired
    ]
    informative = (np.abs(view.claimed) > view.claimed_slack) | (
        np.abs(view.true) > view.true_slack
    )
    for _, k, m in sorted(pairs):
        if (informative & (values[k] == 0.0) & (values[m] == 0.0)).any():
            continue  # it says nothing of these entries
        suspect = _suspect(view, listed[k], listed[m], left[k], right[m])
        if suspect is not None:
            yield suspect


def _suspect(
    view: View, missing: Factor, surplus: Factor, left: Array, right: Array
) -> Suspect | None:
    found = measured(view, left, right)
    if found is None:
        return None
    ratio = found[0]
    if not holds(view, left, ratio * right, ratio * surplus.on(view)):
        return None

    def sides(view: View) -> Sides:
        f, g = missing.on(view), surplus.on(view)
        allowed = 4.0 * (np.abs(f) * view.claimed_slack + np.abs(ratio * g) * view.true_slack)
        return f * view.claimed, ratio * g * view.true, allowed

    if not _mask_says_enough(view, missing, surplus):
        return None
    times = "" if ratio == 1.0 else f" and is {ratio:.6g} times as large besides"
    name = f"d{view.name}"
    if surplus is ONE:
        text = f"{name} lacks the factor {missing.text}{times}."
    elif missing is ONE:
        text = f"{name} has the factor {surplus.text} too many{times}."
        if surplus.binary and ratio == 1.0:
            return Suspect(
                "partial",
                sides,
                f"{name} is right where {surplus.text} is not 0, and 0 everywhere else.",
                also=("missing-factor", "zeros"),
            )
    else:
        text = f"{name} has the factor {surplus.text} where the true gradient has {missing.text}"
        text += f"{times}."
    masked = missing.binary or surplus.binary
    return Suspect("missing-factor", sides, text, 0 if ratio == 1.0 else 1, masked=masked)


def _mask_says_enough(view: View, missing: Factor, surplus: Factor) -> bool:
    """Whether zeros and ones in as many places could hardly agree by chance."""
    for factor in (missing, surplus):
        if factor.binary:
            ones = int(factor.on(view).sum())
            if min(ones, view.index.size - ones) < 1 or view.index.size < 6:
                return False
    return True
