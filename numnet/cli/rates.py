"""How fast this machine multiplies matrices under given variables, in a process of its own.

BLAS reads its variables as it is loaded: `python -m numnet.cli.rates SIZE` measures under those of
its process, and writes what it found as one line of JSON.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from ..processor import ROOT, cpuinfo

SECONDS = 0.1  # for each of the two precisions
LONGEST = 2.5  # seconds for a process
SIZES = 1024, 512, 256
CHAIN = 20_000  # multiplications, beside which the call takes no time
LATENCY = 3  # cycles of a whole-number multiplication


@dataclass(frozen=True)
class Rates:
    """What one process measured.

    Attributes
    ----------
    size : int
        Rows and columns of the matrices.
    float32, float64 : float
        Thousand million operations in a second, the best of several products.
    share : float
        The part of a core that the process had while it measured.
    clock : float or None
        Cycles of the processor in a nanosecond.
    """

    size: int
    float32: float
    float64: float
    share: float
    clock: float | None


def rates_under(environment: Mapping[str, str], size: int | None = None) -> Rates | str:
    """Those of a process under these variables, or why there are none."""
    command = [sys.executable, "-m", __name__, str(size or "")]
    try:
        done = subprocess.run(
            command, env=dict(environment), capture_output=True, text=True, timeout=LONGEST,
            check=True,
        )  # fmt: skip
        return Rates(**json.loads(done.stdout.splitlines()[-1]))
    except subprocess.TimeoutExpired:
        return f"not done within {LONGEST:g} s"
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip().splitlines() or [""])[-1]
        return f"the process ended with status {error.returncode} {last}".strip()
    except (OSError, ValueError, TypeError, IndexError) as error:
        return str(error)


def measured(size: int | None) -> Rates:
    """Under the variables of this process; by default at the largest size that takes no time."""
    if size is None:
        trial = _best("float64", SIZES[-1], SECONDS / 4)[0]
        size = next((n for n in SIZES if 2e-9 * n**3 < trial * SECONDS / 2), SIZES[-1])
    chain = _chain()
    single, share = _best("float32", size, SECONDS)
    between = _chain()
    double, again = _best("float64", size, SECONDS)
    shortest = min(chain, between, _chain())
    return Rates(size, single, double, min(share, again), clock(shortest))


def clock(seconds: float, machine: str = platform.machine(), root: Path = ROOT) -> float | None:
    """Cycles in a nanosecond: by the time of a multiplication, else the most that Linux tells.

    The processors of PCs and of Macs need three cycles for a multiplication of whole numbers that
    waits for the one before. Others differ.
    """
    if machine.lower() in ("x86_64", "amd64") or sys.platform == "darwin":
        return LATENCY / seconds / 1e9
    try:
        path = root / "sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq"
        return int(path.read_text(encoding="ascii")) / 1e6
    except (OSError, ValueError):
        pass
    try:
        return float(cpuinfo(root)["cpu mhz"]) / 1e3
    except (KeyError, ValueError):
        return None


def _chain() -> float:
    """The seconds of one multiplication among many that wait for each other."""
    # One number again and again: neither memory nor vectors take part.
    ones = np.broadcast_to(np.int64(1), CHAIN)
    best = float("inf")
    for _ in range(300):
        start = time.perf_counter()
        np.multiply.reduce(ones)
        best = min(best, time.perf_counter() - start)
    return best / CHAIN


def _best(dtype: str, size: int, seconds: float) -> tuple[float, float]:
    """The best rate of a product within so many seconds, and the share of a core it had."""
    x = np.ones((size, size), dtype)
    y, out = x.copy(), np.empty_like(x)
    np.dot(x, y, out=out)  # makes the threads
    best, start, own = float("inf"), time.perf_counter(), time.thread_time()
    for calls in range(1000):
        if calls > 1 and time.perf_counter() - start > seconds:
            break
        before = time.perf_counter()
        np.dot(x, y, out=out)
        best = min(best, time.perf_counter() - before)
    passed = time.perf_counter() - start
    return 2e-9 * size**3 / best, (time.thread_time() - own) / passed


def main(arguments: list[str] | None = None) -> None:
    """Measure and write."""
    (size,) = sys.argv[1:] if arguments is None else arguments
    print(json.dumps(asdict(measured(int(size) if size else None))))


if __name__ == "__main__":
    main()
