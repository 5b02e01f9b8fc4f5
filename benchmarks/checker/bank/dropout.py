"""Dropout, its mask an argument, saved, or drawn again."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.case import Case

FAMILY = "dropout"
P = 0.4


def masked(x: Any, mask: Any) -> Any:
    """Inverted dropout with a mask of booleans."""
    return x * mask / (1 - P)


def masked_backward(dy: Any, x: Any, mask: Any) -> Any:
    return dy * mask / (1 - P), None


def seeded(x: Any) -> Any:
    """The mask comes from a seed, the same at every call, and is kept."""
    keep = np.random.default_rng(7).random(x.shape) >= P
    scaled = keep / (1 - P)
    return x * scaled, scaled


def unscaled(x: Any, mask: Any) -> Any:
    """Dropout that scales at the time of prediction."""
    y = x.copy()
    y[~mask] = 0
    return y


def other_seed(dy: Any, scaled: Any) -> Any:
    return dy * (np.random.default_rng(8).random(dy.shape) >= P) / (1 - P)


class Layer:
    """A layer with a generator of its own."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(3)
        self.mask: Any = None

    def forward(self, x: Any) -> Any:
        if self.mask is None or self.mask.shape != x.shape:
            self.mask = (self.rng.random(x.shape) >= P) / (1 - P)
        return x * self.mask

    def backward(self, dy: Any, x: Any) -> Any:
        return dy * self.mask

    def drawn_again(self, dy: Any, x: Any) -> Any:
        return dy * (self.rng.random(dy.shape) >= P) / (1 - P)

    def new_each_time(self, x: Any) -> Any:
        self.mask = None
        return self.forward(x)


def pair(forward: str, backward: str) -> Any:
    def make() -> Any:
        layer = Layer()
        return getattr(layer, forward), getattr(layer, backward)

    return make


def at(*shape: int, dtype: Any = float) -> Any:
    return lambda rng: (rng.normal(size=shape).astype(dtype), rng.random(shape) >= P)


MASKED = Case("dropout", FAMILY, masked, masked_backward, at(9, 12))
UNSCALED = Case(
    "dropout, not scaled",
    FAMILY,
    unscaled,
    lambda dy, x, mask: (dy * mask * mask, None),
    at(6, 5),
    difficult=True,
    note="a mask of 0 and 1 applied twice is applied once",
)
SEEDED = Case(
    "dropout with a seed",
    FAMILY,
    seeded,
    lambda dy, scaled: dy * scaled,
    lambda rng: rng.normal(size=(30, 40)),
    with_saved=True,
    difficult=True,
    note="random, but the same at every call",
)
LAYER = Case(
    "dropout layer",
    FAMILY,
    Layer().forward,
    Layer().backward,
    lambda rng: rng.normal(size=(5, 6)),
    fresh=pair("forward", "backward"),
    difficult=True,
    note="the mask is drawn at the first call and kept",
)

CASES = [
    MASKED,
    MASKED.wrong("1 / (1 - p) missing", "scale", lambda dy, x, mask: (dy * mask, None)),
    MASKED.wrong("p for 1 - p", "scale", lambda dy, x, mask: (dy * mask / P, None)),
    MASKED.wrong(
        "mask ignored", "partial missing-factor", lambda dy, x, mask: (dy / (1 - P), None)
    ),
    MASKED.wrong(
        "mask inverted",
        "unknown missing-factor partial",
        lambda dy, x, mask: (dy * ~mask / (1 - P), None),
    ),
    MASKED.wrong("scaled twice", "scale", lambda dy, x, mask: (dy * mask / (1 - P) ** 2, None)),
    MASKED.wrong(
        "integer gradient", "dtype", lambda dy, x, mask: ((dy * mask / (1 - P)).astype(int), None)
    ),
    UNSCALED,
    UNSCALED.wrong(
        "scaled in the backward", "scale", lambda dy, x, mask: (dy * mask / (1 - P), None)
    ),
    SEEDED,
    SEEDED.wrong("mask applied twice", "scale", lambda dy, scaled: dy * scaled * scaled),
    SEEDED.wrong("another seed in the backward", "partial unknown", other_seed),
    LAYER,
    LAYER.wrong(
        "a new mask at every backward",
        "nondeterministic accumulates",
        Layer().drawn_again,
        fresh=pair("forward", "drawn_again"),
    ),
    LAYER.wrong(
        "a new mask at every forward",
        "nondeterministic",
        Layer().backward,
        fresh=pair("new_each_time", "backward"),
        expected=frozenset({"undecided"}),
        note="no derivative of a forward that is another one at each call",
    ),
    Case(
        "dropout in float32",
        FAMILY,
        masked,
        masked_backward,
        at(6, 6, dtype=np.float32),
        difficult=True,
        note="one unit in the last place of float32",
    ),
]
