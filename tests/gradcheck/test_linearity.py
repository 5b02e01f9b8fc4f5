"""A backward is linear in dy, and 0 for dy = 0; what is not is told under its own name."""

from __future__ import annotations

import numpy as np
import pytest

from numnet.gradcheck import check_backward, check_gradient

Z = np.random.default_rng(0).normal(size=(6, 4))


def tanh_slope(x):
    return 1 - np.tanh(x) ** 2


@pytest.mark.parametrize(
    ("backward", "cause", "words"),
    [
        (lambda dy, x: tanh_slope(x), "missing-factor", "dy"),
        (lambda dy, x: dy * tanh_slope(x) + 0.1 * x, "missing-term", ""),
        (lambda dy, x: dy * dy * tanh_slope(x), "missing-factor", ""),
        (lambda dy, x: np.abs(dy) * tanh_slope(x), None, ""),
        (lambda dy, x: dy * (dy > 0) * tanh_slope(x), None, ""),
    ],
)
def test_what_is_not_linear(backward, cause, words):
    report = check_backward(np.tanh, backward, Z, names="x")
    assert report.verdict == "wrong", str(report)
    assert cause is None or report.cause == cause, str(report)
    assert words in report["x"].explanation


def test_what_one_dy_does_not_show():
    """Right for dy of magnitudes up to 1, as the check draws them, and wrong beyond."""
    report = check_backward(np.tanh, lambda dy, x: np.clip(dy, -1, 1) * tanh_slope(x), Z, names="x")
    assert (report.verdict, report.cause) == ("wrong", "missing-factor")
    assert "not linear in dy" in report["x"].explanation


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_linear_to_rounding(dtype):
    def forward(x):
        e = np.exp(x - x.real.max(1, keepdims=True))
        return e / e.sum(1, keepdims=True), x.sum()

    def backward(dy, x):
        p = forward(x)[0]
        return p * (dy[0] - (dy[0] * p).sum(1, keepdims=True)) + dy[1]

    report = check_backward(forward, backward, (30 * Z).astype(dtype), names="x")
    assert report.verdict == "right", str(report)


def test_a_gradient_that_is_all_rounding():
    """The gradient to a shift of softmax is 0 and comes out as 1e-17."""

    def forward(b):
        e = np.exp(Z + b)
        return e / e.sum(1, keepdims=True)

    def backward(dy, b):
        p = forward(b)
        return (p * (dy - (dy * p).sum(1, keepdims=True))).sum()

    assert check_backward(forward, backward, np.array(0.3), names="b").verdict != "wrong"


def test_a_value_that_trembles_within_its_rounding_raises_the_noise():
    source = np.random.default_rng(0)

    def fun(x):
        return float(np.tanh(x.real).sum() * (1 + 4e-15 * source.choice((-1, 1))))

    still = check_gradient(lambda x: float(np.tanh(x.real).sum()), tanh_slope, Z)
    trembling = check_gradient(fun, tanh_slope, Z)
    assert (still.verdict, trembling.verdict) == ("right", "right")
    assert trembling.findings[0].bound > 3 * still.findings[0].bound
