"""Bombs are refused soon and in little memory, and loading runs nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.robust import forge, worker
from benchmarks.robust.explosives import BOMBS
from benchmarks.row import Outcome, Row, markdown

Bomb = Callable[..., bytes]
MOST_BYTES = 64 * 2**20
MOST_SECONDS = 1.0
HARMLESS = {"open", "builtins.id"}  # of all audit events, those that loading may raise


def write(folder: Path, bombs: Sequence[Bomb]) -> list[Path]:
    """A good file, then each bomb, in files."""
    content = forge.content(forge.model())
    paths = [folder / "good"]
    paths[0].write_bytes(content)
    for bomb in bombs:
        paths.append(folder / bomb.__name__)
        paths[-1].write_bytes(bomb(*forge.parts(content)))
    return paths


def defuse(bombs: Sequence[Bomb] = BOMBS) -> tuple[list[dict[str, Any]], dict[str, list[str]]]:
    """What each file cost, the good one first, and the audit events of all."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [str(path) for path in write(Path(folder), bombs)]
        *costs, events = worker.results("benchmarks.robust.loading", paths, 60)
        if "load" not in events:  # it was stopped while it loaded the next file
            costs.append(events)
            events = {"load": ["no end"], "pickle": []}
        for path in paths[len(costs) :]:
            costs.append({"file": Path(path).name, "error": "no end", "seconds": 60.0, "peak": 0})
        for cost, path in zip(costs, paths, strict=True):
            cost["size"] = Path(path).stat().st_size
    return costs, events


def measure(quick: bool) -> Outcome:
    """All bombs; the quick run is the full one."""
    costs, events = defuse()
    bombs = costs[1:]
    refused = [
        cost["error"] == "FormatError"
        and cost["seconds"] <= MOST_SECONDS
        and cost["peak"] <= MOST_BYTES
        for cost in bombs
    ]
    deeds = set(events["load"]) - HARMLESS
    figure = (
        f"{sum(refused)} of {len(bombs)} refused within "
        f"{max(c['peak'] for c in bombs) / 2**20:.0f} MiB and "
        f"{max(c['seconds'] for c in bombs):.2f} s; audit events while loading: "
        f"{', '.join(events['load'])}"
    )
    lines = [
        (b.__doc__ or "", f"{c['size'] / 1000:.0f}", c["error"] or "**loaded**",
         f"{c['peak'] / 2**20:.1f}", f"{c['seconds']:.3f}")
        for b, c in zip(BOMBS, bombs, strict=True)
    ]  # fmt: skip
    details = "\n\n".join(
        [
            "Every bomb has a right checksum, as a forger can make it. Memory is the peak that "
            "tracemalloc sees; time is that of another load without it. The audit hook heard all "
            "these loads after a first one, whose imports are Python's own. For comparison, "
            f"NumPy's load of a pickled array raises: {', '.join(events['pickle'])}.",
            markdown(("bomb", "size, kB", "outcome", "peak, MiB", "seconds"), lines),
        ]
    )
    right = (
        all(refused)
        and not costs[0]["error"]
        and not deeds
        and "pickle.find_class" in (events["pickle"])
    )
    return Outcome(figure, {"costs": costs, "events": events}, right, details=details)


ROW = Row(
    "bombs",
    "refused within 64 MiB and 1 s; no pickle, eval, exec, import, subprocess, socket",
    "small files that would cost much",
    measure,
)
