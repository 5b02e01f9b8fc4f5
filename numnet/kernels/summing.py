"""Vectors of ones: over an axis of a narrow array a product sums faster than a reduction."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


# Kept, as steps ask for the same few: to make one takes as long as a small product.
@functools.lru_cache(maxsize=8)
def ones(count: int, dtype: np.dtype[Any]) -> Array:
    """`ones(len(a), a.dtype).dot(a)` is the sum of the rows of a; it is shared and so read-only."""
    found = np.ones(count, dtype)
    found.setflags(write=False)
    return found
