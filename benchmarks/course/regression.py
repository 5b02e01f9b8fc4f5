"""The optima that linear networks are measured against: least squares, of full and of low rank."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def least_squares(x: Array, y: Array) -> float:
    """The smallest mean squared error of any affine map, by scipy.linalg.lstsq.

    min over B, c of mean((x B + c - y)^2)
    """
    from scipy.linalg import lstsq

    A = np.column_stack([x, np.ones(len(x))])
    return float(np.mean((A @ lstsq(A, y)[0] - y) ** 2))


def reduced_rank(x: Array, y: Array, rank: int) -> tuple[Array, Array, float]:
    """The best affine map whose matrix has at most this rank, in closed form.

    B = B_ls V V', c = mean(y) - mean(x) B, where B_ls are the least squares on centred data and V
    the first `rank` right singular vectors of the fitted values x B_ls.

    Parameters
    ----------
    x : ndarray, shape (N, D)
        Inputs.
    y : ndarray, shape (N, C)
        Targets.
    rank : int
        At least 1.

    Returns
    -------
    B : ndarray, shape (D, C)
        The matrix.
    c : ndarray, shape (C,)
        The offset.
    mse : float
        The mean squared error over all N C entries.

    Raises
    ------
    ValueError
        If rank is below 1.

    References
    ----------
    A. J. Izenman, Reduced-rank regression for the multivariate linear model, Journal of
    Multivariate Analysis 5, 1975.

    Examples
    --------
    The second column of y weighs less, so rank 1 gives it up: its variance 1 over 2 columns.

    >>> x = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    >>> B, c, mse = reduced_rank(x, x * [2.0, 1.0], rank=1)
    >>> abs(B).round(9), round(mse, 9)
    (array([[2., 0.],
           [0., 0.]]), 0.5)
    """
    from scipy.linalg import lstsq

    if rank < 1:
        raise ValueError(f"reduced_rank: expected a rank of at least 1, got {rank}")
    x0, y0 = x.mean(axis=0), y.mean(axis=0)
    B = lstsq(x - x0, y - y0)[0]
    V = np.linalg.svd((x - x0) @ B, full_matrices=False)[2][:rank].T
    B = B @ V @ V.T
    c = y0 - x0 @ B
    return B, c, float(np.mean((x @ B + c - y) ** 2))
