"""The way from one example to another through the codes between theirs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..labels import to_indices
from .autoencoder import Autoencoder

Array = NDArray[Any]


def interpolate(
    model: Autoencoder, x: ArrayLike, y: ArrayLike, pair: tuple[int, int], steps: int = 11
) -> Array:
    """What the codes between an example of one class and one of another stand for.

    decode((1 - lambda) z_a + lambda z_b), lambda = 0, 1 / (steps - 1), ..., 1

    z_a and z_b are the codes of the first example of each class. For other examples, those at
    indices i and j, hand over x[[i, j]], y = [0, 1] and pair = (0, 1).

    Parameters
    ----------
    model : Autoencoder
        Or anything with `encode` and `decode`.
    x : array_like, shape (N, D)
        Examples.
    y : array_like
        Their class indices (N,) or rows (N, C), of which the largest entry counts.
    pair : (int, int)
        The class at lambda = 0 and the class at lambda = 1.
    steps : int
        How many pictures, at least 2; 11 for lambda in steps of 0.1.

    Returns
    -------
    ndarray, shape (steps, D)
        The pictures, of which the first and the last are reconstructions.

    Raises
    ------
    TypeError
        If the model does not encode and decode, or `pair` or `steps` are no integers.
    ValueError
        If y has no example of a class, or not one label for each row of x, or `steps` is below 2.

    References
    ----------
    Course, row B7.

    Examples
    --------
    >>> import numnet
    >>> first = numnet.Linear(2, 1, bias=False, init=numnet.constant(1.0))
    >>> model = numnet.Autoencoder(first, numnet.Tied(first))
    >>> x = [[1.0, 0.0], [2.0, 3.0], [0.0, 1.0]]
    >>> interpolate(model, x, y=[0, 1, 0], pair=(0, 1), steps=3)
    array([[1., 1.],
           [3., 3.],
           [5., 5.]])
    >>> interpolate(model, x, y=[0, 1, 0], pair=(0, 7))
    Traceback (most recent call last):
        ...
    ValueError: interpolate: no example of class 7 in y: it has 0, 1
    """
    if not (hasattr(model, "encode") and hasattr(model, "decode")):
        raise TypeError(
            f"interpolate: expected an Autoencoder, got {model!r}. "
            "numnet.Autoencoder(encoder, decoder) makes one"
        )
    if isinstance(steps, bool) or not isinstance(steps, int | np.integer):
        raise TypeError(f"interpolate: expected steps to be an integer, got {steps!r}")
    if steps < 2:
        raise ValueError(f"interpolate: expected at least the two ends as steps, got {steps}")
    rows, labels = np.asarray(x), to_indices(y, "interpolate: in y")
    if rows.ndim == 0 or len(rows) != len(labels):
        raise ValueError(
            "interpolate: expected one label in y for each row of x, "
            f"got {len(labels)} for x of shape {rows.shape}"
        )
    if not (isinstance(pair, tuple | list) and len(pair) == 2):
        raise TypeError(f"interpolate: expected pair to be two classes as in (2, 7), got {pair!r}")
    z_a, z_b = np.asarray(model.encode(rows[[_first(labels, c) for c in pair]]))
    return np.asarray(model.decode(np.stack(blended(z_a, z_b, int(steps)))))


def blended(z_a: Array, z_b: Array, steps: int) -> list[Array]:
    """(1 - lambda) z_a + lambda z_b for each lambda, of two codes or of as many pairs."""
    # A Python float keeps float32.
    lambdas = [step / (steps - 1) for step in range(steps)]
    return [(1 - t) * z_a + t * z_b for t in lambdas]


def _first(labels: Array, label: Any) -> int:
    if isinstance(label, bool) or not isinstance(label, int | np.integer):
        raise TypeError(f"interpolate: expected class indices in pair, got {label!r}")
    found = labels == label
    if not found.any():
        there = ", ".join(map(str, np.unique(labels))) or "none"
        raise ValueError(f"interpolate: no example of class {label} in y: it has {there}")
    return int(found.argmax())
