"""Dropout as a layer, at work in training alone."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from .. import kernels
from ..arguments import generator
from ..context import Context
from .activations import Activation

Array = NDArray[Any]


class Dropout(Activation):
    """In training, sets each entry to 0 with probability p and lets the others grow.

    y = x mask / (1 - p), dx = dy mask / (1 - p); in evaluation y = x

    Parameters
    ----------
    p : float
        Of an entry to be dropped, in [0, 1).

    Raises
    ------
    ValueError
        If p is not in [0, 1).

    References
    ----------
    Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov 2014, Dropout: a simple way to prevent
    neural networks from overfitting.

    Examples
    --------
    >>> import numpy as np
    >>> import numnet
    >>> layer, x = Dropout(0.5), [[1.0, 2.0, 3.0, 4.0]]
    >>> layer(x)
    array([[1., 2., 3., 4.]])
    >>> ctx = numnet.Context(train=True, rng=np.random.default_rng(0))
    >>> y, saved = layer.propagate(x, ctx)
    >>> y
    array([[2., 0., 0., 0.]])
    >>> layer.backpropagate([[1.0, 1.0, 1.0, 1.0]], saved)
    array([[2., 0., 0., 0.]])
    """

    uses_ctx = True

    def __init__(self, p: float = 0.5) -> None:
        if not 0 <= p < 1:
            raise ValueError(f"Dropout: expected p in [0, 1), got {p!r}")
        self.p = float(p)

    def forward(self, x: Array, ctx: Context) -> tuple[Array, Any]:  # type: ignore[override]
        if not ctx.train or self.p == 0:
            return x, None
        kept = generator(ctx.rng).random(x.shape) >= self.p
        return kernels.dropout(x, kept, self.p), kept

    def backward(self, dy: Array, kept: Any) -> Array:
        return dy if kept is None else kernels.dropout_dx(dy, kept, self.p)

    def __repr__(self) -> str:
        return f"Dropout({self.p!r})"
