"""Rows of pixels as images, as long as it is known how high and wide they are."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .grid import check_count, check_images

Array = NDArray[Any]


def as_images(place: str, name: str, pixels: ArrayLike, shape: tuple[int, int] | None) -> Array:
    """The images as check_images returns them, from (N, h, w) or from rows of pixels (N, D)."""
    values = np.asarray(pixels)
    if values.ndim == 2 and values.shape[1]:
        D = values.shape[1]
        values = values.reshape(-1, *image_shape(place, shape, D, f"{name} with D = {D} columns"))
    return check_images(f"{place}, {name}", values)


def image_shape(
    place: str, shape: tuple[int, int] | None, pixels: int, source: str
) -> tuple[int, int]:
    """Height and width of an image of so many pixels: those given, else a square's."""
    if shape is None:
        side = math.isqrt(pixels)
        if side * side != pixels:
            raise ValueError(
                f"{place}: expected a square number of pixels an image, got {source}. "
                f"Pass shape=(h, w) with h * w = {pixels}, e.g. shape=(1, {pixels})"
            )
        return side, side
    if not (isinstance(shape, (tuple, list)) and len(shape) == 2):
        raise TypeError(f"{place}: expected shape=(h, w), got {shape!r}")
    for side in shape:
        check_count(place, "shape", side)
    if shape[0] * shape[1] != pixels:
        raise ValueError(
            f"{place}: expected shape=(h, w) with h * w = {pixels}, of {source}, "
            f"got {tuple(shape)} with {shape[0] * shape[1]}"
        )
    return int(shape[0]), int(shape[1])
