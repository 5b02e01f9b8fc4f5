"""A process with its own number of BLAS threads: it measures one part and writes one line."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from functools import cache
from typing import Any

from benchmarks.environment import variables
from numnet.processor import describe

THREADS = {"1": 1, "all": describe().usable}


@cache
def measured(part: str, threads: str, quick: bool) -> Any:
    """What a worker says of "peak", "kernels" or "steps" with "1" thread or "all".

    Raises
    ------
    RuntimeError
        If it ends without an answer.
    """
    done = subprocess.run(
        [sys.executable, "-m", __name__, part, threads, "quick" if quick else "full"],
        env=variables(THREADS[threads]),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{part}, {threads}: the worker ended with status {done.returncode}")
    return json.loads(done.stdout)


def main(arguments: list[str] | None = None) -> None:
    """Measure and write."""
    from benchmarks.machine import facts
    from benchmarks.roofline import kernels, peak, steps

    part, threads, extent = sys.argv[1:] if arguments is None else arguments
    quick = extent == "quick"
    if part == "peak":
        found: Any = peak.roofs(THREADS[threads], quick)
    else:
        found = [asdict(p) for p in {"kernels": kernels, "steps": steps}[part].points(quick)]
    print(json.dumps({"found": found, "machine": facts()}))


if __name__ == "__main__":
    main()
