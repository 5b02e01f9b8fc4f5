"""The variables that a measurement runs under: those of a user's machine, threads by choice."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
THREADS = tuple(f"{library}_NUM_THREADS" for library in ("OPENBLAS", "OMP", "MKL"))
# They choose the kernels of another processor: some machines set them, users do not. numnet.blas
# has them too, but loads NumPy, which reads them then.
FOREIGN = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


def as_users_have_it(threads: int | None = 1) -> bool:
    """Whether this process runs under them: BLAS reads its variables once, as it is loaded."""
    given = {name: value for name, value in os.environ.items() if name in THREADS}
    return os.environ.keys().isdisjoint(FOREIGN) and given == _threads(threads)


def variables(threads: int | None = 1) -> dict[str, str]:
    """The environment for a process of its own, which finds its modules wherever this one does.

    With so many BLAS threads; None leaves the number to the libraries, which take every core.
    """
    own = {*FOREIGN, *THREADS}
    kept = {name: value for name, value in os.environ.items() if name not in own}
    kept["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
    return kept | _threads(threads)


def afresh(module: str, arguments: Sequence[str] | None, threads: int | None = 1) -> int:
    """The exit code of `python -m MODULE ARGUMENTS` under them; by default sys.argv's arguments."""
    given = sys.argv[1:] if arguments is None else arguments
    command = [sys.executable, "-m", module, *given]
    return subprocess.run(command, env=variables(threads), check=False).returncode


def _threads(number: int | None) -> dict[str, str]:
    return {} if number is None else dict.fromkeys(THREADS, str(number))
