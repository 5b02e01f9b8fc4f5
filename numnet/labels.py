"""Class labels: the one place where integers become one-hot rows and back.

A set of labels is either integers of shape (N,), each in 0..C-1, or rows of shape (N, C) with
entries in [0, 1] that sum to 1 (one-hot, or soft).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

Array = NDArray[Any]


def check_labels(y_true: ArrayLike, shape: tuple[int, ...], place: str = "labels") -> Array:
    """Validate class labels against outputs of shape (N, C) and return them as an array.

    Parameters
    ----------
    y_true : array_like
        Integers (N,) in 0..C-1, or rows (N, C) in [0, 1] that sum to 1.
    shape : tuple of int
        The shape (N, C) of the outputs that the labels are compared with.
    place : str
        What the message begins with.

    Returns
    -------
    ndarray
        The labels, of integer dtype (N,) or floating dtype (N, C).

    Raises
    ------
    TypeError
        If the labels are neither integers nor rows of numbers.
    ValueError
        If the shape does not fit, a label is out of range or a row does not sum to 1.

    Examples
    --------
    >>> check_labels([0, 2, 1], (3, 3))
    array([0, 2, 1])
    >>> check_labels([0, 3, 1], (3, 3))
    Traceback (most recent call last):
        ...
    ValueError: labels: expected integers from 0 to 2 for 3 classes, got 3 at row 1. \
Renumber the classes 0..C-1, e.g. np.unique(y, return_inverse=True)[1]
    """
    y = np.asarray(y_true)
    if len(shape) != 2:
        raise ValueError(
            f"{place}: expected outputs of shape (N, C), one column a class, got {shape}"
        )
    rows, classes = shape
    if y.ndim == 2 and y.shape == shape and y.dtype.kind in "fiub":
        return _check_rows(y, place)
    if y.ndim != 1:
        raise ValueError(
            f"{place}: expected integers of shape ({rows},) or rows of shape {shape}, got {y.shape}"
            + (". Use y.ravel()" if y.size == rows else "")
        )
    if len(y) != rows:
        raise ValueError(f"{place}: expected {rows} labels, one a row of the outputs, got {len(y)}")
    if y.dtype.kind not in "iu":
        raise TypeError(
            f"{place}: expected integers from 0 to {classes - 1}, got dtype {y.dtype}. "
            + (
                "Use y.astype(int) if the values are whole numbers"
                if y.dtype.kind in "fb"
                else "Number the classes: np.unique(y, return_inverse=True)[1]"
            )
        )
    if rows and (y.min() < 0 or y.max() >= classes):
        row = int(((y < 0) | (y >= classes)).argmax())
        raise ValueError(
            f"{place}: expected integers from 0 to {classes - 1} for {classes} classes, "
            f"got {y[row]} at row {row}. "
            "Renumber the classes 0..C-1, e.g. np.unique(y, return_inverse=True)[1]"
        )
    return y.astype(np.intp, copy=False)


def _check_rows(y: Array, place: str) -> Array:
    y = y if y.dtype.kind == "f" else y.astype(float)
    # The slack is for rows that a float32 computation made.
    inside = ((y >= -1e-5) & (y <= 1 + 1e-5)).all(axis=1)
    off = ~(np.abs(y.sum(axis=1) - 1) <= 1e-5) | ~inside
    if off.any():
        row = int(off.argmax())
        raise ValueError(
            f"{place}: expected rows in [0, 1] that sum to 1, got row {row} with sum "
            f"{y[row].sum():g}, minimum {y[row].min():g} and maximum {y[row].max():g}"
        )
    return y


def to_indices(y: ArrayLike, place: str = "labels") -> Array:
    """Class indices (N,) of labels or of outputs: rows (N, C) by their largest entry.

    Parameters
    ----------
    y : array_like
        Integers (N,), or rows (N, C) of at least two columns.
    place : str
        What the message begins with.

    Returns
    -------
    ndarray of int, shape (N,)
        The indices.

    Raises
    ------
    TypeError
        If y of shape (N,) does not hold integers.
    ValueError
        If the shape is neither, or a row holds NaN, of which nothing is the largest.

    Examples
    --------
    >>> to_indices([[0.1, 0.9], [0.7, 0.3]])
    array([1, 0])
    >>> to_indices([1, 0])
    array([1, 0])
    """
    y = np.asarray(y)
    if y.ndim == 1:
        if y.size and y.dtype.kind not in "iu":
            raise TypeError(
                f"{place}: expected integers, got dtype {y.dtype}. "
                "Use y.astype(int) if the values are whole numbers"
            )
        return y.astype(np.intp, copy=False)
    if y.ndim != 2 or y.shape[1] < 2:
        raise ValueError(
            f"{place}: expected shape (N,) or (N, C) with two columns or more, got {y.shape}"
            + (". Use y.ravel()" if y.ndim == 2 else "")
        )
    if np.isnan(y).any():
        raise ValueError(f"{place}: expected numbers, got NaN at row {np.isnan(y).any(1).argmax()}")
    return y.argmax(axis=1)


def one_hot(y: ArrayLike, classes: int, dtype: DTypeLike = np.float64) -> Array:
    """Rows (N, C) with a single 1 at each label.

    Parameters
    ----------
    y : array_like of int, shape (N,)
        Labels in 0..C-1.
    classes : int
        The number C of columns.
    dtype : dtype
        Of the result.

    Raises
    ------
    TypeError
        If the labels are no integers.
    ValueError
        If classes is no positive integer, or a label is not in 0..C-1.

    Examples
    --------
    >>> one_hot([2, 0], 3)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    y = np.asarray(y)
    if y.ndim != 1:
        raise ValueError(f"one_hot: expected labels of shape (N,), got {y.shape}")
    if not isinstance(classes, int | np.integer) or classes < 1:
        raise ValueError(f"one_hot: expected classes to be a positive integer, got {classes!r}")
    # An empty list is of floating dtype.
    y = check_labels(y if y.size else y.astype(int), (len(y), classes), "one_hot")
    rows = np.zeros((len(y), classes), dtype)
    rows[np.arange(len(y)), y] = 1
    return rows
