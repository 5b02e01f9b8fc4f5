"""Full-batch L-BFGS on all digits, step by step with a watch in hand."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import scipy.optimize
from numpy.typing import NDArray

import numnet
from benchmarks.scale.executors import Watched

Array = NDArray[Any]
Call = Callable[[Array], tuple[Any, Array]]


@dataclass(frozen=True)
class Problem:
    """The objective on rows that are memory-mapped, where it starts, how long it is followed."""

    objective: numnet.Objective
    theta: Array
    iterations: int
    data: str


@cache
def problem(quick: bool) -> Problem:
    """All of MNIST, or for a quick run the embedded digits, through 784-100-10 or less."""
    if quick:
        found = numnet.data.load_digits()
        folder = tempfile.TemporaryDirectory()
        path = Path(folder.name) / "x.npy"
        np.save(path, found.x_train)
        x, hidden, iterations = np.load(path, mmap_mode="r"), 20, 8
        x._folder = folder  # which stays as long as the map
    else:
        found = numnet.data.load_mnist(mmap=True)
        x, hidden, iterations = found.x_train, 100, 40
    D = x.shape[1]
    layers = numnet.Linear(D, hidden), numnet.Tanh(), numnet.Linear(hidden, 10)
    model = numnet.Sequential(*layers, rng=0)
    name = "embedded digits" if quick else "MNIST"
    words = f"{name}, all {len(x)} training images, memory-mapped, {D}-{hidden}-10, float64"
    objective = numnet.Objective(model, numnet.SoftmaxCrossEntropy(), x, found.y_train, l2=1e-4)
    return Problem(objective, model.parameters.value.copy(), iterations, words)


@dataclass
class Run:
    """Where a descent ended, and the seconds of its evaluations: in all, in work, on the way."""

    theta: Array
    value: float
    first: Array  # the gradient at the start
    seconds: list[float] = field(default_factory=list)
    compute: list[float] = field(default_factory=list)
    transfer: list[float] = field(default_factory=list)

    @property
    def step(self) -> float:
        """The median evaluation, in milliseconds."""
        return 1e3 * statistics.median(self.seconds)

    @property
    def split(self) -> tuple[float, float, float]:
        """Milliseconds of compute, transfer and wait, the mean shard's; the rest is waiting."""
        work, way = (1e3 * statistics.median(x) for x in (self.compute, self.transfer))
        return work, way, max(0.0, self.step - work - way)


def descend(
    call: Call,
    start: Array,
    iterations: int,
    watch: Watched | None = None,
    before: Callable[[int], object] = lambda n: None,
) -> Run:
    """Minimize; `before` is called with the number of each evaluation."""
    run = Run(start, 0.0, start)

    def evaluate(theta: Array) -> tuple[Any, Array]:
        before(len(run.seconds))
        begun = time.perf_counter()
        value, gradient = call(theta)
        run.seconds.append(time.perf_counter() - begun)
        if len(run.seconds) == 1:
            run.first = gradient.copy()
        if watch is not None and (tasks := watch.taken()):
            run.compute.append(statistics.mean(task.compute for task in tasks))
            run.transfer.append(statistics.mean(task.transfer for task in tasks))
        return value, gradient

    found = scipy.optimize.minimize(
        evaluate, start, jac=True, method="L-BFGS-B", options={"maxiter": iterations}
    )
    run.theta, run.value = found.x, float(found.fun)
    return run
