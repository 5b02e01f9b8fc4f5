"""The command line of `python -m benchmarks.course`."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.command import RESULTS, Parser, add_options, run
from benchmarks.course.table import ORDER, PAGE, chosen


def parser() -> Parser:
    """The options."""
    p = Parser(
        prog="python -m benchmarks.course",
        description="Measure the rows of the course's two reports with numnet, print them beside "
        "the reports' figures, and merge them into course.json and course.md, with pictures.",
        epilog="MNIST is read from the folder mnist in $NUMNET_DATA_DIR; where it is not present, "
        "the embedded digits take its place, and the table says so. California housing is read "
        "from california/cal_housing.data there, beside a generated set. Exit code: 0 done; 1 a "
        "row is not right or not better than the report; 2 a wrong option.",
    )
    add_options(p, "course", "--rows", "A14,B3", ORDER, "fewer passes and seeds, in two minutes")
    return p


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    p = parser()
    options = p.parse_args(arguments)
    try:
        rows = chosen(options.only)
    except ValueError as error:
        p.error(str(error))
    return run(p, rows, PAGE, RESULTS, options.quick, options.output)
