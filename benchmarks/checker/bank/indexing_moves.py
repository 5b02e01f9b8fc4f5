"""Whole-array moves: pad, roll, flip, tile, repeat, transpose, stack, differences."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.bank.indexing import normal
from benchmarks.checker.case import Case

FAMILY = "indexing"


def pad(x: Any) -> Any:
    return np.pad(x, ((2, 1), (1, 3)))


def reflect(x: Any) -> Any:
    """Padding that mirrors: the border entries are used twice."""
    return np.pad(x, ((0, 0), (2, 2)), mode="reflect")


def reflect_backward(dy: Any, x: Any) -> Any:
    dx = dy[:, 2:-2].copy()
    dx[:, 1:3] += dy[:, 1::-1]
    dx[:, -3:-1] += dy[:, :-3:-1]
    return dx


def tile(x: Any) -> Any:
    return np.tile(x, (3, 1))


def repeat(x: Any) -> Any:
    return np.repeat(x, 3, axis=0)


def repeat_backward(dy: Any, x: Any) -> Any:
    return dy.reshape(len(x), 3, -1).sum(axis=1)


def tile_backward(dy: Any, x: Any) -> Any:
    return dy.reshape(3, len(x), -1).sum(axis=0)


def patches(x: Any) -> Any:
    """An image (8, 8) as 16 patches of 2 x 2, as a vision transformer takes it."""
    return x.reshape(4, 2, 4, 2).transpose(0, 2, 1, 3).reshape(16, 4)


def patches_backward(dy: Any, x: Any) -> Any:
    return dy.reshape(4, 4, 2, 2).transpose(0, 2, 1, 3).reshape(8, 8)


def stack(a: Any, b: Any, c: Any) -> Any:
    return np.stack([a, b, c], axis=1)


def stack_backward(dy: Any, a: Any, b: Any, c: Any) -> Any:
    return tuple(dy[:, i] for i in range(3))


def differences(x: Any) -> Any:
    return x[:, 1:] - x[:, :-1]


def differences_backward(dy: Any, x: Any) -> Any:
    dx = np.zeros_like(x)
    dx[:, 1:] += dy
    dx[:, :-1] -= dy
    return dx


def upsample(x: Any) -> Any:
    """Nearest neighbour, twice as wide, then a smooth blend of neighbours."""
    wide = x.repeat(2, axis=-1)
    return 0.75 * wide + 0.25 * np.roll(wide, 1, axis=-1)


def upsample_backward(dy: Any, x: Any) -> Any:
    wide = 0.75 * dy + 0.25 * np.roll(dy, -1, axis=-1)
    return wide[..., ::2] + wide[..., 1::2]


def strided(rng: Any) -> Any:
    """Neither contiguous nor writable."""
    x = rng.normal(size=(9, 12)).T[::2, ::-1]
    x.flags.writeable = False
    return x


PAD = Case("pad", FAMILY, pad, lambda dy, x: dy[2:-1, 1:-3], normal((4, 5)))
REFLECT = Case("pad, reflected", FAMILY, reflect, reflect_backward, normal((20, 60)))
ROLL = Case(
    "roll",
    FAMILY,
    lambda x: np.roll(x, 2, axis=1),
    lambda dy, x: np.roll(dy, -2, axis=1),
    normal((4, 7)),
)
FLIP = Case("flip", FAMILY, lambda x: x[:, ::-1], lambda dy, x: np.flip(dy, axis=1), normal((5, 6)))
TILE = Case("tile", FAMILY, tile, tile_backward, normal((4, 5)))
REPEAT = Case("repeat", FAMILY, repeat, repeat_backward, normal((4, 5)))
PATCHES = Case("patches", FAMILY, patches, patches_backward, normal((8, 8)))
SWAP = Case(
    "transpose of cubes",
    FAMILY,
    lambda x: x.transpose(0, 2, 1) ** 2,
    lambda dy, x: 2 * x * dy.transpose(0, 2, 1),
    normal((3, 4, 4)),
)
STACK = Case("stack", FAMILY, stack, stack_backward, normal((4, 3), (4, 3), (4, 3)))
DIFF = Case("differences", FAMILY, differences, differences_backward, normal((3, 30)))

CASES = [
    PAD,
    PAD.wrong("padding kept", "shape", lambda dy, x: dy),
    PAD.wrong("cropped at one corner", "unknown partial", lambda dy, x: dy[:4, :5]),
    REFLECT,
    REFLECT.wrong("mirrored entries lost", "partial", lambda dy, x: dy[:, 2:-2]),
    ROLL,
    ROLL.wrong("rolled on", "unknown", lambda dy, x: np.roll(dy, 2, axis=1)),
    ROLL.wrong("along the other axis", "wrong-axis unknown", lambda dy, x: np.roll(dy, -2, axis=0)),
    FLIP,
    FLIP.wrong("not flipped back", "flipped", lambda dy, x: dy),
    FLIP.wrong("flipped along the other axis", "flipped", lambda dy, x: dy[::-1]),
    TILE,
    TILE.wrong("summed as repeated", "unknown", repeat_backward),
    TILE.wrong("first copy alone", "unknown missing-term", lambda dy, x: dy[: len(x)]),
    TILE.wrong("averaged", "scale", lambda dy, x: tile_backward(dy, x) / 3),
    REPEAT,
    REPEAT.wrong("copies not summed", "shape not-reduced", lambda dy, x: dy),
    PATCHES,
    PATCHES.wrong("reshape alone", "unknown partial", lambda dy, x: dy.reshape(8, 8)),
    SWAP,
    SWAP.wrong("not transposed back", "unknown transposed", lambda dy, x: 2 * x * dy),
    SWAP.wrong(
        "whole gradient transposed",
        "transposed",
        lambda dy, x: (2 * x * dy.transpose(0, 2, 1)).transpose(0, 2, 1),
    ),
    STACK,
    STACK.wrong("in reverse", "swapped", lambda dy, a, b, c: tuple(dy[:, i] for i in (2, 1, 0))),
    STACK.wrong("first gradient for the last", "swapped", {"c": lambda dy, a, b, c: dy[:, 0]}),
    DIFF,
    DIFF.wrong("sign", "sign", lambda dy, x: -differences_backward(dy, x)),
    DIFF.wrong(
        "right part alone",
        "unknown partial missing-term",
        lambda dy, x: np.pad(dy, ((0, 0), (1, 0))),
    ),
    Case("upsampling", FAMILY, upsample, upsample_backward, normal((3, 4, 40))),
    Case(
        "roll of a strided view",
        FAMILY,
        lambda x: np.roll(x, 1, axis=0) ** 3,
        lambda dy, x: 3 * x**2 * np.roll(dy, -1, axis=0),
        strided,
        difficult=True,
        note="a read-only view with negative strides",
    ),
    Case(
        "arguments by name",
        FAMILY,
        lambda left, right: {"y": left @ right}["y"],
        lambda dy, left, right: {"right": left.T @ dy, "left": dy @ right.T},
        lambda rng: {"left": rng.normal(size=(3, 4)), "right": rng.normal(size=(4, 2))},
        difficult=True,
        note="the gradients come in another order",
    ),
]
