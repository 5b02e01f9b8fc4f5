"""Predicted probabilities: whether they are, and how a share is written."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]


def check_proba(place: str, name: str, proba: ArrayLike, rows: int, last: int) -> Array:
    """The probabilities (rows, C) with a column for each index up to `last`."""
    p = np.asarray(proba)
    if p.ndim != 2 or len(p) != rows or p.shape[1] <= last:
        raise ValueError(
            f"{place}: expected {name} of shape ({rows}, C) with a column for each "
            f"index up to {last}, got {p.shape}"
        )
    if p.dtype.kind not in "fiub" or not ((p >= 0) & (p <= 1)).all():
        raise ValueError(
            f"{place}: expected probabilities in [0, 1] in {name}. "
            "Of raw outputs take model.predict_proba(x)"
        )
    return p


def percent(share: float) -> str:
    """In whole percent; neither 99.97 % nor 0.03 % may read as certainty."""
    if 0.995 <= share < 1:
        return "> 99 %"
    if 0 < share < 0.005:
        return "< 1 %"
    return f"{100 * share:.0f} %"
