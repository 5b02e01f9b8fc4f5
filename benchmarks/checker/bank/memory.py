"""Right code with caches, buffers of its own, and arrays that lie oddly in memory."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.bank.forms import normal
from benchmarks.checker.case import Case

FAMILY = "memory"


def right(name: str, forward: Any, backward: Any, at: Any, **more: Any) -> Case:
    return Case(name, FAMILY, forward, backward, at, difficult=True, **more)


class Remembers:
    """A layer in the way of many courses: backward uses what the last forward left."""

    def forward(self, x: Any, W: Any) -> Any:
        self.x, self.W = x, W
        self.y = np.tanh(x @ W)
        return self.y

    def backward(self, dy: Any, x: Any, W: Any) -> Any:
        d = dy * (1 - self.y**2)
        return d @ self.W.T, self.x.T @ d


def remembering() -> Any:
    layer = Remembers()
    return layer.forward, layer.backward


def memorised() -> Any:
    """A forward that keeps its values by the bytes of its argument."""
    kept: dict[bytes, Any] = {}

    def forward(x: Any) -> Any:
        return kept.setdefault(x.tobytes(), np.sin(x) * x)

    return forward, lambda dy, x: dy * (np.cos(x) * x + np.sin(x))


def in_own_memory() -> Any:
    dx = np.empty((4, 3))

    def backward(dy: Any, x: Any) -> Any:
        return np.multiply(dy, np.cos(x), out=dx)

    return np.sin, backward


def saved(x: Any, W: Any) -> Any:
    y = np.tanh(x @ W)
    return y, (x, W, y)


def saved_backward(dy: Any, saved: Any) -> Any:
    x, W, y = saved
    d = dy * (1 - y**2)
    return d @ W.T, x.T @ d


def read_only(rng: Any) -> Any:
    x = rng.normal(size=(4, 3))
    x.flags.writeable = False
    return x


def strided(rng: Any) -> Any:
    return rng.normal(size=(6, 8))[::2, 1::3]


def in_columns(rng: Any) -> Any:
    return np.asfortranarray(rng.normal(size=(4, 3)))


def sine_backward(dy: Any, x: Any) -> Any:
    return dy * np.cos(x)


CASES = [
    right(
        "a layer that remembers",
        Remembers().forward,
        Remembers().backward,
        lambda rng: (rng.normal(size=(5, 4)), rng.normal(size=(4, 3))),
        fresh=remembering,
    ),
    right(
        "values kept by key",
        lambda x: np.sin(x) * x,
        lambda dy, x: dy * (np.cos(x) * x + np.sin(x)),
        normal(4, 3),
        fresh=memorised,
    ),
    right(
        "gradient in memory of its own",
        lambda x: np.sin(x),
        sine_backward,
        normal(4, 3),
        fresh=in_own_memory,
    ),
    right(
        "saved by the forward",
        saved,
        saved_backward,
        lambda rng: (rng.normal(size=(5, 4)), rng.normal(size=(4, 3))),
        with_saved=True,
    ),
    right("read-only", lambda x: np.sin(x), sine_backward, read_only),
    right("strided", lambda x: np.sin(x), sine_backward, strided),
    right("by columns in memory", lambda x: np.sin(x), sine_backward, in_columns),
    right(
        "gradient as a list",
        lambda x: np.sin(x),
        lambda dy, x: (dy * np.cos(x)).tolist(),
        normal(4),
    ),
    right(
        "float32 gradient of float64",
        lambda x: np.sin(x),
        lambda dy, x: (dy * np.cos(x)).astype(np.float32),
        normal(4, 3),
        tolerance=1e-5,
    ),
    right(
        "broadcast view as gradient",
        lambda x: x.sum(axis=0),
        lambda dy, x: np.broadcast_to(dy, x.shape),
        normal(4, 3),
    ),
]
