"""All engines, seed by seed, and what comes of it."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from benchmarks import machine
from benchmarks.environment import variables
from benchmarks.time_to_accuracy.settings import SETTINGS
from benchmarks.turns import Worker, WorkerError, in_turns, ratio

OWN = "numnet"
Run = list[tuple[float, float]]  # seconds and accuracy after each epoch


@dataclass(frozen=True)
class Race:
    """The runs of each engine, one a seed, and the peers that were left out, with the reason."""

    runs: dict[str, list[Run]]
    goal: float
    left_out: dict[str, str]

    @property
    def reached(self) -> dict[str, list[float]]:
        """The seconds of each run, of the engines that reached the goal with every seed."""
        return {
            name: [run[-1][0] for run in runs]
            for name, runs in self.runs.items()
            if all(run[-1][1] >= self.goal for run in runs)
        }

    @property
    def times(self) -> dict[str, float]:
        """Each peer's seconds in times of numnet's, the median over the seeds; the best first."""
        found = self.reached
        if OWN not in found:
            return {}
        pairs = {name: ratio(found, name, OWN) for name in found if name != OWN}
        return dict(sorted(pairs.items(), key=lambda pair: pair[1]))

    def seconds(self, name: str) -> str:
        """Median, least and most."""
        found = self.reached[name]
        return f"{statistics.median(found):.2f} s ({min(found):.2f} to {max(found):.2f})"


def race(seeds: int, goal: float) -> Race:
    """Each engine in a process of its own, by turns; a turn is one seed."""
    left_out = {}
    with ExitStack() as stack:
        workers: dict[str, Worker] = {}
        for name in SETTINGS:
            if name != OWN and not machine.installed(name):
                left_out[name] = "not installed"
                continue
            module, environment = "benchmarks.time_to_accuracy.worker", variables(None)
            worker = stack.enter_context(Worker(module, [name], environment))
            try:
                # One after the other: the first epoch of each takes all cores.
                worker.hear()
            except WorkerError as error:
                if name == OWN:
                    raise
                left_out[name] = str(error)
            else:
                workers[name] = worker
        asked = {
            name: partial(_next, worker, iter(range(1, seeds + 1)), goal)
            for name, worker in workers.items()
        }
        return Race(in_turns(asked, seeds), goal, left_out)


def _next(worker: Worker, seeds: Iterator[int], goal: float) -> Run:
    found: Run = worker.ask([next(seeds), goal])
    return found
