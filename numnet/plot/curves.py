"""Learning curves: how the loss and the accuracy moved from epoch to epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from .epochs import read_curves
from .style import BLUE, VERMILLION, Picture, axes_for, dressed, root

Array = NDArray[Any]

# Colour, dashes and marker each tell the two lines apart, so that a grey print still does.
LOOKS: dict[str, dict[str, Any]] = {
    "": {"color": BLUE, "linestyle": "-", "marker": "o", "label": "training"},
    "val_": {"color": VERMILLION, "linestyle": "--", "marker": "s", "label": "validation"},
}
MARKS = 10
DECADES = 2
HUGE = 1e150  # beyond it the limits of an axis overflow


def learning_curves(history: Mapping[str, Sequence[float]], ax: Axes | None = None) -> Figure:
    """Draw the loss, and in a second panel the accuracy, against the epoch.

    Epochs count from 1. The loss is drawn on a logarithmic scale if it is positive and spans more
    than two decades. NaN, infinity and what exceeds 1e150 are gaps. The legend states the last
    values.

    Parameters
    ----------
    history : mapping of str to sequence of float
        One number an epoch under "loss", "val_loss" or both, and optionally under "accuracy" and
        "val_accuracy", which are shares in [0, 1]. Other keys are not drawn.
    ax : matplotlib Axes, optional
        Where to draw the loss; the accuracy is then left out. By default a new figure.

    Returns
    -------
    matplotlib Figure
        The new figure, or the one that holds `ax`.

    Raises
    ------
    TypeError
        If `history` is no mapping, its values are no numbers or `ax` is no Axes.
    ValueError
        If there is no loss or no epoch, the lengths differ or an accuracy is not in [0, 1].

    Examples
    --------
    >>> figure = learning_curves({"loss": [2.0, 1.0, 0.5], "accuracy": [0.5, 0.75, 1.0]})
    >>> [panel.get_ylabel() for panel in figure.axes]
    ['loss', 'accuracy (%)']
    >>> figure.axes[0].get_legend_handles_labels()[1]
    ['training 0.5']
    """
    losses, accuracies = read_curves(history, tuple(LOOKS))
    if ax is not None or not accuracies:
        ax = axes_for("learning_curves", ax, 5.0, 3.5)
        _draw_loss(ax, losses)
        return root(ax)
    figure = Picture(9.0, 3.5, layout="constrained")
    left, right = (dressed(figure.add_subplot(1, 2, panel)) for panel in (1, 2))
    _draw_loss(left, losses)
    _draw(right, accuracies, 100.0, "accuracy (%)", "{:.1f} %")
    return figure


def _draw_loss(ax: Axes, curves: dict[str, Array]) -> None:
    values = np.concatenate(list(curves.values()))
    values = values[_drawable(values)]
    if values.size and 1 / HUGE < values.min() < values.max() / 10**DECADES:
        ax.set_yscale("log")
    _draw(ax, curves, 1.0, "loss", "{:.3g}")


def _draw(ax: Axes, curves: dict[str, Array], unit: float, name: str, final: str) -> None:
    for prefix, values in curves.items():
        look = LOOKS[prefix]
        last = final.format(unit * values[-1])
        ax.plot(
            np.arange(1, len(values) + 1),
            unit * np.where(_drawable(values), values, np.nan),
            **{**look, "label": f"{look['label']} {last}"},
            markevery=_marked(values),
            markersize=4.5,
            linewidth=1.5,
        )
    ax.set(xlabel="epoch", ylabel=name)
    ax.xaxis.set_major_locator(MaxNLocator("auto", integer=True, steps=[1, 2, 5, 10]))
    ax.grid(True, axis="y", color="#808080", alpha=0.25, linewidth=0.6)
    ax.spines[["top", "right"]].set_visible(False)
    # Above the panel the legend hides no curve, whatever its shape.
    ax.legend(
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=2,
        frameon=False,
        borderaxespad=0.2,
        fontsize=9.0,
        handlelength=2.6,
        columnspacing=1.2,
        labelcolor=ax.xaxis.label.get_color(),
    )


def _marked(values: Array) -> list[int]:
    """Some ten epochs to mark, the last one, and every one that no line would show."""
    seen = _drawable(values)
    lonely = seen & ~np.r_[False, seen[:-1]] & ~np.r_[seen[1:], False]
    even = np.zeros(len(values), bool)
    even[:: -(-len(values) // MARKS)] = True
    even[-1] = True
    return [int(index) for index in np.flatnonzero((even | lonely) & seen)]


def _drawable(values: Array) -> Array:
    return np.abs(values) <= HUGE  # False for NaN
