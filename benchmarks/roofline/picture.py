"""The picture: both axes logarithmic, a roof for each precision, and every point with its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from benchmarks.roofline.roof import Roof
from benchmarks.roofline.work import Point
from numnet.plot.style import BLUE, FAINT, INK, VERMILLION, Picture, dressed

COLOURS = {"float32": BLUE, "float64": VERMILLION}
MARKERS = {"float32": "o", "float64": "s"}
LINE = 0.165  # inches from a name to the next


def draw(title: str, points: Sequence[Point], roofs: Mapping[str, Roof]) -> Figure:
    """Names stand in a column on the right, each as near to the height of its point as it can."""
    shown = sorted(points, key=lambda point: point.rate)
    over = {dtype: roofs[dtype] for dtype in dict.fromkeys(p.dtype for p in points)}
    left = min([p.intensity for p in shown] + [roof.ridge for roof in over.values()]) / 2
    right = 2 * max([p.intensity for p in shown] + [roof.ridge for roof in over.values()])
    low, high = shown[0].rate / 1.5, 1.5 * max(shown[-1].rate, *(r.peak for r in over.values()))
    height = max(4.5, LINE * len(shown) + 1.2)
    figure = Picture(10.5, height, layout="constrained")
    ax = dressed(figure.add_subplot())
    across = np.geomspace(left, right, 500)
    for dtype, roof in over.items():
        label = f"{dtype}: {roof.peak:.0f} GFLOP/s, {roof.bandwidth:.0f} GB/s"
        heights = [roof.over(float(x)) for x in across]
        ax.plot(across, heights, color=COLOURS[dtype], linewidth=1.5, label=label)
        mine = [p for p in shown if p.dtype == dtype]
        at = [p.intensity for p in mine], [p.rate for p in mine]
        ax.plot(*at, MARKERS[dtype], color=COLOURS[dtype], markersize=4.5)
    ax.set(xscale="log", yscale="log", xlim=(left, right), ylim=(low, high))
    ax.set(xlabel="FLOP a byte", ylabel="GFLOP/s")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter("{x:g}")
    wanted = np.log([p.rate / low for p in shown]) / np.log(high / low)
    for p, up in zip(shown, apart(wanted, LINE / (height - 1.2)), strict=True):
        ax.annotate(
            p.name,
            (p.intensity, p.rate),
            (1.05, up),
            textcoords="axes fraction",
            fontsize=8,
            color=INK,
            va="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": FAINT, "linewidth": 0.4, "relpos": (0.0, 0.5)},
        )
    figure.suptitle(title, color=INK)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, labelcolor=INK)
    return figure


def apart(wanted: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """Rising heights within 0 to 1 at least a step apart, as near as can be to those wanted.

    Examples
    --------
    >>> apart(np.array([0.5, 0.5, 0.9]), 0.2).round(2).tolist()
    [0.4, 0.6, 0.9]
    """
    shift = step * np.arange(len(wanted))
    free = isotonic_regression(wanted - shift).x
    found: NDArray[np.float64] = free.clip(0, max(0.0, 1 - shift[-1])) + shift
    return found
