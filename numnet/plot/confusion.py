"""The confusion matrix: which classes are taken for which."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .. import metrics
from .style import FAINT, PAPER, axes_for, class_names, root

BLACK = "#000000"  # beside PAPER the one that is legible, 4.6 : 1 or more, on any colour
DARK = 0.51  # the share from which PAPER is the more legible of the two on the colour of a cell


def confusion_matrix(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    classes: Sequence[object] | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw how often class i (row) was predicted as class j (column).

    The cells hold counts; their colour is the square root of the share of the row, so that rare
    classes and rare mistakes show as well as frequent ones. The accuracy stands in the title.

    Parameters
    ----------
    y_true, y_pred : array_like
        Class indices (N,) or rows (N, C), of which the largest entry counts.
    classes : sequence, length C, optional
        A name for each index; by default the indices up to the largest that occurs.
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib Figure
        The new figure, or the one that holds `ax`.

    Raises
    ------
    TypeError
        If `classes` is no sequence or `ax` is no Axes.
    ValueError
        If the lengths differ, there is no row, or an index has no name.

    Examples
    --------
    >>> figure = confusion_matrix([0, 0, 1, 1], [0, 1, 1, 1], classes=["cat", "dog"])
    >>> [cell.get_text() for cell in figure.axes[0].texts]
    ['1', '1', '0', '2']
    >>> figure.axes[0].get_title()
    'accuracy 75.0 % (3 of 4)'
    """
    counts = metrics.confusion_matrix(y_true, y_pred)
    names = class_names("confusion_matrix", classes, len(counts))
    counts = np.pad(counts, (0, len(names) - len(counts)))
    side = min(14.0, max(3.6, 1.6 + 0.42 * len(names)))
    ax = axes_for("confusion_matrix", ax, side, side)
    totals = counts.sum(axis=1, keepdims=True)
    shares = counts / np.maximum(totals, 1)
    ax.imshow(
        shares,
        cmap="Blues",
        norm=PowerNorm(0.5, vmin=0.0, vmax=1.0),
        aspect="equal",
        interpolation="nearest",
    )
    # The room of a cell in points bounds the letters, so that a hundred classes do not overlap.
    room = min(ax.bbox.width, ax.bbox.height) / ax.figure.dpi * 72 / len(names)
    size = min(9.0, room / (0.7 * len(str(counts.max()))))
    for i, j in np.ndindex(*counts.shape):
        # Zeros step back behind the mistakes; white stands on the dark colours.
        colour = PAPER if shares[i, j] > DARK else BLACK if counts[i, j] else FAINT
        cell = ax.text(j, i, str(counts[i, j]), color=colour, fontsize=size)
        # The image holds the cells: measuring each text for the layout would cost seconds.
        cell.set(ha="center", va="center", in_layout=False)
    ticks = np.arange(len(names))
    upright = max(map(len, names)) <= 3
    ax.set_xticks(ticks, names, rotation=0 if upright else 90, parse_math=False)
    ax.set_yticks(ticks, names, parse_math=False)
    ax.tick_params(length=0, labelsize=min(10.0, 0.8 * room))
    ax.spines[:].set_visible(False)
    right, total = int(counts.trace()), int(counts.sum())
    ax.set(
        xlabel="predicted class",
        ylabel="true class",
        title=f"accuracy {100 * right / total:.1f} % ({right} of {total})",
    )
    return root(ax)
