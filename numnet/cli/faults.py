"""What can be wrong with the machine that NumPy computes on: each by the facts that show it.

Each function takes the facts and returns a fault, or None. None of them measures.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from ..blas import KNOWN
from .facts import Facts
from .rates import Rates

# Operations on float64 in a cycle of OpenBLAS's kernels, by the vectors that they were written for.
KERNELS = (
    dict.fromkeys(("skylakex", "cooperlake", "sapphirerapids"), 32)
    | dict.fromkeys(("haswell", "zen", "excavator", "steamroller", "piledriver"), 16)
    | dict.fromkeys(("sandybridge", "bulldozer"), 8)
    | dict.fromkeys(("prescott", "core2", "penryn", "dunnington", "nehalem", "atom", "nano"), 4)
    | dict.fromkeys(("katmai", "coppermine", "northwood", "banias", "athlon"), 4)
    | dict.fromkeys(("opteron", "opteron_sse3", "barcelona", "bobcat"), 4)
)
THREADS = {"OpenBLAS": "OPENBLAS_NUM_THREADS", "MKL": "MKL_NUM_THREADS",
           "BLIS": "BLIS_NUM_THREADS", "Accelerate": "VECLIB_MAXIMUM_THREADS"}  # fmt: skip
FEW = 0.85  # of a core: less says that others had the rest
LOW = 0.4  # of the rate that the vectors allow; some processors have one unit where others have two
FOR_GOOD = "Delete it where it is set, too: in ~/.bashrc, a job script, a container."


@dataclass(frozen=True)
class Fault:
    """What is wrong, and what to type; with `grave` False only good to know."""

    what: str
    type: tuple[str, ...]
    grave: bool = True


def examine(facts: Facts) -> list[Fault]:
    """All that is wrong, and then what is good to know."""
    known = [fault for find in CAUSES if (fault := find(facts))]
    if not known:
        known = [fault for find in SIGNS if (fault := find(facts))][:1]
    return known + [fault for fault in (two_libraries(facts),) if fault]


def old_kernel(facts: Facts) -> Fault | None:
    """OpenBLAS computes as for a processor with less than this one has."""
    kernel, operations = facts.library.kernel, facts.processor.operations
    uses = KERNELS.get((kernel or "").lower())
    if uses is None or operations is None or uses >= operations:
        return None
    forced = facts.variables.get("OPENBLAS_CORETYPE")
    what = (
        f"OpenBLAS computes as for {kernel}: {uses} operations on float64 a cycle, where "
        f"{facts.processor.vectors} allows {operations}."
    )
    if forced is None:
        return Fault(
            f"{what} It did not know this processor: a newer NumPy brings a newer OpenBLAS.",
            ("python -m pip install --upgrade numpy",),
        )
    return Fault(f"OPENBLAS_CORETYPE={forced} is set. {what}{_gain(facts)} {FOR_GOOD}",
                 unset("OPENBLAS_CORETYPE"))  # fmt: skip


def other_cache(facts: Facts) -> Fault | None:
    """A variable tells OpenBLAS the cache of another machine."""
    size = facts.variables.get("OPENBLAS_L2_SIZE")
    if size is None:
        return None
    return Fault(
        f"OPENBLAS_L2_SIZE={size} is set: OpenBLAS cuts its blocks for a cache of that size, not "
        f"for this processor's.{'' if old_kernel(facts) else _gain(facts)} {FOR_GOOD}",
        unset("OPENBLAS_L2_SIZE"),
    )


def too_many_threads(facts: Facts) -> Fault | None:
    """More threads than can run at once, which wait for each other."""
    usable, threads = facts.processor.usable, facts.threads
    if threads <= usable:
        return None
    quota = facts.processor.quota
    if quota is not None and quota < facts.processor.cores:
        room = f"a quota of {quota:g} of the {facts.processor.cores} cores"
    else:
        room = plural(facts.processor.cores, "core")
    return Fault(
        f"{facts.library.name} uses {threads} threads, and this process has {room}. Threads that "
        "wait for each other make products up to ten times slower.",
        set_variable(_threads_variable(facts), str(usable)),
    )


def crowded(facts: Facts) -> Fault | None:
    """Others compute on this machine too."""
    alone = facts.one if isinstance(facts.one, Rates) else None
    due = min(1.0, facts.processor.quota or 1.0)
    pushed = alone is not None and alone.share < FEW * due
    wanted = min(facts.threads, facts.processor.usable)
    loaded = facts.load is not None and facts.load + wanted > facts.present + 0.5
    suffers = pushed or alone is None or facts.poor
    if not (pushed or (loaded and suffers)):
        return None
    said = "" if facts.load is None else (
        f" In the last minute {facts.load:.1f} processes wanted a core, and there "
        f"{'is' if facts.present == 1 else 'are'} {facts.present}."
    )  # fmt: skip
    had = f" The one thread had {percent(alone.share)} of one." if alone and pushed else ""
    meanwhile = (
        " As long as it is not, one thread is faster than several that wait for each other."
    ) * (facts.threads > 1)
    return Fault(
        f"The machine is busy.{said}{had} The rates above are what was left; ask again when it is "
        f"quiet.{meanwhile}",
        ("top", *(set_variable(_threads_variable(facts), "1") if facts.threads > 1 else ())),
    )


def slow_threads(facts: Facts) -> Fault | None:
    """Several threads compute no faster than one."""
    if isinstance(facts.one, str) or isinstance(facts.many, str) or facts.threads == 1:
        return None
    if facts.many.float32 > facts.one.float32 or facts.many.float64 > facts.one.float64:
        return None
    return Fault(
        f"{facts.threads} threads are slower than one: {facts.many.float32:.0f} against "
        f"{facts.one.float32:.0f} GFLOP/s in float32. Something takes the cores away: a limit that "
        "this command does not see, or another machine on the same processor.",
        set_variable(_threads_variable(facts), "1"),
    )


def unmeasured(facts: Facts) -> Fault | None:
    """A process that was to measure did not."""
    reason = next((r for r in (facts.one, facts.many) if isinstance(r, str)), None)
    if reason is None:
        return None
    return Fault(f"The rate could not be measured: {reason}.", ("numnet doctor",))


def slow(facts: Facts) -> Fault | None:
    """Far less than the processor can do, and nothing else explains it."""
    part = facts.share
    if part is None or part >= LOW:
        return None
    what = f"One thread reaches about {percent(part)} of what {facts.processor.vectors} allows"
    if facts.library.name in KNOWN.values():
        return Fault(f"{what}, and this command does not know why. Ask again on a quiet machine; "
                     "if it stays so, a newer NumPy may know this processor better.",
                     ("numnet doctor", "python -m pip install --upgrade numpy"))  # fmt: skip
    return Fault(
        f"{what}. NumPy computes with {facts.library.name!r}, which may be a BLAS without vectors; "
        "the wheel that pip installs brings OpenBLAS.",
        ("python -m pip install --force-reinstall --only-binary numpy numpy",),
    )


def two_libraries(facts: Facts) -> Fault | None:
    """NumPy and SciPy bring a library each, with threads of its own: usual, and mostly harmless."""
    threaded = [library for library in facts.libraries if (library.threads or 1) > 1]
    if len(threaded) < 2:
        return None
    each = " and ".join(f"{library.owner}'s with {library.threads}" for library in threaded)
    return Fault(
        f"there are two BLAS libraries with threads of their own, {each}. numnet multiplies with "
        "NumPy's alone. A program that takes turns between them waits for idle threads of the "
        "other one, up to twice as long, and is better off with one thread each:",
        set_variable(_threads_variable(facts), "1"),
        grave=False,
    )


# What explains a low rate, and what shows only that there is one.
CAUSES = old_kernel, other_cache, too_many_threads, crowded
SIGNS = unmeasured, slow_threads, slow


def unset(name: str) -> tuple[str, ...]:
    """What removes a variable."""
    return (f"set {name}=",) if os.name == "nt" else (f"unset {name}",)


def set_variable(name: str, value: str) -> tuple[str, ...]:
    """What sets a variable."""
    return (f"set {name}={value}",) if os.name == "nt" else (f"export {name}={value}",)


def plural(count: int, noun: str) -> str:
    """1 core, 2 cores."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def percent(share: float) -> str:
    """50 %."""
    return f"{100 * share:.0f} %"


def _threads_variable(facts: Facts) -> str:
    return THREADS.get(facts.library.name, "OMP_NUM_THREADS")


def _gain(facts: Facts) -> str:
    if isinstance(facts.one, str) or not isinstance(facts.mended, Rates):
        return ""
    if min(facts.one.share, facts.mended.share) < FEW:
        return ""  # the difference may be that of the others on this machine
    return (
        f" One thread computes {facts.one.float32:.0f} GFLOP/s in float32, and "
        f"{facts.mended.float32:.0f} without such variables."
    )
