"""Measurements in processes of their own, which answer in JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from benchmarks.environment import variables


def apart(module: str, threads: int | None = 1, **arguments: Any) -> Any:
    """What a module of this folder answers; threads=None leaves their number to BLAS."""
    command = [sys.executable, "-m", f"benchmarks.growth.{module}", json.dumps(arguments)]
    done = subprocess.run(
        command, env=variables(threads), stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{module} {arguments} ended with {done.returncode}: see above")
    return json.loads(done.stdout)


def answer(measured: Callable[..., Any]) -> None:
    """What such a module does when it is run."""
    print(json.dumps(measured(**json.loads(sys.argv[1]))))
