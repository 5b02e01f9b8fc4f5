"""The command line of `python -m benchmarks.checker`."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence

from benchmarks.checker import rows, score
from benchmarks.checker.bank import cases
from benchmarks.checker.run import examine, installed
from benchmarks.command import RESULTS, Parser, add_options, asked, run
from benchmarks.record import Page
from benchmarks.row import Row

_OTHERS = ("sensitivity", "cost", "calibration", "kinks")


def _rows() -> dict[str, Row]:
    """The rows of this package: those of the bank, and one of each other file."""
    found = {row.name: row for row in rows.ROWS}
    for name in _OTHERS:
        module = f"benchmarks.checker.{name}"
        if importlib.util.find_spec(module):
            found[name] = importlib.import_module(module).ROW
    return found


ROWS = _rows()
PAGE = Page(
    "checker",
    "The gradient checker",
    "numnet's checker, and others, on a bank of planted mistakes and of right cases, as "
    "`python -m benchmarks.checker` counted.",
    ("row", "must hold", "counted"),
    tuple(ROWS),
)


def parser() -> Parser:
    """The options."""
    p = Parser(
        prog="python -m benchmarks.checker",
        description="Run numnet's gradient checker, and the others that are installed, on a bank "
        "of mistakes and of right cases; count what is caught, missed and named.",
        epilog="Exit code: 0 all holds; 1 a mistake was missed, a right case was called wrong, or "
        "another row does not hold; 2 a wrong option.",
    )
    add_options(p, "checker", "--rows", "bank,peers", ROWS, "less time a case, fewer inputs")
    p.add_argument(
        "--list",
        metavar="TEXT",
        nargs="?",
        const="",
        help="instead, print each case (whose family or name contains TEXT) and numnet's answer",
    )
    return p


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    p = parser()
    options = p.parse_args(arguments)
    wanted = asked(p, ROWS, options.only)
    if options.list is None:
        return run(p, wanted, PAGE, RESULTS, options.quick, options.output)
    found = [c for c in cases() if options.list in c.name or options.list == c.family]
    if not found:
        p.error(f"no case has {options.list!r} in its name")
    names = installed() if "peers" in (options.only or "") else ["numnet"]
    results = {name: examine(name, found) for name in names}
    print(score.listing(results))
    print("\n" + score.table({name: score.counts(r) for name, r in results.items()}))
    return 1 if score.failures(results["numnet"]) else 0
