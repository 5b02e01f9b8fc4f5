"""Right gradients in float32, beside large numbers, in saturated units, through noise."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from benchmarks.checker.bank.scales import (
    deep,
    deep_backward,
    entropy,
    entropy_gradient,
    labelled,
    linear,
    linear_backward,
    normal,
    scaled_linear,
)
from benchmarks.checker.case import Case

FAMILY = "precision"

UNSURE = frozenset({"right", "undecided"})


def right(name: str, forward: Any, backward: Any, at: Any, **more: Any) -> Case:
    return Case(name, FAMILY, forward, backward, at, difficult=True, **more)


def scalar(name: str, fun: Any, grad: Any, at: Any, **more: Any) -> Case:
    return right(name, fun, grad, at, kind="gradient", **more)


def squares(w: Any, shift: float = 0.0) -> Any:
    return (np.sin(w) * w).sum() + shift


def squares_gradient(w: Any) -> Any:
    return np.cos(w) * w + np.sin(w)


def deviation(w: Any) -> Any:
    return np.var(w) + 1e10


def in_single(x: Any) -> Any:
    return np.tanh(x.astype(np.float32)).astype(np.float64)


def noisy() -> Any:
    rng = np.random.default_rng(8)

    def fun(w: Any) -> Any:
        return squares(w) + 1e-9 * rng.normal()

    return fun, squares_gradient


def in_float(*shape: int) -> Any:
    return normal(*shape, dtype=np.float32)


CASES = [
    scalar("loss + 1e6", partial(squares, shift=1e6), squares_gradient, normal(7)),
    scalar("loss + 1e12", partial(squares, shift=1e12), squares_gradient, normal(7)),
    scalar(
        "variance + 1e10",
        deviation,
        lambda w: 2 * (w - w.mean()) / w.size,
        normal(7),
        expected=UNSURE,
        tolerance=1e-4,
        note="the rounding of the sum hides most of the gradient from real differences",
    ),
    scalar(
        "tiny part beside a large one",
        lambda w, c: 1e6 * (c**2).sum() + 1e-6 * np.sin(w).sum(),
        lambda w, c: (1e-6 * np.cos(w), 2e6 * c),
        lambda rng: (rng.normal(size=5), rng.normal(size=4)),
    ),
    right("float32 layer", linear, linear_backward, scaled_linear(1.0, 1.0, np.float32)),
    right(
        "float32 layer with inputs of 1e4",
        linear,
        linear_backward,
        scaled_linear(1e4, 1e-4, np.float32),
    ),
    right(
        "float32 deep net",
        deep,
        deep_backward,
        lambda rng: (
            rng.normal(size=(4, 5)).astype(np.float32),
            (0.6 * rng.normal(size=(6, 5, 5))).astype(np.float32),
        ),
    ),
    scalar("float32 cross-entropy", entropy, entropy_gradient, labelled(1.0, np.float32)),
    scalar(
        "float32 cross-entropy, saturated", entropy, entropy_gradient, labelled(30.0, np.float32)
    ),
    scalar("float32 squares", squares, squares_gradient, in_float(200)),
    right(
        "saturated tanh",
        lambda x: np.tanh(x),
        lambda dy, x: dy / np.cosh(x) ** 2,
        lambda rng: rng.uniform(15, 25, (4, 3)),
    ),
    right(
        "saturated tanh as 1 - y^2",
        lambda x: np.tanh(x),
        lambda dy, x: dy * (1 - np.tanh(x) ** 2),
        lambda rng: rng.uniform(-1, 1, (4, 3)) * np.array([1, 20, 300]),
    ),
    right(
        "saturated sigmoid",
        lambda x: 0.5 * (1 + np.tanh(0.5 * x)),
        lambda dy, x: dy * 0.25 / np.cosh(0.5 * x) ** 2,
        normal(4, 3, scale=30.0),
    ),
    scalar(
        "tanh + 1e8",
        lambda x: np.tanh(x).sum() + 1e8,
        lambda x: 1 / np.cosh(x) ** 2,
        normal(6),
    ),
    right(
        "float32 inside",
        in_single,
        lambda dy, x: dy * (1 - np.tanh(x) ** 2),
        normal(3, 4),
        expected=UNSURE,
        tolerance=1e-2,
        note="the forward computes in float32, which real differences may not see through",
    ),
    scalar(
        "rounded to 9 digits",
        lambda x: np.round(np.sin(x).sum(), 9),
        np.cos,
        normal(4),
        expected=UNSURE,
        tolerance=1e-4,
        note="its values are steps",
    ),
    scalar(
        "noise of 1e-9",
        squares,
        squares_gradient,
        normal(4),
        fresh=noisy,
        expected=UNSURE,
        tolerance=1e-4,
        note="another value at each call",
    ),
]
