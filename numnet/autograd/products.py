"""Products of matrices, vectors and stacks of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import kernels
from .arithmetic import multiply
from .tape import operation

Array = NDArray[Any]


def _matmul_da(dy: Array, y: Array, a: Array, b: Array) -> Array:
    if a.ndim == b.ndim == 2:
        return kernels.linear_dx(dy, b)
    if b.ndim == 1:
        return dy[..., None] * b
    if a.ndim == 1:
        return np.matmul(b, dy[..., None])[..., 0]
    return np.matmul(dy, b.swapaxes(-1, -2))


def _matmul_db(dy: Array, y: Array, a: Array, b: Array) -> Array:
    if a.ndim == 1:
        return a[:, None] * dy[..., None, :] if b.ndim > 1 else dy * a
    if b.ndim == 1:
        return np.dot(dy.ravel(), _rows(a))
    if b.ndim == 2:
        # One product for a whole stack.
        return kernels.linear_dW(_rows(dy), _rows(a))
    return np.matmul(a.swapaxes(-1, -2), dy)


def _rows(x: Array) -> Array:
    """A stack of matrices as one, also where it has no entries."""
    return x.reshape(math.prod(x.shape[:-1]), x.shape[-1])


@operation(_matmul_da, _matmul_db, broadcasts=True, fresh=True)
def matmul(a: Any, b: Any) -> Any:
    """y = a b as `numpy.matmul`, for all ranks; da = dy b', db = a' dy for matrices."""
    return np.dot(a, b) if np.ndim(a) == np.ndim(b) == 2 else np.matmul(a, b)


def dot(a: Any, b: Any) -> Any:
    """y = a b as `numpy.dot`: the product of matrices and vectors, or of a number.

    Raises
    ------
    TypeError
        For stacks, of which numpy.dot takes all pairs.
    """
    ranks = np.ndim(a), np.ndim(b)
    if 0 in ranks:
        return multiply(a, b)
    if ranks[0] > 1 and ranks[1] > 2:
        raise TypeError(
            f"np.dot: of tensors of {ranks[0]} and {ranks[1]} axes all pairs would be multiplied. "
            "Use a @ b for one product each, or np.einsum"
        )
    return matmul(a, b)
