"""Three digits to tell apart: of MNIST where it is present, else of the embedded digits."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

import numnet

Array = NDArray[Any]

TRAINING, TEST = 1000, 500


@cache
def three_digits(classes: tuple[int, ...], dtype: str = "float64") -> numnet.data.Dataset:
    """The first 1 000 training and 500 test images of each class, or all where there are fewer.

    The `name` of what is returned says in words where the images are from and how many they are.
    """
    try:
        data, source = numnet.data.load_mnist(classes=classes, dtype=dtype), "MNIST"
    except FileNotFoundError:
        data = numnet.data.load_digits(classes=classes, size=28, dtype=dtype)
        source = "embedded digits enlarged to 28 x 28"
    train = first_of_each(data.y_train, len(classes), TRAINING)
    test = first_of_each(data.y_test, len(classes), TEST)
    return dataclasses.replace(
        data,
        name=f"{source}, {len(train)} training and {len(test)} test images",
        x_train=data.x_train[train],
        y_train=data.y_train[train],
        x_test=data.x_test[test],
        y_test=data.y_test[test],
    )


def small_digits(
    classes: tuple[int, ...], dtype: str = "float64", quick: bool = True
) -> numnet.data.Dataset:
    """`three_digits` of MNIST; for a quick run or without MNIST the embedded ones, 8 x 8.

    Enlarged, these are brighter than MNIST's: the course's longer steps are too long for them.
    """
    data = None if quick else three_digits(classes, dtype)
    if data is not None and data.name.startswith("MNIST"):
        return data
    data = numnet.data.load_digits(classes=classes, dtype=dtype)
    counts = f"{len(data.x_train)} training and {len(data.x_test)} test images"
    return dataclasses.replace(data, name=f"embedded digits, 8 x 8, {counts}")


def first_of_each(y: Array, classes: int, count: int) -> Array:
    """Rows, in order, of the first `count` examples of each class.

    Examples
    --------
    >>> first_of_each(np.array([1, 0, 1, 1, 0]), 2, 2)
    array([0, 1, 2, 4])
    """
    return np.sort(np.concatenate([np.flatnonzero(y == c)[:count] for c in range(classes)]))
