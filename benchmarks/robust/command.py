"""The command line of `python -m benchmarks.robust`."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.command import RESULTS, Parser, add_options, asked, run
from benchmarks.record import Page
from benchmarks.robust import bombs, failures, flips, idx, kills
from benchmarks.row import Row

PARTS = (kills, failures, flips, bombs, idx)
ROWS: dict[str, Row] = {part.ROW.name: part.ROW for part in PARTS}
PAGE = Page(
    "robust",
    "Files under attack",
    "What must hold of saved models and of data read from files, and what was counted when "
    "`python -m benchmarks.robust` tried to break it.",
    ("part", "must hold", "counted"),
    tuple(ROWS),
)


def parser() -> Parser:
    """The options."""
    p = Parser(
        prog="python -m benchmarks.robust",
        description="Kill, starve, damage and forge files in every way known, count what gets "
        "through, and merge the counts into robust.json and robust.md.",
        epilog="Exit code: 0 everything held; 1 something did not; 2 a wrong option.",
    )
    add_options(p, "robust", "--part", "kills,idx", ROWS, "fewer kills and inputs, in seconds")
    return p


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    p = parser()
    options = p.parse_args(arguments)
    rows = asked(p, ROWS, options.only, "part")
    return run(p, rows, PAGE, RESULTS, options.quick, options.output)
