"""What every loader returns: a training set and a test set, one row an image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Labelled images in a training and a test set, flattened to one row an image.

    x_train[n] is images_train[n] read row by row, D = h w, and classes[y_train[n]] is its label.

    Parameters
    ----------
    name : str
        Where the images are from.
    x_train, x_test : ndarray of float, shape (N, D)
        Pixels in [0, 1], 0 where the paper is empty.
    y_train, y_test : ndarray of int, shape (N,)
        Class indices 0..C-1.
    classes : tuple
        The C original labels in the order of their indices.
    image_shape : tuple of int
        Height h and width w of an image, h w = D.

    Attributes
    ----------
    images_train, images_test : ndarray of float, shape (N, h, w)
        The rows of x_train and x_test as images: views, so that to change one changes the other.

    Raises
    ------
    ValueError
        If the shapes do not fit together.

    Examples
    --------
    Two images of 1 x 2 pixels, a 7 and a 3, to train on; one 3 to test with.

    >>> x, y = np.array([[0.0, 1.0], [0.5, 0.0]]), np.array([1, 0])
    >>> data = Dataset("strokes", x, y, x[1:], y[1:], classes=(3, 7), image_shape=(1, 2))
    >>> data
    Dataset('strokes', 2 training and 1 test images of 1 x 2, classes (3, 7), float64)
    >>> data.images_train.shape
    (2, 1, 2)
    >>> [data.classes[index] for index in data.y_train]
    [7, 3]

    A part of it is a Dataset again:

    >>> import dataclasses
    >>> dataclasses.replace(data, x_train=data.x_train[:1], y_train=data.y_train[:1])
    Dataset('strokes', 1 training and 1 test images of 1 x 2, classes (3, 7), float64)
    """

    name: str
    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array
    classes: tuple[Any, ...]
    image_shape: tuple[int, int]

    def __post_init__(self) -> None:
        height, width = self.image_shape
        parts = (("train", self.x_train, self.y_train), ("test", self.x_test, self.y_test))
        for part, x, y in parts:
            if x.ndim != 2 or x.shape[1] != height * width:
                raise ValueError(
                    f"Dataset {self.name}: expected x_{part} of shape (N, {height * width}) "
                    f"for images of {height} x {width}, got {x.shape}"
                )
            if y.shape != (len(x),):
                raise ValueError(
                    f"Dataset {self.name}: expected y_{part} of shape ({len(x)},), one label a row "
                    f"of x_{part}, got {y.shape}. Take the same part of both"
                )

    @property
    def images_train(self) -> Array:
        """The training images (N, h, w), a view on x_train."""
        return np.reshape(self.x_train, (len(self.x_train), *self.image_shape), copy=False)

    @property
    def images_test(self) -> Array:
        """The test images (N, h, w), a view on x_test."""
        return np.reshape(self.x_test, (len(self.x_test), *self.image_shape), copy=False)

    def __repr__(self) -> str:
        height, width = self.image_shape
        return (
            f"Dataset({self.name!r}, {len(self.x_train)} training and {len(self.x_test)} test "
            f"images of {height} x {width}, classes {self.classes}, {self.x_train.dtype})"
        )
