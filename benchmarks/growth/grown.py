"""The row of growth: the exponent between neighbouring sizes, and the cache left between them."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Mapping

from benchmarks.growth.apart import apart
from benchmarks.growth.picture import draw
from benchmarks.growth.sizes import NETS, caches, touched
from benchmarks.row import Outcome, markdown

MOST = 1.05


def slopes(
    axis: str, seconds: Mapping[int, float], held: Mapping[str, int]
) -> list[tuple[float, str]]:
    """Between neighbouring sizes: the exponent, and the largest cache that is left there, or ""."""
    found = []
    for a, b in itertools.pairwise(seconds):
        low, high = (touched(NETS[axis][size]) for size in (a, b))
        left = [name for name, size in held.items() if low <= size < high]
        found.append(
            (math.log(seconds[b] / seconds[a]) / math.log(b / a), left[-1] if left else "")
        )
    return found


def measure(quick: bool) -> Outcome:
    """Least times of a step; a quick run has fewer turns, and its bound is not that of proof."""
    held = {name: size for name, size in caches().items() if name != "L1"}
    least: dict[str, dict[int, float]] = {}
    medians: dict[str, dict[int, float]] = {}
    for axis in NETS:
        turns = apart("sizes", axis=axis, turns=3 if quick else 25, work=0.01 if quick else 0.05)
        least[axis] = {int(size): min(times) for size, times in turns.items()}
        medians[axis] = {int(size): statistics.median(times) for size, times in turns.items()}
    found = {axis: slopes(axis, times, held) for axis, times in least.items()}
    sides = [slope for axis in found.values() for slope, left in axis if not left]
    jumps = [slope for axis in found.values() for slope, left in axis if left]
    lines = [
        [
            axis,
            size,
            f"{touched(NETS[axis][size]) / 2**20:.2f}",
            f"{1e6 * least[axis][size]:.0f}",
            f"{1e6 * medians[axis][size]:.0f}",
            "" if not i else f"{found[axis][i - 1][0]:.2f}",
            "" if not i else found[axis][i - 1][1],
        ]
        for axis in NETS
        for i, size in enumerate(NETS[axis])
    ]
    head = ["", "size", "MiB touched", "least us", "median us", "exponent", "leaves"]
    shown = ", ".join(f"{name} {size / 2**20:.3g} MiB" for name, size in held.items())
    explained = (
        f"Caches: {shown or 'not told by the system'}. A step touches inputs, outputs of the "
        "layers, parameters, gradients and velocity. An exponent under 1 is the price of the calls "
        "themselves, which small arrays do not repay. Where a cache is left (its name stands in "
        "the last column) what one pass read is no longer there for the next, and the update and "
        "the outputs come from the cache below: that step up is no growth with the size."
    )
    figure = f"at most {max(sides):.2f} within a cache"
    figure += f", {max(jumps):.2f} where one is left" if jumps else ", and none is left"
    figure += "; " + ", ".join(
        f"{a} " + " ".join(f"{s:.2f}" for s, _ in f) for a, f in found.items()
    )
    numbers = {
        axis: {
            "us": {str(size): round(1e6 * s, 1) for size, s in least[axis].items()},
            "exponents": [round(slope, 3) for slope, _ in found[axis]],
        }
        for axis in found
    }
    return Outcome(
        figure,
        {"growth": numbers, "caches": held},
        max(sides) <= MOST,
        details=f"{explained}\n\n{markdown(head, lines)}",
        pictures={"exponents": draw(least, found, held)},
    )
