"""What a second thread is worth: a step's, and that of the matrix products of this machine."""

from __future__ import annotations

import math
import os
from contextlib import ExitStack
from functools import partial
from typing import Any

from benchmarks.environment import variables
from benchmarks.peers.bounds import SCALING
from benchmarks.peers.comparison import QUICK, TURN, TURNS
from benchmarks.peers.worker import BLOCKS
from benchmarks.row import Outcome
from benchmarks.turns import Worker, in_turns, ratio

MEASURED = {
    "layers": "a step of numnet",
    "bare": "its products and passes alone",
    "square": "one product of 1024 x 1024",
}


def speed_up(workload: str, turns: int) -> dict[str, float]:
    """Seconds with one thread over those with two, of each in MEASURED."""
    with ExitStack() as stack:
        asked: dict[str, Any] = {}
        workers = {
            f"{name} {threads}": stack.enter_context(
                Worker("benchmarks.peers.worker", [name, workload], variables(threads))
            )
            for name in MEASURED
            for threads in (1, 2)
        }
        for worker in workers.values():
            worker.hear()
        for name, worker in workers.items():
            calls = max(2, math.ceil(TURN / BLOCKS / worker.ask(2)[0]))
            asked[name] = partial(worker.ask, calls)
        found = in_turns(asked, turns)
    wall = {name: [pair[0] for pair in pairs] for name, pairs in found.items()}
    return {name: ratio(wall, f"{name} 1", f"{name} 2") for name in MEASURED}


def measure(workload: str, quick: bool) -> Outcome:
    """The row; a machine of one core has nothing to say."""
    if (os.cpu_count() or 1) < 2:
        return Outcome("not measured: one core", {})
    found = speed_up(workload, QUICK if quick else TURNS)
    figure = ", ".join(f"{what} {found[name]:.2f}" for name, what in MEASURED.items())
    return Outcome(f"times faster: {figure}", found, found["layers"] >= SCALING)
