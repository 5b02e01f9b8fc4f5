"""Arrays of a forward pass: the known ones, linear maps of these, activations of those, twice."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..causes.functions import sigmoid
from .tree import Node, applied, matmul, name, plus, softmaxed

Array = NDArray[Any]
ACTIVATIONS = (
    ("np.tanh({a})", np.tanh),
    ("1 / (1 + np.exp(-{a}))", sigmoid),
    ("np.maximum({a}, 0)", lambda a: np.maximum(a, 0.0)),
)
MOST = 240
EFFORT = 3000.0  # of the linear maps of one depth


class Forwards:
    """The arrays by value: of equal ones the simplest is kept."""

    def __init__(
        self,
        known: Mapping[str, Array],
        arguments: frozenset[str],
        moving: frozenset[str],
        passing: frozenset[str],
    ) -> None:
        self.known = known
        self.nodes: list[Node] = []
        self._values: dict[tuple[Any, ...], Node] = {}
        self._passing = passing  # known at this point only
        self.names = [
            self.add(name(label, known, 2 if "(" in label else 1))
            for label, value in known.items()
            if not label.startswith(("dy", "np.bincount", "(")) and value.dtype.kind in "fb"
        ]
        matrices = [n for n in self.names if n.value.ndim == 2 and n.text in arguments]
        # Where some arguments are held fixed, they are the data, and the others the parameters.
        fixed = [n for n in matrices if n.text not in moving]
        self.inputs = fixed or matrices
        self.weights = [n for n in matrices if n.text in moving] or matrices
        self.biases = [n for n in self.names if n.value.ndim == 1 and n.text in arguments]
        self._last: list[Node] = []
        self.depth = 0
        self._listed: dict[Any, list[Node]] = {}
        self._once: dict[Any, Any] = {}
        self._texts = frozenset(node.text for node in self.nodes)

    def add(self, node: Node) -> Node:
        """The node, or one of the same value that was there before."""
        value = node.value
        if value.dtype.kind != "f" or not np.isfinite(value).all():
            return node
        mark = np.cos(np.arange(1.0, value.size + 1.0))
        key = (
            value.shape,
            round_off(float(value.reshape(-1) @ mark)),
            round_off(float(value.sum())),
        )
        known = self._values.get(key)
        if known is None:
            self._values[key] = node
            self.nodes.append(node)
            return node
        if known.text in self._passing and node.text not in self._passing:
            # The caller's name for it, and a rule that holds at any point.
            better = Node(
                known.tree, known.text, known.binds, known.cost, value, node.rule, node.operands
            )
            self._values[key] = better
            self.nodes[self.nodes.index(known)] = better
            return better
        return known

    def grown(self) -> Forwards:
        """Depth 1: functions of the arrays; 2: of linear maps of them too; 3: of maps of those."""
        new = copy.copy(self)
        new.depth, new.nodes, new._values = self.depth + 1, [*self.nodes], {**self._values}
        new._listed, new._once = {}, {}
        if new.depth == 1:
            new._activate([n for n in new.names if not np.isin(n.value, (0, 1)).all()])
        else:
            layer = new.inputs if new.depth == 2 else new._last
            images = [new.add(node) for node in new._linear(layer)]
            new._last = new._activate(images)
        new._texts = frozenset(node.text for node in new.nodes)
        return new

    def beside(self, g: Node, shape: tuple[int, ...] | None = None) -> list[Node]:
        """The arrays, of one shape, that g may meet: the known, and those that led to it."""
        key = (g.mapped, self._texts & g.sources, shape)
        found = self._listed.get(key)
        if found is None:
            if shape is None:
                found = [node for node in self.nodes if self._meets(node, g)]
            else:
                found = [node for node in self.beside(g) if node.value.shape == shape]
            self._listed[key] = found
        return found

    def spread(self, g: Node) -> list[Node]:
        """Those that broadcast to the shape of g; what it is made of comes first."""
        key = (g.mapped, self._texts & g.sources, g.value.shape, "spread")
        found = self._listed.get(key)
        if found is None:
            found = [f for f in self.beside(g) if _broadcasts(f.value.shape, g.value.shape)]
            found.sort(key=lambda f: f.text not in g.sources)
            self._listed[key] = found
        return found

    def once(self, node: Node, function: Callable[[Node], Any]) -> Any:
        """What a function makes of one of the arrays, made once."""
        key = (node, function)
        if key not in self._once:
            self._once[key] = function(node)
        return self._once[key]

    def _meets(self, node: Node, g: Node) -> bool:
        if node.text in g.sources or any(node is known for known in self.names):
            return True
        if any("@" in text for text in self._texts & g.sources):  # it has its pass
            return False
        return "@" in node.text or (self.depth < 2 and not g.mapped)

    def _activate(self, sources: list[Node]) -> list[Node]:
        made: list[Node] = []
        for node in sources:
            if len(self.nodes) > MOST:
                break
            made += [self.add(new) for new in activated(node)]
        return [node for node in made if node.value.ndim == 2 and node.tree[0] != "softmax"]

    def _linear(self, inputs: list[Node]) -> Iterator[Node]:
        effort = 0.0
        for a in inputs:
            for w in self.weights:
                for weight in (w, w.transposed) if w is not a else ():
                    if a.value.shape[1] != weight.value.shape[0] or effort > EFFORT:
                        continue
                    image = matmul(a, weight)
                    effort += image.effort
                    yield image
                    for b in self.biases:
                        if b.value.shape == image.value.shape[1:]:
                            effort += image.effort
                            yield plus(image, b)


def activated(node: Node) -> Iterator[Node]:
    """The usual functions of one array."""
    for template, function in ACTIVATIONS:
        yield applied(template, 2, function, node)
    if node.value.ndim == 2:
        yield softmaxed(node, 1)
        yield softmaxed(node, 0)
    elif node.value.ndim == 1 and node.value.size > 1:
        yield softmaxed(node, 0)


@lru_cache
def _broadcasts(small: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    if len(small) > len(shape) or np.prod(small) < 2:
        return False
    try:
        return np.broadcast_shapes(small, shape) == shape
    except ValueError:
        return False


def round_off(value: float) -> float:
    """To nine digits, so that rounding does not tell equal arrays apart."""
    return float(f"{value:.9e}")
