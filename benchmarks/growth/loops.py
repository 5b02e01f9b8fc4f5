"""What stands around the steps: a whole fit, and an Objective, in turns with the step alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

import numnet
from benchmarks.growth.apart import answer
from benchmarks.growth.nets import Net

EPOCHS = 4


def seconds(call: Callable[[], object], times: int = 1) -> float:
    """Of one call, the mean of so many: the thread's own time."""
    start = time.thread_time()
    for _ in range(times):
        call()
    return (time.thread_time() - start) / times


def fit(widths: list[int], batch: int, dtype: str, rows: int, turns: int) -> dict[str, Any]:
    """Seconds of a step, turn by turn: alone, within fit, and of what fit adds to it.

    "validated" is a fit with a sixth as many rows of validation, as MNIST has.
    """
    net = Net(tuple(widths), batch, dtype)
    x, y, mnist = net.images(rows)
    steps = rows // batch
    rows = steps * batch  # of which none is in a smaller batch
    x, y = x[:rows], y[:rows]
    held_out = x[: rows // 6].copy(), y[: rows // 6].copy()
    loss, model = net.loss(), net.model()
    start = model.parameters.value.copy()
    step, optimizer = net.step()
    own = optimizer.parameters
    order = np.random.default_rng(0).permutation(rows)
    score = loss.scorer(y)
    y_pred, truth = model(x[:batch]), loss.cast(y, x)

    def trained(validation: Any = None) -> None:
        # The same start each time: what is learned makes numbers small, which may be slow.
        model.parameters.value = start
        rule = numnet.SGD(lr=1e-3, momentum=0.9)
        numnet.fit(model, loss, x, y, validation, rule, EPOCHS, batch, 0, False)

    def alone() -> None:
        own.value = start
        optimizer.reset()
        for _ in range(EPOCHS * steps):
            step()

    def gathered() -> None:
        for n in range(0, rows, batch):
            _ = x[order[n : n + batch]], truth[order[n : n + batch]]

    def scored() -> None:
        if score is not None:
            for _ in range(steps):
                score(y_pred, truth[:batch])

    calls: dict[str, tuple[Callable[[], object], int]] = {
        "step": (alone, EPOCHS * steps),
        "fit": (trained, EPOCHS * steps),
        "validated": (lambda: trained(held_out), EPOCHS * steps),
        "gather": (gathered, steps),
        "score": (scored, steps),
        "order": (lambda: np.random.default_rng(0).permutation(rows), steps),
        "finite": (lambda: np.vdot(x, x), EPOCHS * steps),
    }
    found = _turns({name: (call, 1, each) for name, (call, each) in calls.items()}, turns)
    return {"seconds": found, "mnist": mnist}


def objective(widths: list[int], batch: int, dtype: str, turns: int) -> dict[str, Any]:
    """Seconds of `Objective(theta)`, and of a step on the same rows."""
    net = Net(tuple(widths), batch, dtype)
    step, optimizer = net.step()
    whole = numnet.Objective(net.model(), net.loss(), *net.data(batch))
    theta = optimizer.parameters.value.copy()
    times = max(20, int(0.02 / seconds(step, 20)))
    calls = {
        "step": step,
        "objective": lambda: whole(theta),
        "replica": lambda: whole.model.replica(theta),
    }
    return {"seconds": _turns({name: (call, times, 1) for name, call in calls.items()}, turns)}


def _turns(
    calls: dict[str, tuple[Callable[[], object], int, int]], turns: int
) -> dict[str, list[float]]:
    """Each call so many times in each turn; what it took, divided by the steps that it stands for.

    Every other turn goes the other way round.
    """
    found: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(turns + 1):
        for name in calls if turn % 2 else reversed(calls):
            call, times, each = calls[name]
            took = seconds(call, times) / each
            if turn:  # the first warms up
                found[name].append(took)
    return found


def measured(what: str, **arguments: Any) -> dict[str, Any]:
    """Either of the two, by name."""
    jobs: dict[str, Callable[..., dict[str, Any]]] = {"fit": fit, "objective": objective}
    return jobs[what](**arguments)


if __name__ == "__main__":
    answer(measured)
