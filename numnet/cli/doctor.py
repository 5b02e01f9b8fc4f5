"""`numnet doctor`: whether NumPy computes as fast as this machine can, and what to do if not."""

from __future__ import annotations

import argparse
import os
import platform
import textwrap

import numpy as np

from .. import __version__
from ..blas import FOREIGN, libraries, variables
from ..processor import describe
from . import options
from .facts import Facts
from .faults import THREADS, Fault, examine, percent, plural
from .rates import Rates, rates_under

WIDTH = 80
POSSIBLE = (
    "Possible is what two vector units do in every cycle, and no more than an estimate: the clock "
    "is that of multiplications which wait for each other, and many processors lower it for wide "
    "vectors."
)
MORE = "This one has more, or units for matrices."


def parser() -> argparse.ArgumentParser:
    """The options: none."""
    return options.Parser(
        prog="numnet doctor",
        description="Say what NumPy computes with on this machine, how fast it multiplies matrices "
        "against what the processor allows, and what is wrong, with what to type. Takes "
        "about two seconds.",
        epilog="exit status: 0 all is right; 1 something is wrong; 2 an option is wrong; "
        "130 interrupted",
        allow_abbrev=False,
    )


def run(args: argparse.Namespace) -> int:
    """Measure, print, and return the exit status."""
    facts = gathered()
    found = examine(facts)
    print(sheet(facts))
    print(advice(found))
    return 1 if any(fault.grave for fault in found) else 0


def gathered() -> Facts:
    """The facts of this machine, under the variables of this process."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    given = dict(os.environ)
    alone = dict.fromkeys([*THREADS.values(), "OMP_NUM_THREADS"], "1")
    one = rates_under(given | alone)
    size = one.size if isinstance(one, Rates) else None
    # To measure the same twice takes time and tells nothing.
    many = one if libraries()[0].threads == 1 else rates_under(given, size)
    mended = None
    if not given.keys().isdisjoint(FOREIGN):
        kept = {name: value for name, value in given.items() if name not in FOREIGN}
        mended = rates_under(kept | alone, size)
    import scipy.linalg  # noqa: F401  its library is loaded with it

    chip, present = describe(), os.cpu_count() or 1
    return Facts(chip, libraries(), variables(given), load, present, one, many, mended)


def sheet(facts: Facts) -> str:
    """The facts, one a line, and the rates as a table."""
    chip, library = facts.processor, facts.library
    quota = "no quota" if chip.quota is None else f"a quota of {chip.quota:g}"
    load = "unknown" if facts.load is None else f"{facts.load:.1f}"
    blas = f"{library.name} {library.version}, kernel {library.kernel or 'unknown'}, "
    blas += "threads unknown" if library.threads is None else plural(library.threads, "thread")
    given = " ".join(f"{name}={value}" for name, value in facts.variables.items())
    lines = [
        ("processor", chip.name),
        ("vectors", f"{chip.vectors}, {chip.bits} bits: {chip.bits // 32} float32 or "
         f"{chip.bits // 64} float64 at once" if chip.bits else "unknown"),
        ("clock", _clock(facts)),
        ("cores", f"{chip.cores} for this process, {quota}; load average {load}"),
        ("software", f"numnet {__version__}, NumPy {np.__version__}, "
         f"Python {platform.python_version()}"),
        ("BLAS", blas),
        ("variables", given or "none that BLAS reads"),
    ]  # fmt: skip
    text = "\n".join(_wrapped(f"{name:<11}", value) for name, value in lines)
    return f"{text}\n\n{_table(facts)}\n"


def advice(found: list[Fault]) -> str:
    """What is wrong, numbered, each with what to type; then what is good to know."""
    grave = [fault for fault in found if fault.grave]
    text = ["Nothing is wrong."]
    if grave:
        text = [f"{plural(len(grave), 'thing')} {'is' if len(grave) == 1 else 'are'} wrong."]
    for number, fault in enumerate(grave, 1):
        text += ["", *_paragraph(f"{number}. ", fault)]
    for fault in found:
        if not fault.grave:
            text += ["", *_paragraph("Good to know: ", fault)]
    return "\n".join(text)


def _paragraph(head: str, fault: Fault) -> list[str]:
    indent = "   "
    text = textwrap.fill(head + fault.what, WIDTH, subsequent_indent=indent)
    return [text, *(f"{indent}    {line}" for line in fault.type)]


def _clock(facts: Facts) -> str:
    return "unknown" if facts.clock is None else f"about {facts.clock:.1f} GHz"


def _table(facts: Facts) -> str:
    size = facts.one.size if isinstance(facts.one, Rates) else "N"
    lines = [f"{f'product of {size} x {size}':<24}{'GFLOP/s':>8}{'possible':>10}{'share':>8}"]
    counted = [(facts.one, 1)] + [(facts.many, facts.threads)] * (facts.threads > 1)
    for found, threads in counted:
        if isinstance(found, str):
            lines.append(_wrapped(f"{plural(threads, 'thread')}: ", found))
            continue
        for dtype in ("float32", "float64"):
            rate, limit = getattr(found, dtype), facts.bound(dtype, threads)
            cells = ("unknown", "") if limit is None else (f"{limit:.0f}", percent(rate / limit))
            name = f"{dtype}, {plural(threads, 'thread')}"
            lines.append(f"{name:<24}{rate:>8.0f}{cells[0]:>10}{cells[1]:>8}".rstrip())
    more = f" {MORE}" * ((facts.share or 0) > 1.1)
    return "\n".join([*lines, "", textwrap.fill(POSSIBLE + more, WIDTH)])


def _wrapped(head: str, text: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent=head, subsequent_indent=" " * len(head))
