"""scikit-learn's MLPClassifier and MLPRegressor, a step at a time by partial_fit."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.engine import CannotError, Engine
from benchmarks.peers.workloads import BETAS, EPS, MOMENTUM, Workload

Array = NDArray[Any]


def sklearn(workload: Workload) -> Engine:
    """One pass over one batch."""
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    if workload.tied:
        raise CannotError("it has no tied weights")
    kind = MLPClassifier if workload.classifies else MLPRegressor
    # It halves the squared error, and so its gradient.
    half = 1 if workload.classifies else 2
    model = kind(
        hidden_layer_sizes=workload.widths[1:-1],
        activation=workload.hidden,
        solver="adam" if workload.adam else "sgd",
        alpha=0,
        batch_size=workload.batch,
        learning_rate_init=half * workload.lr,
        momentum=MOMENTUM,
        nesterovs_momentum=False,
        beta_1=BETAS[0],
        beta_2=BETAS[1],
        epsilon=EPS,
        shuffle=False,
        random_state=0,
    )
    x, y = workload.data()
    y = y if workload.classifies else y[:, 0]
    if workload.classifies:
        model.partial_fit(x, y, classes=np.arange(workload.widths[-1]))
    else:
        model.partial_fit(x, y)

    def step() -> float:
        model.partial_fit(x, y)
        return half * float(model.loss_)

    def parts() -> list[Array]:
        pairs = zip(model.coefs_, model.intercepts_, strict=True)
        return [part for pair in pairs for part in pair]

    def reset() -> None:
        for part, start in zip(parts(), workload.split(workload.start()), strict=True):
            part[...] = start
        names = ("ms", "vs") if workload.adam else ("velocities",)
        for name in names:
            for moving in getattr(model._optimizer, name):
                moving[...] = 0
        model._optimizer.t = 0
        # What it has kept of each step so far.
        model.t_, model.n_iter_, model.loss_curve_ = 0, 0, []
        if hasattr(model, "best_loss_"):
            model.best_loss_, model._no_improvement_count = np.inf, 0

    reset()
    if {part.dtype for part in parts()} != {np.dtype(workload.dtype)}:
        raise CannotError(f"it does not compute in {workload.dtype}")
    return Engine(step, reset, lambda: np.concatenate([part.ravel() for part in parts()]))
