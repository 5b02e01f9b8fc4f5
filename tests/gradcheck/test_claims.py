"""The rounding of a claimed gradient is measured, in whatever type it is computed."""

from __future__ import annotations

import numpy as np
import pytest

from numnet.gradcheck.arguments import read_arguments
from numnet.gradcheck.claims import Claims
from numnet.gradcheck.hygiene import Hygiene, run_backward
from numnet.gradcheck.outputs import read_scalar
from numnet.gradcheck.problem import Problem
from numnet.gradcheck.rounding import one_ulp


def claims_of(grad, x):
    arguments = read_arguments(x, None, "x", grad, "test")
    problem = Problem(
        arguments,
        lambda values: 0.0,
        lambda values, dy: arguments.invoke(grad, values),
        read_scalar,
        ("fun", "grad"),
        None,
    )
    state = Hygiene()
    run_backward(problem, state)
    return Claims(problem, state, np.random.default_rng(0))


X = np.random.default_rng(0).normal(size=40)


@pytest.mark.parametrize("frequency", [1.0, 1e3, 1e6])
def test_rounding_grows_with_the_condition(frequency):
    rounding = claims_of(lambda x: np.cos(frequency * x), X).rounding("x")
    exact = np.cos(np.longdouble(frequency) * X.astype(np.longdouble))
    assert (np.abs(np.cos(frequency * X) - exact) <= rounding).all()
    assert rounding.max() <= 100 * np.finfo(float).eps * (1 + frequency)


def test_a_branch_is_no_rounding():
    claims = claims_of(lambda x: (x > 0) * 1.0, np.array([0.0, 1.0, -1.0]))
    assert claims.jumps("x").tolist() == [True, False, False]
    assert claims.rounding("x").max() < 1e-14


def test_the_wider_type():
    if np.finfo(np.longdouble).eps == np.finfo(float).eps:
        pytest.skip("longdouble is float64 on this machine")
    saturated = claims_of(lambda x: 1 - np.tanh(x) ** 2, np.array([9.0, 10.0]))
    wide, true = saturated.wide("x"), np.cosh([9.0, 10.0]) ** -2.0
    assert np.abs(wide - true).max() < 0.01 * np.abs(saturated.gradient["x"] - true).max()
    assert claims_of(lambda x: x.astype(np.float64), X).wide("x") is None


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_ulp(dtype):
    x = np.array([0.0, 1.0, -1e-3, 1e6], dtype)
    moved = one_ulp(x, np.random.default_rng(0))
    assert moved.dtype == dtype
    assert (moved != x).all()
    assert (np.abs(moved - x)[1:] <= 3 * np.finfo(dtype).eps * np.abs(x[1:])).all()
