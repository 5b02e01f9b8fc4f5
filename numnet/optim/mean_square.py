"""RMSprop: each parameter moves by its gradient over the root of its mean square."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .averages import blend, squares
from .optimizer import Optimizer, Steppable, careful
from .settings import Flag, Number, Schedule

Array = NDArray[Any]


class RMSprop(Optimizer):
    """Gradient descent with a scale for each parameter, as in torch.

    g = grad + weight_decay theta;  s <- alpha s + (1 - alpha) g^2
    v <- momentum v + g / (sqrt(s) + eps);  theta <- theta - lr v

    Centered, s - a^2 stands in place of s under the root, with a <- alpha a + (1 - alpha) g: the
    variance of the gradient in place of its mean square.

    Parameters
    ----------
    parameters : Parameters or list of Tensor, optional
        `model.parameters`, or tensors of one's own; fit binds an optimizer made without.
    lr : float or function of the step number
        Learning rate.
    alpha : float
        In [0, 1).
    eps : float
        At least 0; stands outside of the root.
    weight_decay : float
        At least 0: the gradient of weight_decay / 2 |theta|^2 is added.
    momentum : float
        In [0, 1); of the scaled gradients, without lr.
    centered : bool
        Divide by the deviation. A gradient that stays the same has none: eps then bounds its steps.

    Raises
    ------
    ValueError, TypeError
        If a number is out of its range.

    References
    ----------
    Tieleman, Hinton 2012, Lecture 6.5, RMSprop, of Neural networks for machine learning. Graves
    2013, Generating sequences with recurrent neural networks, eq. 38 to 41, for centered.

    Examples
    --------
    >>> import numnet
    >>> layer = numnet.Linear(1, 1, bias=False, init=numnet.constant(1.0))
    >>> opt = RMSprop(layer.parameters, lr=0.25, alpha=0.75, eps=0)
    >>> layer.add_grad("W", np.array([[8.0]]))
    >>> opt.step()  # s = 64 / 4
    >>> layer.W
    array([[0.5]])
    """

    alpha = Number(below=1.0)
    eps = Number()
    weight_decay = Number()
    momentum = Number(below=1.0)
    centered = Flag()

    def __init__(
        self,
        parameters: Steppable | None = None,
        lr: float | Schedule = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
    ) -> None:
        super().__init__(parameters, lr)
        self.alpha = alpha
        self.eps = eps
        self.weight_decay = weight_decay
        self.momentum = momentum
        self.centered = centered

    @careful
    def _update(self, value: Array, grad: Array, lr: float) -> None:
        grad = self._decayed(value, grad, self.weight_decay)
        s, move = self._like("s", value), self._like("move", value)
        blend(s, squares(grad, out=move), self.alpha, move)
        if self.centered:
            mean = self._like("mean", value)
            blend(mean, grad, self.alpha, move)
            np.multiply(mean, mean, out=move)
            np.subtract(s, move, out=move)
            # A variance, below 0 by rounding alone.
            s = np.maximum(move, 0, out=move)
        np.sqrt(s, out=move)
        move += self.eps
        np.divide(grad, move, out=move)
        if self.momentum:
            velocity = self._like("velocity", value)
            velocity *= self.momentum
            velocity += move
            np.copyto(move, velocity)
        move *= lr
        self._take(value, np.subtract(value, move, out=move))
