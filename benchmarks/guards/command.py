"""The command line of `python -m benchmarks.guards`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.command import RESULTS, Parser, add_options, asked, run
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
ROOT = Path(__file__).parents[2]
# One thread, whose time can be measured; and no variable that chooses the kernels of another
# processor, as some machines set and users do not.
THREADS = {f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "OMP", "MKL")}
FOREIGN = {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"}


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
    if FOREIGN & os.environ.keys() or not THREADS.items() <= os.environ.items():
        return _afresh(sys.argv[1:] if arguments is None else arguments)
    return run(p, rows, PAGE, RESULTS, options.quick, options.output)


def _afresh(arguments: Sequence[str]) -> int:
    """The same in a process of its own: BLAS reads its variables once, as it is loaded."""
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    # Wherever this process finds its modules.
    kept["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
    command = [sys.executable, "-m", "benchmarks.guards", *arguments]
    return subprocess.run(command, env=kept | THREADS, check=False).returncode
