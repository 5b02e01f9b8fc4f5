"""Arrays of a forward pass: the known ones, linear maps of these, activations of those, twice."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..causes.functions import sigmoid
from .tree import Node, applied, matmul, name, plus, softmaxed, transpose

Array = NDArray[Any]
ACTIVATIONS = (
    ("np.tanh({a})", np.tanh),
    ("1 / (1 + np.exp(-{a}))", sigmoid),
    ("np.maximum({a}, 0)", lambda a: np.maximum(a, 0.0)),
)
MOST = 240


class Forwards:
    """The arrays by value: of equal ones the simplest is kept."""

    def __init__(
        self,
        known: Mapping[str, Array],
        arguments: frozenset[str],
        moving: frozenset[str],
        passing: frozenset[str],
        stop: float,
    ) -> None:
        self.known = known
        self.nodes: list[Node] = []
        self._values: dict[tuple[Any, ...], Node] = {}
        self._passing = passing  # known at this point only
        self._stop = stop
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

    def grow(self, depth: int) -> None:
        """Depth 1: functions of the arrays; 2: of linear maps of them too; 3: of maps of those."""
        self.depth = depth
        if depth == 1:
            self._activate([n for n in self.names if not np.isin(n.value, (0, 1)).all()])
        elif depth > 1:
            layer = self.inputs if depth == 2 else self._last
            images = [self.add(node) for node in self._linear(layer)]
            self._last = self._activate(images)

    def beside(self, g: Node) -> list[Node]:
        """The arrays that g may meet: the known ones, and those of the pass that led to it."""
        made = any("@" in text for text in g.sources)
        return [
            node
            for node in self.nodes
            if node in self.names or node.text in g.sources or (not made and self._is_useful(node))
        ]

    def _is_useful(self, node: Node) -> bool:
        return self.depth < 2 or "@" in node.text

    def _activate(self, sources: list[Node]) -> list[Node]:
        made: list[Node] = []
        for node in sources:
            if len(self.nodes) > MOST or time.process_time() > self._stop:
                break
            made += [self.add(new) for new in activated(node)]
        return [node for node in made if node.value.ndim == 2 and node.tree[0] != "softmax"]

    def _linear(self, inputs: list[Node]) -> Iterator[Node]:
        for a in inputs:
            for w in self.weights:
                if w is a or time.process_time() > self._stop:
                    continue
                for weight in (w, transpose(w)):
                    if a.value.shape[1] != weight.value.shape[0]:
                        continue
                    image = matmul(a, weight)
                    yield image
                    for b in self.biases:
                        if b.value.shape == image.value.shape[1:]:
                            yield plus(image, b)


def activated(node: Node) -> Iterator[Node]:
    """The usual functions of one array."""
    with np.errstate(all="ignore"):
        for template, function in ACTIVATIONS:
            yield applied(template, 2, function, node)
        if node.value.ndim == 2:
            yield softmaxed(node, 1)
            yield softmaxed(node, 0)
        elif node.value.ndim == 1 and node.value.size > 1:
            yield softmaxed(node, 0)


def round_off(value: float) -> float:
    """To nine digits, so that rounding does not tell equal arrays apart."""
    return float(f"{value:.9e}")
