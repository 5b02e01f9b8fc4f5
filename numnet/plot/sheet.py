"""The sheet on which images stand side by side, and where on it each stands.

All of them stand in one Axes whose unit is the inch: nothing has to be negotiated by a layout
engine, and a thousand images cost a thousand images, not a thousand coordinate systems.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.colors import Colormap
from matplotlib.image import AxesImage
from numpy.typing import NDArray

from .style import INK, ORANGE, Picture

Array = NDArray[Any]

MARGIN, GAP, LINE, BAR = 0.12, 0.09, 0.17, 0.9  # inches; BAR is the room for a colour bar
POINTS = 9.0
LETTER = 0.6 * POINTS / 72  # the width of a letter, roughly
WIDEST = 10  # images in a row, unless more are asked for


def draw_grid(
    pixels: Array,
    titles: Sequence[str] | None,
    columns: int | None,
    limits: tuple[float, float],
    colours: str | Colormap = "gray",
    gap_colour: str = ORANGE,
    heading: str = "",
    bar: bool = False,
) -> tuple[Picture, AxesImage]:
    """The picture and its last image; with `bar`, room is kept for a colour bar on the right."""
    count, height, width = pixels.shape
    columns = _columns(count) if columns is None else min(columns, count)
    rows = -(-count // columns)
    lines = [title.split("\n") for title in titles or []]
    head = LINE * max((len(parts) for parts in lines), default=0)
    longest = LETTER * max((len(part) for parts in lines for part in parts), default=0)
    w, h = sides(columns, height, width)
    step_x, step_y = max(w, longest) + GAP, h + head + GAP
    top = MARGIN + (0.3 if heading else 0.0)
    across = max(columns * step_x - GAP, 0.085 * len(heading)) + 2 * MARGIN
    total = across + (BAR if bar else 0.0)
    down = top + rows * step_y - GAP + MARGIN
    left = (across - columns * step_x + GAP) / 2

    figure = Picture(total, down)
    ax = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    ax.set_axis_off()
    palette = matplotlib.colormaps.get_cmap(colours).with_extremes(bad=gap_colour)
    for k, image in enumerate(pixels):
        x = left + k % columns * step_x + (step_x - GAP - w) / 2
        y = top + k // columns * step_y + head
        drawn = put(ax, image, (x, y, w, h), palette, limits)
        if titles:
            write(ax, x + w / 2, y - 0.03, titles[k], POINTS)
    if heading:
        write(ax, across / 2, MARGIN + 0.17, heading, POINTS + 1.5)
    ax.set(xlim=(0.0, total), ylim=(down, 0.0))
    return figure, drawn


def sides(columns: int, height: int, width: int) -> tuple[float, float]:
    """The width and the height at which an image of height x width pixels is drawn."""
    side = min(1.6, max(0.85, 4.0 / columns))
    return side * width / max(width, height), side * height / max(width, height)


def put(
    ax: Axes,
    image: Array,
    box: tuple[float, float, float, float],
    palette: Colormap,
    limits: tuple[float, float],
) -> AxesImage:
    """Draw an image in a box: left, top, width and height."""
    x, y, w, h = box
    return ax.imshow(
        image,
        cmap=palette,
        vmin=limits[0],
        vmax=limits[1],
        origin="upper",
        interpolation="nearest",
        extent=(x, x + w, y + h, y),
    )


def write(
    ax: Axes, x: float, y: float, text: str, size: float, ha: str = "center", va: str = "bottom"
) -> None:
    """Write what stands at a point, letter for letter."""
    ax.text(x, y, text, ha=ha, va=va, fontsize=size, color=INK, parse_math=False, clip_on=False)


def _columns(count: int) -> int:
    """The columns that leave the fewest places empty, then those nearest to a page's shape."""
    first = math.isqrt(count - 1) + 1
    last = max(first, min(count, WIDEST, 2 * first))
    return min(
        range(first, last + 1),
        key=lambda c: (-count % c, abs(math.log(c / -(-count // c) / 1.6))),
    )
