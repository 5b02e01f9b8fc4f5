"""All of MNIST to reconstruct, or the embedded digits in its size; and the linear limit of both."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

import numnet
from numnet.data.folders import VARIABLE

Array = NDArray[Any]

CHUNK = 2000  # rows at a time, so that a pass over all of them keeps no activations


@cache
def whole(quick: bool) -> numnet.data.Dataset:
    """All 70 000 images of MNIST, float32; for a quick run or without MNIST the embedded digits.

    The `name` of what is returned says in words what it is.
    """
    try:
        data = None if quick else numnet.data.load_mnist(dtype="float32")
    except FileNotFoundError:
        data = None
    if data is not None:
        return dataclasses.replace(data, name="MNIST, 60000 training and 10000 test images")
    data = numnet.data.load_digits(classes=range(10), size=28, dtype="float32")
    hint = "" if quick else f"; for MNIST set {VARIABLE} to a folder that holds its files in mnist/"
    counts = f"{len(data.x_train)} training and {len(data.x_test)} test images"
    return dataclasses.replace(data, name=f"embedded digits enlarged to 28 x 28, {counts}{hint}")


def is_mnist(data: numnet.data.Dataset) -> bool:
    """Whether the reports' figures may be compared with."""
    return data.name.startswith("MNIST")


def error(model: Any, x: Array) -> float:
    """The mean squared error per pixel of a reconstruction by a model or a function.

    Examples
    --------
    >>> error(lambda x: x + 0.5, np.zeros((3, 4), np.float32))
    0.25
    """
    chunks = (x[start : start + CHUNK] for start in range(0, len(x), CHUNK))
    return sum(float(np.square(model(c) - c, dtype=np.float64).sum()) for c in chunks) / x.size


@cache
def linear_limit(Q: int, quick: bool) -> numnet.Autoencoder:
    """The best linear map through a code of Q numbers: principal components of the training set."""
    return numnet.pca_autoencoder(whole(quick).x_train, Q)
