"""Tensors of one's own as the parameters of an optimizer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..autograd import Tensor, no_grad

Array = NDArray[Any]


class TensorList:
    """A list of leaves as one flat vector, gathered for a step and put back after it.

    A tensor without gradient is left as it is, as in torch.

    Parameters
    ----------
    tensors : sequence of Tensor
        Made with requires_grad=True, each once.

    Raises
    ------
    ValueError
        If there is none, one is there twice, or one is no leaf.
    TypeError
        If one is no Tensor that requires a gradient.

    Examples
    --------
    >>> w = Tensor([1.0, 2.0], requires_grad=True)
    >>> (w * w).sum().backward()
    >>> both = TensorList([w])
    >>> both.value, both.grad
    (array([1., 2.]), array([2., 4.]))
    >>> both.value = np.array([3.0, 4.0])
    >>> w
    Tensor([3., 4.], requires_grad=True)
    """

    def __init__(self, tensors: Sequence[Tensor]) -> None:
        if not tensors:
            raise ValueError("expected at least one Tensor to step, got an empty list")
        for i, tensor in enumerate(tensors):
            if not isinstance(tensor, Tensor):
                raise TypeError(
                    "expected model.parameters or a list of Tensors, got a list with "
                    f"{type(tensor).__name__} at {i}"
                )
            if not tensor.is_leaf:
                raise ValueError(
                    f"tensor {i} is the result of an operation and cannot be stepped. Hand over "
                    "the tensors that were made with requires_grad=True"
                )
            if not tensor.requires_grad:
                raise TypeError(f"tensor {i} requires no gradient. Make it with requires_grad=True")
        if len({id(tensor) for tensor in tensors}) < len(tensors):
            raise ValueError("expected each Tensor once, and one stands twice in the list")
        self.tensors = list(tensors)

    @property
    def value(self) -> Array:
        """All values, shape (size,): a copy, or set from an array of that shape."""
        return np.concatenate([t.value.ravel() for t in self.tensors])

    @value.setter
    def value(self, new: Array) -> None:
        start = 0
        for tensor in self.tensors:
            stop = start + tensor.size
            if tensor.grad is not None:
                with no_grad():
                    tensor[...] = new[start:stop].reshape(tensor.shape)
            start = stop

    @property
    def grad(self) -> Array:
        """All gradients, shape (size,), 0 where there is none."""
        grads = [(t, t.grad) for t in self.tensors]
        return np.concatenate([(0 * t.value if g is None else g.value).ravel() for t, g in grads])

    def zero_grad(self) -> None:
        """Set every gradient to None, as torch does."""
        for tensor in self.tensors:
            tensor.grad = None
