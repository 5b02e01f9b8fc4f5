"""Principal components: the autoencoder that loses least of all linear ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from .autoencoder import Autoencoder
from .linear import Linear
from .tied import Tied

Array = NDArray[Any]


def pca_autoencoder(x: ArrayLike, width: int, dtype: DTypeLike | None = None) -> Autoencoder:
    """The linear limit: the autoencoder of smallest MSE on x without any activation.

    z = (x - m) V, y = z V' + m, m the mean of x and V its first principal components

    No training is needed: V are the eigenvectors of the covariance of x whose eigenvalues are
    largest, and the MSE is the sum of all other eigenvalues, divided by D.

    Parameters
    ----------
    x : array_like, shape (N, D)
        The examples.
    width : int
        That of the code, at most D.
    dtype : {"float64", "float32"}, optional
        Of the parameters; that of x by default, float64 if x is neither.

    Returns
    -------
    Autoencoder
        Of a Linear with the weight V and of the Tied of it. The largest entry of each component is
        positive.

    Raises
    ------
    TypeError
        If x holds no real numbers, `width` is no integer or `dtype` neither of the two.
    ValueError
        If x is not (N, D) with at least one row or not finite, or `width` is not from 1 to D.

    Warns
    -----
    UserWarning
        If `width` is D: no component is left out, and reconstructions are x itself.

    References
    ----------
    Baldi, Hornik 1989, Neural networks and principal component analysis; course, row B6.

    Examples
    --------
    Three points on a line through (1, 1) need one number each.

    >>> model = pca_autoencoder([[1.0, 1.0], [4.0, 5.0], [-2.0, -3.0]], width=1)
    >>> model.encode([[1.0, 1.0], [4.0, 5.0]]).round(12) + 0.0
    array([[0.],
           [5.]])
    >>> model.reconstruct([[4.0, 5.0]]).round(12)
    array([[4., 5.]])
    """
    data = np.asarray(x)
    if data.dtype.kind not in "fiub":
        raise TypeError(f"pca_autoencoder: expected x to hold numbers, got dtype {data.dtype}")
    if data.ndim != 2 or 0 in data.shape:
        raise ValueError(
            f"pca_autoencoder: expected x of shape (N, D), one row an example, got {data.shape}"
        )
    D = data.shape[1]
    if isinstance(width, bool) or not isinstance(width, int | np.integer):
        raise TypeError(f"pca_autoencoder: expected width to be an integer, got {width!r}")
    if not 1 <= width <= D:
        raise ValueError(
            f"pca_autoencoder: expected a width from 1 to {D}, the columns of x, got {width}"
        )
    if dtype is None:
        dtype = data.dtype if data.dtype in (np.float32, np.float64) else np.float64
    finite = np.isfinite(data).all(axis=0)
    if not finite.all():
        raise ValueError(
            "pca_autoencoder: expected finite x, got NaN or infinity in column "
            f"{int(finite.argmin())}"
        )
    centred = data.astype(np.float64)
    mean = centred.mean(axis=0)
    centred -= mean
    # V does not depend on the scale, and no square of a number up to 1 overflows.
    centred /= np.abs(centred).max() or 1.0
    # In ascending order of the eigenvalues: the last is the first component.
    V = np.linalg.eigh(centred.T @ centred)[1][:, : -width - 1 : -1]
    V = V * np.where(V[np.abs(V).argmax(axis=0), np.arange(width)] < 0, -1.0, 1.0)
    encoder = Linear(D, width)
    model = Autoencoder(encoder, Tied(encoder), dtype=dtype)
    encoder.W, encoder.b = V, -mean @ V
    model.decoder.b = mean
    return model
