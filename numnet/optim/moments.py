"""Adam: each parameter moves by its mean gradient over the root of its mean square."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .averages import blend, squares
from .optimizer import Optimizer, Steppable, careful
from .settings import Flag, Number, Pair, Schedule

Array = NDArray[Any]


class Adam(Optimizer):
    """Steps of about lr in each parameter, by running averages of gradients, as in torch.

    g = grad + weight_decay theta
    m <- beta1 m + (1 - beta1) g;  v <- beta2 v + (1 - beta2) g^2
    theta <- theta - lr m^ / (sqrt(v^) + eps),  m^ = m / (1 - beta1^t),  v^ = v / (1 - beta2^t)

    t counts the steps from 1, anew after a reset. With amsgrad v^ is made of the largest v so far.

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
        At least 0: the gradient of weight_decay / 2 |theta|^2 is added to the gradient, and so
        averaged with it; AdamW decays apart from it.
    amsgrad : bool
        Never let v fall.

    Raises
    ------
    ValueError, TypeError
        If a number is out of its range.

    References
    ----------
    Kingma, Ba 2015, Adam: a method for stochastic optimization, algorithm 1. Reddi, Kale, Kumar
    2018, On the convergence of Adam and beyond, for amsgrad.

    Examples
    --------
    The first step has the size of lr, whatever that of the gradient.

    >>> import numnet
    >>> layer = numnet.Linear(1, 1, bias=False, init=numnet.constant(1.0))
    >>> opt = Adam(layer.parameters, lr=0.25, eps=0)
    >>> layer.add_grad("W", np.array([[8.0]]))
    >>> opt.step()
    >>> layer.W.round(12)
    array([[0.75]])
    """

    betas = Pair()
    eps = Number()
    weight_decay = Number()
    amsgrad = Flag()

    def __init__(
        self,
        parameters: Steppable | None = None,
        lr: float | Schedule = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(parameters, lr)
        self.betas = betas
        self.eps = eps
        self.weight_decay = weight_decay
        self.amsgrad = amsgrad
        self._averaged = 0  # steps that m and v are made of

    def reset(self) -> None:
        """Forget the averages, not the number of steps."""
        super().reset()
        self._averaged = 0

    @careful
    def _update(self, value: Array, grad: Array, lr: float) -> None:
        move = self._move(self._decayed(value, grad, self.weight_decay), lr)
        self._take(value, np.subtract(value, move, out=move))

    def _move(self, grad: Array, lr: float) -> Array:
        """lr m^ / (sqrt(v^) + eps)."""
        m, v, move = (self._like(name, grad) for name in ("m", "v", "move"))
        beta1, beta2 = self.betas
        blend(v, squares(grad, out=move), beta2, move)
        blend(m, grad, beta1, move)
        self._averaged += 1
        if self.amsgrad:
            largest = self._like("largest", grad)
            v = np.maximum(largest, v, out=largest)
        np.sqrt(v, out=move)
        move /= math.sqrt(1 - beta2**self._averaged)
        move += self.eps
        np.divide(m, move, out=move)
        move *= lr / (1 - beta1**self._averaged)
        return move
