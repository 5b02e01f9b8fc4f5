"""Training images a little turned, slanted, stretched and moved, as fast as a matrix product.

A warp is linear in the pixels: a sparse matrix, one for some hundreds of images.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Array = NDArray[Any]

GROUP = 500  # images that share a warp
AFFINE, SHIFT = 0.1, 0.5  # largest entry of A - 1, largest shift in pixels


def warp(
    rng: np.random.Generator, side: int, affine: float = AFFINE, shift: float = SHIFT
) -> csr_array:
    """The matrix (D, D), D = side^2, of a bilinear warp; what comes in from outside is 0.

    y[p] = x[A (p - c) + c + s], A = 1 + U(-affine, affine), s ~ U(-shift, shift), c the centre

    Examples
    --------
    >>> warp(np.random.default_rng(0), 2, affine=0, shift=0).toarray().diagonal()
    array([1., 1., 1., 1.], dtype=float32)
    """
    A = np.eye(2) + rng.uniform(-affine, affine, (2, 2))
    centre = (side - 1) / 2
    to = np.indices((side, side)).reshape(2, -1)
    at = A @ (to - centre) + centre + rng.uniform(-shift, shift, (2, 1))
    low = np.floor(at).astype(int)
    part = at - low
    rows, columns, weights = [], [], []
    for corner in np.ndindex(2, 2):
        (i, j) = low + np.array(corner)[:, None]
        inside = (i >= 0) & (i < side) & (j >= 0) & (j < side)
        (u, v) = np.where(np.array(corner)[:, None], part, 1 - part)
        rows.append(np.flatnonzero(inside))
        columns.append((i * side + j)[inside])
        weights.append((u * v)[inside])
    D = side * side
    entries = np.concatenate(weights).astype(np.float32)
    return csr_array((entries, (np.concatenate(rows), np.concatenate(columns))), shape=(D, D))


def warped(x: Array, rng: np.random.Generator) -> Array:
    """All images once, in groups that are drawn anew and each warped in a way of its own."""
    side = round(x.shape[1] ** 0.5)
    y = np.empty_like(x)
    for group in np.array_split(rng.permutation(len(x)), -(-len(x) // GROUP)):
        y[group] = (warp(rng, side) @ x[group].T).T
    # The weights of a pixel sum to 1 but for their rounding.
    return np.minimum(y, 1, out=y)


def shifted(x: Array, rng: np.random.Generator) -> Array:
    """All images once, each moved by -1, 0 or 1 pixel down and right."""
    side = round(x.shape[1] ** 0.5)
    padded = np.pad(x.reshape(-1, side, side), ((0, 0), (1, 1), (1, 1)))
    y = np.empty_like(x)
    for group in np.array_split(rng.permutation(len(x)), 9):
        i, j = rng.integers(0, 3, 2)
        y[group] = padded[group, i : i + side, j : j + side].reshape(len(group), -1)
    return y
