"""Bars: how many times as long as numnet each engine takes, a panel a workload."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from benchmarks.peers.comparison import REFERENCE, Comparison
from benchmarks.peers.engines import ENGINES, OWN, PEERS
from numnet.plot.style import BLUE, FAINT, INK, VERMILLION, Picture, dressed


def bars(found: Mapping[str, Comparison]) -> Figure:
    """Times the time of numnet's layers, on a logarithmic axis."""
    rows = -(-len(found) // 4)
    figure = Picture(13.0, 2.8 * rows + 0.5, layout="constrained")
    panels = list(figure.subplots(rows, 4, squeeze=False).flat)
    ratios = [c.ratio(engine, REFERENCE) for c in found.values() for engine in c.wall]
    low, high = min([0.5, *ratios]), max([2.0, *ratios])
    for axes in panels:
        axes.set_axis_off()
    for axes, (name, comparison) in zip(panels, found.items(), strict=False):
        dressed(axes).set_axis_on()
        engines = [engine for engine in reversed(ENGINES) if engine in comparison.wall]
        times = [comparison.ratio(engine, REFERENCE) for engine in engines]
        widths = [time - 1 for time in times]
        axes.barh(engines, widths, left=1, color=[_colour(engine) for engine in engines])
        for i, time in enumerate(times):
            axes.annotate(f" {time:.2f}", (max(time, 1), i), va="center", fontsize=8)
        axes.axvline(1, color=INK, linewidth=1)
        axes.set_xscale("log")
        axes.set_xlim(low / 1.2, high * 3)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.tick_params(labelsize=8)
        axes.set_title(f"{name}: layers {_time(comparison.seconds(REFERENCE))}", fontsize=10)
    figure.suptitle(
        "Time of a training step in times of numnet's layers: to the left of 1 is faster"
    )
    return figure


def _colour(engine: str) -> str:
    return BLUE if engine in OWN else VERMILLION if engine in PEERS else FAINT


def _time(seconds: float) -> str:
    return f"{1e3 * seconds:.2f} ms" if seconds >= 1e-3 else f"{1e6 * seconds:.0f} us"
