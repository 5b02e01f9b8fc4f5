"""How the time of a step grows with each size, and where what it touches leaves a cache."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from matplotlib.figure import Figure

from benchmarks.growth.sizes import NETS, touched
from numnet.plot.style import BLUE, FAINT, INK, PAPER, VERMILLION, Picture, dressed

TITLES = {
    "N": "N rows, 784-100-10",
    "D": "D inputs, 128 x D-100-10",
    "Q": "Q hidden units, 128 x 400-Q-10",
    "depth": "depth: hidden layers of 64 units",
}


def draw(
    seconds: Mapping[str, Mapping[int, float]],
    slopes: Mapping[str, list[tuple[float, str]]],
    caches: Mapping[str, int],
) -> Figure:
    """Four panels; the exponent stands between two sizes, with the cache that lies between them."""
    figure = Picture(11.0, 8.0, layout="constrained")
    for place, (axis, found) in enumerate(seconds.items()):
        ax = dressed(figure.add_subplot(2, 2, place + 1))
        sizes, micro = list(found), [1e6 * s for s in found.values()]
        ax.plot(sizes, micro, "o-", color=BLUE, markersize=4, linewidth=1.2, label="measured")
        straight = [micro[-1] * size / sizes[-1] for size in sizes]
        ax.plot(sizes, straight, ":", color=FAINT, linewidth=1, label="exponent 1")
        ax.set(xscale="log", yscale="log", title=TITLES[axis], ylabel="us a step")
        ax.set_xticks(sizes, [str(size) for size in sizes])
        ax.minorticks_off()
        for i, (slope, left) in enumerate(slopes[axis]):
            middle = (sizes[i] * sizes[i + 1]) ** 0.5, (micro[i] * micro[i + 1]) ** 0.5
            ax.annotate(
                f"{slope:.2f}" + f" ({left})" * bool(left),
                middle,
                xytext=(-6, 6),
                textcoords="offset points",
                ha="right",
                fontsize=8,
                color=VERMILLION if left else INK,
                bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1},
            )
        for name, size in caches.items():
            if (edge := crossing(axis, size)) is not None:
                ax.axvline(edge, color=VERMILLION, linewidth=0.8, linestyle="--")
                ax.annotate(
                    name,
                    (edge, 0.02),
                    xycoords=("data", "axes fraction"),
                    xytext=(3, 0),
                    textcoords="offset points",
                    fontsize=8,
                    color=VERMILLION,
                )
        ax.title.set_fontsize(10)
        ax.legend(fontsize=8, frameon=False, loc="upper left")
    return figure


def crossing(axis: str, cache: int) -> float | None:
    """The size at which a step touches as many bytes as a cache holds, between two of them."""
    nets = NETS[axis]
    sizes = list(nets)
    for a, b in itertools.pairwise(sizes):
        low, high = touched(nets[a]), touched(nets[b])
        if low <= cache < high:
            return a + (b - a) * (cache - low) / (high - low)
    return None
