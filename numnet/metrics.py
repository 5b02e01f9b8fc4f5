"""How well predictions match the labels."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .labels import Array, to_indices


def accuracy(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Share of rows whose predicted class is the true one.

    Parameters
    ----------
    y_true, y_pred : array_like
        Class indices (N,) or rows (N, C), of which the largest entry counts.

    Raises
    ------
    ValueError
        If the lengths differ or there is no row.

    Examples
    --------
    >>> accuracy([0, 1, 1, 2], [0, 1, 2, 2])
    0.75
    """
    true, pred = _aligned(y_true, y_pred, "accuracy")
    return float(np.count_nonzero(true == pred) / len(true))


def confusion_matrix(y_true: ArrayLike, y_pred: ArrayLike, classes: int | None = None) -> Array:
    """Counts (C, C): entry [i, j] is the number of rows of class i predicted as class j.

    Parameters
    ----------
    y_true, y_pred : array_like
        Class indices (N,) or rows (N, C).
    classes : int, optional
        The number C of classes; by default one more than the largest index seen.

    Raises
    ------
    TypeError
        If classes is no integer.
    ValueError
        If the lengths differ, there is no row, or an index is not in 0..C-1.

    Examples
    --------
    >>> confusion_matrix([0, 0, 1], [0, 1, 1])
    array([[1, 1],
           [0, 1]])
    """
    true, pred = _aligned(y_true, y_pred, "confusion_matrix")
    least, largest = min(true.min(), pred.min()), max(true.max(), pred.max())
    if classes is not None and not isinstance(classes, int | np.integer):
        raise TypeError(f"confusion_matrix: expected classes to be an integer, got {classes!r}")
    count = int(largest) + 1 if classes is None else int(classes)
    if least < 0 or largest >= count:
        raise ValueError(
            f"confusion_matrix: expected indices from 0 to {count - 1}, "
            f"got {least if least < 0 else largest}"
        )
    return np.bincount(true * count + pred, minlength=count * count).reshape(count, count)


def _aligned(y_true: ArrayLike, y_pred: ArrayLike, place: str) -> tuple[Array, Array]:
    true, pred = to_indices(y_true, f"{place}: y_true"), to_indices(y_pred, f"{place}: y_pred")
    if len(true) != len(pred):
        raise ValueError(
            f"{place}: expected as many predictions as labels ({len(true)}), got {len(pred)}"
        )
    if len(true) == 0:
        raise ValueError(f"{place}: expected at least one row, got none")
    return true, pred
