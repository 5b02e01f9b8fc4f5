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
    to_module = {peer: round(ratio(found, peer, "module"), 3) for peer in engines if peer in PEERS}
    to_tensors = {
        peer: round(ratio(found, peer, "tensors"), 3) for peer in engines if peer in PEERS
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
    right = min([*to_module.values(), *to_tensors.values()], default=2.0) > 1
    if name.startswith("large"):
        right = right and to_layers["module"] <= MOST
    numbers = {"layers_us": round(micro, 1), "to_layers": to_layers}
    return Outcome(
        figure, numbers | {"peers_to_module": to_module, "peers_to_tensors": to_tensors}, right
    )


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
    # What steps keep, every part of them keeps; another thread of this process may keep more.
    more = PARTS * min(grown)
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
