"""What became of the mutants of each file, and of a folder, counted and written out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.mutation import accepted, mirror
from benchmarks.mutation.execution import Result
from benchmarks.mutation.mutants import Mutant
from benchmarks.row import Outcome, markdown

SHARE = 0.9
HEAD = (
    *("possible", "generated", "executed", "killed", "survived", "equivalent"),
    *("share killed", "seconds"),
)
Counts = Mapping[str, float]
Part = dict[str, Any]


def share(counts: Counts) -> float:
    """Killed of those that are not equivalent; 1 if there are none."""
    different = counts["executed"] - counts["equivalent"]
    return round(counts["killed"] / different, 4) if different else 1.0


def numbers(possible: int, generated: int, results: Sequence[Result]) -> dict[str, float]:
    """The counts under `HEAD`, and how many were killed because their time was over."""
    counts: dict[str, float] = {
        "possible": possible,
        "generated": generated,
        "executed": len(results),
        "killed": sum(result.killed for result in results),
        "survived": sum(not result.killed and not result.equivalent for result in results),
        "equivalent": sum(result.equivalent for result in results),
        "seconds": round(sum(result.seconds for result in results), 1),
        "timeouts": sum(result.how == "timeout" for result in results),
    }
    return {**counts, "share killed": share(counts)}


def part(
    root: Path,
    file: str,
    possible: Sequence[Mutant],
    generated: Sequence[Mutant],
    results: Sequence[Result],
    reasons: Mapping[accepted.Key, str],
    date: str,
) -> Part:
    """What is kept of a file, ready for JSON, all sequences being those of its folder."""
    every, drawn = ([m for m in some if m.file == file] for some in (possible, generated))
    own = [result for result in results if result.mutant.file == file]
    # Those without a reason first.
    left = sorted((r for r in own if not r.killed), key=lambda result: bool(result.reason))
    return {
        "counts": numbers(len(every), len(drawn), own),
        "survivors": [[str(result.mutant), result.reason] for result in left],
        "stale": accepted.stale(reasons, every, [r.mutant for r in own if r.killed]),
        "tests": " ".join(mirror.tests(root, file)) if drawn else "",
        "date": date,
    }


def total(parts: Iterable[Part]) -> dict[str, float]:
    """The counts of a folder."""
    each = [part["counts"] for part in parts]
    names = numbers(0, 0, [])
    counts = {name: round(sum(own[name] for own in each), 1) for name in names}
    return {**counts, "share killed": share(counts)}


def outcome(parts: Mapping[str, Part], name: str) -> Outcome:
    """What is kept of a folder, whose files may have been measured at several times."""
    counts = total(parts.values())
    figure = (
        f"{counts['executed']:g} of {counts['generated']:g} executed: {counts['killed']:g} killed, "
        f"{counts['equivalent']:g} equivalent, {counts['survived']:g} survived; "
        f"{100 * counts['share killed']:.1f} %"
    )
    kept = {"counts": counts, "files": dict(parts)}
    return Outcome(figure, kept, counts["share killed"] >= SHARE, details=page(parts, name, True))


def page(parts: Mapping[str, Part], name: str, accepted_too: bool) -> str:
    """The table, the survivors and the reasons that no survivor bears any more."""
    texts = [_table(parts, name)]
    old = [line for part in parts.values() for line in part["stale"]]
    left = survivors(parts, accepted_too)
    for title, lines in (("Survivors", left), (f"Out of date in {accepted.FILE.name}", old)):
        if lines:
            texts += [f"{title}:", "\n".join(f"- {line}" for line in lines)]
    return "\n\n".join(texts)


def survivors(parts: Mapping[str, Part], accepted_too: bool) -> list[str]:
    """One line for each."""
    return [
        f"`{mutant}`" + (f": {reason}" if reason else "")
        for part in parts.values()
        for mutant, reason in part["survivors"]
        if accepted_too or not reason
    ]


def _table(parts: Mapping[str, Part], name: str) -> str:
    """A line a file, then their sum."""
    rows = [
        [file, *_cells(part["counts"]), part["date"], part["tests"]]
        for file, part in parts.items()
        if part["counts"]["generated"]
    ]
    last = [f"**{name}**", *_cells(total(parts.values())), "", "as above"]
    return markdown(("file", *HEAD, "date", "tests"), [*rows, last])


def _cells(counts: Counts) -> list[str]:
    """One line of the table."""
    texts = {name: f"{counts[name]:g}" for name in HEAD}
    if counts["timeouts"]:
        texts["killed"] += f" ({counts['timeouts']:g} by time)"
    texts["share killed"] = f"{100 * counts['share killed']:.1f} %"
    texts["seconds"] = f"{counts['seconds']:.0f}"
    return list(texts.values())
