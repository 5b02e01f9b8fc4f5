"""How row A18 tells and draws a distribution over random starts."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from numnet.plot.style import BLUE, INK, VERMILLION, Picture, dressed

LOOKS = {"1e-2": (VERMILLION, "s"), "1e-3": (INK, "^"), "he": (BLUE, "o"), "glorot": (BLUE, "o")}
FIVE = (0, 25, 50, 75, 100)


def quartiles(found: list[tuple[float, float, float]]) -> list[str]:
    """Lowest, quartiles and highest of each column, the last to three digits.

    Examples
    --------
    >>> quartiles([(99.0, 98.0, 0.5), (97.0, 96.0, 0.25)])[0]
    '97.00 97.50 **98.00** 98.50 99.00'
    """
    cells = []
    for values, digits in zip(np.array(found).T, (".2f", ".2f", ".2g"), strict=True):
        parts = [f"{v:{digits}}" for v in np.percentile(values, FIVE)]
        parts[2] = f"**{parts[2]}**"
        cells.append(" ".join(parts))
    return cells


def picture(
    short: dict[Any, Any], long: dict[Any, Any], steps: tuple[float, ...], passes: int
) -> Figure:
    """Each start after the short run, and the range of the long runs pass by pass."""
    figure = Picture(4.0 * len(steps) + 4.5, 3.8, layout="constrained")
    *lefts, right = (
        dressed(figure.add_subplot(1, len(steps) + 1, i + 1)) for i in range(len(steps) + 1)
    )
    for left, step in zip(lefts, steps, strict=True):
        names = [setting for setting, taken in short if taken == step]
        for place, setting in enumerate(names):
            test = sorted(found[1] for found in short[setting, step])
            colour, marker = LOOKS[setting[1]]
            across = place + np.linspace(-0.3, 0.3, len(test))
            left.plot(across, test, marker, color=colour, markersize=3)
            left.plot([place - 0.35, place + 0.35], [np.median(test)] * 2, color=INK, linewidth=0.8)
        left.set_xticks(range(len(names)), [f"{a}\n{start}" for a, start in names], fontsize=8)
        left.set(title=f"each start after {passes} passes, step {step:g}; line: median")
    lefts[0].set(ylabel="test accuracy (%)")
    for setting, found in long.items():
        colour, marker = LOOKS[setting[1]]
        marks = sorted(found)
        tests = [[entry[1] for entry in found[mark]] for mark in marks]
        line = "-" if setting[0] == "relu" else "--"
        lowest, highest = ([end(t) for t in tests] for end in (min, max))
        if line == "-":
            right.fill_between(marks, lowest, highest, color=colour, alpha=0.2, linewidth=0)
        right.plot(
            marks,
            [np.median(t) for t in tests],
            color=colour,
            linestyle=line,
            marker=marker,
            markersize=3,
            linewidth=1,
            label=", ".join(setting),
        )
    right.set(xlabel="pass", xscale="log", title="median; relu: lowest to highest")
    right.legend(fontsize=8, frameon=False, title="activation, start", title_fontsize=8)
    for ax in (*lefts, right):
        ax.title.set_fontsize(9)
    return figure
