"""From a delta to a gradient of a given shape: as it is, summed, or multiplied with an input."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from .forwards import Forwards
from .tree import Node, make, matmul, times, total


def results(g: Node, shape: tuple[int, ...], forwards: Forwards) -> Iterator[Node]:
    """The gradients of this shape that one delta leads to."""
    if g.value.shape == shape:
        yield g
        if g.value.ndim == 2 and shape == shape[::-1]:
            yield g.transposed
    yield from _reduced(g, shape)
    if g.value.ndim == 2 and len(shape) == 2:
        rows, width = g.value.shape
        if width in shape:
            for f in forwards.beside(g, (rows, shape[0] if width == shape[1] else shape[1])):
                if width == shape[1]:
                    yield matmul(f.transposed, g)
                if width == shape[0]:
                    yield matmul(g.transposed, f)
    if g.value.ndim == 1:
        yield from _of_one_row(g, shape, forwards)
    if forwards.depth < 2 and _sums(g.value.shape, shape):
        for f in forwards.beside(g, g.value.shape):
            yield from _reduced(times(g, f), shape)


def _reduced(g: Node, shape: tuple[int, ...]) -> Iterator[Node]:
    for axis, keepdims in _sums(g.value.shape, shape):
        yield total(g, axis, keepdims)


@lru_cache
def _sums(whole: tuple[int, ...], shape: tuple[int, ...]) -> tuple[tuple[int | None, bool], ...]:
    """The sums that lead from one shape to the other."""
    found: list[tuple[int | None, bool]] = []
    if len(whole) == 2:
        for axis in (0, 1):
            kept = (1, whole[1]) if axis == 0 else (whole[0], 1)
            if kept[1 - axis : 2 - axis] == shape:
                found.append((axis, False))
            if kept == shape:
                found.append((axis, True))
    if shape == () and whole:
        found.append((None, False))
    return tuple(found)


def _of_one_row(g: Node, shape: tuple[int, ...], forwards: Forwards) -> Iterator[Node]:
    for f in forwards.beside(g):
        if f.value.ndim == 1 and (f.value.size, g.value.size) == shape:
            text = f"np.outer({f.text}, {g.text})"
            yield make(("outer", f.tree, g.tree), text, 4, 1, np.outer, f, g)
        if f.value.ndim == 1 and (g.value.size, f.value.size) == shape:
            text = f"np.outer({g.text}, {f.text})"
            yield make(("outer", g.tree, f.tree), text, 4, 1, np.outer, g, f)
        if f.value.ndim == 2 and f.value.shape[0] == g.value.size and shape == f.value.shape[1:]:
            yield matmul(f.transposed, g)
