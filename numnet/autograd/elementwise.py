"""Functions of one array, entry by entry; the activations are those of the kernels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import kernels
from .tape import operation

Array = NDArray[Any]


@operation(lambda dy, y, x: dy * y)
def exp(x: Any) -> Any:
    """y = e^x; dx = dy y."""
    return np.exp(x)


@operation(lambda dy, y, x: dy / x)
def log(x: Any) -> Any:
    """y = log x; dx = dy / x, at 0 infinite, of which NumPy warns."""
    return np.log(x)


def _sqrt_dx(dy: Array, y: Array, x: Array) -> Array:
    # 0 / 0 would be NaN where nothing depends on the root.
    return np.divide(dy, 2 * y, out=np.zeros_like(dy), where=dy != 0)


@operation(_sqrt_dx)
def sqrt(x: Any) -> Any:
    """y = the root of x; dx = dy / (2 y), at 0 infinite as in torch, but 0 where dy is 0.

    NumPy warns where it is infinite: use sqrt(x + 1e-12), or `norm`, whose gradient at 0 is 0.
    """
    return np.sqrt(x)


@operation(lambda dy, y, x: dy * np.sign(x.real))
def absolute(x: Any) -> Any:
    """y = x where x > 0, else -x; dx = dy sign(x), 0 at 0 as in torch. Complex by the real part."""
    if x.dtype.kind != "c":
        return np.absolute(x)
    return np.where(x.real < 0, -x, np.where(x.real == 0, 0, x))


@operation(lambda dy, y, x: kernels.tanh_dx(dy, y))
def tanh(x: Any) -> Any:
    """y = tanh x; dx = dy (1 - y^2)."""
    return kernels.tanh(x)


@operation(lambda dy, y, x: kernels.sigmoid_dx(dy, y))
def sigmoid(x: Any) -> Any:
    """y = 1 / (1 + e^-x); dx = dy y (1 - y)."""
    return kernels.sigmoid(x if x.dtype.kind in "fc" else x.astype(float))


@operation(lambda dy, y, x: kernels.relu_dx(dy, y))
def relu(x: Any) -> Any:
    """y = max(x, 0); dx = dy where x > 0, else 0, at 0 too, as in torch, and at -infinity."""
    return kernels.relu(x)


@operation(lambda dy, y, x, slope=0.01: kernels.leaky_relu_dx(dy, y, slope))
def leaky_relu(x: Any, slope: float = 0.01) -> Any:
    """y = x where x > 0, else slope x; dx = dy or slope dy, at 0 slope dy as in torch."""
    return kernels.leaky_relu(x, slope)


@operation(lambda dy, y, x: kernels.softplus_dx(dy, x))
def softplus(x: Any) -> Any:
    """y = log(1 + e^x); dx = dy sigmoid(x)."""
    return kernels.softplus(x)
