"""The smallest error in one entry among many that is found, and located."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker import torchslow
from benchmarks.checker.networks import WIDTHS, Network
from benchmarks.row import Outcome, Row, markdown
from numnet.gradcheck import check_gradient

SLOW = 10_000  # parameters, more than which torch's slow mode would take hours
ERRORS = {"complex step": 1e-10, "real differences": 1e-6, "float32": 1e-5}
SEEDS = 5


def network(kind: str, size: int, seed: int) -> Network:
    """A smooth network; one to whose loss the complex step is blind; one in float32."""
    penalty = 1e-4 if kind == "real differences" else 0.0
    dtype = "float32" if kind == "float32" else "float64"
    return Network(WIDTHS[size], seed, dtype, penalty=penalty)


def planted(net: Network, error: float, seed: int) -> tuple[str, tuple[int, ...]]:
    """Plant an error, relative to its array's largest entry, at a random place."""
    draw = np.random.default_rng([40, seed])
    name = str(draw.choice(["W1", "W2"]))
    index = int(draw.integers(net.at[name].size))
    net.wrong = (name, index, error)
    return name, tuple(int(i) for i in np.unravel_index(index, net.at[name].shape))


def found(kind: str, size: int, seed: int) -> dict[str, Any]:
    """Whether the error was found, and at its entry; whether the right gradient is right."""
    net = network(kind, size, seed)
    right = check_gradient(net.fun, net.grad, net.at, rng=seed)
    name, place = planted(net, ERRORS[kind], seed)
    report = check_gradient(net.fun, net.grad, net.at, rng=seed)
    return {
        "seed": seed,
        "right": bool(right),
        "found": report[name].verdict == "wrong",
        "located": report[name].where == place,
        "calls": report.calls,
    }


def torch_sees(kind: str, size: int, fast: bool) -> str:
    """Whether torch's mode fails over the first error; a dash where it would take hours."""
    if not torchslow.found() or (not fast and size > 1_000):
        return "-"
    net = network(kind, size, 0)
    if not torchslow.passes(net, fast):
        return "fails over the right gradient"
    planted(net, ERRORS[kind], 0)
    return "no" if torchslow.passes(net, fast) else "yes"


def measure(quick: bool) -> Outcome:
    """Every kind and size, several places; the two smaller sizes and two places if quick."""
    sizes = list(WIDTHS)[: 2 if quick else 3]
    seeds = range(2 if quick else SEEDS)
    lines, numbers, fine = [], {}, True
    for kind, error in ERRORS.items():
        for size in sizes:
            runs = [found(kind, size, seed) for seed in seeds]
            all_ = all(r["right"] and r["found"] and r["located"] for r in runs)
            fine &= all_
            numbers[f"{kind}, {size}"] = runs
            counts = [sum(r[key] for r in runs) for key in ("right", "found", "located")]
            torch = [torch_sees(kind, size, fast) for fast in (False, True)]
            lines.append([kind, f"{error:g}", f"{network(kind, size, 0).size:,}", len(runs)])
            lines[-1] += [*counts, *torch]
    missed = sum(not r["located"] for runs in numbers.values() for r in runs)
    total = sum(len(runs) for runs in numbers.values())
    figure = f"{total - missed} of {total} planted errors found and located"
    head = ["reference", "error / largest entry", "parameters", "places", "right before", "found"]
    head += ["located", "torch slow", "torch fast"]
    return Outcome(figure, numbers, fine, details=markdown(head, lines))


ROW = Row(
    "sensitivity",
    "one entry off by 1e-10 of the largest (1e-6 by real differences, 1e-5 in float32) is found "
    "and located among 1 000, 10 000 and 1 000 000",
    "one wrong entry, beside torch's slow and fast mode",
    measure,
)
