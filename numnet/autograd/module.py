"""A network whose forward its author writes on tensors; the tape gives the backward."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..context import Context
from ..model import Model
from .current import CONTEXT
from .engine import backpropagate
from .members import refuse_shared, refuse_unseen
from .modes import no_grad
from .recorded import INPUT
from .tensor import Tensor
from .twin import Recording, borrow_twin, return_twin

Array = NDArray[Any]


class Module(Model):
    """Base of networks of one's own: write `forward(self, x)` on Tensors, and nothing more.

    Layers and modules assigned to attributes, alone or in lists, and Tensors with requires_grad are
    its parts; their parameters are those of the module. Inside forward a parameter, such as
    `self.c1.W`, is a Tensor; outside it is an array. Whatever takes a layer takes a module.

    Attributes
    ----------
    rowwise : bool
        True if an example's output does not depend on the others; False unless the author says so.
    output : str
        What the outputs are: "logits", "probabilities" or "values".

    References
    ----------
    Course, row A20.

    Examples
    --------
    >>> import numpy as np
    >>> import numnet
    >>> class MLP(Module):
    ...     def __init__(self, hidden):
    ...         self.c1 = numnet.Linear(784, hidden)
    ...         self.c2 = numnet.Linear(hidden, 3)
    ...     def forward(self, x):
    ...         return self.c2(self.c1(x).relu())
    >>> model = MLP(100).initialize(rng=0)
    >>> model.parameters
    Parameters(78803 values: c1.W (784, 100), c1.b (100,), c2.W (100, 3), c2.b (3,))
    >>> model(np.zeros((2, 784))).shape
    (2, 3)
    """

    def forward(self, x: Tensor) -> Tensor:
        """Return y, made of x by operations on tensors."""
        raise NotImplementedError(f"{type(self).__name__}: write forward(self, x) -> y")

    def __call__(self, x: Any) -> Any:
        """Evaluate: an array in, an array out; a Tensor in, a recorded Tensor out."""
        if isinstance(x, Tensor):
            return x.record(self)
        with no_grad():
            return super().__call__(x)

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, Tensor):
            if name not in self._starts and value.requires_grad:
                refuse_shared(self, name, value._array)
                self.declare(**{name: value.value})
                return
            value = value.value
        refuse_unseen(self, name, value)
        super().__setattr__(name, value)

    def _forward(self, x: Array, ctx: Context) -> tuple[Array, Any]:
        into = Tensor._make(x, None, True)
        into._sink = INPUT
        token = CONTEXT.set(ctx)
        try:
            y = self._run(into)
        finally:
            CONTEXT.reset(token)
        return y._array, (into, y)

    def _run(self, x: Tensor) -> Tensor:
        """The forward on a tensor, recorded on the same tape."""
        if isinstance(self, Recording):
            y = self.forward(x)
        else:
            layout = self._current_layout()
            twin = borrow_twin(self, layout)
            y = twin.forward(x)
            return_twin(layout, twin)
        if not isinstance(y, Tensor):
            raise TypeError(
                f"{self!r}: expected forward to return a Tensor, got {type(y).__name__}. Use the "
                "methods of x and NumPy's functions on it, not .value or .numpy(), which end the "
                "tape"
            )
        return y

    def _backward(self, dy: Array, saved: Any, need_dx: bool) -> Array | None:
        x, y = saved
        return pull(y, dy, x, need_dx)

    def __repr__(self) -> str:
        held = ", ".join(f"{name}={part!r}" for name, part in Model._children(self))
        return f"{type(self).__name__}({held})"


def pull(y: Tensor, dy: Array, x: Tensor, need_dx: bool = True) -> Any:
    """The gradient to x from that of y; those of parameters go where they belong."""
    dx: Array | None = None
    found = [(y, dy, False)] if y._node is None else backpropagate(y._node, dy, need_dx)
    for leaf, grad, own in found:
        if leaf is x:
            # Otherwise it may be a view of dy.
            dx = grad if own else np.array(grad)
        elif leaf.requires_grad:
            leaf._take_grad(grad, own)
    if not need_dx:
        return None
    return np.zeros_like(x._array) if dx is None else dx
