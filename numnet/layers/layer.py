"""A layer: a function with a backward that its author wrote by hand."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..context import Context
from ..model import Model

Array = NDArray[Any]


class Layer(Model):
    """Base of all layers with a hand-written backward.

    Write `forward(self, x)` -> (y, saved), or `forward(self, x, ctx)` where `uses_ctx = True`, and
    `backward(self, dy, saved)` -> dx, which hands the parameters' gradients to `add_grad`. A layer
    may add `backward_parameters(self, dy, saved)` for when dx is not needed. It keeps nothing of a
    pass on itself: all that the backward needs is in `saved`.

    Attributes
    ----------
    rowwise : bool
        True if an example's output does not depend on the others; False unless the author says so.
    uses_ctx : bool
        True if forward takes the context of the pass.
    output : str
        What the outputs are: "logits", "probabilities" or "values".

    Examples
    --------
    >>> import numpy as np
    >>> class Scale(Layer):
    ...     def __init__(self, width): self.declare(g=np.ones(width))
    ...     def forward(self, x): return x * self.g, x
    ...     def backward(self, dy, x): self.add_grad("g", (dy * x).sum(0)); return dy * self.g
    >>> layer = Scale(2)
    >>> y, saved = layer.propagate([[3.0, 4.0]])
    >>> layer.backpropagate([[1.0, 10.0]], saved)
    array([[ 1., 10.]])
    >>> layer.parameters.grad
    array([ 3., 40.])
    """

    uses_ctx: ClassVar[bool] = False

    def forward(self, x: Array, *ctx: Context) -> tuple[Array, Any]:
        """Return y and what the backward needs."""
        raise NotImplementedError(f"{type(self).__name__}: write forward(self, x) -> (y, saved)")

    def backward(self, dy: Array, saved: Any) -> Array:
        """Hand the parameters' gradients to add_grad and return dx."""
        raise NotImplementedError(f"{type(self).__name__}: write backward(self, dy, saved) -> dx")

    def backward_parameters(self, dy: Array, saved: Any) -> None:
        """Hand the parameters' gradients to add_grad, without dx."""
        self.backward(dy, saved)

    def _forward(self, x: Array, ctx: Context) -> tuple[Array, Any]:
        out = self.forward(x, ctx) if self.uses_ctx else self.forward(x)
        if type(out) is not tuple or len(out) != 2:
            raise TypeError(
                f"{self!r}: expected forward to return the pair (y, saved), "
                f"got {type(out).__name__}. Write `return y, None` if the backward needs nothing"
            )
        if not isinstance(out[0], np.ndarray):
            raise TypeError(
                f"{self!r}: expected forward to return an array y, got {type(out[0]).__name__}. "
                "Write `return np.asarray(y), saved`"
            )
        return out

    def _backward(self, dy: Array, saved: Any, need_dx: bool) -> Array | None:
        if need_dx:
            dx = self.backward(dy, saved)
            if dx is None:
                raise TypeError(
                    f"{self!r}: expected backward to return dx, the gradient to its input, "
                    "got None. End it with `return dx`"
                )
            return dx
        self.backward_parameters(dy, saved)
        return None

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"
