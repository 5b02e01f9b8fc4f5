"""The rows of the table: the roofs, the kernels and the steps, with one thread and with all."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from benchmarks.machine import sentence
from benchmarks.roofline.peak import DTYPES
from benchmarks.roofline.picture import draw
from benchmarks.roofline.roof import Roof, roof
from benchmarks.roofline.work import Point
from benchmarks.roofline.worker import THREADS, measured
from benchmarks.row import Outcome, Row, markdown

TITLES = {"kernels": "every kernel and its backward", "steps": "the training step of each workload"}


def threads(name: str) -> str:
    """In words: "1 thread", "all 2 threads"."""
    count = THREADS[name]
    return "1 thread" if name == "1" else f"all {count} threads" if count > 1 else "all 1 thread"


def peak(name: str, quick: bool) -> Outcome:
    """The two roofs."""
    answer = measured("peak", name, quick)
    found = answer["found"]
    lines = []
    for dtype in DTYPES:
        gemm, memory = found["gemm"][dtype], found["memory"][dtype]
        lines += [[dtype, f"product of {n} x {n}", f"{v:.0f} GFLOP/s"] for n, v in gemm.items()]
        lines += [[dtype, what, f"{v:.1f} GB/s"] for what, v in memory.items()]
    roofs = {dtype: roof(found, dtype) for dtype in DTYPES}
    figure = "; ".join(
        f"{dtype} {r.peak:.0f} GFLOP/s and {r.bandwidth:.1f} GB/s, ridge at {r.ridge:.0f} FLOP a "
        "byte"
        for dtype, r in roofs.items()
    )
    details = f"{_machine(answer)}\n\nCopy and triad move arrays of {found['bytes'] // 2**20} MB."
    return Outcome(
        figure, found, details=f"{details}\n\n" + markdown(("dtype", "what", "rate"), lines)
    )


def points(part: str, name: str, quick: bool) -> Outcome:
    """Every point of a part below the roofs of as many threads."""
    found = measured("peak", name, quick)["found"]
    roofs = {dtype: roof(found, dtype) for dtype in DTYPES}
    answer = measured(part, name, quick)
    all_points = [Point(**point) for point in answer["found"]]
    shares = [roofs[p.dtype].share(p) for p in all_points]
    low, high = min(shares), max(shares)
    figure = (
        f"{len(all_points)} points from {_percent(low)} to {_percent(high)} of the roof, the "
        f"median {_percent(statistics.median(shares))}"
    )
    numbers = [
        asdict(p) | {"gflops": p.rate, "intensity": p.intensity, "share": share}
        for p, share in zip(all_points, shares, strict=True)
    ]
    pictures = {
        f"{_called(part, name)}{mark}": draw(f"{TITLES[part]}, {threads(name)}", shown, roofs)
        for mark, shown in _sheets(part, all_points).items()
    }
    return Outcome(
        figure,
        {"points": numbers, "roofs": {dtype: asdict(r) for dtype, r in roofs.items()}},
        details=f"{_machine(answer)}\n\n{table(all_points, roofs)}",
        pictures=pictures,
    )


def table(all_points: Sequence[Point], roofs: dict[str, Roof]) -> str:
    """One line a point."""
    head = ("what", "dtype", "FLOP", "bytes", "FLOP a byte", "time", "GFLOP/s", "roof", "share")
    lines = [
        [
            p.name,
            p.dtype,
            f"{p.operations:.3g}",
            f"{p.traffic:.3g}",
            f"{p.intensity:.2f}",
            f"{1e6 * p.seconds:.1f} us",
            f"{p.rate:.1f}",
            f"{roofs[p.dtype].over(p.intensity):.1f}",
            _percent(roofs[p.dtype].share(p)),
        ]
        for p in all_points
    ]
    return markdown(head, lines)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _machine(answer: dict[str, Any]) -> str:
    """That of the worker, whose threads and variables count."""
    return f"Measured on {sentence(answer['machine'])}."


def _sheets(part: str, all_points: Sequence[Point]) -> dict[str, list[Point]]:
    """The points of each picture: a hundred names would be too many for one."""
    if part == "steps":
        return {"": list(all_points)}
    return {f"-{dtype}": [p for p in all_points if p.dtype == dtype] for dtype in DTYPES}


def _called(part: str, name: str) -> str:
    return part if name == "all" else part + name


def _rows() -> dict[str, Row]:
    rows = []
    for name in THREADS:
        title = f"products and memory, {threads(name)}"
        rows.append(Row(_called("peak", name), title, title, partial(peak, name)))
        for part, what in TITLES.items():
            title = f"{what}, {threads(name)}"
            rows.append(Row(_called(part, name), title, title, partial(points, part, name)))
    return {row.name: row for row in rows}


ROWS = _rows()
