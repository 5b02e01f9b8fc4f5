"""What the command lines of all benchmarks share: one line a mistake, a table, merged results."""

from __future__ import annotations

import argparse
import datetime
import os
import textwrap
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from benchmarks import machine, record
from benchmarks.row import Outcome, Row
from numnet.errors import FormatError

RESULTS = Path(__file__).parent / "results"
WIDTHS = (8, 36, 52)
QUIET = 0.5  # load average


class Parser(argparse.ArgumentParser):
    """A parser that answers a mistake with one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def add_options(
    p: Parser, stem: str, only: str, example: str, names: Iterable[str], quick: str
) -> None:
    """Which of the rows, a quick run of them, and where the results go."""
    p.add_argument(only, dest="only", metavar=example, help=f"only these of {', '.join(names)}")
    p.add_argument(
        "--quick",
        action="store_true",
        help=f"{quick}; written only where --output says, to {stem}-quick.*, so that full results "
        "stay",
    )
    add_output(p)


def add_output(p: Parser) -> None:
    """Where the results go."""
    p.add_argument(
        "--output",
        metavar="FOLDER",
        type=Path,
        help="where results are merged (default: benchmarks/results)",
    )


def chosen(rows: Mapping[str, Row], text: str | None, kind: str = "row") -> list[Row]:
    """The rows named in a list with commas, in the table's order; all for None.

    Raises
    ------
    ValueError
        If a name is not a row's.
    """
    if text is None:
        return list(rows.values())
    known = {name.lower(): name for name in rows}
    asked = [part.strip().lower() for part in text.split(",")]
    unknown = [part for part in asked if part not in known]
    if unknown:
        raise ValueError(f"there is no {kind} {unknown[0]!r}; the {kind}s are {', '.join(rows)}")
    return [rows[name] for key, name in known.items() if key in asked]


def asked(p: Parser, rows: Mapping[str, Row], text: str | None, kind: str = "row") -> list[Row]:
    """`chosen`, with a mistake told by the parser."""
    try:
        return chosen(rows, text, kind)
    except ValueError as error:
        p.error(str(error))


def line(cells: Sequence[str]) -> str:
    """One row of the table, each cell wrapped to its column, 100 characters wide in all."""
    columns = [
        textwrap.wrap(cell, width) or [""] for cell, width in zip(cells, WIDTHS, strict=True)
    ]
    height = max(map(len, columns))
    filled = [column + [""] * (height - len(column)) for column in columns]
    return "\n".join(
        "  ".join(f"{part:{width}}" for part, width in zip(parts, WIDTHS, strict=True)).rstrip()
        for parts in zip(*filled, strict=True)
    )


def say_load() -> None:
    """How busy the machine is, which decides whether a time measured now is worth anything."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    busy = f", above {QUIET}: this machine is busy, and times are no result" * (load > QUIET)
    print(f"load average {load:.2f}{busy}", flush=True)


def run(
    p: Parser, rows: Sequence[Row], page: record.Page, home: Path, quick: bool, output: Path | None
) -> int:
    """Measure the rows, print the table, merge the results; the exit code."""
    stem = f"{page.stem}-quick" if quick else page.stem
    folder = output or (None if quick else home)
    try:
        if folder is not None:
            # Before minutes of work, not after.
            folder.mkdir(parents=True, exist_ok=True)
            record.read(folder / f"{stem}.json")
    except (ValueError, OSError) as error:
        p.error(str(error))
    facts = machine.facts()
    print(line((*page.columns[:2], f"{page.columns[2]}, measured now")) + "\n" + "-" * 100)
    outcomes: dict[str, Outcome] = {}
    entries: record.Entries = {}
    for row in rows:
        start = time.perf_counter()
        try:
            outcome = row.measure(quick)
        except FormatError as error:
            p.error(str(error))
        seconds = time.perf_counter() - start
        outcomes[row.name] = outcome
        date = datetime.date.today().isoformat()
        entries[row.name] = record.entry(row, outcome, stem, date, seconds, facts)
        mark = "" if outcome.right else "NOT REACHED: "
        print(line((row.name, row.report, mark + outcome.figure)), flush=True)
    for data in dict.fromkeys(o.data for o in outcomes.values() if o.data):
        names = ", ".join(name for name, o in outcomes.items() if o.data == data)
        print(f"\n{names}: {data}", end="")
    print("\n" + textwrap.fill(f"{machine.sentence(facts)}; load {facts['load']}", 100))
    if folder is None:
        print("quick figures: nothing is written without --output")
    else:
        try:
            record.write(folder, stem, entries, outcomes, page)
        except OSError as error:
            p.error(str(error))
        print(f"merged into {stem}.json and {stem}.md in {output or 'benchmarks/results'}")
    return 0 if all(outcome.right for outcome in outcomes.values()) else 1
