"""Data to regress: California housing where it is present, else a generated set."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numnet.data.fourfiles import VARIABLE
from numnet.errors import FormatError

Array = NDArray[Any]

FILE = "california/cal_housing.data"
COLUMNS = (
    "longitude",
    "latitude",
    "housing_median_age",
    "total_rooms",
    "total_bedrooms",
    "population",
    "households",
    "median_income",
    "median_house_value",
)
HELD_OUT = 5  # one in five examples is for the test


@dataclass(frozen=True)
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
    """The published file in NUMNET_DATA_DIR, None if there is none; prices in 100 000 dollars.

    Raises
    ------
    FormatError
        If the file is another one.
    """
    folder = os.environ.get(VARIABLE)
    path = Path(folder or ".", FILE)
    if not folder or not path.is_file():
        return None
    header, *lines = path.read_text(encoding="ascii", errors="replace").splitlines() or [""]
    if tuple(header.split(",")) != COLUMNS:
        raise FormatError(f"{FILE}: expected a header of {', '.join(COLUMNS)}, got {header[:60]!r}")
    try:
        table = np.array([line.split(",") for line in lines], float)
    except ValueError:
        table = np.empty((0, 0))
    if table.shape[1:] != (len(COLUMNS),) or not np.isfinite(table).all():
        raise FormatError(
            f"{FILE}: expected rows of {len(COLUMNS)} finite numbers below the header"
        )
    return standardised(
        "California housing", table[:, :-1], table[:, -1:] / 1e5, "in (100 000 $)^2"
    )


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
    order = np.random.default_rng(0).permutation(len(x))
    test, train = order[: len(x) // HELD_OUT], order[len(x) // HELD_OUT :]
    mean, deviation = x[train].mean(axis=0), x[train].std(axis=0)
    x = (x - mean) / deviation
    return Regression(
        f"{name}, {len(train)} training and {len(test)} test examples",
        x[train],
        y[train],
        x[test],
        y[test],
        unit,
    )


def sets() -> list[Regression]:
    """California housing, if it is present, and the generated set."""
    return [data for data in (california(), generated()) if data is not None]
