"""From one image to another through the codes between theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from .grid import grey_limits
from .pixels import as_images
from .proba import check_proba, percent
from .strips import Strips, draw_strips
from .style import BLUE, INK, ORANGE, VERMILLION, check_named, class_names, dressed

Array = NDArray[Any]

FOOT = 2.9  # inches below the pictures for the curves
# A row has a colour and a marker; the two classes differ by dashes and by what fills the marker.
COLOURS = (BLUE, VERMILLION, INK, ORANGE)
MARKERS = "os^Dv"
GREEK = "lambda"


def interpolation(
    blends: Mapping[str, ArrayLike],
    pair: tuple[int, int] | None = None,
    proba: Mapping[str, ArrayLike] | None = None,
    classes: Sequence[object] | None = None,
    shape: tuple[int, int] | None = None,
) -> Figure:
    """Draw decode((1 - lambda) z_a + lambda z_b) in a row for each model, lambda from 0 to 1.

    With a classifier's probabilities, those of the two classes stand below each picture, and their
    curves over lambda below all of them.

    Parameters
    ----------
    blends : mapping of str to array_like, shape (L, h, w) or (L, D)
        By the name of the row L pictures with lambda in equal steps, as `interpolate` makes them.
    pair : (int, int), optional
        The index of the class at lambda = 0 and at lambda = 1; needed with `proba`.
    proba : mapping of str to array_like, shape (L, C), optional
        By the same names: `classifier.predict_proba(pictures)`.
    classes : sequence, length C, optional
        A name for each index; by default the index.
    shape : (int, int), optional
        The shape (h, w) of a picture that is given as a row of pixels; by default a square.

    Returns
    -------
    matplotlib Figure

    Raises
    ------
    TypeError
        If `blends` or `proba` is no mapping, pixels are no real numbers, or `pair` is no pair of
        integers where there is `proba`.
    ValueError
        If shapes or names differ, there are fewer than two pictures in a row, the classes of `pair`
        are one, a class of it has no probability or no name, or a probability is not in [0, 1].

    Examples
    --------
    >>> pictures = [[0.0], [0.5], [1.0]]
    >>> figure = interpolation({"a": pictures}, (0, 1), {"a": [[1, 0], [0, 1], [0, 1]]})
    >>> [text.get_text() for text in figure.axes[0].texts][:4]
    ['a', '0: 100 %\\n1: 0 %', '0: 0 %\\n1: 100 %', '0: 0 %\\n1: 100 %']
    >>> [line.get_label() for line in figure.axes[1].lines]
    ['a: 0', 'a: 1']
    """
    pixels = _pictures(blends, shape)
    L = pixels.shape[1]
    steps = np.linspace(0.0, 1.0, L)
    titles = [f"{step:.3g}" for step in steps]
    limits = grey_limits(pixels)
    if proba is None:
        return draw_strips(list(blends), pixels, limits, titles, corner=GREEK).figure
    a, b = _checked_pair(pair)
    if not isinstance(proba, Mapping):
        raise TypeError(
            "interpolation: expected proba to be a mapping such as "
            f'{{"deep": classifier.predict_proba(pictures)}}, got {type(proba).__name__}'
        )
    if set(proba) != set(blends):
        raise ValueError(
            f"interpolation: expected proba by the names of blends, {list(blends)}, "
            f"got {list(proba)}"
        )
    shares = [
        check_proba("interpolation", f"proba[{name!r}]", proba[name], L, max(a, b))[:, [a, b]]
        for name in blends
    ]
    every = class_names("interpolation", classes, max(a, b) + 1)
    ends = every[a], every[b]
    captions = [
        ["\n".join(f"{end}: {percent(p)}" for end, p in zip(ends, row, strict=True)) for row in of]
        for of in shares
    ]
    strips = draw_strips(list(blends), pixels, limits, titles, captions, GREEK, FOOT)
    _draw_curves(strips, list(blends), ends, steps, shares)
    return strips.figure


def _pictures(blends: Mapping[str, ArrayLike], shape: tuple[int, int] | None) -> Array:
    """Pixels (rows, L, h, w)."""
    check_named("interpolation", "blends", blends, '{"deep": pictures}')
    rows = {n: as_images("interpolation", repr(n), v, shape) for n, v in blends.items()}
    shapes = {name: row.shape for name, row in rows.items()}
    if len(set(shapes.values())) > 1:
        raise ValueError(f"interpolation: expected rows of one shape (L, h, w), got {shapes}")
    pixels = np.stack(list(rows.values()))
    if pixels.shape[1] < 2:
        raise ValueError("interpolation: expected at least the two ends in each row, got 1 picture")
    return pixels


def _checked_pair(pair: Any) -> tuple[int, int]:
    whole = isinstance(pair, (tuple, list)) and all(
        isinstance(index, (int, np.integer)) and not isinstance(index, bool) for index in pair
    )
    if not (whole and len(pair) == 2):
        raise TypeError(
            "interpolation: with proba, expected pair to be two class indices such as (2, 7), "
            f"got {pair!r}"
        )
    if min(pair) < 0 or pair[0] == pair[1]:
        raise ValueError(
            f"interpolation: expected two different class indices from 0 in pair, got {pair!r}"
        )
    return int(pair[0]), int(pair[1])


def _draw_curves(
    strips: Strips, names: list[str], ends: tuple[str, str], steps: Array, shares: list[Array]
) -> None:
    """Below the pictures, lambda of each below its middle."""
    across, down = strips.figure.get_size_inches()
    box = (strips.first / across, 0.55 / down, (strips.last - strips.first) / across)
    ax = dressed(strips.figure.add_axes((*box, (FOOT - 1.15) / down)))
    for i, (name, share) in enumerate(zip(names, shares, strict=True)):
        colour, marker = COLOURS[i % len(COLOURS)], MARKERS[i % len(MARKERS)]
        for end, p, dashes, fill in zip(ends, share.T, ("-", "--"), (colour, "none"), strict=True):
            ax.plot(
                steps,
                100 * p,
                color=colour,
                marker=marker,
                markerfacecolor=fill,
                linestyle=dashes,
                linewidth=1.5,
                markersize=5,
                label=f"{name}: {end}",
                clip_on=False,
            )
    ax.set(xlabel=GREEK, ylabel="probability (%)", xlim=(0, 1), ylim=(0, 100))
    ax.set_xticks(steps, [f"{step:.3g}" for step in steps])
    ax.grid(True, color="#808080", alpha=0.25, linewidth=0.6)
    ax.spines[["top", "right"]].set_visible(False)
    # Two lines: a column for each row of pictures.
    ax.legend(
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=len(names),
        frameon=False,
        fontsize=9.0,
        handlelength=2.6,
        labelcolor=INK,
    )
