from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from helpers import Pair, arrays, close, dtypes, moderate, shapes, unchanged
from hypothesis import given
from hypothesis import strategies as st

from numnet.kernels import mse, mse_dy_pred

divisors = st.none() | st.integers(1, 9) | st.floats(0.5, 9)


def pair(divisor=None):
    return Pair(
        lambda p, t: mse(p, t, divisor)[0],
        lambda dy, p, t: mse_dy_pred(dy, mse(p, t)[1], divisor),
        lambda dy, p, t: abs(dy) * 2 * (abs(p) + abs(t)) / (divisor or p.size or 1),
    )


def _in_place(dy, p, t):
    p -= t
    return 2 * dy * p / p.size


WRONG = {
    "sign": lambda dy, p, t: -mse_dy_pred(dy, p - t),
    "the course's missing 1 / size": lambda dy, p, t: dy * 2 * (p - t),
    "divided by N alone": lambda dy, p, t: dy * 2 * (p - t) / len(p),
    "no factor 2": lambda dy, p, t: dy * (p - t) / p.size,
    "no upstream gradient": lambda dy, p, t: mse_dy_pred(1.0, p - t),
    "that to y_true": lambda dy, p, t: mse_dy_pred(dy, t - p),
    "in place": _in_place,
}


@given(data=st.data(), dtype=dtypes, shape=shapes, dy=moderate, divisor=divisors)
def test_backward_agrees_with_the_complex_step(data, dtype, shape, dy, divisor):
    p, t = data.draw(arrays(shape, dtype)), data.draw(arrays(shape, dtype))
    pair(divisor).check(dy, p, t)


def test_the_gradient_to_y_true_is_the_negative():
    p, t = np.random.default_rng(0).standard_normal((2, 3, 4))
    to_true = replace(pair(), backward=lambda dy, p, t: -mse_dy_pred(dy, mse(p, t)[1]), wrt=1)
    to_true.check(1.5, p, t)


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_backward_is_refused(fault):
    p, t = np.random.default_rng(0).standard_normal((2, 3, 4))
    pair().check(1.5, p, t)
    with pytest.raises(AssertionError):
        replace(pair(), backward=WRONG[fault]).check(1.5, p, t)


@given(data=st.data(), dtype=dtypes, shape=shapes, divisor=divisors)
def test_forward_agrees_with_explicit_loops(data, dtype, shape, divisor):
    p, t = data.draw(arrays(shape, dtype)), data.draw(arrays(shape, dtype))
    squares = [(float(a) - float(b)) ** 2 for a, b in zip(p.ravel(), t.ravel(), strict=True)]
    wide = math.fsum(squares) / (divisor or max(p.size, 1))
    value = unchanged(lambda p, t: mse(p, t, divisor)[0], p, t)
    assert value.dtype == dtype
    close(value, wide, wide, units=p.size + 6)
    error = mse(p, t)[1]
    assert error.dtype == dtype
    np.testing.assert_array_equal(error, p - t)


def test_nan_is_passed_on():
    value, error = mse(np.array([[np.nan, 1.0]]), np.array([[0.0, 0.0]]))
    assert np.isnan(value)
    assert np.isnan(mse_dy_pred(1.0, error)).tolist() == [[True, False]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("divisor", [None, 2**20])
def test_a_sum_that_overflows_has_the_mean_to_the_digit(dtype, divisor):
    # Eighths, whose squares have an exact mean, times a power of two.
    p = np.array([[-1.0, 15.0], [7.0, 3.0]]) / 8
    power = np.finfo(dtype).maxexp // 2 - 1 + (9 if divisor else 0)
    huge = np.ldexp(p, power).astype(dtype)
    value, e = mse(huge, np.zeros_like(huge), divisor)
    assert value.dtype == dtype
    assert value == np.ldexp((p**2).sum() / (divisor or 4), 2 * power)
    np.testing.assert_array_equal(e, huge)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_at_the_end_of_the_range(dtype):
    top = dtype(1.5 * 2.0 ** (np.finfo(dtype).maxexp - 1))
    assert mse(np.array([top]), np.zeros(1, dtype), float(top))[0] == top
    # The mean itself is too large: infinite, and no warning, which would be an error here.
    assert mse(np.array([top]), np.zeros(1, dtype))[0] == np.inf
