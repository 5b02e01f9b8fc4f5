"""Gradient descent with momentum."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .optimizer import Optimizer, Steppable, careful
from .settings import Flag, Number, Schedule

Array = NDArray[Any]


class SGD(Optimizer):
    """Gradient descent, with momentum, Nesterov's look-ahead and weight decay as in torch.

    g = grad + weight_decay theta;  v <- momentum v + g;  theta <- theta - lr v
    (Nesterov: theta <- theta - lr (g + momentum v))

    Parameters
    ----------
    parameters : Parameters or list of Tensor, optional
        `model.parameters`, or tensors of one's own; fit binds an optimizer made without.
    lr : float or function of the step number
        Learning rate. For the mean over N examples; a rate meant for a sum is N times smaller.
    momentum : float
        In [0, 1).
    weight_decay : float
        At least 0: the gradient of weight_decay / 2 |theta|^2 is added.
    nesterov : bool
        Needs momentum above 0.

    Raises
    ------
    ValueError, TypeError
        If a number is out of its range.

    References
    ----------
    Course, rows A13 and A19. Sutskever, Martens, Dahl, Hinton 2013, On the importance of
    initialization and momentum in deep learning.

    Examples
    --------
    >>> import numnet
    >>> layer = numnet.Linear(1, 1, bias=False, init=numnet.constant(1.0))
    >>> opt = SGD(layer.parameters, lr=0.1, momentum=0.5)
    >>> for _ in range(2):
    ...     opt.zero_grad()
    ...     layer.add_grad("W", np.array([[2.0]]))
    ...     opt.step()
    >>> layer.W
    array([[0.5]])
    """

    momentum = Number(below=1.0)
    weight_decay = Number()
    nesterov = Flag()

    def __init__(
        self,
        parameters: Steppable | None = None,
        lr: float | Schedule = 1e-3,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        super().__init__(parameters, lr)
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.nesterov = nesterov
        if self.nesterov and not self.momentum:
            raise ValueError("SGD: expected momentum above 0 with nesterov=True, got 0")

    @careful
    def _update(self, value: Array, grad: Array, lr: float) -> None:
        grad = self._decayed(value, grad, self.weight_decay)
        move = self._like("move", value)
        if self.momentum:
            velocity = self._like("velocity", value)
            velocity *= self.momentum
            velocity += grad
            if self.nesterov:
                np.multiply(velocity, self.momentum, out=move)
                grad = np.add(grad, move, out=move)
            else:
                grad = velocity
        np.multiply(grad, lr, out=move)
        self._take(value, np.subtract(value, move, out=move))
