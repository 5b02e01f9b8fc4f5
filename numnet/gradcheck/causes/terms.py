"""claimed - true = r k: a known array, or a product of two, forgotten or added."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .pairs import COSINE, ONE, Factor, factors
from .ratio import measured
from .suspect import Sides, Suspect, holds
from .view import View

Array = NDArray[Any]
SIMPLE = (1.0, 2.0, 0.5)  # constants that a product of two functions may have
PRODUCTS = 150  # functions that are multiplied with each other


def term_suspects(view: View, products: bool) -> Iterator[Suspect]:
    """Known arrays and functions of them, or products of two, the simplest first."""
    difference = view.claimed - view.true
    listed = sorted(factors(view), key=lambda factor: factor.cost)
    if products:
        listed = listed[:PRODUCTS]
    if not listed:
        return
    values = np.array([factor.on(view) for factor in listed])
    pairs: list[tuple[int, Factor, Factor]] = []
    size = float(np.linalg.norm(difference))
    with np.errstate(all="ignore"):
        if products:
            for k, first in enumerate(listed):
                rows = values[k] * values[k:]
                cosine = np.abs(rows @ difference) / np.linalg.norm(rows, axis=1) / size
                for m in np.flatnonzero(cosine > 1.0 - COSINE):
                    pairs.append((first.cost + listed[k + m].cost, first, listed[k + m]))
        else:
            cosine = np.abs(values @ difference) / np.linalg.norm(values, axis=1) / size
            pairs = [
                (listed[k].cost, listed[k], ONE) for k in np.flatnonzero(cosine > 1.0 - COSINE)
            ]
    for _, first, second in sorted(pairs, key=lambda pair: pair[0]):
        suspect = _suspect(view, first, second)
        if suspect is not None:
            yield suspect


def _suspect(view: View, first: Factor, second: Factor) -> Suspect | None:
    difference, term = view.claimed - view.true, first.on(view) * second.on(view)
    found = measured(view, difference, term)
    if found is None:
        return None
    constant = found[0]
    if second is not ONE and abs(constant) not in SIMPLE:
        return None
    if not holds(view, difference, constant * term, 1.0):
        return None

    def sides(view: View) -> Sides:
        allowed = view.allowed() + 16.0 * view.eps * np.abs(view.claimed)
        right = constant * first.on(view) * second.on(view)
        return view.claimed - view.true, right, allowed

    product = first.text if second is ONE else f"{first.text} * {second.text}"
    size = abs(constant)
    text = product if size == 1.0 else f"{size:.10g} * {product}"
    name = f"d{view.name}"
    if first.binary and second is ONE:
        return Suspect(
            "partial",
            sides,
            f"{name} is wrong only where {first.text} is not 0, and there by {constant:.6g}.",
            1,
            also=("missing-term",),
        )
    how = "lacks the term" if constant < 0 else "has a term too many,"
    return Suspect("missing-term", sides, f"{name} {how} {text}.", 1)
