"""One recorded operation, and the backward pass over all that a tensor was made of."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import GraphError
from .modes import WATCHING
from .recorded import Recorded

Array = NDArray[Any]
# Gradient to one argument, from (dy, y, *arguments, **keywords) of the forward.
Backward = Callable[..., Any]
# What an argument is (a leaf, or the node that made it), its position, its backward.
Edge = tuple["Recorded | Node", int, Backward]

Wanted = Callable[["Recorded | Node"], bool]

# What is made later may depend on what was made before, never the other way round.
_numbers = itertools.count()


class Node:
    """A recorded call: its arguments, its result, and a backward for each argument that needs one.

    `sums` tells of an operation that broadcasts: its gradients are summed to the arguments' shapes.
    """

    __slots__ = (
        "edges",
        "keywords",
        "name",
        "number",
        "origin",
        "sums",
        "values",
        "versions",
        "y",
    )
    # Whether a layer with parameters stands here, which are no leaves of the graph.
    owns = False

    def __init__(
        self,
        name: str,
        y: Array,
        values: Iterable[Any],
        keywords: dict[str, Any],
        edges: list[Edge],
        sums: bool,
    ) -> None:
        self.name = name
        self.y = y
        self.values: Iterable[Any] | None = values
        self.keywords = keywords
        self.edges = edges
        self.sums = sums
        self.number = next(_numbers)
        self.versions: list[tuple[Any, int]] = []
        # Where the call stood, if watched.
        self.origin: Any = None

    def pull(self, dy: Array, wanted: Wanted) -> Iterable[tuple[Recorded | Node, Array]]:
        """The gradient to each argument that is wanted, from that of y."""
        found: list[tuple[Recorded | Node, Array]] = []
        for target, position, backward in self.edges:
            if wanted is everything or wanted(target):
                try:
                    grad = backward(dy, self.y, *self.values, **self.keywords)  # type: ignore[misc]
                except Exception as error:
                    error.add_note(f"raised in the backward of {self.name} to argument {position}")
                    raise
                found.append((target, self.fitted(grad, target, position)))
        return found

    def fitted(self, grad: Any, target: Recorded | Node, position: int) -> Array:
        """A gradient as an array of the shape and dtype of the argument that it belongs to."""
        like = target._array if isinstance(target, Recorded) else target.y
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
        for held, version in self.versions:
            if held._version != version:
                result = held is self.versions[-1][0] and not isinstance(held, Recorded)
                what = "its result" if result else "an argument"
                raise GraphError(
                    f"{self.name}: {what} was changed in place before the backward that needs it. "
                    "Change it after the backward, or make a new one, as in a = a + b"
                )

    def free(self) -> None:
        """Let go of the arrays, and of the nodes below."""
        self.values = None
        self.edges = []
        self.versions = []


def summed_to(grad: Array, shape: tuple[int, ...]) -> Array | None:
    """`grad` of a broadcast result, summed to the shape that was broadcast; None if it was not."""
    extra = grad.ndim - len(shape)
    if extra > 0:
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


def summed(a: Array, b: Array) -> Array:
    """a + b, an array also where NumPy makes a number of it."""
    total = a + b
    return total if type(total) is np.ndarray else np.asarray(total)


def backpropagate(
    root: Node,
    dy: Array,
    without: Recorded | None = None,
    every: dict[Node, Array] | None = None,
    retain: bool = True,
) -> list[tuple[Recorded, Array]]:
    """The gradient of each leaf below `root`, from `dy` at its result.

    One pass in the reverse of the order in which the nodes were made, without recursion.

    Parameters
    ----------
    root : Node
        Where it begins.
    dy : ndarray
        The gradient of its result.
    without : Recorded, optional
        A leaf whose gradient is not wanted, nor any that only it needs.
    every : dict, optional
        Takes the gradient of the result of each node.
    retain : bool
        False lets go of the graph at the end.

    Returns
    -------
    list of (Recorded, ndarray)
        The leaves that require a gradient, with theirs.

    Raises
    ------
    GraphError
        If the graph is gone, or an argument has changed since.
    """
    watching = WATCHING.get()
    wanted = everything if without is None else _wanted_without(root, without)
    waiting = [-root.number]
    nodes: dict[int, Node] = {root.number: root}
    grads: dict[int, Array] = {root.number: dy}
    leaves: dict[int, tuple[Recorded, Array]] = {}
    passed: list[Node] = []
    while waiting:
        number = -heapq.heappop(waiting)
        node = nodes.pop(number)
        dy = grads.pop(number)
        node.check()
        passed.append(node)
        if every is not None:
            every[node] = dy
        found = node.pull(dy, wanted)
        if watching or node.origin is not None:
            from .anomaly import watched_pull

            found = watched_pull(node, dy, wanted)
        for target, grad in found:
            if isinstance(target, Node):
                key = target.number
                if key in grads:
                    grads[key] = summed(grads[key], grad)
                else:
                    grads[key], nodes[key] = grad, target
                    heapq.heappush(waiting, -key)
            else:
                if id(target) in leaves:
                    grad = summed(leaves[id(target)][1], grad)
                leaves[id(target)] = target, grad
    if not retain:
        for node in passed:
            node.free()
    return list(leaves.values())


def graph_below(root: Node) -> list[Node]:
    """All nodes that `root` was made of and itself, in the order in which they were made."""
    found = {root.number: root}
    stack = [root]
    while stack:
        for target, _, _ in stack.pop().edges:
            if isinstance(target, Node) and target.number not in found:
                found[target.number] = target
                stack.append(target)
    return [found[number] for number in sorted(found)]


def everything(target: Recorded | Node) -> bool:
    return True


def _wanted_without(root: Node, leaf: Recorded) -> Wanted:
    """What some other leaf stands below, or a layer with parameters of its own."""
    needed: set[int] = set()

    def wanted(target: Recorded | Node) -> bool:
        return target.number in needed if isinstance(target, Node) else target is not leaf

    for node in graph_below(root):
        if node.owns or any(wanted(target) for target, _, _ in node.edges):
            needed.add(node.number)
    return wanted
