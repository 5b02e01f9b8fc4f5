"""Running averages of the gradients and of their squares."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DivergenceError

Array = NDArray[Any]


def blend(average: Array, new: Array, beta: float, aside: Array) -> None:
    """average <- beta average + (1 - beta) new, in place; `aside`, which may be new, is used up."""
    average *= beta
    average += np.multiply(new, 1 - beta, out=aside)


def squares(grad: Array, out: Array) -> Array:
    """grad^2; an infinite one, by which each later step would be divided, is refused."""
    try:
        with np.errstate(over="raise"):
            return np.multiply(grad, grad, out=out)
    except FloatingPointError:
        raise DivergenceError(
            f"the gradients reach {np.abs(grad).max():.3g}, whose square overflows {grad.dtype}. "
            "Lower lr, or scale the loss"
        ) from None
