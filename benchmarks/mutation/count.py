"""What became of a folder's mutants, counted and written out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.mutation import accepted, mirror
from benchmarks.mutation.execution import Result
from benchmarks.mutation.mutants import Mutant
from benchmarks.row import Outcome, markdown

SHARE = 0.9
HEAD = (
    *("possible", "generated", "executed", "killed", "survived", "equivalent"),
    *("share killed", "seconds"),
)


def share(results: Sequence[Result]) -> float:
    """Killed of those that are not equivalent; 1 if there are none."""
    different = [result for result in results if not result.equivalent]
    return sum(result.killed for result in different) / len(different) if different else 1.0


def numbers(possible: int, generated: int, results: Sequence[Result]) -> dict[str, float]:
    """The counts under `HEAD`, and how many were killed because their time was over."""
    return {
        "possible": possible,
        "generated": generated,
        "executed": len(results),
        "killed": sum(result.killed for result in results),
        "survived": sum(not result.killed and not result.equivalent for result in results),
        "equivalent": sum(result.equivalent for result in results),
        "share killed": round(share(results), 4),
        "seconds": round(sum(result.seconds for result in results), 1),
        "timeouts": sum(result.how == "timeout" for result in results),
    }


def cells(counts: Mapping[str, float]) -> list[str]:
    """One line of the table."""
    texts = {name: f"{counts[name]:g}" for name in HEAD}
    if counts["timeouts"]:
        texts["killed"] += f" ({counts['timeouts']:g} by time)"
    texts["share killed"] = f"{100 * counts['share killed']:.1f} %"
    texts["seconds"] = f"{counts['seconds']:.0f}"
    return list(texts.values())


def table(
    root: Path, name: str, every: Sequence[Mutant], drawn: Sequence[Mutant], results: list[Result]
) -> str:
    """A Markdown table of a folder: a line a file, then their sum."""
    rows = []
    for file in sorted({mutant.file for mutant in drawn}):
        own = [result for result in results if result.mutant.file == file]
        possible, generated = (sum(m.file == file for m in some) for some in (every, drawn))
        tests = " ".join(mirror.tests(root, file))
        rows.append([file, *cells(numbers(possible, generated, own)), tests])
    total = cells(numbers(len(every), len(drawn), results))
    return markdown(("file", *HEAD, "tests"), [*rows, [f"**{name}**", *total, "as above"]])


def survivors(results: Sequence[Result], accepted_too: bool) -> list[str]:
    """One line for each, those without a reason first."""
    left = sorted((r for r in results if not r.killed), key=lambda result: bool(result.reason))
    return [
        f"`{result.mutant}`" + (f": {result.reason}" if result.reason else "")
        for result in left
        if accepted_too or not result.reason
    ]


def outcome(
    table: str, counts: Mapping[str, float], results: Sequence[Result], stale: Sequence[str]
) -> Outcome:
    """What is kept of a folder."""
    figure = (
        f"{counts['executed']:g} of {counts['generated']:g} executed: {counts['killed']:g} killed, "
        f"{counts['equivalent']:g} equivalent, {counts['survived']:g} survived; "
        f"{100 * counts['share killed']:.1f} %"
    )
    details = page(table, survivors(results, True), stale)
    right = counts["share killed"] >= SHARE
    return Outcome(figure, {"counts": dict(counts)}, right, details=details)


def page(table: str, left: Sequence[str], stale: Sequence[str]) -> str:
    """The table, the survivors and the reasons that no survivor bears any more."""
    parts = [table]
    for title, lines in (("Survivors", left), (f"Out of date in {accepted.FILE.name}", stale)):
        if lines:
            parts += [f"{title}:", "\n".join(f"- {line}" for line in lines)]
    return "\n\n".join(parts)
