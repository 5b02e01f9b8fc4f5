"""One recorded operation: what it needs for its backward, and the gradients to its arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import kernels
from ..errors import GraphError
from .modes import WATCHING
from .recorded import Changed, Recorded, clock

Array = NDArray[Any]
# Gradient to one argument, from (dy, y, *arguments, **keywords) of the forward.
Backward = Callable[..., Any]
# What an argument is (a leaf, or the node that made it), its position, its backward.
Edge = tuple["Recorded | Node", int, Backward]
# What an argument is, what its backward returned, its position.
Pulled = tuple["Recorded | Node", Any, int]
NO_KEYWORDS: dict[str, Any] = {}


class Node:
    """A recorded call: its arguments, its result, and a backward for each argument that needs one.

    Made by `record`. `sums` tells of an operation that broadcasts: its gradients are summed to the
    arguments' shapes. `fresh` tells of one whose backward makes a new array each time, which a leaf
    may keep. `leads` tells whether the backward leads to more than the input of a module.
    """

    __slots__ = (
        "edges",
        "fresh",
        "held",
        "keywords",
        "label",
        "leads",
        "number",
        "origin",
        "saved",
        "sums",
        "values",
        "y",
    )

    label: Any
    y: Array
    values: Sequence[Any] | None
    keywords: dict[str, Any]
    edges: list[Edge]
    # Of the arguments and, last, of the result: when its array was changed.
    held: Sequence[Changed]
    number: int
    leads: bool
    sums: bool
    fresh: bool
    # What a layer or a loss needs for its own backward.
    saved: Any
    # Where the call stood, if watched.
    origin: Any

    @property
    def name(self) -> str:
        """What messages and graphs call it: an operation's name, or the repr of layer or loss."""
        return self.label if isinstance(self.label, str) else repr(self.label)

    def pull(self, dy: Array, inputs: bool) -> Iterable[Pulled]:
        """The gradient to each argument, from that of y; to inputs of a module only if wanted."""
        found: list[Pulled] = []
        for target, position, backward in self.edges:
            if inputs or target.leads:
                try:
                    grad = backward(dy, self.y, *self.values, **self.keywords)  # type: ignore[misc]
                except Exception as error:
                    error.add_note(f"raised in the backward of {self.name} to argument {position}")
                    raise
                found.append((target, grad, position))
        return found

    def fitted(self, grad: Any, target: Recorded | Node, position: int) -> Array:
        """A gradient as an array of the shape and dtype of the argument that it belongs to."""
        like = target.y if isinstance(target, Node) else target._array
        if type(grad) is not np.ndarray:
            grad = np.asarray(grad)
        if grad.shape != like.shape:
            fitting = (
                summed_to(grad, like.shape) if self.sums and grad.ndim <= self.y.ndim else None
            )
            if fitting is None:
                raise ValueError(
                    f"{self.name}: expected the backward of argument {position} to return the "
                    f"shape of the argument, {like.shape}, got {grad.shape}"
                )
            grad = fitting
        if grad.dtype != like.dtype:
            if grad.dtype.kind not in "fciub":
                raise TypeError(
                    f"{self.name}: expected the backward of argument {position} to return an array "
                    f"of numbers, got dtype {grad.dtype}"
                )
            if grad.dtype.kind == "c":
                raise TypeError(
                    f"{self.name}: the gradient to argument {position}, of dtype {like.dtype}, is "
                    "complex. Make the argument complex too: Tensor(x.astype(complex), ...)"
                )
            grad = grad.astype(like.dtype)
        return grad

    def check(self) -> None:
        """Raise if what the backward needs is gone."""
        if self.values is None:
            raise GraphError(
                f"{self.name}: a backward went through this graph already and freed it. "
                "Compute the loss anew, or call the first as backward(retain_graph=True)"
            )
        if self.origin is not None:
            self.origin.check(self)
        for changed in self.held:
            if changed[0] > self.number:
                what = "its result" if changed is self.held[-1] else "an argument"
                raise GraphError(
                    f"{self.name}: {what} was changed in place before the backward that needs it. "
                    "Change it after the backward, or make a new one, as in a = a + b"
                )

    def free(self) -> None:
        """Let go of the arrays, and of the nodes below."""
        self.values = self.saved = None
        self.edges = []
        self.held = ()


def summed_to(grad: Array, shape: tuple[int, ...]) -> Array | None:
    """`grad` of a broadcast result, summed to the shape that was broadcast; None if it was not."""
    extra = grad.ndim - len(shape)
    if extra == 1 and grad.ndim == 2 and grad.dtype.kind in "fc":
        # A sum over the rows, as that of a bias; of bools or small integers it would overflow.
        grad = kernels.linear_db(grad)
    elif extra > 0:
        grad = np.add.reduce(grad, axis=tuple(range(extra)))
    if extra >= 0:
        axes = tuple(i for i, n in enumerate(shape) if n == 1 and grad.shape[i] != 1)
        if axes:
            grad = np.add.reduce(grad, axis=axes, keepdims=True)
    if grad.shape == shape:
        return grad if type(grad) is np.ndarray else np.asarray(grad)
    try:
        # A backward may return one number for all.
        return np.broadcast_to(grad, shape)
    except ValueError:
        return None


def record(
    kind: type[Node],
    like: Recorded,
    label: Any,
    y: Array,
    values: Sequence[Any],
    edges: list[Edge],
    held: Sequence[Changed],
    keywords: dict[str, Any] = NO_KEYWORDS,
    sums: bool = False,
    fresh: bool = False,
    saved: Any = None,
    leads: bool = False,
) -> Any:
    """Record a call; its result `y`, whose changes are held last, as a tensor like `like`."""
    # Node and tensor are made here, without calls of their own: behind a large product, which has
    # taken the caches, a call takes as long as a small operation of NumPy.
    node = object.__new__(kind)
    node.label = label
    node.y = y
    node.values = values
    node.keywords = keywords
    node.edges = edges
    node.held = held
    node.number = next(clock)
    for target, _, _ in edges:
        if target.leads:
            leads = True
    node.leads = leads
    node.sums = sums
    node.fresh = fresh
    node.saved = saved
    node.origin = None
    if WATCHING.get():
        from .anomaly import watch

        watch(node)
    tensor = object.__new__(type(like))
    tensor._array = y
    tensor._node = node
    tensor._grad = tensor._sink = None
    tensor._requires_grad = True
    tensor._changed = held[-1]
    return tensor
