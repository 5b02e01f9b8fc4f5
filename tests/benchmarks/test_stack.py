"""Row B3: the spectrum, the step that it asks for, and the row itself."""

from __future__ import annotations

import numpy as np
import pytest

import numnet
from benchmarks.course import stack


def test_the_spectrum_of_one_layer_is_that_of_its_inputs() -> None:
    x, y = stack.random_data()
    layer = numnet.Linear(stack.D, stack.C, bias=False)
    found = stack.hessian_eigenvalues(numnet.Sequential(layer), x, y)
    inputs = 2 / (len(x) * stack.C) * np.linalg.eigvalsh(x.T @ x)
    assert found == pytest.approx(np.repeat(inputs, stack.C), rel=1e-10)


def test_the_heavy_ball_is_that_of_the_curvatures() -> None:
    assert stack.heavy_ball(np.array([1e-9, 1.0, 4.0, 100.0])) == pytest.approx((4 / 121, 81 / 121))


def test_three_layers_reach_both_optima() -> None:
    outcome = stack.three_linear(quick=True)
    assert outcome.right
    for name in ("wide", "narrow"):
        assert abs(outcome.numbers[name]["above_optimum"]) <= 1e-6
