"""The tensor: an array whose operations are recorded, so that the tape knows their gradients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import GraphError
from ..parameters import fitting
from .conversions import Conversions
from .engine import backpropagate
from .recorded import Recorded
from .recording import record_layer, record_loss

if TYPE_CHECKING:
    from .graph import Graph

Array = NDArray[Any]


class Tensor(Conversions):
    """An array whose operations are recorded, if it requires a gradient.

    The operators of Python, NumPy's functions and the methods below make new tensors of tensors;
    `backward` of a scalar adds to `.grad` of every tensor made with requires_grad=True.

    Parameters
    ----------
    array : array_like
        Its values. An array of numbers is kept, not copied: do not change it before backward, and
        hand over array.copy() if an update of this tensor must not reach it.
    requires_grad : bool
        Whether the gradient to it is wanted.

    Raises
    ------
    TypeError
        If the array does not hold numbers, or holds integers and a gradient is wanted.

    References
    ----------
    Course, rows A15 to A18 and B4. The words and their meaning are those of torch.

    Examples
    --------
    >>> w = Tensor([1.0, 2.0], requires_grad=True)
    >>> loss = (w * w).sum()
    >>> loss
    Tensor(5., operation=sum)
    >>> loss.backward()
    >>> w.grad
    Tensor([2., 4.])
    """

    __slots__ = ()

    def __init__(self, array: ArrayLike | Recorded, requires_grad: bool = False) -> None:
        if isinstance(array, Recorded):
            array = array._array
        if isinstance(array, np.ma.MaskedArray):
            raise TypeError("Tensor: expected an array without a mask. Use array.filled(value)")
        values = np.asarray(array)
        if values.dtype.kind not in "fciub":
            raise TypeError(f"Tensor: expected numbers, got dtype {values.dtype}")
        self._array = values
        self._node = self._grad = self._sink = None
        self._changed = [0]
        self.requires_grad = requires_grad

    # --- what it holds

    @property
    def value(self) -> Array:
        """The values, as an array that cannot be written to."""
        view = self._array.view()
        view.flags.writeable = False
        return view

    @property
    def data(self) -> Tensor:
        """A tensor on the same memory that is not recorded: what is changed in it, changes here.

        As in torch such a change is not seen by a backward that needs the old values: make it
        after. What is assigned is copied into the memory.
        """
        return Tensor._make(self._array)

    @data.setter
    def data(self, new: Any) -> None:
        array = new._array if isinstance(new, Recorded) else new
        if array is not self._array:
            self._array[...] = fitting(array, self._array, "Tensor.data")

    @property
    def grad(self) -> Tensor | None:
        """The sum of the gradients of all backward passes since it was None or zeroed.

        A Tensor on the memory in which the next backward adds, as in torch. None for the result of
        an operation: leaves alone keep theirs. What is assigned is copied.
        """
        return self._grad  # type: ignore[return-value]

    @grad.setter
    def grad(self, new: Any) -> None:
        if new is None:
            self._grad = None
            return
        array = new._array if isinstance(new, Recorded) else new
        if self._grad is None or array is not self._grad._array:
            fit = fitting(array, self._array, "Tensor.grad")
            self._grad = self._make(np.array(fit, self._array.dtype))

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis."""
        return self._array.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self._array.ndim

    @property
    def size(self) -> int:
        """The number of entries."""
        return self._array.size

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the entries."""
        return self._array.dtype

    @property
    def is_leaf(self) -> bool:
        """Whether it is no result of a recorded operation."""
        return self._node is None

    def detach(self) -> Tensor:
        """A tensor of the same values, on the same memory, that requires no gradient.

        A change in place is seen by the backward of what was computed before, as in torch.
        """
        return Tensor._make(self._array, changed=self._changed)

    def numpy(self) -> Array:
        """The array itself; TypeError if it requires a gradient, as in torch."""
        if self.requires_grad:
            raise TypeError(
                "numpy: this tensor requires a gradient, which the array would not carry on. "
                "Write t.detach().numpy(), or t.value to look at it"
            )
        return self._array

    # --- gradients

    def backward(self, dy: Any = None, retain_graph: bool = False) -> None:
        """Add to `.grad` of every leaf the gradient of this tensor to it.

        Parameters
        ----------
        dy : array_like, optional
            The gradient of what is wanted to this tensor, of its shape; 1 for a single number.
        retain_graph : bool
            True if another backward is to go through the same operations.

        Raises
        ------
        GraphError
            If nothing here requires a gradient, dy is missing, a backward freed the graph, or an
            array that it needs was changed in place. No gradient is changed.
        ValueError
            If dy has another shape.

        Examples
        --------
        >>> x = Tensor([1.0, 2.0], requires_grad=True)
        >>> (x * x).backward([1.0, 10.0])
        >>> x.grad
        Tensor([ 2., 40.])
        """
        if not self.requires_grad:
            raise GraphError(
                "backward: nothing that this tensor was made of requires a gradient. Make one with "
                "Tensor(array, requires_grad=True), and compute outside of no_grad"
            )
        if dy is None:
            if self._array.size != 1:
                raise GraphError(
                    f"backward: a result of shape {self.shape} needs dy, the gradient to it, of "
                    "that shape. For a loss, reduce it first: .sum() or .mean()"
                )
            dy = np.ones_like(self._array)
        else:
            dy = dy._array if isinstance(dy, Recorded) else dy
            dy = fitting(dy, self._array, "backward, dy").astype(self._array.dtype, copy=False)
        if self._node is None:
            self._take_grad(dy)
            return
        for leaf, grad, own in backpropagate(self._node, dy, retain=retain_graph):
            leaf._take_grad(grad, own)

    def graph(self, names: Mapping[str, Tensor | Array] | None = None) -> Graph:
        """The operations that it was made of, to print or plot; see `numnet.autograd.Graph`."""
        from .graph import Graph

        return Graph(self, names)

    def record(self, part: Any, *others: Any) -> Tensor:
        """What a layer or a loss makes of it; they call this when they are called with a tensor."""
        if hasattr(type(part), "_run"):
            # A module, whose own operations are recorded.
            return part._run(self)
        return record_loss(part, self, *others) if others else record_layer(part, self)
