"""Numbers to predict from others: a training set and a test set, one row an example."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

HELD_OUT = 5  # one in five examples is for the test


@dataclasses.dataclass(frozen=True, eq=False)
class Regression:
    """Examples of D named inputs and one value to predict, in a training and a test set.

    Attributes
    ----------
    name : str
        What the data are.
    x_train, x_test : ndarray of float, shape (N, D)
        The inputs.
    y_train, y_test : ndarray of float, shape (N, 1)
        The values.
    features : tuple of str
        The names of the D inputs.
    target : str
        The name of the value.

    Raises
    ------
    ValueError
        If the shapes do not fit together.

    Examples
    --------
    >>> x, y = np.array([[1.0, 5.0], [3.0, 9.0]]), np.array([[10.0], [20.0]])
    >>> data = Regression("flats", x, y, x[:1], y[:1], ("rooms", "floor"), "price")
    >>> data
    Regression('flats', price from 2 inputs, 2 training and 1 test examples)
    >>> data.standardized().x_train
    array([[-1., -1.],
           [ 1.,  1.]])
    """

    name: str
    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array
    features: tuple[str, ...]
    target: str

    def __post_init__(self) -> None:
        parts = (("train", self.x_train, self.y_train), ("test", self.x_test, self.y_test))
        for part, x, y in parts:
            if x.ndim != 2 or x.shape[1] != len(self.features):
                raise ValueError(
                    f"Regression {self.name}: expected x_{part} of shape "
                    f"(N, {len(self.features)}), one column a feature, got {x.shape}"
                )
            if y.shape != (len(x), 1):
                raise ValueError(
                    f"Regression {self.name}: expected y_{part} of shape ({len(x)}, 1), one value "
                    f"a row of x_{part}, got {y.shape}. Take the same part of both"
                )

    def standardized(self) -> Regression:
        """The same with inputs of mean 0 and standard deviation 1 in the training set.

        x' = (x - mean) / deviation, both of the training set alone, column by column; y stays.

        Returns
        -------
        Regression
            Its inputs are new arrays.

        Raises
        ------
        ValueError
            If an input is constant in the training set.
        """
        mean, deviation = self.x_train.mean(axis=0), self.x_train.std(axis=0)
        if not deviation.all():
            name = self.features[int(np.flatnonzero(deviation == 0)[0])]
            raise ValueError(
                f"Regression {self.name}: expected inputs that vary, got {name} with the same "
                "number in all of x_train. Leave it out"
            )
        x_train, x_test = ((x - mean) / deviation for x in (self.x_train, self.x_test))
        return dataclasses.replace(self, x_train=x_train, x_test=x_test)

    def __repr__(self) -> str:
        return (
            f"Regression({self.name!r}, {self.target} from {len(self.features)} inputs, "
            f"{len(self.x_train)} training and {len(self.x_test)} test examples)"
        )


def split(x: Array, y: Array) -> tuple[Array, Array, Array, Array]:
    """x_train, y_train, x_test, y_test: shuffled, always alike, one row in HELD_OUT for the test.

    Examples
    --------
    >>> x_train, y_train, x_test, y_test = split(np.arange(10), np.arange(10))
    >>> y_train, y_test
    (array([2, 7, 3, 5, 9, 0, 8, 1]), array([4, 6]))
    """
    order = np.random.default_rng(0).permutation(len(x))
    test, train = order[: len(x) // HELD_OUT], order[len(x) // HELD_OUT :]
    return x[train], y[train], x[test], y[test]
