"""The engines of one workload, each in a process of its own, by turns."""

from __future__ import annotations

import functools
import math
import statistics
import time
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

from benchmarks.environment import variables
from benchmarks.peers.engines import PEERS, installed
from benchmarks.peers.worker import BLOCKS
from benchmarks.turns import Worker, WorkerError, in_turns, ratio

TURN = 0.1  # seconds of work in one turn
TURNS, QUICK = 15, 3
EQUAL = 1e-5
REFERENCE = "layers"


class RefusedError(ValueError):
    """An engine does not train as numnet does: its time means nothing."""


@dataclass(frozen=True)
class Comparison:
    """Seconds of a step, turn by turn, and the peers that were left out, with the reason."""

    wall: dict[str, list[float]]
    own: dict[str, list[float]]
    left_out: dict[str, str]

    def ratio(self, one: str, other: str) -> float:
        """The median over the turns of the ratio within a turn."""
        return ratio(self.wall, one, other)

    def seconds(self, engine: str) -> float:
        """The median over the turns."""
        return statistics.median(self.wall[engine])

    @property
    def peers(self) -> list[str]:
        """Those measured, the best first."""
        return sorted((p for p in PEERS if p in self.wall), key=lambda p: self.ratio(p, REFERENCE))


def refuse_unequal(engine: str, found: list[Any], reference: list[Any]) -> None:
    """Raise unless an engine has numnet's losses.

    Raises
    ------
    RefusedError
        If one is not numnet's, before any of the first steps or after them.

    Examples
    --------
    >>> refuse_unequal("torch", [1.0, None, 0.5], [1.0, 0.7, 0.5])
    >>> refuse_unequal("torch", [1.0, None, 0.6], [1.0, 0.7, 0.5])
    Traceback (most recent call last):
    ...
    benchmarks.peers.comparison.RefusedError: torch: loss 0.6 after 2 steps, numnet 0.5
    """
    for steps, (mine, right) in enumerate(zip(found, reference, strict=True)):
        # Written so that NaN is refused.
        if mine is not None and not abs(mine - right) <= EQUAL * abs(right):
            raise RefusedError(f"{engine}: loss {mine:.8g} after {steps} steps, numnet {right:.8g}")


@functools.cache
def compare(workload: str, threads: int | None, turns: int) -> Comparison:
    """Measure all that is installed, with so many BLAS threads; None leaves it to the libraries.

    Raises
    ------
    RefusedError
        If an engine does not train as numnet does.
    """
    names, environment = installed(), variables(threads)
    left_out = {peer: "not installed" for peer in PEERS if peer not in names}
    with ExitStack() as stack:
        # All at once: most of this is imports and compilers at work.
        workers = {
            name: stack.enter_context(
                Worker("benchmarks.peers.worker", [name, workload], environment)
            )
            for name in names
        }
        losses = {}
        for name in names:
            try:
                losses[name] = workers[name].hear()
            except WorkerError as error:
                if name not in PEERS:
                    raise
                left_out[name] = str(error)
                del workers[name]
        for name in losses:
            if name != "bare":
                refuse_unequal(name, losses[name], losses[REFERENCE])
        asked = {}
        for name, worker in workers.items():
            first = worker.ask(2)[0]
            calls = max(2, math.ceil(TURN / BLOCKS / first))
            asked[name] = partial(worker.ask, calls)
        time.sleep(1)
        found = in_turns(asked, turns)
    wall, own = ({n: [pair[i] for pair in found[n]] for n in found} for i in (0, 1))
    return Comparison(wall, own, left_out)
