"""What stands in a recorded graph: its arrays, what they are called, and how they were made."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import packing
from ..errors import GraphError
from ..parameters import Slot
from ..part import Part
from .engine import backpropagate, graph_below
from .node import Node
from .recorded import Recorded
from .recording import LayerNode

Array = NDArray[Any]
# ("node", number), ("parameter", identity of the part, name), or (kind, identity of the array).
Key = tuple[Any, ...]
SIGNS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "power": "**", "matmul": "@"}
LETTERS = {"leaf": "x", "constant": "k", "operation": "t"}


@dataclass(eq=False)
class Vertex:
    """An array of a graph: a leaf, a constant or the result of an operation."""

    kind: str
    value: Array
    operation: str = ""
    operands: tuple[str, ...] = ()
    text: str = ""
    name: str = ""
    grad: Array | None = None


class Reading:
    """One walk over what a tensor was made of."""

    def __init__(self, tensor: Recorded, names: Mapping[str, Recorded | Array]) -> None:
        self.vertices: dict[Key, Vertex] = {}
        # Of the parameters of models: what the models call them.
        self.paths: dict[Key, str] = {}
        self.nodes = [] if tensor._node is None else graph_below(tensor._node)
        if any(node.values is None for node in self.nodes):
            raise GraphError(
                "graph: a backward went through it and freed it. Call graph() before backward(), "
                "or backward(retain_graph=True)"
            )
        if not self.nodes:
            self._leaf(tensor)
        made = [self._operation(node) for node in self.nodes]
        self._name(names)
        for node, vertex, operands in made:
            shown = [o if isinstance(o, str) else self.vertices[o].name for o in operands]
            vertex.operands = tuple(self.vertices[o].name for o in operands if isinstance(o, tuple))
            vertex.text = _written(node, shown)
        if tensor._array.size == 1:
            self._find_gradients(tensor)

    def _operation(self, node: Node) -> tuple[Node, Vertex, list[Key | str]]:
        """A node with its vertex and its operands, which are other vertices or mere text."""
        operands: list[Key | str] = []
        targets = {position: target for target, position, _ in node.edges}
        for i, value in enumerate(node.values or ()):
            target = targets.get(i)
            if isinstance(target, Node):
                operands.append(("node", target.number))
            elif target is not None:
                operands.append(self._leaf(target))
            elif isinstance(value, np.ndarray) and value.size != 1:
                key = ("constant", id(value))
                self.vertices.setdefault(key, Vertex("constant", value))
                operands.append(key)
            else:
                operands.append(_shown(value))
        operands += [self._parameter(part, name) for part, name, _ in _slots(node)]
        vertex = self.vertices["node", node.number] = Vertex("operation", node.y, node.name)
        return node, vertex, operands

    def _leaf(self, leaf: Recorded) -> Key:
        if isinstance(leaf._sink, functools.partial):
            # A parameter of a model: the model may have been called several times.
            return self._parameter(leaf._sink.func.__self__, *leaf._sink.args)  # type: ignore[attr-defined]
        key = ("leaf", id(leaf))
        # A copy: the next step changes it.
        self.vertices.setdefault(key, Vertex("leaf", leaf._array.copy()))
        return key

    def _parameter(self, part: Part, name: str) -> Key:
        key = ("parameter", id(part), name)
        if key not in self.vertices:
            self.vertices[key] = Vertex("leaf", part._slots[name].value.copy())
            path = next(path for path, p, _ in packing.walk(packing.home(part)) if p is part)
            self.paths[key] = path + name
        return key

    def _name(self, names: Mapping[str, Recorded | Array]) -> None:
        for name, thing in names.items():
            found = [key for key in _keys(thing) if key in self.vertices]
            if not found:
                raise ValueError(
                    f"graph: {name!r} of names is not in it. Expected tensors and arrays that the "
                    "result was made of, the same objects, not copies"
                )
            self.vertices[found[0]].name = name
        taken = set(names)
        for key, path in self.paths.items():
            # Two models may call a parameter alike.
            while path in taken:
                path += "'"
            self.vertices[key].name = self.vertices[key].name or path
            taken.add(path)
        for kind, letter in LETTERS.items():
            count = 1 if kind == "operation" else 0
            for vertex in self.vertices.values():
                if vertex.kind == kind and not vertex.name:
                    while f"{letter}{count}" in taken:
                        count += 1
                    vertex.name = f"{letter}{count}"
                    count += 1

    def _find_gradients(self, tensor: Recorded) -> None:
        """The gradient to each vertex, by a backward pass whose traces are removed."""
        dy = np.ones_like(tensor._array)
        if tensor._node is None:
            next(iter(self.vertices.values())).grad = dy
            return
        every: dict[Node, Array] = {}
        slots = {
            ("parameter", id(part), name): slot
            for node in self.nodes
            for part, name, slot in _slots(node)
        }
        before = [(slot.grad.copy(), slot.written) for slot in slots.values()]
        try:
            for slot in slots.values():
                slot.written = False
            found = [(self._leaf(t), g) for t, g, _ in backpropagate(tensor._node, dy, every=every)]
            found += [(key, slot.grad.copy()) for key, slot in slots.items() if slot.written]
        finally:
            for slot, (grad, written) in zip(slots.values(), before, strict=True):
                slot.grad[...], slot.written = grad, written
        found += [(("node", node.number), grad) for node, grad in every.items()]
        for key, grad in found:
            vertex = self.vertices[key]
            vertex.grad = grad if vertex.grad is None else vertex.grad + grad


def _keys(thing: Any) -> list[Key]:
    """Under what a tensor or an array can stand among the vertices."""
    if not isinstance(thing, Recorded):
        return [("constant", id(thing))]
    if thing._node is not None:
        return [("node", thing._node.number)]
    return [("leaf", id(thing)), ("constant", id(thing._array))]


def _slots(node: Node) -> Iterator[tuple[Part, str, Slot]]:
    """The parameters of a layer, with the parts that hold them."""
    if isinstance(node, LayerNode):
        for _, part, _ in packing.walk(node.label):
            for name, slot in part._slots.items():
                yield part, name, slot


def _written(node: Node, operands: list[str]) -> str:
    """The call as one would write it: x @ W, tanh(t1), sum(t1, axis=0)."""
    if node.name in SIGNS and len(operands) == 2:
        return f" {SIGNS[node.name]} ".join(operands)
    if node.name == "negative":
        return f"-{operands[0]}"
    if node.name == "index":
        return f"{operands[0]}[{operands[1].removeprefix('(').removesuffix(')')}]"
    while operands[-1] in ("None", "False"):
        # Defaults that NumPy's functions hand on.
        operands.pop()
    given = [f"{name}={_shown(v)}" for name, v in node.keywords.items() if v is not None]
    return f"{node.name.removesuffix('()')}({', '.join(operands + given)})"


def _shown(value: Any) -> str:
    """An argument that is no vertex."""
    if isinstance(value, np.ndarray | np.generic):
        return _shown(value.item()) if value.size == 1 else f"array of shape {value.shape}"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, slice):
        start, stop = ("" if end is None else end for end in (value.start, value.stop))
        return f"{start}:{stop}" + ("" if value.step is None else f":{value.step}")
    if isinstance(value, tuple):
        return f"({', '.join(map(_shown, value))})"
    return "..." if value is Ellipsis else str(value)
