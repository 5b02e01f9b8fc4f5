"""The layer that changes the shape alone."""

from __future__ import annotations

import math
from typing import Any

from numpy.typing import NDArray

from .activations import Activation

Array = NDArray[Any]


class Flatten(Activation):
    """One row of numbers an example, such as an image.

    y = x.reshape(N, product of the other axes)

    Raises
    ------
    ValueError
        In a call, if x is a single number.

    Examples
    --------
    >>> layer = Flatten()
    >>> y, saved = layer.propagate([[[1.0, 2.0], [3.0, 4.0]]])
    >>> y
    array([[1., 2., 3., 4.]])
    >>> layer.backpropagate(y, saved)
    array([[[1., 2.],
            [3., 4.]]])
    """

    def forward(self, x: Array) -> tuple[Array, Any]:  # type: ignore[override]
        if x.ndim == 0:
            raise ValueError(f"{self!r}: expected x of one row an example, got a single number")
        return x.reshape(len(x), math.prod(x.shape[1:])), x.shape

    def backward(self, dy: Array, shape: Any) -> Array:
        return dy.reshape(shape)
