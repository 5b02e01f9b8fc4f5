"""Maximum pooling, with and without overlap and ties."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.case import Case

FAMILY = "pooling"
EITHER = frozenset({"wrong", "undecided"})


def blocks(x: Any, k: int = 2) -> Any:
    """(N, C, H / k, k, W / k, k)."""
    N, C, H, W = x.shape
    return x.reshape(N, C, H // k, k, W // k, k)


def max_pool(x: Any) -> Any:
    return blocks(x).max(axis=5).max(axis=3)


def max_all(dy: Any, x: Any) -> Any:
    """Every entry equal to the maximum gets dy."""
    mask = blocks(x) == max_pool(x)[:, :, :, None, :, None]
    return (mask * dy[:, :, :, None, :, None]).reshape(x.shape)


def max_shared(dy: Any, x: Any) -> Any:
    """Equal maxima share dy."""
    mask = blocks(x) == max_pool(x)[:, :, :, None, :, None]
    share = mask / mask.sum(axis=(3, 5), keepdims=True)
    return (share * dy[:, :, :, None, :, None]).reshape(x.shape)


def max_first(dy: Any, x: Any, swap: bool = False) -> Any:
    """The first maximum gets dy; `swap` mixes up rows and columns within the block."""
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(*dy.shape):
        block = x[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        r, s = divmod(int(np.argmax(block)), 2)
        if swap:
            r, s = s, r
        dx[n, c, 2 * i + r, 2 * j + s] = dy[n, c, i, j]
    return dx


def whole_block(dy: Any, x: Any) -> Any:
    """The gradient of the maximum goes to its whole block."""
    return dy.repeat(2, axis=2).repeat(2, axis=3)


def overlapping(x: Any) -> Any:
    """Maximum of 3 at stride 2 along the last axis, with the indices that were taken."""
    starts = np.arange(0, x.shape[-1] - 2, 2)
    at = starts[:, None] + np.arange(3)
    best = starts + x[..., at].argmax(axis=-1)
    return np.take_along_axis(x, best, axis=-1), (best, x.shape)


def overlapping_backward(dy: Any, saved: Any) -> Any:
    best, shape = saved
    dx = np.zeros(shape)
    for row in np.ndindex(*shape[:-1]):
        for j, where in enumerate(best[row]):
            dx[(*row, where)] += dy[(*row, j)]
    return dx


def overlapping_put(dy: Any, saved: Any) -> Any:
    """Two windows with one maximum: the second gradient overwrites the first."""
    best, shape = saved
    dx = np.zeros(shape)
    np.put_along_axis(dx, best, dy, axis=-1)
    return dx


def overlapping_offsets(dy: Any, saved: Any) -> Any:
    """The position within the window is taken for that in x."""
    best, shape = saved
    dx = np.zeros(shape)
    for row in np.ndindex(*shape[:-1]):
        for j, where in enumerate(best[row] - 2 * np.arange(dy.shape[-1])):
            dx[(*row, where)] += dy[(*row, j)]
    return dx


def normal(*shape: int) -> Any:
    return lambda rng: rng.normal(size=shape)


def tied(rng: Any) -> Any:
    """Ones, as 8-bit images leave them: a block of four equal maxima."""
    x = rng.uniform(-1, 0.9, size=(2, 2, 4, 4))
    x[1, 0, :2, 2:] = 1.0
    return x


MAX = Case("max pool", FAMILY, max_pool, max_first, normal(2, 3, 6, 8))
WIDE = Case("max pool, wide", FAMILY, max_pool, max_shared, normal(4, 4, 16, 16))
TIES = Case(
    "max pool with ties, shared",
    FAMILY,
    max_pool,
    max_shared,
    tied,
    smooth=False,
    difficult=True,
    note="a mean of the one-sided slopes",
)
OVERLAP = Case(
    "max pool with overlap",
    FAMILY,
    overlapping,
    overlapping_backward,
    normal(4, 3, 15),
    with_saved=True,
)

CASES = [
    MAX,
    MAX.wrong(
        "row and column of the maximum exchanged",
        "partial unknown",
        lambda dy, x: max_first(dy, x, swap=True),
    ),
    MAX.wrong("dy to the whole block", "partial", whole_block),
    MAX.wrong(
        "every maximum",
        "partial",
        max_all,
        shows=False,
        note="no block has two equal maxima",
    ),
    WIDE,
    WIDE.wrong(
        "last block of every row lost",
        "partial",
        lambda dy, x: max_shared(dy * (np.arange(dy.shape[3]) < dy.shape[3] - 1), x),
    ),
    TIES,
    TIES.wrong(
        "every maximum",
        "partial kink",
        max_all,
        expected=EITHER,
        note="outside the one-sided slopes where the equal maxima grow together",
    ),
    Case(
        "max pool with ties, first",
        FAMILY,
        max_pool,
        max_first,
        tied,
        smooth=False,
        difficult=True,
        note="one of the one-sided slopes",
    ),
    OVERLAP,
    OVERLAP.wrong("one of two windows", "partial", overlapping_put),
    OVERLAP.wrong("position within the window", "unknown partial", overlapping_offsets),
    Case(
        "max pool in float32",
        FAMILY,
        max_pool,
        max_first,
        lambda rng: rng.normal(size=(2, 2, 6, 6)).astype(np.float32),
        difficult=True,
        note="a kink may lie within a float32 step",
    ),
]
