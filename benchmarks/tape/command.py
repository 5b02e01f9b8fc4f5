"""The command line of `python -m benchmarks.tape`."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.command import RESULTS, Parser, add_options, asked, run, say_load
from benchmarks.environment import afresh, as_users_have_it
from benchmarks.record import Page
from benchmarks.tape.rows import ROWS

PAGE = Page(
    "tape",
    "Forward plus backward through the tape",
    "`python -m benchmarks.tape` computes the same gradient with layers wired by hand, a Module, "
    "Tensors, and with autograd, MyGrad and torch (eager) where they are installed. Each runs in a "
    "process of its own; they take turns with a pause between; the figures are medians of the "
    "ratios within a turn. Names that end in -1 are measured with one thread, in processor time, "
    "the others with no variable set, by the clock. Products are the four matrix products alone, "
    "by NumPy's BLAS and by torch's: no tape can be faster.",
    ("network", "must hold", "measured"),
    tuple(ROWS),
)


def parser() -> Parser:
    """The options."""
    p = Parser(
        prog="python -m benchmarks.tape",
        description="Measure forward plus backward through the tape against layers wired by hand "
        "and other packages, and merge the figures into tape.json and tape.md.",
        epilog="Exit code: 0 the bounds hold; 1 one does not; 2 a wrong option.",
    )
    add_options(p, "tape", "--rows", "large,small-1", ROWS, "few turns, in seconds")
    return p


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    p = parser()
    options = p.parse_args(arguments)
    rows = asked(p, ROWS, options.only)
    if not as_users_have_it(None):
        return afresh("benchmarks.tape", arguments, None)
    say_load()
    return run(p, rows, PAGE, RESULTS, options.quick, options.output)
