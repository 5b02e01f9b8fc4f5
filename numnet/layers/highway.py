"""The highway layer: a gate decides, unit by unit, what is computed and what is carried."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from .. import kernels
from ..context import Context
from ..model import EVALUATION, Model
from .activations import as_activation
from .initial import constant
from .linear import Linear, misfit

Array = NDArray[Any]


class Highway(Model):
    """What is computed of x, and x itself, blended by a gate that is computed of x too.

    y = t h + (1 - t) x, h = a(x W + b), t = sigmoid(x Wt + bt)

    The parameters are those of the Linear layers `transform` (W and b) and `gate` (Wt and bt).

    Parameters
    ----------
    width : int
        Columns of x and of y.
    activation : {"relu", "tanh", "sigmoid", "softplus", "leaky_relu"} or Layer
        a, which keeps the shape.
    gate_bias : float
        Where bt begins: negative, so that at first x is carried and its gradient too, however many
        of these layers stand one after the other.

    Raises
    ------
    ValueError
        If width is not a positive integer, no activation has that name, or gate_bias is not finite;
        in a call, if x or what is computed of it is not of that width.
    TypeError
        If activation is neither a name nor a layer.

    References
    ----------
    Srivastava, Greff, Schmidhuber 2015, Highway networks, eqs. 3 and 5 and section 2.2 (bias -1 or
    -3); course, row B9.

    Examples
    --------
    With a gate at 1/2, y is the mean of relu(x + 1) and x.

    >>> layer = Highway(1, gate_bias=0.0)
    >>> layer.parameters.value = [1.0, 1.0, 0.0, 0.0]
    >>> y, saved = layer.propagate([[3.0]])
    >>> y
    array([[3.5]])
    >>> layer.backpropagate([[4.0]], saved)
    array([[4.]])

    To bt: dy (h - x) t (1 - t) = 4 (4 - 3) / 4.

    >>> layer.parameters.gradients["gate.b"]
    array([1.])
    """

    def __init__(
        self, width: int, activation: str | Model = "relu", gate_bias: float = -1.0
    ) -> None:
        try:
            self.transform = Linear(width, width)
        except ValueError:
            raise ValueError(
                f"Highway: expected width to be a positive integer, got {width!r}"
            ) from None
        self.activation = as_activation(activation, "Highway")
        self.gate = Linear(width, width, bias_init=constant(gate_bias))
        self.width = int(width)

    @property
    def rowwise(self) -> bool:  # type: ignore[override]
        """Whether the activation is."""
        return self.activation.rowwise

    @property
    def in_features(self) -> int:
        """Columns of x."""
        return self.width

    @property
    def out_features(self) -> int:
        """Columns of y."""
        return self.width

    def _forward(self, x: Array, ctx: Context) -> tuple[Array, Any]:
        if x.ndim != 2 or x.shape[1] != self.width:
            raise misfit(self, self.width, x, self._unequal(x))
        z, of_transform = self.transform._forward(x, ctx)
        h, of_activation = self.activation._forward(z, ctx)
        if h.shape != x.shape:
            raise ValueError(
                f"{self!r}: expected {self.activation!r} to keep the shape {x.shape} of x, which "
                f"is added to what it returns, got {h.shape}"
            )
        zt, of_gate = self.gate._forward(x, ctx)
        t = kernels.sigmoid(zt)
        return kernels.gate(x, h, t), (x, h, t, of_transform, of_activation, of_gate)

    def _backward(self, dy: Array, saved: Any, need_dx: bool) -> Array | None:
        x, h, t, of_transform, of_activation, of_gate = saved
        dz = self.activation._backward(kernels.gate_dh(dy, t), of_activation, True)
        through = self.transform._backward(dz, of_transform, need_dx)  # type: ignore[arg-type]
        dzt = kernels.sigmoid_dx(kernels.gate_dt(dy, x, h), t)
        by_gate = self.gate._backward(dzt, of_gate, need_dx)
        if not need_dx:
            return None
        return kernels.gate_dx(dy, t) + through + by_gate

    def _known(self, x: Array) -> dict[str, Array]:
        _, h, t, *_ = self._forward(x, EVALUATION)[1]
        return {"h": h, "t": t}

    def _unequal(self, x: Array) -> str:
        return (
            "It adds x to what it computes, so that input and output are equally wide: put "
            f"Linear({x.shape[-1] if x.ndim else 1}, {self.width}) before it"
        )

    def __repr__(self) -> str:
        return f"Highway({self.width}, {self.activation!r})"
