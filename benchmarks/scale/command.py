"""The command line of `python -m benchmarks.scale`."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.command import RESULTS, Parser, add_options, asked, run, say_load
from benchmarks.environment import afresh, as_users_have_it
from benchmarks.machine import installed
from benchmarks.record import Page
from benchmarks.scale.descent import problem
from benchmarks.scale.rows import ROWS

PAGE = Page(
    "scale",
    "One sum on threads, processes and machines",
    "`python -m benchmarks.scale` follows full-batch L-BFGS with `Objective` and with its "
    "`sharded`, a shard for each of two workers with one BLAS thread: threads of this process, "
    "processes, and dask's cluster of two processes on 127.0.0.1. A step is one evaluation of loss "
    "and gradient, the median over the descent; compute and transfer are the means over the "
    "shards, wait is the rest: for the slower shard, and the sum.",
    ("run", "must hold", "measured"),
    tuple(ROWS),
)


def parser() -> Parser:
    """The options."""
    p = Parser(
        prog="python -m benchmarks.scale",
        description="Measure a sum over shards on threads, processes and a cluster, and merge the "
        "figures into scale.json and scale.md.",
        epilog='Needs `pip install "numnet[scale]"` and MNIST, of which 376 MB are written into '
        "the cache. Exit code: 0 all is equal that must be; 1 it is not; 2 a wrong option, or "
        "something is missing.",
    )
    add_options(p, "scale", "--rows", "threads,killed", ROWS, "embedded digits, few steps")
    return p


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    p = parser()
    options = p.parse_args(arguments)
    rows = asked(p, ROWS, options.only)
    missing = [name for name in ("distributed", "threadpoolctl") if not installed(name)]
    if missing:
        p.error(f'without {" and ".join(missing)}: pip install "numnet[scale]"')
    if not as_users_have_it(None):
        return afresh("benchmarks.scale", arguments, None)
    try:
        problem(options.quick)
    except (OSError, ImportError) as error:
        p.error(str(error))
    say_load()
    return run(p, rows, PAGE, RESULTS, options.quick, options.output)
