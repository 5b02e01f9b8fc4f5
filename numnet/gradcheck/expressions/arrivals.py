"""From a delta to a gradient of a given shape: as it is, summed, or multiplied with an input."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .forwards import Forwards
from .tree import Node, make, matmul, times, total, transpose


def results(g: Node, shape: tuple[int, ...], forwards: Forwards) -> Iterator[Node]:
    """The gradients of this shape that one delta leads to."""
    if g.value.shape == shape:
        yield g
        if g.value.ndim == 2 and shape == shape[::-1]:
            yield transpose(g)
    yield from _reduced(g, shape)
    if g.value.ndim == 2 and len(shape) == 2:
        for f in forwards.beside(g):
            if f.value.ndim == 2 and f.value.shape[0] == g.value.shape[0]:
                if (f.value.shape[1], g.value.shape[1]) == shape:
                    yield matmul(transpose(f), g)
                if (g.value.shape[1], f.value.shape[1]) == shape:
                    yield matmul(transpose(g), f)
    if g.value.ndim == 1:
        yield from _of_one_row(g, shape, forwards)
    if forwards.depth < 2 and (len(shape) < g.value.ndim or 1 in shape or not shape):
        for f in forwards.beside(g):
            if f.value.shape == g.value.shape:
                yield from _reduced(times(g, f), shape)


def _reduced(g: Node, shape: tuple[int, ...]) -> Iterator[Node]:
    if g.value.ndim == 2:
        for axis in (0, 1):
            kept = (1, g.value.shape[1]) if axis == 0 else (g.value.shape[0], 1)
            if kept[1 - axis : 2 - axis] == shape:
                yield total(g, axis)
            if kept == shape:
                yield total(g, axis, keepdims=True)
    if shape == () and g.value.ndim:
        yield total(g, None)


def _of_one_row(g: Node, shape: tuple[int, ...], forwards: Forwards) -> Iterator[Node]:
    for f in forwards.beside(g):
        if f.value.ndim == 1 and (f.value.size, g.value.size) == shape:
            text = f"np.outer({f.text}, {g.text})"
            yield make(("outer", f.tree, g.tree), text, 4, 1, np.outer, f, g)
        if f.value.ndim == 1 and (g.value.size, f.value.size) == shape:
            text = f"np.outer({g.text}, {f.text})"
            yield make(("outer", g.tree, f.tree), text, 4, 1, np.outer, g, f)
        if f.value.ndim == 2 and f.value.shape[0] == g.value.size and shape == f.value.shape[1:]:
            yield matmul(transpose(f), g)
