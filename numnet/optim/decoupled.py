"""AdamW: Adam whose weight decay is no part of the gradient."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .moments import Adam
from .optimizer import Steppable, careful
from .settings import Schedule

Array = NDArray[Any]


class AdamW(Adam):
    """Adam with decoupled weight decay, as in torch: all parameters shrink at the same rate.

    m <- beta1 m + (1 - beta1) grad;  v <- beta2 v + (1 - beta2) grad^2
    theta <- (1 - lr weight_decay) theta - lr m^ / (sqrt(v^) + eps)

    m^ and v^ are those of Adam.

    Parameters
    ----------
    parameters : Parameters or list of Tensor, optional
        `model.parameters`, or tensors of one's own; fit binds an optimizer made without.
    lr : float or function of the step number
        Learning rate.
    betas : pair of float
        beta1 and beta2, in [0, 1).
    eps : float
        At least 0; stands outside of the root.
    weight_decay : float
        At least 0.
    amsgrad : bool
        Never let v fall.

    Raises
    ------
    ValueError, TypeError
        If a number is out of its range.

    References
    ----------
    Loshchilov, Hutter 2019, Decoupled weight decay regularization, algorithm 2.

    Examples
    --------
    Without a gradient the parameter shrinks by lr weight_decay of itself.

    >>> import numnet
    >>> layer = numnet.Linear(1, 1, bias=False, init=numnet.constant(8.0))
    >>> opt = AdamW(layer.parameters, lr=0.25, weight_decay=0.5)
    >>> opt.step()
    >>> layer.W
    array([[7.]])
    """

    def __init__(
        self,
        parameters: Steppable | None = None,
        lr: float | Schedule = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(parameters, lr, betas, eps, weight_decay, amsgrad)

    @careful
    def _update(self, value: Array, grad: Array, lr: float) -> None:
        move, shrunk = self._move(grad, lr), self._like("shrunk", value)
        np.multiply(value, 1 - lr * self.weight_decay, out=shrunk)
        self._take(value, np.subtract(shrunk, move, out=move))
