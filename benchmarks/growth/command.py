"""The command line of `python -m benchmarks.growth`."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.command import RESULTS, Parser, add_options, asked, run, say_load
from benchmarks.environment import afresh, as_users_have_it
from benchmarks.growth.rows import ROWS
from benchmarks.record import Page

PAGE = Page(
    "growth",
    "What a run costs beside its steps, and how a step grows",
    "`python -m benchmarks.growth` measures each row in processes of its own, with one BLAS thread "
    "where the row does not say otherwise. Times are those of the thread, and ratios the medians "
    "of ratios within a turn, so that load from elsewhere counts little.",
    ("row", "must hold", "measured"),
    tuple(ROWS),
)


def parser() -> Parser:
    """The options."""
    p = Parser(
        prog="python -m benchmarks.growth",
        description="Measure what fit, Objective, memory, memory maps, size and import cost, and "
        "merge the figures into growth.json and growth.md.",
        epilog="Needs Linux for the rows memory and mapped. Exit code: 0 the bounds hold; 1 one "
        "does not; 2 a wrong option.",
    )
    add_options(p, "growth", "--rows", "fit,memory", ROWS, "few turns and small files, in seconds")
    return p


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    p = parser()
    options = p.parse_args(arguments)
    rows = asked(p, ROWS, options.only)
    if not as_users_have_it():
        return afresh("benchmarks.growth", arguments)
    say_load()
    return run(p, rows, PAGE, RESULTS, options.quick, options.output)
