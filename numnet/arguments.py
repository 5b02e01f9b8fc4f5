"""Arguments that many functions take: a source of randomness, a dtype."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

RNG = int | np.random.Generator | np.random.SeedSequence | None


def generator(rng: RNG) -> np.random.Generator:
    """`rng` as a Generator; fresh entropy for None."""
    try:
        return np.random.default_rng(rng)
    except (TypeError, ValueError) as error:
        raise type(error)(
            f"rng: expected a non-negative integer, a numpy Generator or None, got {rng!r}"
        ) from None


def real_dtype(dtype: DTypeLike) -> np.dtype[Any]:
    """`dtype` as a NumPy dtype, if parameters may have it."""
    try:
        kind = np.dtype(dtype)
    except TypeError:
        raise TypeError(f"dtype: expected float32 or float64, got {dtype!r}") from None
    if kind not in (np.float32, np.float64):
        raise TypeError(f"dtype: expected float32 or float64, got {kind}")
    return kind
