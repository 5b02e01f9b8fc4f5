"""The processor of this process: its name, its vectors, the cores that it may use.

Nothing here raises: what the system does not tell is None.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path("/")
# The flag of a vector unit, what it is called, its bits, and the operations that two units of it
# complete in a cycle on each number of a vector: a multiplication and an addition in each, or,
# before they were fused, a multiplication in one and an addition in the other.
VECTORS = (
    ("avx512f", "AVX-512", 512, 4),
    ("avx2", "AVX2", 256, 4),
    ("avx", "AVX", 256, 2),
    ("sse2", "SSE2", 128, 2),
    ("asimd", "NEON", 128, 4),
)
# The levels by which NumPy groups the flags, for systems without /proc/cpuinfo.
LEVELS = {"x86_v4": "avx512f", "avx512_skx": "avx512f", "x86_v3": "avx2", "x86_v2": "sse2"}


@dataclass(frozen=True)
class Processor:
    """What is known of it.

    Attributes
    ----------
    name : str
        As the system gives it.
    vectors : str or None
        The widest vector unit.
    bits : int or None
        Its width.
    operations : int or None
        Additions and multiplications of float64 in a cycle; of float32 they are twice as many.
    cores : int
        Those that this process may run on, twice as many where each runs two threads.
    whole : int
        The same, each counted once.
    quota : float or None
        How many of them it may fill on average, if a container or a job limits it.
    """

    name: str
    vectors: str | None
    bits: int | None
    operations: int | None
    cores: int
    whole: int
    quota: float | None

    @property
    def usable(self) -> int:
        """The threads that can run at once."""
        return max(1, min(self.cores, int(self.quota or self.cores)))


def describe(root: Path = ROOT) -> Processor:
    """All of it; `root` is where the system's files are found.

    Examples
    --------
    >>> describe().cores >= describe().usable >= 1
    True
    """
    told = cpuinfo(root)
    unit, bits, operations = _widest(told, flags(told))
    count = cores()
    try:
        whole = max(1, count * int(told["cpu cores"]) // int(told["siblings"]))
    except (KeyError, ValueError, ZeroDivisionError):
        whole = count
    return Processor(name(told), unit, bits, operations, count, whole, quota(root))


def cpuinfo(root: Path = ROOT) -> dict[str, str]:
    """The first processor's fields of Linux's /proc/cpuinfo; empty elsewhere."""
    fields: dict[str, str] = {}
    for line in _text(root / "proc/cpuinfo").splitlines():
        key, _, value = line.partition(":")
        fields.setdefault(key.strip().lower(), value.strip())
    return fields


def name(told: dict[str, str]) -> str:
    """Its name.

    Examples
    --------
    >>> name({"model name": "AMD EPYC 9654"})
    'AMD EPYC 9654'
    """
    return told.get("model name") or _apple() or platform.processor() or platform.machine()


def flags(told: dict[str, str]) -> set[str]:
    """The names of what it can do, as Linux or else as NumPy found them."""
    found = told.get("flags") or told.get("features")
    if found:
        return set(found.lower().split())
    import numpy as np

    config: Any = np.show_config(mode="dicts")
    levels = config.get("SIMD Extensions", {})
    named = {word.lower() for key in ("baseline", "found") for word in levels.get(key, [])}
    return named | {LEVELS[word] for word in named & LEVELS.keys()}


def cores() -> int:
    """The cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def quota(root: Path = ROOT) -> float | None:
    """The processor time that a control group of Linux allows in a second; None for no limit.

    The smallest of the group's own and of those that it stands in, in either version.
    """
    limits = []
    for line in _text(root / "proc/self/cgroup").splitlines():
        if line.count(":") < 2:
            continue
        _, controllers, path = line.split(":", 2)
        group = Path(path.lstrip("/"))
        # A container may see its own group as the root, whatever it is called outside.
        for place in (group, *group.parents):
            if not controllers:
                words = _text(root / "sys/fs/cgroup" / place / "cpu.max").split()
                limits.append(_ratio(*words) if len(words) == 2 else None)
            elif "cpu" in controllers.split(","):
                for mount in (controllers, "cpu"):
                    at = root / "sys/fs/cgroup" / mount / place
                    pair = (_text(at / f"cpu.cfs_{n}_us").strip() for n in ("quota", "period"))
                    limits.append(_ratio(*pair))
    return min((limit for limit in limits if limit is not None), default=None)


def _widest(told: dict[str, str], known: set[str]) -> tuple[str | None, int | None, int | None]:
    for flag, unit, bits, each in VECTORS:
        if flag in known:
            # AMD's family 25 (Zen 4) computes 512 bits in two halves.
            halved = bits == 512 and told.get("cpu family") == "25"
            return unit, bits, each * bits // 64 // (2 if halved else 1)
    return None, None, None


def _apple() -> str:
    """The name of a Mac's processor, "" elsewhere."""
    if sys.platform != "darwin":
        return ""
    try:
        asked = ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""


def _ratio(quota: str, period: str) -> float | None:
    """ "max" and -1 stand for no limit."""
    try:
        limit = float(quota) / float(period)
    except (ValueError, ZeroDivisionError):
        return None
    return limit if limit > 0 else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError):
        return ""
