"""Data to regress: California housing where it is present, else a generated set."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numnet import data
from numnet.data.regression import split

Array = NDArray[Any]


@dataclasses.dataclass(frozen=True)
class Regression:
    """Standardised inputs (N, D) and values (N, 1), and what they are."""

    name: str
    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array
    unit: str

    def first(self, n: int) -> Regression:
        """The first n training examples, in an order that was drawn; the test stays whole."""
        return Regression(
            f"{self.name}, the first {n}",
            self.x_train[:n],
            self.y_train[:n],
            self.x_test,
            self.y_test,
            self.unit,
        )


def california() -> Regression | None:
    """The published set, None where it is not at hand; prices in 100 000 dollars.

    Raises
    ------
    FormatError
        If the file is another one.
    """
    try:
        found = data.load_california()
    except FileNotFoundError:
        return None
    found = dataclasses.replace(found, y_train=found.y_train / 1e5, y_test=found.y_test / 1e5)
    return _described("California housing", found, "in (100 000 $)^2")


def generated(N: int = 5000) -> Regression:
    """Friedman's first function of 10 inputs, 5 of them idle, and noise of deviation 1.

    y = 10 sin(pi x0 x1) + 20 (x2 - 1/2)^2 + 10 x3 + 5 x4 + e

    References
    ----------
    J. H. Friedman, Multivariate adaptive regression splines, Annals of Statistics 19, 1991, eq. 61.
    """
    rng = np.random.default_rng(0)
    x = rng.random((N, 10))
    y = 10 * np.sin(np.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2
    y += 10 * x[:, 3] + 5 * x[:, 4] + rng.standard_normal(N)
    return standardised("generated (Friedman 1)", x, y[:, None], "in variances of the noise")


def standardised(name: str, x: Array, y: Array, unit: str) -> Regression:
    """Shuffled and split; mean 0 and deviation 1 of each input, by the training set's alone.

    Examples
    --------
    >>> data = standardised("ten", np.arange(10.0)[:, None], np.ones((10, 1)), "")
    >>> data.x_train.shape, data.x_test.shape, round(float(data.x_train.std()), 12)
    ((8, 1), (2, 1), 1.0)
    """
    features = tuple(f"x{d}" for d in range(x.shape[1]))
    return _described(name, data.Regression(name, *split(x, y), features, "y"), unit)


def _described(name: str, found: data.Regression, unit: str) -> Regression:
    scaled = found.standardized()
    return Regression(
        f"{name}, {len(scaled.x_train)} training and {len(scaled.x_test)} test examples",
        scaled.x_train,
        scaled.y_train,
        scaled.x_test,
        scaled.y_test,
        unit,
    )


def sets() -> list[Regression]:
    """California housing, if it is present, and the generated set."""
    return [data for data in (california(), generated()) if data is not None]
