"""The variables that a measurement runs under: those of a user's machine, with one BLAS thread."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
# One thread, whose time can be measured; and no variable that chooses the kernels of another
# processor, as some machines set and users do not.
THREADS = {f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "OMP", "MKL")}
FOREIGN = {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"}


def as_users_have_it() -> bool:
    """Whether this process runs under them: BLAS reads its variables once, as it is loaded."""
    return not FOREIGN & os.environ.keys() and THREADS.items() <= os.environ.items()


def variables() -> dict[str, str]:
    """The environment for a process of its own, which finds its modules wherever this one does."""
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    kept["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
    return kept | THREADS


def afresh(module: str, arguments: Sequence[str] | None) -> int:
    """The exit code of `python -m MODULE ARGUMENTS` under them; by default sys.argv's arguments."""
    given = sys.argv[1:] if arguments is None else arguments
    command = [sys.executable, "-m", module, *given]
    return subprocess.run(command, env=variables(), check=False).returncode
