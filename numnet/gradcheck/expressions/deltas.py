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
                yield applied(template, cost - 1, function, a)


def through_function(deltas: list[Node], forwards: Forwards) -> Iterator[Node]:
    """Each delta times a derivative factor, or through the Jacobian of a softmax."""
    upstream = any(label.startswith("dy") for label in forwards.known)
    for g in deltas if upstream else ():
        for f in forwards.beside(g, g.value.shape) if g.value.ndim == 2 else ():
            if f is not g:
                yield softmax_back(f, g, 1)
                yield softmax_back(f, g, 0)
    for g in deltas:
        for f in forwards.spread(g):
            if f is g:
                continue
            factors, slope = forwards.once(f, _factors)
            for factor in factors:
                yield times(g, factor)
            yield divided(g, f)
            if f.value.shape == g.value.shape:
                yield divided(g, slope)
    for g in deltas:
        if g.value.ndim == 2:
            yield from _centred(g, forwards)


def _factors(f: Node) -> tuple[list[Node], Node]:
    """The derivative factors at one array that are no constant, and y (1 - y) to divide by."""
    factors = [
        applied(template, cost - 1, function, f)
        for template, cost, function in FUNCTIONS
        if cost <= (4 if f.cost == 1 else 2) or template.startswith("(1 - ")
    ]
    varying = [factor for factor in factors if np.ptp(factor.value) > 0.0]
    return varying, applied("({a} * (1 - {a}))", 2, lambda a: a * (1.0 - a), f)


def _centred(g: Node, forwards: Forwards) -> Iterator[Node]:
    for axis in (1, 0):
        yield minus(g, total(g, axis, keepdims=True, mean=True))
        for f in forwards.beside(g, g.value.shape):
            yield log_softmax_back(f, g, axis)
            if f.cost == 1:
                yield log_softmax_back(applied("np.exp({a})", 1, np.exp, f), g, axis)


def through_weights(deltas: list[Node], forwards: Forwards) -> Iterator[Node]:
    """Each delta back through a linear map."""
    for g in deltas:
        if g.value.ndim not in (1, 2):
            continue
        for w in forwards.weights:
            for weight in (w.transposed, w):
                if g.value.shape[-1] == weight.value.shape[0]:
                    yield matmul(g, weight)
