"""Gradients on their way back: dy or a residual, through derivative factors, weights, a softmax."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..causes.functions import FUNCTIONS
from .forwards import Forwards
from .tree import (
    Node,
    applied,
    divided,
    log_softmax_back,
    matmul,
    minus,
    name,
    softmax_back,
    times,
    total,
    transpose,
)


def seeds(forwards: Forwards) -> Iterator[Node]:
    """dy; or for a scalar function the arrays themselves and differences of two."""
    upstream = [label for label in forwards.known if label == "dy" or label.startswith("dy[")]
    for label in upstream:
        yield name(label, forwards.known)
    if upstream:
        return
    deep = forwards.depth > 1
    arrays = [n for n in forwards.nodes if not deep or "@" in n.text]
    for a in arrays:
        for b in forwards.inputs if deep else forwards.names:
            if a is not b and a.value.shape == b.value.shape and a.value.ndim:
                yield minus(a, b)
                if deep:
                    slope = applied("{a} * (1 - {a})", 1, lambda v: v * (1.0 - v), a)
                    yield times(minus(a, b), slope)
    if not deep:
        yield from arrays
    for a in forwards.names if forwards.depth == 0 else ():
        if a.value.dtype.kind == "f":
            for template, cost, function in FUNCTIONS[1:]:
                with np.errstate(all="ignore"):
                    yield applied(template, cost - 1, function, a)


def through_function(deltas: list[Node], forwards: Forwards) -> Iterator[Node]:
    """Each delta times a derivative factor, or through the Jacobian of a softmax."""
    upstream = any(label.startswith("dy") for label in forwards.known)
    for g in deltas if upstream else ():
        for f in forwards.beside(g):
            if f.value.shape != g.value.shape or f is g:
                continue
            if f.value.ndim == 2:
                for axis in (1, 0):
                    yield softmax_back(f, g, axis)
    for g in deltas:
        # What it is made of comes first.
        for f in sorted(forwards.beside(g), key=lambda f: f.text not in g.sources):
            if f is g or not _broadcasts(f, g):
                continue
            for template, cost, function in FUNCTIONS:
                if cost <= (4 if f.cost == 1 else 2) or template.startswith("(1 - "):
                    with np.errstate(all="ignore"):
                        factor = applied(template, cost - 1, function, f)
                        yield times(g, factor)
            with np.errstate(all="ignore"):
                yield divided(g, f)
                if f.value.shape == g.value.shape:
                    yield divided(g, applied("({a} * (1 - {a}))", 2, lambda a: a * (1.0 - a), f))
    for g in deltas:
        if g.value.ndim == 2:
            yield from _centred(g, forwards)


def _centred(g: Node, forwards: Forwards) -> Iterator[Node]:
    for axis in (1, 0):
        yield minus(g, total(g, axis, keepdims=True, mean=True))
        for f in forwards.beside(g):
            if f.value.shape == g.value.shape:
                yield log_softmax_back(f, g, axis)
                if f.cost == 1:
                    with np.errstate(all="ignore"):
                        yield log_softmax_back(applied("np.exp({a})", 1, np.exp, f), g, axis)


def through_weights(deltas: list[Node], forwards: Forwards) -> Iterator[Node]:
    """Each delta back through a linear map."""
    for g in deltas:
        if g.value.ndim not in (1, 2):
            continue
        for w in forwards.weights:
            for weight in (transpose(w), w):
                if g.value.shape[-1] == weight.value.shape[0]:
                    yield matmul(g, weight)


def _broadcasts(f: Node, g: Node) -> bool:
    if f.value.ndim > g.value.ndim or f.value.size < 2:
        return False
    try:
        return np.broadcast_shapes(f.value.shape, g.value.shape) == g.value.shape
    except ValueError:
        return False
