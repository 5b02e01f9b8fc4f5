"""Engines in processes of their own, which take turns.

A process answers a number of calls with the seconds that one of them took: of its processor where
it has one thread, so that load from elsewhere counts little, and of the clock where it has more.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any

import numpy as np

from benchmarks import machine
from benchmarks.environment import variables
from benchmarks.tape.engines import BARE, CASES, OWN, PEERS
from benchmarks.turns import Worker, in_turns, serve

TURN = 0.1  # seconds of work in one turn


def installed(engines: Sequence[str]) -> list[str]:
    """The engines that are numnet's own, and the peers that can be imported."""
    return [
        name
        for name in engines
        if name in OWN or name == "products" or machine.installed(name.split("_")[0])
    ]


def compare(
    case: str, engines: Sequence[str], turns: int, threads: int | None
) -> dict[str, list[float]]:
    """The seconds of a call, turn by turn, for each engine; None leaves the threads to BLAS."""
    clock = "perf_counter" if threads is None else "process_time"
    with ExitStack() as stack:
        asked = {}
        for name in engines:
            worker = Worker("benchmarks.tape.turns", [name, case, clock], variables(threads))
            stack.enter_context(worker)
            asked[name] = partial(worker.ask, max(5, int(TURN / worker.ask(20))))
        return in_turns(asked, turns)


def answer(engine: str, case: str, clock: str = "perf_counter") -> None:
    """Answer every line of standard input; what is asked of must be right first."""
    data = CASES[case].arrays()
    call: Callable[[], Any] = (OWN | PEERS | BARE)[engine](CASES[case], data)
    reference = OWN["layers"](CASES[case], data)()
    bound = 1e-3 if CASES[case].dtype == "float32" else 1e-10
    for mine, theirs in zip(call(), reference, strict=True) if engine not in BARE else ():
        off = float(np.abs(np.asarray(mine) - theirs).max() / np.abs(theirs).max())
        if not off < bound:
            raise SystemExit(f"{engine}, {case}: its gradient is off by {off:.1e}")
    serve(partial(_seconds, call, getattr(time, clock)))


def _seconds(call: Callable[[], Any], clock: Callable[[], float], times: int) -> float:
    """The mean of so many calls."""
    start = clock()
    for _ in range(times):
        call()
    return (clock() - start) / times


def main(arguments: Any = None) -> None:
    """What a worker runs."""
    answer(*(sys.argv[1:] if arguments is None else arguments))


if __name__ == "__main__":
    main()
