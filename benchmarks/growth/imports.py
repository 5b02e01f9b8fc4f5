"""The time of an import, in whole processes that take turns."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from benchmarks.environment import variables

USED = "Sequential", "Linear", "ReLU", "SoftmaxCrossEntropy", "SGD", "fit"
PROGRAMS = {
    "python": "pass",
    "numpy": "import numpy",
    "numnet": "import numnet",
    "first use": f"from numnet import {', '.join(USED)}",
}


def compare(turns: int) -> dict[str, list[float]]:
    """Seconds of processor time of each program, turn by turn."""
    found: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for turn in range(turns + 1):
        for name in PROGRAMS if turn % 2 else reversed(PROGRAMS):
            process = subprocess.Popen([sys.executable, "-c", PROGRAMS[name]], env=variables())
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                raise RuntimeError(f"{PROGRAMS[name]!r} ended with {process.returncode}: see above")
            if turn:  # the first compiles what is not compiled
                found[name].append(usage.ru_utime + usage.ru_stime)
    return found


def longest(count: int) -> dict[str, int]:
    """What a first use loads beyond NumPy, and the microseconds that each module takes of itself.

    The longest, first.
    """
    program = f"import numpy; {PROGRAMS['first use']}"
    command = [sys.executable, "-X", "importtime", "-c", program]
    done = subprocess.run(command, env=variables(), stderr=subprocess.PIPE, text=True, check=True)
    lines = re.findall(r"^import time:\s+(\d+) \|\s+\d+ \| *(\S+)$", done.stderr, re.MULTILINE)
    # A module is told after those that it imported.
    place = [name for _, name in lines].index("numpy")
    own = {name: int(micro) for micro, name in lines[place + 1 :]}
    return dict(sorted(own.items(), key=lambda item: -item[1])[:count])
