"""The fully connected layer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import kernels
from ..model import Model
from .initial import constant, glorot
from .layer import Layer

Array = NDArray[Any]
# Called as init(rng, shape=(D, Q)).
Init = Callable[..., Array]


def drawn(rng: np.random.Generator, init: Init, shape: tuple[int, ...]) -> Array:
    value = np.asarray(init(rng, shape=shape))
    if value.shape != shape and value.dtype.kind in "fiu":
        raise ValueError(
            f"Linear: expected init to return an array of shape {shape}, got {value.shape} "
            f"from {init!r}"
        )
    return value


GLOROT, ZEROS = glorot(), constant(0.0)


def misfit(layer: Model, D: int, x: Array, otherwise: str) -> ValueError:
    """What a layer for D columns says of another x: what was probably meant, else `otherwise`."""
    hint = otherwise
    if x.ndim < 2 and D == 1:
        hint = "One number an example is one column: x.reshape(-1, 1)"
    elif x.ndim == 1 and x.size == D:
        hint = "One example is one row: x.reshape(1, -1)"
    elif x.ndim > 2:
        hint = "Images must be flattened with one row per example: x.reshape(len(x), -1)"
    elif x.ndim == 2 and x.shape[0] == D:
        hint = "Examples stand in rows: x.T"
    return ValueError(f"{layer!r}: expected x of shape (N, {D}), got {x.shape}. {hint}")


class Linear(Layer):
    """An affine map of each row.

    y = x W + b

    Parameters
    ----------
    in_features : int
        D, columns of x.
    out_features : int
        Q, columns of y.
    bias : bool
        False leaves b out.
    init, bias_init : callable
        Functions of a Generator and a shape: `numnet.glorot()` (for W by default), `numnet.he()`,
        `numnet.normal(scale)`, `numnet.constant(value)` (0 for b by default) or a function at the
        top level of a module.

    Raises
    ------
    ValueError
        If a width is not a positive integer.
    TypeError
        If bias is not a bool, or init or bias_init is not callable.

    References
    ----------
    Course, rows A11 and B2.

    Examples
    --------
    >>> layer = Linear(2, 1, init=constant(1.0))
    >>> y, saved = layer.propagate([[1.0, 2.0], [3.0, 4.0]])
    >>> y
    array([[3.],
           [7.]])
    >>> layer.backpropagate([[1.0], [10.0]], saved)
    array([[ 1.,  1.],
           [10., 10.]])
    >>> layer.parameters.gradients["W"], layer.parameters.gradients["b"]
    (array([[31.],
           [42.]]), array([11.]))
    """

    rowwise = True
    W: Array
    b: Array | None

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        init: Init = GLOROT,
        bias_init: Init = ZEROS,
    ) -> None:
        for name, width in (("in_features", in_features), ("out_features", out_features)):
            if isinstance(width, bool) or not isinstance(width, int | np.integer) or width < 1:
                raise ValueError(f"Linear: expected {name} to be a positive integer, got {width!r}")
        if not isinstance(bias, bool | np.bool_):
            raise TypeError(f"Linear: expected bias to be True or False, got {bias!r}")
        for name, rule in (("init", init), ("bias_init", bias_init)):
            if not callable(rule):
                raise TypeError(
                    f"Linear: expected {name} to be a function of a Generator and a shape, such "
                    f"as numnet.normal(0.01), got {rule!r}"
                )
        self.in_features = int(in_features)
        self.out_features = int(out_features)
        self.init, self.bias_init = init, bias_init
        self.declare(W=partial(drawn, init=init, shape=(self.in_features, self.out_features)))
        if bias:
            self.declare(b=partial(drawn, init=bias_init, shape=(self.out_features,)))
        else:
            self.b = None

    def forward(self, x: Array) -> tuple[Array, Array]:  # type: ignore[override]
        if x.ndim != 2 or x.shape[1] != self.in_features:
            D = self.in_features
            other = f"Linear({x.shape[-1] if x.ndim else 1}, ...)"
            raise misfit(self, D, x, f"The layer was made for {D} columns: {other}")
        return kernels.linear(x, self.W, self.b), x

    def backward(self, dy: Array, x: Array) -> Array:
        self.backward_parameters(dy, x)
        return kernels.linear_dx(dy, self.W)

    def backward_parameters(self, dy: Array, x: Array) -> None:
        self.add_grad("W", kernels.linear_dW(dy, x, out=self.grad_slot("W")))
        if self.b is not None:
            self.add_grad("b", kernels.linear_db(dy, out=self.grad_slot("b")))

    def __repr__(self) -> str:
        # Not self.b, which would be drawn: an error that names the layer must not pack the model.
        bias = "" if "b" in self._starts else ", bias=False"
        return f"Linear({self.in_features} -> {self.out_features}{bias})"
