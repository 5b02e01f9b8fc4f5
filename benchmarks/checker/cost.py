"""What a check of a network of a million parameters costs in calls, seconds and memory."""

from __future__ import annotations

import time
import tracemalloc
from itertools import pairwise
from typing import Any

import numpy as np

import numnet
from benchmarks.checker.networks import BATCH, WIDTHS, Network
from benchmarks.checker.torchslow import seconds_per_call
from benchmarks.row import Outcome, Row, markdown
from numnet.gradcheck import Report, check_gradient

CALLS, LOCATING, MEMORY = 40, 120, 3.0


def measured(network: Network) -> tuple[Report, dict[str, Any]]:
    """The report; calls of the forward, seconds, and memory over that of the computation.

    The calls are those that the function counted itself.
    """
    own = 2 * network.size + sum(a.size for a in network.activations(network.at))
    own *= network.at["W1"].itemsize
    network.calls = 0
    started = time.perf_counter()
    report = check_gradient(network.fun, network.grad, network.at)
    seconds = time.perf_counter() - started
    calls = network.calls
    tracemalloc.start()
    check_gradient(network.fun, network.grad, network.at)
    memory = tracemalloc.get_traced_memory()[1] / own
    tracemalloc.stop()
    return report, {"calls": calls, "seconds": seconds, "memory": memory}


def model(widths: tuple[int, ...]) -> tuple[Report, dict[str, Any]]:
    """The same through check_model."""
    layers: list[Any] = []
    for d, q in pairwise(widths):
        layers += [numnet.Linear(d, q), numnet.Tanh()]
    net = numnet.Sequential(*layers[:-1], rng=0)
    draw = np.random.default_rng(0)
    x, labels = draw.random((BATCH, widths[0])), draw.integers(widths[-1], size=BATCH)
    started = time.perf_counter()
    report = numnet.check_model(net, numnet.SoftmaxCrossEntropy(), x, labels)
    return report, {"calls": report.calls, "seconds": time.perf_counter() - started, "memory": None}


def measure(quick: bool) -> Outcome:
    """Right and with one wrong entry, tanh and relu; a smaller network if quick."""
    widths = WIDTHS[10_000 if quick else 1_000_000]
    lines, right, numbers = [], True, {}
    for activation in ("tanh", "relu"):
        for wrong in (None, 1e-3, 1e-10):
            network = Network(widths, activation=activation)
            name, index = "W2", network.at["W2"].size // 3
            network.wrong = (name, index, wrong) if wrong else None
            report, n = measured(network)
            place = tuple(int(i) for i in np.unravel_index(index, network.at[name].shape))
            if wrong:
                fine = report[name].where == place and n["calls"] <= LOCATING
            else:
                fine = bool(report) and n["calls"] <= CALLS and n["memory"] <= MEMORY
            right &= fine
            label = f"{activation}, {f'one entry off by {wrong:g}' if wrong else 'right'}"
            numbers[label] = n
            lines.append(_line(label, report.verdict, n))
    report, n = model(widths)
    right &= bool(report)
    numbers["check_model, tanh, right"] = n
    lines.append(_line("check_model, tanh, right", report.verdict, n))
    each = seconds_per_call(widths)
    size = network.size
    if each:
        slow = {"calls": 2 * size, "seconds": 2 * size * each, "memory": None}
        numbers["torch, slow mode, extrapolated"] = slow
        lines.append(_line("torch, slow mode, extrapolated", "", slow))
    plain, located = numbers["tanh, right"], numbers["relu, one entry off by 0.001"]
    figure = (
        f"{size:,} parameters: {plain['calls']} calls, {plain['seconds']:.1f} s and "
        f"{plain['memory']:.1f} times the memory of values, gradient and activations for a right "
        f"gradient; a wrong entry located in {located['calls']}"
    )
    head = ("check", "verdict", "calls of the forward", "seconds", "memory")
    return Outcome(figure, numbers, right, details=markdown(head, lines))


def _line(label: str, verdict: str, n: dict[str, Any]) -> list[Any]:
    memory = "" if n["memory"] is None else f"{n['memory']:.1f}"
    return [label, verdict, f"{n['calls']:,}", f"{n['seconds']:,.1f}", memory]


ROW = Row(
    "cost",
    f"at most {CALLS} calls and {MEMORY:g} times the memory of values, gradient and activations; "
    f"one wrong entry located in at most {LOCATING} calls",
    "a check of 784-1000-200-10, batch 32",
    measure,
)
