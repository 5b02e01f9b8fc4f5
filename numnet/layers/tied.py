"""The fully connected layer on another one's weight."""

from __future__ import annotations

from collections.abc import Container
from functools import partial
from typing import Any

from numpy.typing import NDArray

from .. import kernels, packing
from ..part import Part
from .layer import Layer
from .linear import ZEROS, Linear, drawn, misfit

Array = NDArray[Any]


class Tied(Layer):
    """An affine map of each row by the transpose of another layer's weight, with its own bias.

    y = x W' + b, where W is that of `source`

    The weight is one parameter with one name, and the gradients of both uses add up in it.

    Parameters
    ----------
    source : Linear
        From D to Q features; it stands before this layer in the same model. This one goes from Q
        to D.

    Raises
    ------
    TypeError
        If source is no Linear.
    ValueError
        At the first use, if source does not stand before it in the model.

    References
    ----------
    Vincent, Larochelle, Bengio, Manzagol 2008, Extracting and composing robust features, section
    2.2; course, row B6.

    Examples
    --------
    >>> import numnet
    >>> first = Linear(2, 1, bias=False, init=numnet.constant(2.0))
    >>> model = numnet.Sequential(first, Tied(first))
    >>> y, saved = model.propagate([[1.0, 3.0]])
    >>> y
    array([[16., 16.]])
    >>> model.backpropagate([[1.0, 0.0]], saved)
    array([[4., 4.]])

    To W from its first use x' (dy W) = (2, 6), from its second dy' (x W) = (8, 0).

    >>> model.parameters.gradients["0.W"], model.parameters.gradients["1.b"]
    (array([[10.],
           [ 6.]]), array([1., 0.]))
    """

    rowwise = True
    source: Linear
    b: Array

    def __init__(self, source: Linear) -> None:
        if not isinstance(source, Linear):
            hint = ""
            if isinstance(source, Tied):
                hint = ". Its weight is that of its source: Tied(layer.source)"
            raise TypeError(f"Tied: expected a Linear, got {source!r}{hint}")
        self.source = source
        self.declare(b=partial(drawn, init=ZEROS, shape=(source.in_features,)))

    @property
    def in_features(self) -> int:
        """Q, columns of x."""
        return self.source.out_features

    @property
    def out_features(self) -> int:
        """D, columns of y."""
        return self.source.in_features

    def forward(self, x: Array) -> tuple[Array, Array]:  # type: ignore[override]
        if x.ndim != 2 or x.shape[1] != self.in_features:
            returned = f"It takes what {self.source!r} returns"
            raise misfit(self, self.in_features, x, returned)
        return kernels.linear(x, self.source.W.T, self.b), x

    def backward(self, dy: Array, x: Array) -> Array:
        self.backward_parameters(dy, x)
        return kernels.linear_dx(dy, self.source.W.T)

    def backward_parameters(self, dy: Array, x: Array) -> None:
        # The transpose of x' dy, which is the gradient to W'.
        dW = kernels.linear_dW(x, dy, out=self.source.grad_slot("W"))
        self.source.add_grad("W", dW)
        self.add_grad("b", kernels.linear_db(dy, out=self.grad_slot("b")))

    def _check_place(self, root: Part, before: Container[int]) -> None:
        if self is root or id(self.source) in before:
            return
        owner = packing.home(self.source)
        where = f" but in {owner!r}" if owner is not root and owner is not self.source else ""
        raise ValueError(
            f"{self!r}: expected its source {self.source!r} before it in {root!r}, where it does "
            f"not stand{where}. Put both into one model, the source first"
        )

    def __repr__(self) -> str:
        return f"Tied({self.in_features} -> {self.out_features})"
