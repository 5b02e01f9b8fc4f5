"""Steps with their guards and without, by turns in one process.

The guards are the dot product over the gradient before the update and that over the new parameters,
which SGD computes aside and which are then copied into place. The step without them is `train_step`
itself, in which the functions that hold them are replaced: nothing else can differ, and the guards
are measured where they stand, between arrays that the step left in the cache. It leaves the new
parameters where they are, which costs what computing them in place does. Timed alone the guards
show why.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any
from unittest import mock

import numpy as np
from numpy.typing import NDArray

import numnet
from benchmarks.row import Outcome, Row
from numnet.nonfinite import is_finite
from numnet.train import step

Array = NDArray[Any]
MOST = 0.10


@dataclass(frozen=True)
class Workload:
    """A network D - Q - C in a dtype, its batch and its momentum, and whether the bound is its."""

    widths: tuple[int, int, int]
    dtype: str
    batch: int
    momentum: float
    bounded: bool = True

    def parts(self) -> tuple[Callable[[], object], numnet.SGD, Array]:
        """A step to call again and again, its optimizer, and its x."""
        D, Q, C = self.widths
        rng = np.random.default_rng(0)
        x = rng.random((self.batch, D)).astype(self.dtype)
        loss: numnet.Loss = numnet.SoftmaxCrossEntropy()
        y: Array = rng.integers(0, C, self.batch)
        hidden: numnet.Layer = numnet.ReLU()
        if C == 1:
            loss, y, hidden = numnet.MSE(), rng.random((self.batch, 1)), numnet.Tanh()
        layers = numnet.Linear(D, Q), hidden, numnet.Linear(Q, C)
        model = numnet.Sequential(*layers, rng=0, dtype=self.dtype)
        optimizer = numnet.SGD(model.parameters, lr=1e-3, momentum=self.momentum)
        ctx = numnet.Context(train=True, rng=rng)
        y = loss.cast(y, x)
        call = partial(step.train_step, model, loss, optimizer, x, y, ctx, checked=True)
        return call, optimizer, x


def seconds(call: Callable[[], object], times: int) -> float:
    """The time of one call, the mean of so many: the thread's own, without what it waited."""
    start = time.thread_time()
    for _ in range(times):
        call()
    return (time.thread_time() - start) / times


def unguarded(call: Callable[[], object], times: int) -> float:
    """The time of one step without its guards."""
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(step, "is_finite", _believed))
        stack.enter_context(mock.patch.object(step, "_updated", _stepped))
        stack.enter_context(mock.patch.object(numnet.Optimizer, "_take", _left))
        return seconds(call, times)


def _believed(array: Array) -> bool:
    return True


def _left(optimizer: numnet.Optimizer, value: Array, new: Array) -> None:
    pass


def _stepped(optimizer: numnet.Optimizer) -> bool:
    optimizer.step()
    return True


def compare(workload: Workload, turns: int) -> dict[str, float]:
    """Medians over the turns: the share of the guards in a step, and microseconds of all parts."""
    call, optimizer, x = workload.parts()
    theta, grad = optimizer.parameters.value, optimizer.parameters.grad
    times = max(5, int(0.01 / seconds(call, 20)))
    pieces: dict[str, Callable[[], object]] = {
        "copy": partial(np.copyto, np.empty_like(theta), theta),
        "theta": partial(is_finite, theta),
        "gradient": partial(is_finite, grad),
        "x": partial(is_finite, x),
    }
    columns: dict[str, list[float]] = {}
    for turn in range(turns):
        # Velocities of units that no longer learn decay to denormal numbers, which are slow.
        optimizer.reset()
        call()
        # Each goes first in every other turn.
        order = (seconds, unguarded) if turn % 2 else (unguarded, seconds)
        taken = {function: function(call, times) for function in order}
        now = {"step": taken[seconds], "share": 1 - taken[unguarded] / taken[seconds]}
        now |= {name: seconds(piece, times) for name, piece in pieces.items()}
        for name, value in now.items():
            columns.setdefault(name, []).append(value if name == "share" else 1e6 * value)
    return {name: statistics.median(column) for name, column in columns.items()}


def measure(workload: Workload, quick: bool) -> Outcome:
    """A quick run has fewer turns."""
    found = compare(workload, 10 if quick else 200)
    alone = (found["copy"] + found["theta"] + found["gradient"]) / found["step"]
    figure = (
        f"{100 * found['share']:.1f} % of a step of {found['step']:.0f} us (timed alone "
        f"{100 * alone:.1f} %: copy {found['copy']:.1f}, theta {found['theta']:.1f}, gradient "
        f"{found['gradient']:.1f} us); x, once a fit, {100 * found['x'] / found['step']:.1f} % of "
        "one epoch"
    )
    numbers = {name: round(value, 4) for name, value in found.items()} | {"alone": round(alone, 4)}
    return Outcome(figure, numbers, not workload.bounded or max(found["share"], alone) < MOST)


WIDE, SMALL = (784, 128, 10), (13, 20, 1)
WORKLOADS = {
    f"{rule}{bits}": Workload(WIDE, f"float{bits}", 64, momentum)
    for rule, momentum in (("sgd", 0.0), ("momentum", 0.9))
    for bits in (32, 64)
} | {"small": Workload(SMALL, "float64", 32, 0.9, bounded=False)}


def row(name: str, workload: Workload) -> Row:
    """The row of the table."""
    size = "-".join(map(str, workload.widths))
    rule = "SGD with momentum" if workload.momentum else "SGD"
    what = f"{size}, batch {workload.batch}, {workload.dtype}, {rule}"
    bound = f"under {100 * MOST:.0f} % of a step" if workload.bounded else "no bound"
    return Row(name, f"{what}: {bound}", what, partial(measure, workload))


ROWS = {name: row(name, workload) for name, workload in WORKLOADS.items()}
