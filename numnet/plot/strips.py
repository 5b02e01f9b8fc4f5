"""Rows of images, each with its name on the left: what stands below one another is compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import matplotlib
from numpy.typing import NDArray

from .sheet import GAP, LETTER, LINE, MARGIN, POINTS, put, sides, write
from .style import ORANGE, Picture

Array = NDArray[Any]


class Strips(NamedTuple):
    """The picture, and in inches the middles of the first and last column and the lower edge."""

    figure: Picture
    first: float
    last: float
    bottom: float


def draw_strips(
    names: Sequence[str],
    pixels: Array,
    limits: tuple[float, float],
    titles: Sequence[str] = (),
    captions: Sequence[Sequence[str]] = (),
    corner: str = "",
    foot: float = 0.0,
) -> Strips:
    """Images of shape (rows, columns, h, w); `foot` is the room that is kept below them.

    Titles stand above the columns, and `corner` beside them; captions, as many rows of them as of
    images or none, stand below each.
    """
    columns, height, width = pixels.shape[1:]
    w, h = sides(columns, height, width)
    below = [text for row in captions for text in row]
    step_x = max(w, _width([*titles, *below])) + GAP
    step_y = h + LINE * max((text.count("\n") + 1 for text in below), default=0) + GAP
    left = MARGIN + _width([*names, corner]) + GAP
    top = MARGIN + (LINE if titles or corner else 0.0)
    across = left + columns * step_x - GAP + MARGIN
    bottom = top + len(pixels) * step_y - GAP + MARGIN
    down = bottom + foot
    middles = [left + k * step_x + (step_x - GAP) / 2 for k in range(columns)]

    figure = Picture(across, down)
    ax = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    ax.set_axis_off()
    palette = matplotlib.colormaps["gray"].with_extremes(bad=ORANGE)
    for i, row in enumerate(pixels):
        y = top + i * step_y
        write(ax, left - GAP, y + h / 2, names[i], POINTS, ha="right", va="center")
        for k, x in enumerate(middles):
            put(ax, row[k], (x - w / 2, y, w, h), palette, limits)
            if captions:
                write(ax, x, y + h + 0.03, captions[i][k], POINTS, va="top")
    if corner:
        write(ax, left - GAP, top - 0.03, corner, POINTS, ha="right")
    for x, title in zip(middles if titles else (), titles, strict=True):
        write(ax, x, top - 0.03, title, POINTS)
    ax.set(xlim=(0.0, across), ylim=(down, 0.0))
    return Strips(figure, middles[0], middles[-1], bottom)


def _width(texts: Sequence[str]) -> float:
    return LETTER * max((len(line) for text in texts for line in text.split("\n")), default=0)
