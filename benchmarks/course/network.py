"""Rows A10, A-count, A11: the course's network, its start, its size and its prediction."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

import numnet
from benchmarks.course.digits import three_digits
from benchmarks.row import Outcome, Row

Array = NDArray[Any]

COURSE_START = numnet.normal(1e-2)
NAMES = ("0.W", "0.b", "2.W", "2.b")  # the course's W1, b1, W2, b2


def course_network(
    rng: int, D: int = 784, Q: int = 10, C: int = 3, dtype: str = "float64"
) -> numnet.Sequential:
    """D - Q tanh - C logits from the course's start: each weight and each bias 1e-2 N(0, 1)."""
    return numnet.Sequential(
        numnet.Linear(D, Q, init=COURSE_START, bias_init=COURSE_START),
        numnet.Tanh(),
        numnet.Linear(Q, C, init=COURSE_START, bias_init=COURSE_START),
        rng=rng,
        dtype=dtype,
    )


def start(quick: bool) -> Outcome:
    """A10: the start, as drawn."""
    p = course_network(0).parameters
    spread = {name: float(p[name].std()) for name in NAMES}
    value = p.value
    return Outcome(
        f"784-10-3: mean {value.mean():.1e}, deviation {value.std():.5f} over {value.size} values",
        {"mean": float(value.mean()), "deviation": float(value.std()), "by_name": spread},
        # Four standard errors of a mean and of a deviation.
        right=bool(
            abs(value.mean()) < 4 * 1e-2 / np.sqrt(value.size)
            and abs(value.std() / 1e-2 - 1) < 4 / np.sqrt(2 * value.size)
        ),
    )


def count(quick: bool) -> Outcome:
    """A-count: the parameters, counted by the model itself."""
    sizes = {side: course_network(0, D=side * side).parameters.value.size for side in (28, 256)}
    return Outcome(
        f"{_spaced(sizes[28])} for 28 x 28; {_spaced(sizes[256])} for 256 x 256",
        {f"{side}x{side}": size for side, size in sizes.items()},
        right=sizes == {28: 7883, 256: 655403},
    )


def course_forward(x: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> tuple[Array, ...]:
    """The course's a1, Z2 and Y^ in plain NumPy."""
    a1 = np.tanh(x @ W1 + b1)
    Z2 = a1 @ W2 + b2
    e = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    return a1, Z2, e / e.sum(axis=1, keepdims=True)


def prediction(quick: bool) -> Outcome:
    """A11: probabilities by the formulas and by the model, and by far too large weights."""
    data = three_digits((0, 1, 2))
    model = course_network(0)
    model.output = "logits"
    worst, rows_off = 0.0, 0.0
    # The second time Z2 reaches thousands, where exp without the shift overflows.
    for factor in (1.0, 1e5):
        model.parameters["2.W"] = factor * model.parameters["2.W"]
        p = model.predict_proba(data.x_test)
        by_hand = course_forward(data.x_test, *(model.parameters[name] for name in NAMES))[-1]
        worst = max(worst, float(np.abs(p - by_hand).max()))
        rows_off = max(rows_off, float(np.abs(p.sum(axis=1) - 1).max()))
    largest = float(np.abs(model(data.x_test)).max())
    return Outcome(
        f"equal to the formulas within {worst:.1e}, rows sum to 1 within {rows_off:.1e}, "
        f"Z2 up to {largest:.0f} included",
        {"worst_difference": worst, "worst_row_sum": rows_off, "largest_logit": largest},
        # Z2 of size L is known to about L eps, and so is log Y^.
        right=worst <= 1e-15 * largest and rows_off <= 1e-15 * 4,
        data=data.name,
    )


def _spaced(number: int) -> str:
    return f"{number:,}".replace(",", " ")


ROWS = (
    Row("A10", "no figure: W1, b1, W2, b2 drawn as 1e-2 N(0, 1)", "the start as drawn", start),
    Row("A-count", "7 883 for 28 x 28; 655 403 for 256 x 256", "number of parameters", count),
    Row("A11", "no figure: tanh, stable softmax", "prediction against the formulas", prediction),
)
