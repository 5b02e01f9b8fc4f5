"""The command line of `python -m benchmarks.mutation`."""

from __future__ import annotations

import argparse
import datetime
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import machine, record
from benchmarks.command import RESULTS, Parser, add_output
from benchmarks.mutation import accepted, choice, count, mirror
from benchmarks.mutation.execution import execute
from benchmarks.mutation.pool import Pool
from benchmarks.row import Outcome, Row

ROOT = Path(__file__).parents[2]
# The checker is judged by its bank of mistakes, and its mutants take an hour.
ASKED = "gradcheck"
HOW = (
    "Each change of one place that cosmic-ray's operators make (without its two for variables "
    "named by hand, which draw numbers) and that is another program than the file: `possible` "
    "counts them, `generated` those taken, which is all of them in "
    f"{', '.join(choice.FULL)} and {choice.DRAWN} drawn by a seed in every other folder. A mutant "
    "is executed against the tests of its file alone: killed if one fails or takes several times "
    "as long. `equivalent` are survivors of which is written down why no test can tell them from "
    "the file; `share killed` is of the others. A line bears the date of its own file's count."
)
MUST = f"{100 * count.SHARE:g} % of those that are not equivalent killed"
PAGE = record.Page(
    "mutation",
    "Mutants, and the tests that kill them",
    HOW,
    ("folder", "must hold", "counted"),
    (*choice.FULL, "numnet"),
)


def parser() -> Parser:
    """The options."""
    p = Parser(
        prog="python -m benchmarks.mutation",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=textwrap.fill(HOW.replace("`", "")),
        epilog=mirror.explained() + f"\n\nExit code: 0 done; 1 a folder is below "
        f"{100 * count.SHARE:g} %; 2 a wrong option, or tests that do not pass as they are.",
    )
    p.add_argument(
        "--only",
        metavar="NAME",
        nargs="+",
        help=f"folders, of {', '.join(choice.folders(ROOT))}, or files as kernels/affine.py, whose "
        "new counts join those of the other files of their folder; numnet are the modules beside "
        f"the folders; {ASKED} runs only if it is named here",
    )
    p.add_argument(
        "--sample",
        metavar="K",
        type=_positive,
        help="K mutants drawn of those chosen; written only where --output says, to "
        "mutation-sample.*, so that full results stay",
    )
    p.add_argument("--seed", metavar="S", type=int, default=0, help="of each draw (default: 0)")
    p.add_argument(
        "--jobs",
        metavar="J",
        type=_positive,
        default=2,
        help="how many mutants run at the same time (default: 2)",
    )
    p.add_argument(
        "--list", action="store_true", help="list the survivors that have a reason as well"
    )
    add_output(p)
    return p


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    p = parser()
    options = p.parse_args(arguments)
    stem = "mutation" if options.sample is None else "mutation-sample"
    folder = options.output or (RESULTS if options.sample is None else None)
    outcomes: dict[str, Outcome] = {}
    entries: record.Entries = {}
    before: record.Entries = {}
    facts = machine.facts()
    date = datetime.date.today().isoformat()
    try:
        if folder is not None:
            # Before an hour of work, not after.
            folder.mkdir(parents=True, exist_ok=True)
            before = record.read(folder / f"{stem}.json")
        reasons = accepted.read(accepted.FILE)
        everything = [name for name in choice.folders(ROOT) if name != ASKED]
        taken = choice.wanted(ROOT, options.only or everything)
        kept = {} if options.sample else {n: _others(before, n, own) for n, own in taken.items()}
        every = {name: choice.possible(ROOT, name, own) for name, own in taken.items()}
        generated = choice.generated(every, taken, options.sample, options.seed)
        with Pool(ROOT, options.jobs) as pool:
            for name in filter(generated.get, taken):
                results = execute(pool, ROOT, generated[name], reasons)
                some = every[name], generated[name], results, reasons, date
                parts = {file: count.part(ROOT, file, *some) for file in taken[name]}
                print(count.page(parts, name, options.list), flush=True)
                parts = dict(sorted({**kept.get(name, {}), **parts}.items()))
                outcomes[name] = count.outcome(parts, name)
                entries |= _entry(name, outcomes[name], stem, facts)
        if folder is not None:
            record.write(folder, stem, entries, outcomes, PAGE)
    except (ValueError, OSError) as error:
        p.error(str(error))
    print("\n" + textwrap.fill(f"{machine.sentence(facts)}; load {facts['load']}", 100))
    if folder is None:
        print("a sample: nothing is written without --output")
    else:
        print(f"merged into {stem}.json and {stem}.md in {options.output or 'benchmarks/results'}")
    return 0 if all(outcome.right for outcome in outcomes.values()) else 1


def _others(before: record.Entries, name: str, chosen: Sequence[str]) -> dict[str, Any]:
    """What is recorded of a folder's files beside those chosen."""
    rest = [file for file in choice.files(ROOT, name) if file not in chosen]
    recorded: Mapping[str, Any] = before.get(name, {}).get("numbers", {}).get("files", {})
    if rest and not recorded:
        raise ValueError(
            f"of the other files of {name} nothing is recorded that these could join: "
            f"count the folder first (--only {name})"
        )
    return {file: recorded[file] for file in rest if file in recorded}


def _entry(name: str, outcome: Outcome, stem: str, facts: dict[str, Any]) -> record.Entries:
    row = Row(name, MUST, f"mutants of {name}", lambda quick: outcome)
    date = max(part["date"] for part in outcome.numbers["files"].values())
    seconds = outcome.numbers["counts"]["seconds"]
    return {name: record.entry(row, outcome, stem, date, seconds, facts)}


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number
