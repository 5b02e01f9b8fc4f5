"""A process with one engine: it shows that it trains as numnet does, then answers with seconds."""

from __future__ import annotations

import os
import sys
import time
from functools import partial

from benchmarks.peers.bare import square
from benchmarks.peers.engine import CannotError, Engine
from benchmarks.peers.engines import ENGINES
from benchmarks.peers.workloads import WORKLOADS, Workload
from benchmarks.turns import answer, serve

STEPS = 5
BLOCKS = 5


def losses(engine: Engine, workload: Workload) -> list[float | None]:
    """Those of the first steps as the engine has them, then that of its parameters after them."""
    engine.reset()
    found = [engine.step() for _ in range(STEPS)]
    return [*found, workload.loss(engine.theta())]


def seconds(engine: Engine, calls: int) -> tuple[float, float]:
    """Of a step, by the wall's clock and the processor's: the least of some blocks of so many."""
    found = []
    for _ in range(BLOCKS):
        # Velocities of units that no longer learn decay to denormal numbers, which are slow.
        engine.reset()
        engine.step()
        wall, own = time.perf_counter(), time.process_time()
        for _ in range(calls):
            engine.step()
        found.append((time.perf_counter() - wall, time.process_time() - own))
    wall, own = min(found)
    return wall / calls, own / calls


def main() -> None:
    """Answer with the losses, then each number of calls with the seconds of one."""
    name, workload = sys.argv[1], WORKLOADS[sys.argv[2]]
    if name == "jax" and os.environ.get("OMP_NUM_THREADS") == "1":
        # XLA reads no such variable; it counts the cores that it may use.
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    try:
        engine = square(workload) if name == "square" else ENGINES[name](workload)
        answer(losses(engine, workload))
    except Exception as error:
        kind = "" if isinstance(error, CannotError) else f"{type(error).__name__}: "
        answer({"failed": f"{kind}{str(error).strip().partition(chr(10))[0]}"})
        return
    serve(partial(seconds, engine))


if __name__ == "__main__":
    main()
