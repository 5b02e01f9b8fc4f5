"""The rows of the table: a workload with all cores, with one thread, and what they come to."""

from __future__ import annotations

import statistics
from functools import partial
from typing import Any

from benchmarks.peers import scaling
from benchmarks.peers.bounds import MEAN, SCALING, bounds
from benchmarks.peers.comparison import (
    QUICK,
    REFERENCE,
    TURNS,
    Comparison,
    RefusedError,
    compare,
)
from benchmarks.peers.picture import bars
from benchmarks.peers.workloads import WORKLOADS
from benchmarks.row import Outcome, Row, markdown

THREADS = {"": None, "-1": 1}  # by the end of a row's name


def step(workload: str, threads: int | None, quick: bool) -> Outcome:
    """numnet's step against every engine's."""
    try:
        found = compare(workload, threads, QUICK if quick else TURNS)
    except RefusedError as error:
        return Outcome(f"refused: {error}", {}, False)
    limits = list(bounds(workload, found))
    missed = [str(limit) for limit in limits if not limit.kept]
    best = found.peers[:1]
    figure = f"{1e6 * found.seconds(REFERENCE):.0f} us"
    figure += "".join(
        f"; {found.ratio(REFERENCE, name):.2f} of {name}"
        for name in [*best, "bare", "prototype", "inlined"]
    )
    figure += f"; module {found.ratio('module', REFERENCE):.2f} of layers"
    figure += "".join(f"; {peer} left out: {why}" for peer, why in found.left_out.items())
    figure += f"; beyond its bound: {'; '.join(missed)}" * bool(missed)
    numbers: dict[str, Any] = {
        "microseconds": {name: round(1e6 * found.seconds(name), 2) for name in found.wall},
        "layers_to": {name: round(found.ratio(REFERENCE, name), 3) for name in found.wall},
        "best_peer": best[0] if best else None,
        "bounds": {
            f"{limit.one}/{limit.other}": [round(limit.found, 3), limit.most] for limit in limits
        },
        "left_out": found.left_out,
    }
    return Outcome(figure, numbers, not missed, details=table(found))


def table(found: Comparison) -> str:
    """Every engine, the fastest first."""
    lines = [
        [
            name,
            f"{1e6 * found.seconds(name):.1f}",
            f"{found.ratio(name, REFERENCE):.2f}",
            f"{statistics.median(found.own[name]) / found.seconds(name):.2f}",
        ]
        for name in sorted(found.wall, key=found.seconds)
    ]
    return markdown(("engine", "us a step", "times the layers", "cores at work"), lines)


def mean(threads: int | None, quick: bool) -> Outcome:
    """The geometric mean over the workloads of the ratio to the best peer."""
    try:
        found = {name: compare(name, threads, QUICK if quick else TURNS) for name in WORKLOADS}
    except RefusedError as error:
        return Outcome(f"refused: {error}", {}, False)
    to_best = {n: c.ratio(REFERENCE, c.peers[0]) for n, c in found.items() if c.peers}
    if not to_best:
        return Outcome("no peer is installed", {}, False)
    value = statistics.geometric_mean(to_best.values())
    each = ", ".join(f"{name} {ratio:.2f}" for name, ratio in to_best.items())
    numbers = {"mean": round(value, 3)} | {n: round(r, 3) for n, r in to_best.items()}
    pictures = {f"threads-{threads or 'all'}": bars(found)}
    return Outcome(f"{value:.2f} ({each})", numbers, value <= MEAN, pictures=pictures)


def _rows(end: str, threads: int | None) -> dict[str, Row]:
    cores = "one thread" if threads else "all cores"
    rows = {}
    for name, workload in WORKLOADS.items():
        report = f"{workload}; {cores}: ahead of every peer"
        rows[name + end] = Row(name + end, report, cores, partial(step, name, threads))
    report = f"geometric mean of the ratios to the best peers, {cores}: at most {MEAN:g}"
    return rows | {"mean" + end: Row("mean" + end, report, cores, partial(mean, threads))}


ROWS = {name: row for end, n in THREADS.items() for name, row in _rows(end, n).items()} | {
    f"two-{name}": Row(
        f"two-{name}",
        f"{WORKLOADS[name]}: two threads at least {SCALING} times as fast as one",
        "one thread and two",
        partial(scaling.measure, name),
    )
    for name in ("big", "auto")
}
