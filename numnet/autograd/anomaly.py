"""What `detect_anomaly` watches: where a NaN was born, and what changed before its backward."""

from __future__ import annotations

import linecache
import os
import sys
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .. import packing
from ..errors import GraphError, NonFiniteError
from .node import Node, Pulled
from .recording import LayerNode

Array = NDArray[Any]
# NumPy calls back into numnet, as np.errstate does around a model's call.
INSIDE = (os.path.dirname(os.path.dirname(__file__)), os.path.dirname(np.__file__))


class Place(NamedTuple):
    """An operation, and the line that called it: the innermost one outside of numnet."""

    name: str
    file: str
    line: int

    def __str__(self) -> str:
        text = linecache.getline(self.file, self.line).strip()
        return f"{self.name}, called at {self.file}:{self.line}" + f", `{text}`" * bool(text)


class Origin:
    """Of a watched node: its place, what its arrays held, and where its infinities began."""

    __slots__ = ("infinite", "infinite_dy", "place", "sums")

    def __init__(self, node: Node) -> None:
        self.place = _caller(node.name)
        self.sums = _checksums(node)
        self.infinite: Place | None = None
        self.infinite_dy: Place | None = None

    def check(self, node: Node) -> None:
        """Raise if an array of the node is not what it was when the node was recorded."""
        now = _checksums(node)
        for what, checksum in self.sums.items():
            if now.get(what) != checksum:
                raise GraphError(
                    f"{_called(node)}: {what} was changed between the call and the backward, whose "
                    "gradient would be wrong. Change it after the backward, or hand over a copy"
                )


def watch(node: Node) -> None:
    """Note what a new node is made of; raise if it makes NaN of arguments without NaN."""
    node.origin = origin = Origin(node)
    arguments = dict(_arguments(node))
    if _holds(np.isnan, node.y) and not any(_holds(np.isnan, v) for v in arguments.values()):
        infinite = [what for what, value in arguments.items() if _holds(np.isinf, value)]
        because = f" (infinity in {', '.join(infinite)})" if infinite else ""
        raise NonFiniteError(
            f"{_called(node)}: makes NaN, {_first_nan(node.y)} of its result, of arguments without "
            f"NaN{because}{_since(_inherited(node))}"
        )
    if _holds(np.isinf, node.y):
        origin.infinite = _inherited(node) or origin.place


def watched_pull(node: Node, dy: Array, inputs: bool) -> Iterator[Pulled]:
    """What node.pull gives; raise if the backward makes NaN of a dy without NaN."""
    born = not _holds(np.isnan, dy)
    infinite = _holds(np.isinf, dy)
    origin = node.origin
    for target, raw, position in node.pull(dy, inputs):
        grad = node.fitted(raw, target, position)
        if born and _holds(np.isnan, grad):
            raise _born_in_backward(node, f"argument {position}", grad, infinite)
        if isinstance(target, Node) and target.origin and _holds(np.isinf, grad):
            target.origin.infinite_dy = origin and (
                origin.infinite_dy if infinite else origin.place
            )
        yield target, grad, position
    for name, slot in _slots(node).items():
        if born and slot.written and _holds(np.isnan, slot.grad):
            raise _born_in_backward(node, f"its parameter {name}", slot.grad, infinite)


def _born_in_backward(node: Node, what: str, grad: Array, infinite: bool) -> NonFiniteError:
    because = " (infinity in dy)" if infinite else ""
    if infinite and node.origin:
        because += _since(node.origin.infinite_dy, "the backward of ")
    return NonFiniteError(
        f"{_called(node)}: its backward makes NaN, {_first_nan(grad)} of the gradient to {what}, "
        f"of a dy without NaN{because}"
    )


def _since(began: Place | None, what: str = "") -> str:
    return f". Infinity began with {what}{began}" if began else ""


def _caller(name: str) -> Place:
    frame = sys._getframe(1)
    while frame.f_code.co_filename.startswith(INSIDE) and frame.f_back is not None:
        frame = frame.f_back
    return Place(name, frame.f_code.co_filename, frame.f_lineno)


def _called(node: Node) -> str:
    """The call as a message names it: operation, shapes and line."""
    shapes = [str(v.shape) for _, v in _arguments(node) if isinstance(v, np.ndarray)]
    named = f"{node.name} of shapes {', '.join(shapes)}"
    if node.origin is None:
        return f"{named}, called where detect_anomaly was off"
    return str(node.origin.place._replace(name=named))


def _inherited(node: Node) -> Place | None:
    """Where the infinity of an argument began."""
    for target, _, _ in node.edges:
        if isinstance(target, Node) and target.origin and target.origin.infinite:
            return target.origin.infinite
    return None


def _arguments(node: Node) -> Iterator[tuple[str, Any]]:
    """What the node was made of, by what a message calls it."""
    for i, value in enumerate(node.values or ()):
        yield from _flat(f"argument {i}", value)
    for name, value in node.keywords.items():
        yield from _flat(f"argument {name}", value)
    for name, slot in _slots(node).items():
        yield f"its parameter {name}", slot.value


def _flat(what: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, tuple | list):
        for i, part in enumerate(value):
            yield from _flat(f"{what}[{i}]", part)
    else:
        yield what, value


def _slots(node: Node) -> dict[str, Any]:
    return packing.named_slots(node.label) if isinstance(node, LayerNode) else {}


def _checksums(node: Node) -> dict[str, int]:
    arrays = {**dict(_arguments(node)), "its result": node.y}
    return {
        what: zlib.crc32(np.ascontiguousarray(a).data)
        for what, a in arrays.items()
        if isinstance(a, np.ndarray) and not a.dtype.hasobject
    }


def _holds(test: Any, value: Any) -> bool:
    """Whether an array or a number has an entry such as NaN."""
    if isinstance(value, np.ndarray | np.generic):
        return value.dtype.kind in "fc" and bool(test(value).any())
    return isinstance(value, float | complex) and bool(test(value))


def _first_nan(array: Array) -> str:
    index = tuple(map(int, np.argwhere(np.isnan(array))[0])) if array.ndim else ()
    return f"at {list(index)}" if index else "the only entry"
