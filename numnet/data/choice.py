"""From pixels in bytes and labels as filed to the rows that were asked for."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = NDArray[Any]

LABELS = tuple(range(10))


def check_classes(classes: Sequence[int] | None, place: str) -> tuple[int, ...]:
    """The chosen classes as distinct Python integers 0..9; all ten for None."""
    if classes is None:
        return LABELS
    # A set is refused since its order, which numbers the classes, is an accident.
    if isinstance(classes, np.ndarray) and classes.ndim == 1:
        classes = classes.tolist()
    if isinstance(classes, (str, bytes)) or not isinstance(classes, Sequence):
        raise TypeError(
            f"{place}: expected classes as a sequence of labels such as (1, 7, 9), got {classes!r}"
        )
    if not classes:
        raise ValueError(
            f"{place}: expected at least one class, got {classes!r}. "
            "Leave classes out to load all ten"
        )
    chosen = tuple(_label(label, place) for label in classes)
    twice = [label for label in chosen if chosen.count(label) > 1]
    if twice:
        raise ValueError(f"{place}: expected each class once, got {twice[0]} twice in {chosen}")
    return chosen


def _label(label: Any, place: str) -> int:
    try:
        if isinstance(label, bool):
            raise TypeError
        index = operator.index(label)
    except TypeError:
        raise TypeError(
            f"{place}: expected classes as integers from 0 to 9, got {label!r}"
        ) from None
    if index not in LABELS:
        raise ValueError(f"{place}: expected classes from 0 to 9, got {label!r}")
    return index


def check_dtype(dtype: DTypeLike, place: str) -> np.dtype[Any]:
    """float32 or float64 in native byte order."""
    try:
        # To NumPy None means float64; here it is more likely a variable that was never set.
        found = np.dtype(dtype if dtype is not None else object)
    except TypeError:
        found = np.dtype(object)
    if found not in (np.dtype("float32"), np.dtype("float64")):
        raise TypeError(f"{place}: expected dtype float32 or float64, got {dtype!r}")
    return found


def numbered(labels: Array, classes: tuple[int, ...]) -> Array:
    """The index of each label in `classes`, -1 where it is none of them."""
    index = np.full(len(LABELS), -1)
    index[list(classes)] = np.arange(len(classes))
    return index[labels]


def select(
    pixels: Array, labels: Array, classes: tuple[int, ...], top: int, dtype: np.dtype[Any]
) -> tuple[Array, Array]:
    """Rows (N, D) in [0, 1] of the chosen classes, as filed, and their indices in `classes`.

    Examples
    --------
    >>> pixels = np.array([[0, 16], [8, 8], [16, 4]], dtype=np.uint8)
    >>> x, y = select(pixels, np.array([7, 5, 3]), (3, 7), 16, np.dtype("float64"))
    >>> x
    array([[0.  , 1.  ],
           [1.  , 0.25]])
    >>> y
    array([1, 0])
    """
    y = numbered(labels, classes)
    if len(classes) < len(LABELS):
        keep = y >= 0
        pixels, y = pixels[keep], y[keep]
    # Pixels stored one position after the other would otherwise hand their order on to x.
    return np.divide(pixels, top, dtype=dtype, order="C"), y
