"""asv on the suite beside this file, with one BLAS thread and no variable of another processor.

`cd benchmarks/history && asv run --quick --python=same` does the same under the variables that are
set: asv loads NumPy, which reads them, before the suite. A machine is asked for its description
once: `asv machine --yes`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.environment import variables
from benchmarks.machine import installed

HOME = Path(__file__).parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Run asv; its exit code."""
    if not installed("asv"):
        print('benchmarks.history needs asv: pip install "numnet[bench]"', file=sys.stderr)
        return 2
    given = sys.argv[1:] if arguments is None else arguments
    # asv decides where the numnet of a commit is found.
    environment = {name: value for name, value in variables().items() if name != "PYTHONPATH"}
    command = [sys.executable, "-m", "asv", "run", "--python=same", *given]
    return subprocess.run(command, cwd=HOME, env=environment, check=False).returncode
