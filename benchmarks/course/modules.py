"""Rows B1 and B2: the modules MSE and Linear against the complex step."""

from __future__ import annotations

import numpy as np

import numnet
from benchmarks.course.exactness import BOUND, differentiated, distance
from benchmarks.row import Outcome, Row


def squared_error(quick: bool) -> Outcome:
    """B1: the value, both gradients times an upstream gradient, and the report's against them."""
    rng = np.random.default_rng(0)
    y_pred, y_true = rng.standard_normal((2, 7, 3))
    dy = float(rng.standard_normal())
    loss = numnet.MSE()
    value, saved = loss.forward(y_pred, y_true)
    gradients = loss.backward(saved, dy=dy, both=True)
    s = 2 * abs(dy) * (abs(y_pred) + abs(y_true)) / y_pred.size
    expected = (
        differentiated(lambda p: dy * loss(p, y_true), y_pred),
        # The truth stays real in a loss, which is the same the other way round.
        differentiated(lambda t: dy * loss(t, y_pred), y_true),
    )
    worst = max(distance(a, n, s) for a, n in zip(gradients, expected, strict=True))
    wrong_value = abs(value / np.mean((y_pred - y_true) ** 2) - 1)
    ratio = np.median(dy * 2 * (y_pred - y_true) / gradients[0])
    return Outcome(
        f"mean, both gradients: worst |a - n| / s = {worst:.1e}; "
        f"the report's is {ratio:.0f} = N D times too large",
        {"worst": worst, "bound": BOUND, "value_error": float(wrong_value), "ratio": float(ratio)},
        right=bool(worst <= BOUND and wrong_value < 1e-15 and np.isclose(ratio, y_pred.size)),
    )


def linear(quick: bool) -> Outcome:
    """B2: dx, dW and db for a random upstream gradient."""
    rng = np.random.default_rng(0)
    layer = numnet.Linear(5, 4, bias_init=numnet.normal(1.0))
    layer.initialize(rng=rng)
    x, dy = rng.standard_normal((6, 5)), rng.standard_normal((6, 4))
    dx = layer.backpropagate(dy, layer.propagate(x)[1])
    theta = layer.parameters.value
    step = differentiated(lambda v: (dy * layer.replica(v)(x)).sum(), theta)
    expected = layer.replica(step).parameters
    gradients = layer.parameters.gradients
    found = {
        "dx": distance(
            np.asarray(dx),
            differentiated(lambda v: (dy * layer(v)).sum(), x),
            abs(dy) @ abs(layer.W).T,
        ),
        "dW": distance(gradients["W"], expected["W"], abs(x).T @ abs(dy)),
        "db": distance(gradients["b"], expected["b"], abs(dy).sum(axis=0)),
    }
    worst = max(found.values())
    return Outcome(
        f"dx, dW, db: worst |a - n| / s = {worst:.1e} (bound {BOUND:.0e})",
        {"worst": worst, "bound": BOUND, **found},
        right=worst <= BOUND,
    )


ROWS = (
    Row(
        "B1",
        "2 (y^ - y): the factor 1 / size is missing",
        "MSE, forward and backward",
        squared_error,
    ),
    Row("B2", "grad W', x' grad, sum of grad", "Linear, forward and backward", linear),
)
