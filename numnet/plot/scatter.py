"""Codes of two numbers as a map: which examples an encoder puts beside which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from numpy.typing import ArrayLike, NDArray

from ..labels import to_indices
from .style import BLUE, INK, ORANGE, PAPER, VERMILLION, Picture, check_named, class_names, dressed

Array = NDArray[Any]

# Okabe and Ito's and four more as dark; a class has its colour, its marker and its name.
COLOURS = (BLUE, VERMILLION, "#009E73", "#CC79A7", ORANGE, "#56B4E9", "#6A3D9A", "#8C564B",
           "#808000", INK)  # fmt: skip
MARKERS = "os^DvP<X>"
APART = 0.075  # of the panel's side, between the names of two classes


def codes(
    maps: Mapping[str, ArrayLike], y: ArrayLike, classes: Sequence[object] | None = None
) -> Figure:
    """Draw codes of two numbers as points coloured by class, a panel for each encoder.

    The name of a class stands at the mean of its points, or as near to it as the other names let
    it, so that a grey print can be read too.

    Parameters
    ----------
    maps : mapping of str to array_like, shape (N, 2)
        By the title of the panel: `model.encode(x)` of a code of two, and for comparison two
        principal components.
    y : array_like
        Class indices (N,) or rows (N, C), of which the largest entry counts.
    classes : sequence, length C, optional
        A name for each index; by default the index.

    Returns
    -------
    matplotlib Figure

    Raises
    ------
    TypeError
        If `maps` is no mapping or codes are no real numbers.
    ValueError
        If a code has not two finite columns and a row for each of y, or an index has no name.

    Examples
    --------
    >>> z = [[0.0, 0.0], [2.0, 0.0], [0.0, 3.0]]
    >>> figure = codes({"PCA": z}, [0, 0, 1], classes=["cat", "dog"])
    >>> [(text.get_text(), text.xy) for text in figure.axes[0].texts]
    [('cat', (1.0, 0.0)), ('dog', (0.0, 3.0))]
    """
    check_named("codes", "maps", maps, '{"autoencoder": model.encode(x)}')
    index = to_indices(y, "codes: in y")
    if index.size and index.min() < 0:
        raise ValueError(f"codes: expected class indices from 0 in y, got {index.min()}")
    points = {name: _points(name, z, len(index)) for name, z in maps.items()}
    names = class_names("codes", classes, int(index.max()) + 1)
    figure = Picture(4.6 * len(maps), 4.6, layout="constrained")
    for k, (title, z) in enumerate(points.items(), 1):
        _draw_map(dressed(figure.add_subplot(1, len(maps), k)), z, index, names)
        figure.axes[-1].set_title(title, parse_math=False)
    return figure


def _points(name: str, code: ArrayLike, rows: int) -> Array:
    z = np.asarray(code)
    if z.dtype.kind not in "fiub":
        raise TypeError(f"codes: expected real numbers in {name!r}, got dtype {z.dtype}")
    if z.shape != (rows, 2) or not rows:
        wide = z.ndim == 2 and z.shape[1] > 2
        hint = ". Train a code of 2, or choose two columns: z[:, :2]" if wide else ""
        raise ValueError(
            f"codes: expected {name!r} of shape ({rows}, 2), a point for each label, "
            f"got {z.shape}{hint}"
        )
    if not np.isfinite(z).all():
        row = int((~np.isfinite(z)).any(axis=1).argmax())
        raise ValueError(f"codes: expected finite numbers in {name!r}, got {z[row]} at row {row}")
    return z.astype(float)


def _draw_map(ax: Axes, z: Array, index: Array, names: list[str]) -> None:
    size = min(25.0, max(4.0, 2e4 / len(z)))
    present = np.unique(index)
    for c in present:
        ax.scatter(
            z[index == c, 0],
            z[index == c, 1],
            s=size,
            color=COLOURS[c % len(COLOURS)],
            marker=MARKERS[c % len(MARKERS)],
            alpha=0.55,
            linewidths=0,
            rasterized=True,
        )
    ax.set(xlabel="code 1", ylabel="code 2")
    ax.spines[["top", "right"]].set_visible(False)
    means = np.array([z[index == c].mean(axis=0) for c in present])
    # The limits are those of the points only when somebody asks for them.
    ax.autoscale_view()
    places = _apart(ax.transLimits.transform(means), [len(names[c]) for c in present])
    for c, mean, place in zip(present, means, places, strict=True):
        text = ax.annotate(
            names[c],
            xy=tuple(mean.tolist()),
            xytext=tuple(place.tolist()),
            textcoords="axes fraction",
            ha="center",
            va="center",
            fontsize=12,
            fontweight="bold",
            color=INK,
            parse_math=False,
            arrowprops={"arrowstyle": "-", "color": INK, "linewidth": 0.8},
        )
        text.set_path_effects([withStroke(linewidth=3, foreground=PAPER)])


def _apart(places: Array, lengths: list[int]) -> Array:
    """The places moved as little as is needed for names of these lengths not to overlap."""
    places = places.copy()
    for _ in range(200):
        moved = False
        for i in range(len(places)):
            for j in range(i):
                # A long name is wide: along x it counts for less.
                wide = np.array([max(1.0, 0.25 * (lengths[i] + lengths[j])), 1.0])
                gap = (places[i] - places[j]) / wide
                distance = float(np.hypot(*gap))
                if distance < APART - 1e-9:
                    along = gap / distance if distance else np.array([0.0, 1.0])
                    push = (APART - distance) / 2 * along * wide
                    places[i] += push
                    places[j] -= push
                    moved = True
        if not moved:
            break
    return places
