"""What a tensor is to the tape: an array, and where it came from.

The operations know this much; `Tensor`, which has them all as methods, stands above them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from ..errors import GraphError

if TYPE_CHECKING:
    from .node import Node

Array = NDArray[Any]
# What is recorded or changed in place later has the larger number.
clock = itertools.count(1)
# A list of one number of the clock: when an array was last changed in place, 0 for never. Tensors
# on the same memory share it.
Changed = list[int]


def INPUT(grad: Array) -> None:
    """The sink of a module's input, by which a backward knows that it may leave it out."""


class Recorded:
    """An array, whether its gradient is wanted, and the operation that made it, if recorded.

    `_sink` takes the gradient of a leaf that stands for a parameter of a model. By `_changed` a
    backward knows that what it needs is gone.
    """

    __slots__ = ("__weakref__", "_array", "_changed", "_grad", "_node", "_requires_grad", "_sink")

    _array: Array
    _changed: Changed
    _grad: Recorded | None
    _node: Node | None
    _requires_grad: bool
    _sink: Callable[[Array], None] | None

    @classmethod
    def _make(
        cls,
        array: Array,
        node: Node | None = None,
        requires_grad: bool = False,
        changed: Changed | None = None,
    ) -> Self:
        """One on this very array, unchecked."""
        new = object.__new__(cls)
        new._array = array
        new._node = node
        new._grad = new._sink = None
        new._requires_grad = requires_grad
        new._changed = changed or [0]
        return new

    def _note_change(self) -> None:
        self._changed[0] = next(clock)

    @property
    def leads(self) -> bool:
        """Whether it is something else than the input of a module."""
        return self._sink is not INPUT

    @property
    def requires_grad(self) -> bool:
        """Whether the gradient to it is wanted; true too for what was made of such a tensor."""
        return self._requires_grad

    @requires_grad.setter
    def requires_grad(self, wanted: bool) -> None:
        if not isinstance(wanted, bool | np.bool_):
            raise TypeError(f"Tensor: expected requires_grad to be a bool, got {wanted!r}")
        if wanted and self._array.dtype.kind not in "fc":
            raise TypeError(
                f"Tensor: expected floating numbers where a gradient is wanted, got dtype "
                f"{self._array.dtype}. Write Tensor(array.astype(float), requires_grad=True)"
            )
        if self._node is not None and not wanted:
            raise GraphError(
                f"requires_grad = False: this tensor is the result of a recorded operation "
                f"({self._node.name}). Use t.detach()"
            )
        self._requires_grad = bool(wanted)

    def _take_grad(self, grad: Array, own: bool = False) -> None:
        """Add to the gradient of this leaf, in place as in torch; keep an array of its own."""
        if self._sink is not None:
            self._sink(grad)
        elif self._grad is None:
            # Otherwise it may be a view, or that of another leaf too.
            self._grad = self._make(grad if own and grad.flags.owndata else np.array(grad))
        else:
            np.add(self._grad._array, grad, out=self._grad._array)
            self._grad._note_change()
