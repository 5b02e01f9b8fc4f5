"""A part of the benchmark in a process of its own, which prints JSON, one line a result."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def results(module: str, arguments: Sequence[str], seconds: float) -> list[Any]:
    """What `python -m module arguments` printed before it ended or was stopped.

    Raises
    ------
    RuntimeError
        If it ended with an error; one that was stopped has printed fewer lines.
    """
    # One thread: a process with more must not fork, and BLAS has nothing to do here.
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    # Its own folder first, as python -m does, then wherever this process finds its modules.
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
    command = [sys.executable, "-W", "error", "-m", module, *arguments]
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=seconds
        )
    except subprocess.TimeoutExpired as stopped:
        printed = stopped.stdout or b""
        text = printed.decode() if isinstance(printed, bytes) else printed
        return [json.loads(line) for line in text.splitlines(keepends=True) if line[-1] == "\n"]
    if done.returncode:
        raise RuntimeError(f"{module} ended with {done.returncode}:\n{done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]
