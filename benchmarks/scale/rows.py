"""The rows: a descent on each executor, one with a worker killed, and from when it pays."""

from __future__ import annotations

import os
import signal
import statistics
import time
from collections.abc import Callable
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

import numnet
from benchmarks.machine import facts
from benchmarks.row import Outcome, Row, markdown
from benchmarks.scale.descent import Problem, Run, descend, problem
from benchmarks.scale.executors import KINDS, WORKERS, Watched, client, pids
from numnet.shards.worker import one_blas_thread

Array = NDArray[Any]
# Of the first gradient; and of the loss where the descents end, which rounding drives apart.
CLOSE, END = 1e-12, 1e-9


@cache
def serial(quick: bool, one_thread: bool) -> Run:
    """The descent in this process, BLAS on one thread or as many as it takes."""
    task = problem(quick)
    if not one_thread:
        return descend(task.objective, task.theta, task.iterations)
    with one_blas_thread():
        return descend(task.objective, task.theta, task.iterations)


@cache
def sharded(kind: str, quick: bool) -> Run:
    """The descent on an executor, a shard for each worker."""
    task = problem(quick)
    with KINDS[kind]() as executor:
        watch = Watched(executor)
        objective = task.objective.sharded(watch, WORKERS)
        objective(task.theta)  # the workers have begun, and hold their shards
        watch.taken()
        # SciPy's own sums too: their bits depend on the number of threads.
        with one_blas_thread():
            return descend(objective, task.theta, task.iterations, watch)


def measure_serial(quick: bool) -> Outcome:
    """The step that all others are compared with."""
    one, all_threads = serial(quick, True), serial(quick, False)
    threads = facts()["blas"].get("threads") or facts()["cores"]
    figure = (
        f"{one.step:.1f} ms a step with one BLAS thread, {all_threads.step:.1f} with {threads}; "
        f"loss {one.value:.6g} after {len(one.seconds)} evaluations"
    )
    numbers = {"one": one.step, "all": all_threads.step, "loss": one.value}
    return Outcome(figure, numbers, data=problem(quick).data)


def measure_kind(kind: str, quick: bool) -> Outcome:
    """How equal, how fast, and where the time of a step goes."""
    one, run = serial(quick, True), sharded(kind, quick)
    gradient = float(np.abs(run.first - one.first).max() / np.abs(one.first).max())
    loss = abs(run.value - one.value) / abs(one.value)
    bits = run.theta.tobytes() == sharded("threads", quick).theta.tobytes()
    work, way, wait = run.split
    figure = (
        f"{run.step:.1f} ms a step: compute {work:.1f}, transfer {way:.2f}, wait {wait:.2f}; "
        f"{one.step / run.step:.2f} times as fast as serial; first gradient off by {gradient:.1e}, "
        f"loss at the end by {loss:.1e}"
        + ("" if kind == "threads" else f"; {'the' if bits else 'NOT the'} bits of threads")
    )
    numbers = {
        "step": run.step, "compute": work, "transfer": way, "wait": wait,
        "speedup": one.step / run.step, "gradient": gradient, "loss": loss, "bits": bits,
    }  # fmt: skip
    return Outcome(figure, numbers, gradient < CLOSE and loss < END and bits, problem(quick).data)


def measure_killed(quick: bool) -> Outcome:
    """The cluster's descent, one of whose workers is killed in the middle."""
    task, whole = problem(quick), sharded("cluster", quick)
    at = len(whole.seconds) // 2
    with client() as reached:
        objective = task.objective.sharded(reached.get_executor(), WORKERS)
        objective(task.theta)
        before = pids(reached)

        def kill(number: int) -> None:
            if number == at:
                os.kill(before[0], signal.SIGKILL)

        with one_blas_thread():
            run = descend(objective, task.theta, task.iterations, before=kill)
        reached.wait_for_workers(WORKERS, timeout=60)
        after = pids(reached)
    bits = run.theta.tobytes() == whole.theta.tobytes()
    slow = 1e3 * max(run.seconds[at : at + 2])
    figure = (
        f"killed before evaluation {at} of {len(run.seconds)}, which took {slow:.0f} ms beside "
        f"{whole.step:.1f}; {'the same' if bits else 'OTHER'} bits at the end as without; "
        f"{len(after)} workers again"
    )
    replaced = before[0] not in after
    return Outcome(figure, {"bits": bits, "slow": slow}, bits and replaced, task.data)


def median(call: Callable[[], object], times: int) -> float:
    """Milliseconds of one call."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return 1e3 * statistics.median(seconds)


def of_rows(task: Problem, rows: int) -> numnet.Objective:
    """The objective on the first rows alone."""
    whole = task.objective
    return numnet.Objective(whole.model, whole.loss, whole.x[:rows], whole.y[:rows])


def pays_from(serial: list[float], sharded: list[float]) -> float | None:
    """The shortest serial step from which on the sharded one is always shorter.

    Examples
    --------
    >>> pays_from([1.0, 2.0, 4.0, 8.0], [0.9, 3.0, 3.0, 5.0])
    4.0
    >>> pays_from([1.0, 2.0], [3.0, 3.0]) is None
    True
    """
    found = None
    for one, many in zip(reversed(serial), reversed(sharded), strict=True):
        if many >= one:
            break
        found = one
    return found


def measure_pays(quick: bool) -> Outcome:
    """What a call costs beside the work, and the steps of doubled rows."""
    task, theta = problem(quick), problem(quick).theta
    sizes = [8 * 2**k for k in range(6 if quick else 14) if 8 * 2**k <= len(task.objective.x)]
    parts = [of_rows(task, rows) for rows in sizes]
    times = 5 if quick else 15
    with one_blas_thread():
        alone = [median(partial(part, theta), times) for part in parts]
    tiny = numnet.Objective(numnet.Linear(2, 1), numnet.MSE(), np.ones((4, 2)), np.ones((4, 1)))
    bare = median(partial(tiny, np.zeros(3)), 20 * times)
    steps: dict[str, list[float]] = {}
    fixed: dict[str, float] = {}
    for kind, opened in KINDS.items():
        with opened() as executor:
            call = partial(tiny.sharded(executor, WORKERS), np.zeros(3))
            call()
            fixed[kind] = median(call, 10 * times) - bare
            for part in parts:
                call = partial(part.sharded(executor, WORKERS), theta)
                call()
                steps.setdefault(kind, []).append(median(call, times))
    pays = {kind: pays_from(alone, found) for kind, found in steps.items()}
    words = [
        f"{kind} {fixed[kind]:.2f} ms, from a step of "
        + (f"{pays[kind]:.3g} ms on" if pays[kind] else f"more than {alone[-1]:.3g} ms on")
        for kind in KINDS
    ]
    lines = [
        [rows, *(f"{x:.3g}" for x in (alone[i], *(steps[kind][i] for kind in KINDS)))]
        for i, rows in enumerate(sizes)
    ]
    table = markdown(("rows", "serial, one BLAS thread", *KINDS), lines)
    numbers = {"fixed": fixed, "pays": pays, "rows": sizes, "serial": alone, "steps": steps}
    details = f"Milliseconds of one evaluation:\n\n{table}"
    return Outcome("; ".join(words), numbers, data=task.data, details=details)


SAME = f"first gradient to {CLOSE:g}, loss to {END:g}, the bits of threads"
ROWS = {
    row.name: row
    for row in (
        Row("serial", "no bound", "L-BFGS in one process", measure_serial),
        Row("threads", SAME.rpartition(",")[0], "two threads", partial(measure_kind, "threads")),
        Row("process", SAME, "two processes", partial(measure_kind, "process")),
        Row("cluster", SAME, "a cluster of two processes", partial(measure_kind, "cluster")),
        Row("killed", "the bits of the cluster", "a worker killed in mid-run", measure_killed),
        Row("pays", "no bound", "what a call adds, and when it pays", measure_pays),
    )
}
