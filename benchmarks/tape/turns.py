"""Engines in processes of their own, which take turns: the ratio within a turn is what counts.

A process answers a number of calls on a line with the seconds of its own processor time that one of
them took. So that load from elsewhere, and the threads of another engine, count little.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np

from benchmarks import machine
from benchmarks.environment import variables
from benchmarks.tape.engines import BARE, CASES, OWN, PEERS

PAUSE = 0.25  # seconds; threads of BLAS that have nothing to do spin for about 0.1
TURN = 0.1  # seconds of work in one turn


class Worker:
    """One engine on one case."""

    def __init__(self, engine: str, case: str) -> None:
        self.name = f"{engine}, {case}"
        command = [sys.executable, "-m", "benchmarks.tape.turns", engine, case]
        self.process = subprocess.Popen(
            command, env=variables(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, calls: int) -> float:
        """The seconds of one of so many calls."""
        self.process.stdin.write(f"{calls}\n")  # type: ignore[union-attr]
        self.process.stdin.flush()  # type: ignore[union-attr]
        line = self.process.stdout.readline()  # type: ignore[union-attr]
        if not line:
            raise RuntimeError(f"{self.name} ended: what it said stands above")
        return float(json.loads(line))

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *error: object) -> None:
        self.process.stdin.close()  # type: ignore[union-attr]
        self.process.wait()
        self.process.stdout.close()  # type: ignore[union-attr]


def installed(engines: Sequence[str]) -> list[str]:
    """The engines that are numnet's own, and the peers that can be imported."""
    return [
        name
        for name in engines
        if name in OWN or name == "products" or machine.installed(name.split("_")[0])
    ]


def compare(case: str, engines: Sequence[str], turns: int) -> dict[str, list[float]]:
    """The seconds of a call, turn by turn, for each engine."""
    with ExitStack() as stack:
        workers = {name: stack.enter_context(Worker(name, case)) for name in engines}
        times = {name: max(5, int(TURN / worker.ask(20))) for name, worker in workers.items()}
        found: dict[str, list[float]] = {name: [] for name in engines}
        for turn in range(turns):
            # Each goes first in every other turn.
            for name in engines if turn % 2 else reversed(engines):
                time.sleep(PAUSE)
                found[name].append(workers[name].ask(times[name]))
        return found


def answer(engine: str, case: str) -> None:
    """Answer every line of standard input; what is asked of must be right first."""
    data = CASES[case].arrays()
    call: Callable[[], Any] = (OWN | PEERS | BARE)[engine](CASES[case], data)
    reference = OWN["layers"](CASES[case], data)()
    bound = 1e-3 if CASES[case].dtype == "float32" else 1e-10
    for mine, theirs in zip(call(), reference, strict=True) if engine not in BARE else ():
        off = float(np.abs(np.asarray(mine) - theirs).max() / np.abs(theirs).max())
        if not off < bound:
            raise SystemExit(f"{engine}, {case}: its gradient is off by {off:.1e}")
    for line in sys.stdin:
        start = time.process_time()
        for _ in range(int(line)):
            call()
        print(json.dumps((time.process_time() - start) / int(line)), flush=True)


def main(arguments: Any = None) -> None:
    """What a worker runs."""
    answer(*(sys.argv[1:] if arguments is None else arguments))


if __name__ == "__main__":
    main()
