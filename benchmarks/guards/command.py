"""The command line of `python -m benchmarks.guards`."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.command import RESULTS, Parser, add_options, asked, run
from benchmarks.environment import afresh, as_users_have_it
from benchmarks.guards.shares import ROWS
from benchmarks.record import Page

PAGE = Page(
    "guards",
    "The price of finite numbers",
    "The share of a training step that goes into making sure that every number is finite: "
    "`python -m benchmarks.guards` takes turns between `train_step` and `train_step` without the "
    "dot products over gradient and new parameters and their copy into place, and quotes the "
    "median over 200 turns. Time is that of the only thread, so that load from elsewhere counts "
    "little.",
    ("step", "must hold", "measured"),
    tuple(ROWS),
)


def parser() -> Parser:
    """The options."""
    p = Parser(
        prog="python -m benchmarks.guards",
        description="Measure what the checks for NaN and infinity cost a training step, and merge "
        "the figures into guards.json and guards.md.",
        epilog="Runs with one BLAS thread, whose own time is measured. Exit code: 0 the bounds "
        "hold; 1 one does not; 2 a wrong option.",
    )
    add_options(p, "guards", "--part", "sgd32,small", ROWS, "few turns, in seconds")
    return p


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    p = parser()
    options = p.parse_args(arguments)
    rows = asked(p, ROWS, options.only, "part")
    if not as_users_have_it():
        return afresh("benchmarks.guards", arguments)
    return run(p, rows, PAGE, RESULTS, options.quick, options.output)
