"""What the pictures have in common: the palette, the figure, the Axes that they draw in.

The colours are stated for paper, text and axes alike, so that a picture made under any style sheet
is dark on white, also on a dark page. Axes that the caller brings keep their own colours.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font

PAPER = "#FFFFFF"
INK = "#222222"
FAINT = "#6E6E6E"  # 5.1 : 1 on PAPER, enough for small text
# Okabe and Ito's palette, which the three kinds of colour blindness keep apart.
BLUE, VERMILLION, ORANGE = "#0072B2", "#D55E00", "#E69F00"
# Blue below zero, grey at it, orange above: lighter at every step, so that a grey print keeps the
# sign, and nowhere as light as PAPER.
SIGNED = LinearSegmentedColormap.from_list(
    "signed", ["#001B44", "#00539C", "#808080", "#E39A2E", "#FFE08A"]
)


class Picture(Figure):
    """A Figure on white paper that a notebook displays although pyplot does not know it."""

    def __init__(self, width: float, height: float, **settings: Any) -> None:
        super().__init__(
            figsize=(width, height), dpi=120, facecolor=PAPER, edgecolor=PAPER, **settings
        )

    def savefig(self, fname: Any, **settings: Any) -> None:
        """Save as Figure.savefig does, on this figure's paper whatever the style sheet says."""
        super().savefig(fname, **{"facecolor": "auto", **settings})

    def _repr_png_(self) -> bytes:
        # IPython has a printer for figures only after pyplot was imported.
        buffer = io.BytesIO()
        self.savefig(buffer, format="png")
        return buffer.getvalue()


def axes_for(place: str, ax: Axes | None, width: float, height: float) -> Axes:
    """The caller's Axes, or the only one of a new picture."""
    if ax is None:
        return dressed(Picture(width, height, layout="constrained").add_subplot())
    if not isinstance(ax, Axes):
        raise TypeError(
            f"{place}: expected ax to be one matplotlib Axes, got {type(ax).__name__}. "
            "Of an array of Axes pass one, e.g. axes[0]"
        )
    return ax


def dressed(ax: Axes) -> Axes:
    """The Axes with every colour that a style sheet could have changed."""
    ax.set_facecolor(PAPER)
    ax.grid(False)
    ax.tick_params(which="both", colors=INK, labelcolor=INK)
    for text in (ax.title, ax.xaxis.label, ax.yaxis.label):
        text.set_color(INK)
    for spine in ax.spines.values():
        spine.set_color(INK)
    return ax


def root(ax: Axes) -> Figure:
    """The Figure that holds the Axes, directly or in a subfigure."""
    figure = ax.get_figure(root=True)
    if figure is None:
        raise ValueError("ax: expected Axes in a figure, got Axes that were removed from theirs")
    return figure


def arrow() -> str:
    """The arrow character, or "->" where the default font does not have it."""
    character = "\N{RIGHTWARDS ARROW}"
    return (
        character if ord(character) in get_font(findfont(FontProperties())).get_charmap() else "->"
    )


def class_names(place: str, classes: Any, count: int) -> list[str]:
    """One name a class: those given, else the indices."""
    if classes is None:
        return [str(index) for index in range(count)]
    if isinstance(classes, (str, bytes)) or not hasattr(classes, "__len__"):
        raise TypeError(
            f"{place}: expected classes to be a sequence of names, got {classes!r}. "
            "For the indices as names leave it out or pass range(C)"
        )
    if len(classes) < count:
        raise ValueError(
            f"{place}: expected a name in classes for each index up to {count - 1}, "
            f"got {len(classes)} names"
        )
    return [str(name) for name in classes]


def check_named(place: str, name: str, given: Any, example: str) -> None:
    """Make sure that what a picture shows comes by the names under which it shows it."""
    if not isinstance(given, Mapping):
        raise TypeError(
            f"{place}: expected {name} to be a mapping such as {example}, "
            f"got {type(given).__name__}"
        )
    if not given:
        raise ValueError(f"{place}: expected at least one entry in {name}, got none")
