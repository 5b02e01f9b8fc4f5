"""What the tape costs, and what it keeps."""

from __future__ import annotations

import gc
import statistics
import tracemalloc
from functools import partial

from benchmarks.row import Outcome, Row
from benchmarks.tape.engines import BARE, CASES, OWN, PEERS
from benchmarks.tape.turns import compare, installed
from benchmarks.turns import ratio

MOST = 1.25  # times the layers wired by hand, on the large network
STEPS = 10_000
PARTS = 5


def speed(name: str, threads: int | None, quick: bool) -> Outcome:
    """Ratios within a turn, the medians of them; a quick run has fewer turns."""
    engines = installed([*BARE, *OWN, *PEERS])
    found = compare(name, engines, 5 if quick else 40, threads)

    to_layers = {engine: round(ratio(found, engine, "layers"), 3) for engine in engines}
    peers = [peer for peer in PEERS if peer in engines]
    to_own = {
        own: {peer: round(ratio(found, peer, own), 3) for peer in peers}
        for own in ("module", "tensors")
    }
    micro = statistics.median(found["layers"]) * 1e6
    shown = ", ".join(
        f"{engine.replace('_', ' ')} {to_layers[engine]:.2f}"
        for engine in engines
        if engine != "layers"
    )
    missing = [peer for peer in PEERS if peer not in engines]
    figure = f"layers wired by hand {micro:.0f} us = 1.00; {shown}"
    figure += f"; not installed: {', '.join(missing)}" * bool(missing)
    missed = [
        f"{peer} {times:.2f} of {own}"
        for own, ratios in to_own.items()
        for peer, times in ratios.items()
        if times <= 1
    ]
    if name.startswith("large") and to_layers["module"] > MOST:
        missed.append(f"module {to_layers['module']:.2f} of the layers")
    figure += f"; beyond its bound: {', '.join(missed)}" * bool(missed)
    numbers = {"layers_us": round(micro, 1), "to_layers": to_layers}
    numbers |= {f"peers_to_{own}": ratios for own, ratios in to_own.items()}
    return Outcome(figure, numbers, not missed)


def memory(quick: bool) -> Outcome:
    """What is held more after many steps than after a hundred."""
    case = CASES["small"]
    call = OWN["tensors"](case, case.arrays())
    gc.collect()
    gc.disable()
    try:
        tracemalloc.start()
        # What is made once, is made by then.
        for _ in range(100):
            call()
        steps, grown = 1000 if quick else STEPS, []
        for _ in range(PARTS):
            before = tracemalloc.get_traced_memory()[0]
            for _ in range(steps // PARTS):
                call()
            grown.append(tracemalloc.get_traced_memory()[0] - before)
    finally:
        tracemalloc.stop()
        gc.enable()
    # What steps keep, every part of them keeps; another thread of this process may keep more, and
    # what was freed meanwhile was not theirs.
    more = PARTS * max(min(grown), 0)
    figure = f"{more} bytes more after {steps} steps, without the garbage collector"
    return Outcome(figure, {"bytes": more, "steps": steps}, more < 4096)


def _row(name: str, threads: int | None) -> Row:
    case = CASES[name]
    size = f"{'-'.join(map(str, case.widths))}, batch {case.batch}, {case.dtype}"
    size += ", one thread" * (threads == 1)
    must = f"a Module at most {MOST} times the layers; " if name.startswith("large") else ""
    label = f"{name}-{threads}" if threads else name
    measure = partial(speed, name, threads)
    return Row(label, f"{size}: {must}both faster than every peer", size, measure)


SPEED = [_row(name, threads) for threads in (None, 1) for name in CASES]
ROWS = {row.name: row for row in SPEED} | {
    "memory": Row("memory", f"{STEPS} steps leave memory flat", "tensors, 13-20-1", memory)
}
