"""The rows of time: what fit and Objective add to a step, and what an import takes."""

from __future__ import annotations

import statistics
from dataclasses import asdict

from benchmarks.growth.apart import apart
from benchmarks.growth.imports import compare, longest
from benchmarks.growth.nets import SMALL, Net
from benchmarks.row import Outcome
from benchmarks.turns import ratio

FIT, OBJECTIVE, IMPORT = 1.15, 2.5, 1.3


def fit(net: Net, rows: int, bounded: bool, quick: bool) -> Outcome:
    """An epoch of fit, divided by its steps, against the step."""
    rows = rows // 10 if quick else rows
    job = apart("loops", what="fit", **asdict(net), rows=rows, turns=5 if quick else 20)
    found = job["seconds"]
    micro = {name: 1e6 * statistics.median(times) for name, times in found.items()}
    whole = ratio(found, "fit", "step")
    validation = ratio(found, "validated", "step") - whole
    parts = ("gather", "score", "order", "finite")
    known = ", ".join(f"{name} {micro[name]:.1f}" for name in parts)
    rest = micro["fit"] - micro["step"] - sum(micro[name] for name in parts)
    figure = (
        f"{whole:.2f} of a step of {micro['step']:.0f} us; alone: {known}; the rest {rest:.1f} us; "
        f"validation of a sixth as many rows {validation:.2f} more"
    )
    numbers = {name: round(value, 2) for name, value in micro.items()}
    numbers |= {"ratio": round(whole, 3), "validation": round(validation, 3)}
    source = "the training images of MNIST" if job["mnist"] else ""
    return Outcome(figure, numbers, not bounded or whole <= FIT, source)


def objective(quick: bool) -> Outcome:
    """`Objective(theta)` against a step on the same rows."""
    turns = 10 if quick else 100
    found = apart("loops", what="objective", **asdict(SMALL), turns=turns)["seconds"]
    times = ratio(found, "objective", "step")
    micro = {name: 1e6 * statistics.median(values) for name, values in found.items()}
    figure = (
        f"{times:.2f} steps of {micro['step']:.1f} us; of its {micro['objective']:.1f} us the "
        f"replica takes {micro['replica']:.1f}"
    )
    numbers = {name: round(value, 2) for name, value in micro.items()} | {"ratio": round(times, 3)}
    return Outcome(figure, numbers, times <= OBJECTIVE)


def imported(quick: bool) -> Outcome:
    """Whole processes, and what a first training loads besides."""
    found = compare(5 if quick else 40)
    milli = {name: 1e3 * statistics.median(times) for name, times in found.items()}
    times, used = ratio(found, "numnet", "numpy"), ratio(found, "first use", "numpy")
    own = longest(8)
    figure = (
        f"{times:.2f} of import numpy, {milli['numpy']:.0f} ms (python alone {milli['python']:.0f})"
        f"; what a first fit uses, {used:.2f}"
    )
    slow = ", ".join(f"{name} {micro / 1000:.1f}" for name, micro in own.items())
    return Outcome(
        figure,
        {"ratio": round(times, 3), "first_use": round(used, 3)}
        | {name.replace(" ", "_") + "_ms": round(value, 1) for name, value in milli.items()},
        times <= IMPORT,
        details=f"numnet loads its parts where they are first used. A first fit loads, beside "
        f"NumPy, the longest first, in ms: {slow}.",
    )
