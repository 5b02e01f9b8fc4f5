"""The command line of `python -m benchmarks.course`."""

from __future__ import annotations

import argparse
import datetime
import textwrap
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from benchmarks import machine
from benchmarks.course import results
from benchmarks.course.row import Outcome
from benchmarks.course.table import HEADING, ORDER, chosen, line
from numnet.errors import FormatError

RESULTS = Path(__file__).parents[1] / "results"
PROGRAM = "python -m benchmarks.course"


class Parser(argparse.ArgumentParser):
    """A parser that answers a mistake with one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{PROGRAM}: {message}\n")


def parser() -> Parser:
    """The options."""
    p = Parser(
        prog=PROGRAM,
        description="Measure the rows of the course's two reports with numnet, print them beside "
        "the reports' figures, and merge them into course.json and course.md, with pictures.",
        epilog="MNIST is read from the folder mnist in $NUMNET_DATA_DIR; where it is not present, "
        "the embedded digits enlarged to 28 x 28 take its place, and the table says so. Exit code: "
        "0 done; 1 a row is not right or not better than the report; 2 a wrong option.",
    )
    p.add_argument("--rows", metavar="A14,B3", help=f"only these of {', '.join(ORDER)}")
    p.add_argument(
        "--quick",
        action="store_true",
        help="fewer passes and seeds, in under a minute; written only where --output says, to "
        "course-quick.*, so that full results stay",
    )
    p.add_argument(
        "--output",
        metavar="FOLDER",
        type=Path,
        help="where results are merged (default: benchmarks/results)",
    )
    return p


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    p = parser()
    options = p.parse_args(arguments)
    stem = "course-quick" if options.quick else "course"
    folder = options.output or (None if options.quick else RESULTS)
    try:
        rows = chosen(options.rows)
        if folder is not None:
            # Before minutes of work, not after.
            folder.mkdir(parents=True, exist_ok=True)
            results.read(folder / f"{stem}.json")
    except (ValueError, OSError) as error:
        p.error(str(error))
    facts = machine.facts()
    print(HEADING)
    outcomes: dict[str, Outcome] = {}
    entries: results.Entries = {}
    for row in rows:
        start = time.perf_counter()
        try:
            outcome = row.measure(options.quick)
        except FormatError as error:
            p.error(str(error))
        seconds = time.perf_counter() - start
        outcomes[row.name] = outcome
        date = datetime.date.today().isoformat()
        entries[row.name] = results.entry(row, outcome, stem, date, seconds, facts)
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
            results.write(folder, stem, entries, outcomes, ORDER)
        except OSError as error:
            p.error(str(error))
        print(f"merged into {stem}.json and {stem}.md in {options.output or 'benchmarks/results'}")
    return 0 if all(outcome.right for outcome in outcomes.values()) else 1
