"""The command line of `python -m benchmarks.roofline`."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.command import RESULTS, Parser, add_options, asked, run, say_load
from benchmarks.record import Page
from benchmarks.roofline.rows import ROWS

PAGE = Page(
    "roofline",
    "Below the roof",
    "`python -m benchmarks.roofline` measures how fast this machine multiplies square matrices and "
    "how fast it moves arrays that no cache holds, and then sets every kernel and every training "
    "step below these two roofs. Each number of threads has a process of its own, without the "
    "variables that choose the kernels of another processor; times are the best of several.\n\n"
    "A point's FLOP are the additions, multiplications, divisions, comparisons, exponentials and "
    "the like that its formula writes; its bytes are its compulsory traffic, every argument read "
    "once and every result written once. What it could reach is the lesser of the fastest product "
    "and of FLOP a byte times bandwidth. A point above the slope is no mistake: its arrays lie in "
    "a cache, which is faster than memory. A point far below has operations that cost more than "
    "one (an exponential takes the time of ten or twenty additions), writes temporaries, calls "
    "NumPy for little work, or multiplies matrices too narrow for BLAS. With several threads only "
    "the products gain; entry by entry NumPy uses one.",
    ("part", "what", "measured"),
    tuple(ROWS),
)


def parser() -> Parser:
    """The options."""
    p = Parser(
        prog="python -m benchmarks.roofline",
        description="Measure what this machine can do and where every kernel and training step "
        "stands below it, and merge the figures into roofline.json and roofline.md.",
        epilog="Exit code: 0 measured; 2 a wrong option.",
    )
    add_options(p, "roofline", "--rows", "peak1,steps1", ROWS, "small arrays and few calls")
    return p


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    p = parser()
    options = p.parse_args(arguments)
    rows = asked(p, ROWS, options.only)
    say_load()
    return run(p, rows, PAGE, RESULTS, options.quick, options.output)
