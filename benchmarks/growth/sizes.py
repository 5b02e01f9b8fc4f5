"""The time of a training step over two decades of each size, on one thread."""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks.growth.apart import answer
from benchmarks.growth.loops import seconds
from benchmarks.growth.nets import Net

DECADES = (16, 48, 160, 480, 1600)
DEPTHS = (1, 3, 10, 30, 100)
NETS: dict[str, dict[int, Net]] = {
    "N": {n: Net((784, 100, 10), n, "float32") for n in DECADES},
    "D": {n: Net((n, 100, 10), 128, "float32") for n in DECADES},
    "Q": {n: Net((400, n, 10), 128, "float32") for n in DECADES},
    "depth": {n: Net((64,) * (n + 1) + (10,), 128, "float32") for n in DEPTHS},
}


def touched(net: Net) -> int:
    """Bytes that a step reads or writes: inputs, outputs of layers, values, gradients, velocity."""
    return net.activations + 3 * net.parameters


def measured(axis: str, turns: int, work: float) -> dict[str, list[float]]:
    """Seconds of a step by size, turn by turn; so many seconds of work in each."""
    steps = {str(size): net.step() for size, net in NETS[axis].items()}
    times = {size: max(3, int(work / seconds(step, 3))) for size, (step, _) in steps.items()}
    found: dict[str, list[float]] = {size: [] for size in steps}
    for turn in range(turns):
        for size in steps if turn % 2 else reversed(steps):
            step, optimizer = steps[size]
            # Velocities of units that no longer learn decay to denormal numbers, which are slow.
            optimizer.reset()
            step()
            found[size].append(seconds(step, times[size]))
    return found


def caches() -> dict[str, int]:
    """Bytes of this core's caches of data by name, smallest first; none where Linux tells none."""
    found = {}
    for index in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        level, kind, size = (
            (index / name).read_text().strip() for name in ("level", "type", "size")
        )
        number = re.fullmatch(r"(\d+)K", size)
        if kind != "Instruction" and number:
            found[f"L{level}"] = int(number[1]) * 1024
    return dict(sorted(found.items(), key=lambda item: item[1]))


if __name__ == "__main__":
    answer(measured)
