"""Types and units in the last place of the arrays that a gradient is made of."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .noise import EPS
from .products import chunks

Array = NDArray[Any]


def fits(raw: Array, shape: tuple[int, ...]) -> bool:
    """Whether a gradient has the shape of its array; a number may come as one entry."""
    return raw.shape == shape or (shape == () and raw.size == 1)


def real64(raw: Array) -> Array:
    """The real part in float64."""
    return (raw.real if raw.dtype.kind == "c" else raw).astype(np.float64, copy=False)


def precision(raw: Array | None) -> float:
    """The unit roundoff with which a gradient was computed."""
    if raw is None or raw.dtype.kind not in "fc":
        return EPS
    return max(EPS, float(np.finfo(raw.dtype).eps))


def one_ulp(value: Array, rng: np.random.Generator) -> Array:
    """Each entry to a number nearby, an entry 0 by a rounding of the others; ties are broken."""
    moved = np.array(value)
    eps = float(np.finfo(value.dtype).eps)
    squares = sum(float(np.square(x, dtype=np.float64).sum()) for (x,) in chunks(moved))
    typical = math.sqrt(squares / max(value.size, 1)) or 1.0
    for (part,) in chunks(moved):
        up = rng.choice((-2.0, -1.0, 1.0, 2.0), size=part.shape)
        part += up * eps * np.where(part == 0, typical, np.abs(part))
    return moved


def cast(dy: Any, dtype: np.dtype[Any]) -> Any:
    """dy in another type."""
    if isinstance(dy, tuple):
        return tuple(cast(part, dtype) for part in dy)
    return dy.astype(dtype) if isinstance(dy, (np.ndarray, np.floating)) else dy


def moved(dy: Any, rng: np.random.Generator) -> Any:
    """dy moved by an ulp."""
    if isinstance(dy, tuple):
        return tuple(moved(part, rng) for part in dy)
    if isinstance(dy, np.ndarray):
        return one_ulp(dy, rng)
    if isinstance(dy, (float, np.floating)):
        return type(dy)(one_ulp(np.asarray(dy), rng))
    return dy
