"""The rows of memory: the peak of a run, and a run on a file of ten times what it may take."""

from __future__ import annotations

import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.growth.apart import apart
from benchmarks.growth.mapped import bytes_of, write_images
from benchmarks.growth.nets import LARGE, MNIST, WIDE, Net
from benchmarks.row import Outcome, markdown

MOST = 1.3
ALLOWED = 64  # MiB


@dataclass(frozen=True)
class Case:
    """A run with so many BLAS threads, None for all, and whether the bound is its."""

    net: Net
    rows: int
    held_out: int
    threads: int | None
    bounded: bool = True


CASES = [
    Case(net, MNIST, held_out, threads)
    for net in (LARGE, WIDE)
    for held_out in (0, 10_000)
    for threads in (1, None)
]
FEW = Case(WIDE, 1280, 0, 1, bounded=False)
HEAD = "batch and network", "rows", "validation", "threads", "data", "3 vectors", "activations"
PEAKS = "peak of fit", "ratio", "peak of loading"


def peaks(quick: bool) -> Outcome:
    """A quick run is of the smaller network alone."""
    half = len(CASES) // 2
    lines: list[list[Any]] = []
    numbers = []
    worst = 0.0
    for case in CASES[:half] if quick else [*CASES, FEW]:
        net, rows, held_out = asdict(case.net), case.rows, case.held_out
        m = apart("memory", case.threads, **net, rows=rows, held_out=held_out)
        worst = max(worst, m["ratio"] if case.bounded else 0.0)
        sizes = [f"{m[name]:.1f}" for name in ("data", "parameters", "activations", "peak")]
        ratio = f"{m['ratio']:.2f}" + " (no bound)" * (not case.bounded)
        line = [case.net, rows, held_out, case.threads or "all", *sizes, ratio]
        lines.append([*line, f"{m['loading']:.1f}"])
        numbers.append({name: round(value, 3) for name, value in m.items()})
    notes = (
        "MiB of resident memory above the interpreter with numnet imported. The peak holds what "
        "BLAS takes for its buffers, the gathered batch, and all outputs of the validation data, "
        "which the bound does not count. Where parameters outweigh data, the vector in which the "
        "new parameters are computed, aside from the old, is a fourth beside the three."
    )
    figure = f"at most {worst:.2f} times, of {half if quick else len(CASES)} runs"
    details = f"{notes}\n\n{markdown((*HEAD, *PEAKS), lines)}"
    source = "the training images of MNIST" if numbers[0]["mnist"] else ""
    return Outcome(figure, {"runs": numbers}, worst <= MOST, source, details)


def mapped(quick: bool) -> Outcome:
    """The same limit for a file of ten times and one of a quarter of that; unmapped neither fits.

    A quick run has a quarter of the limit and of the files.
    """
    allowed = ALLOWED // 4 if quick else ALLOWED
    full = -(-10 * allowed * 2**20 // bytes_of(1))
    taken: dict[int, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as name:
        for rows in (full // 4, full):
            folder = str(Path(name, str(rows)))
            write_images(Path(folder), rows)
            taken[rows] = {
                "mapped": apart("mapped", folder=folder, mmap=True, allowed=allowed),
                "whole": apart("mapped", folder=folder, mmap=False, allowed=allowed),
            }
    right = all(t["mapped"]["ended"] and not t["whole"]["ended"] for t in taken.values())
    runs = " and ".join(
        f"{t['mapped']['taken']:.1f} MiB for {bytes_of(rows) / 2**20:.0f}"
        for rows, t in taken.items()
    )
    ended = "ends" if right else "does not end as it should"
    figure = f"an epoch with {allowed} MiB allowed {ended}: it took {runs} MiB on disk"
    details = (
        "The limit is RLIMIT_DATA, which counts all memory that is no map of a file; without "
        "mmap=True loading fails under it. With it the images are read and written to the file "
        "that is mapped, and an epoch is trained. What grows with the rows are labels and the "
        "order in which they are drawn, 16 bytes each."
    )
    numbers = {str(rows): t for rows, t in taken.items()}
    return Outcome(figure, {"allowed": allowed, "runs": numbers}, right, details=details)
