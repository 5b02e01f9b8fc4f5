"""The backward pass over all that a tensor was made of."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .anomaly import watched_pull
from .modes import WATCHING
from .node import Node
from .recorded import Recorded

Array = NDArray[Any]


def summed(a: Array, b: Array) -> Array:
    """a + b, an array also where NumPy makes a number of it."""
    total = a + b
    return total if type(total) is np.ndarray else np.asarray(total)


def backpropagate(
    root: Node,
    dy: Array,
    inputs: bool = True,
    every: dict[Node, Array] | None = None,
    retain: bool = True,
) -> list[tuple[Recorded, Array, bool]]:
    """The gradient of each leaf below `root`, from `dy` at its result.

    One pass in the reverse of the order in which the nodes were made, without recursion.

    Parameters
    ----------
    root : Node
        Where it begins.
    dy : ndarray
        The gradient of its result.
    inputs : bool
        False leaves out the gradient to the input of a module, and any that only it needs.
    every : dict, optional
        Takes the gradient of the result of each node.
    retain : bool
        False lets go of the graph at the end.

    Returns
    -------
    list of (Recorded, ndarray, bool)
        The leaves that require a gradient, with theirs, and whether nothing else holds that array.

    Raises
    ------
    GraphError
        If the graph is gone, or an argument has changed since.
    """
    watching = WATCHING.get()
    waiting = [(-root.number, root)]
    grads: dict[Node, Array] = {root: dy}
    leaves: dict[int, tuple[Recorded, Array, bool]] = {}
    passed: list[Node] = []
    while waiting:
        node = heapq.heappop(waiting)[1]
        dy = grads.pop(node)
        # Whether node.check has something to look at; a call for each node costs more than this.
        suspect = node.values is None or node.origin is not None
        for changed in node.held:
            if changed[0] > node.number:
                suspect = True
        if suspect:
            node.check()
        passed.append(node)
        if every is not None:
            every[node] = dy
        watched = watching or node.origin is not None
        pulled = watched_pull(node, dy, inputs) if watched else node.pull(dy, inputs)
        for target, grad, position in pulled:
            like = target.y if isinstance(target, Node) else target._array
            if type(grad) is not np.ndarray or grad.shape != like.shape or grad.dtype != like.dtype:
                grad = node.fitted(grad, target, position)
            if isinstance(target, Node):
                if target in grads:
                    grads[target] = summed(grads[target], grad)
                else:
                    grads[target] = grad
                    heapq.heappush(waiting, (-target.number, target))
            else:
                own = node.fresh
                if id(target) in leaves:
                    grad, own = summed(leaves[id(target)][1], grad), True
                leaves[id(target)] = target, grad, own
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
