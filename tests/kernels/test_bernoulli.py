from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from helpers import (
    Pair,
    arrays,
    close,
    columns,
    dtypes,
    extreme,
    moderate,
    rows,
    unchanged,
    widened,
)
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from numnet.kernels import (
    binary_cross_entropy,
    binary_cross_entropy_dp,
    binary_cross_entropy_logits,
    binary_cross_entropy_logits_dz,
)

divisors = st.none() | st.integers(1, 9) | st.floats(0.5, 9)
unit = st.floats(0, 1, width=32, allow_subnormal=False)
# Away from 0 and 1, where the logarithm is clamped; the complex step has no derivative there.
inside = st.floats(2.0**-60, 1 - 2.0**-20, width=32)


def from_p(divisor=None):
    return Pair(
        lambda p, t: binary_cross_entropy(p, t, divisor),
        lambda dy, p, t: binary_cross_entropy_dp(dy, p, t, divisor),
        lambda dy, p, t: abs(dy) * ((1 - t) / (1 - p) + t / p) / (divisor or len(p) or 1),
    )


def from_z(divisor=None):
    return Pair(
        lambda z, t: binary_cross_entropy_logits(z, t, divisor),
        lambda dy, z, t: binary_cross_entropy_logits_dz(dy, z, t, divisor),
        lambda dy, z, t: abs(dy) * (special.expit(z) + t) / (divisor or len(z) or 1),
    )


@st.composite
def cases(draw, elements, dtype=dtypes):
    dtype, shape = draw(dtype), (draw(rows), draw(columns))
    return draw(arrays(shape, dtype, elements)), draw(arrays(shape, dtype, unit))


def _in_place(dy, p, t):
    p -= t
    return dy * p / ((p + t) * (1 - p - t)) / len(p)


WRONG_P = {
    "sign": lambda dy, p, t: -binary_cross_entropy_dp(dy, p, t),
    "one side alone": lambda dy, p, t: -dy * t / p / len(p),
    "no derivative of the logarithm": lambda dy, p, t: dy * (p - t) / len(p),
    "divided by N C": lambda dy, p, t: binary_cross_entropy_dp(dy, p, t, p.size),
    "no division": lambda dy, p, t: binary_cross_entropy_dp(dy, p, t, 1),
    "no upstream gradient": lambda dy, p, t: binary_cross_entropy_dp(1.0, p, t),
    "labels swapped": lambda dy, p, t: binary_cross_entropy_dp(dy, p, 1 - t),
    "in place": _in_place,
}
WRONG_Z = {
    "sign": lambda dy, z, t: -binary_cross_entropy_logits_dz(dy, z, t),
    "no sigmoid": lambda dy, z, t: dy * (z - t) / len(z),
    "the derivative of the sigmoid too": lambda dy, z, t: (
        binary_cross_entropy_logits_dz(dy, z, t) * special.expit(z) * special.expit(-z)
    ),
    "softmax instead": lambda dy, z, t: dy * (special.softmax(z, 1) - t) / len(z),
    "divided by N C": lambda dy, z, t: binary_cross_entropy_logits_dz(dy, z, t, z.size),
    "summed over the outputs": lambda dy, z, t: binary_cross_entropy_logits_dz(dy, z, t).sum(1),
}


@given(case=cases(inside), dy=moderate, divisor=divisors)
def test_backward_to_probabilities_agrees_with_the_complex_step(case, dy, divisor):
    from_p(divisor).check(dy, *case)


@given(case=cases(moderate), dy=moderate, divisor=divisors)
def test_backward_to_logits_agrees_with_the_complex_step(case, dy, divisor):
    from_z(divisor).check(dy, *case)


@pytest.mark.parametrize("fault", WRONG_P)
def test_a_wrong_backward_to_probabilities_is_refused(fault):
    p, t = np.random.default_rng(0).uniform(0.1, 0.9, (2, 3, 4))
    from_p().check(1.5, p, t)
    with pytest.raises(AssertionError):
        replace(from_p(), backward=WRONG_P[fault]).check(1.5, p, t)


@pytest.mark.parametrize("fault", WRONG_Z)
def test_a_wrong_backward_to_logits_is_refused(fault):
    z, t = np.random.default_rng(0).uniform(0.1, 0.9, (2, 3, 4))
    from_z().check(1.5, z, t)
    with pytest.raises(AssertionError):
        replace(from_z(), backward=WRONG_Z[fault]).check(1.5, z, t)


@given(case=cases(st.floats(2.0**-60, 1, width=32)), divisor=divisors)
def test_forward_from_probabilities_agrees_with_scipy(case, divisor):
    p, t = case
    wide, truth = widened(p), widened(t)
    with np.errstate(divide="ignore"):
        log_q = np.maximum(np.log1p(-wide), -100)
    terms = -special.xlogy(truth, wide) - (1 - truth) * log_q
    expected = math.fsum(terms.ravel()) / (divisor or len(p) or 1)
    value = unchanged(lambda p, t: binary_cross_entropy(p, t, divisor), p, t)
    assert value.dtype == p.dtype
    # 1 - y_true is rounded before it is multiplied by a logarithm of at most 100.
    close(value, expected, expected, units=p.size + 10)


@given(case=cases(moderate), divisor=divisors)
def test_forward_from_logits_agrees_with_scipy(case, divisor):
    z, t = case
    wide, truth = widened(z), widened(t)
    terms = -truth * special.log_expit(wide) - (1 - truth) * special.log_expit(-wide)
    expected = math.fsum(terms.ravel()) / (divisor or len(z) or 1)
    size = (terms + 2 * abs(truth * wide)).sum() / (divisor or len(z) or 1)
    value = unchanged(lambda z, t: binary_cross_entropy_logits(z, t, divisor), z, t)
    assert value.dtype == z.dtype
    close(value, expected, size, units=z.size + 10)


@given(case=cases(moderate))
def test_logits_and_their_probabilities_give_the_same_loss(case):
    z, t = (widened(a) for a in case)
    close(
        binary_cross_entropy_logits(z, t),
        binary_cross_entropy(special.expit(z), t),
        # p is rounded where 1 - p is as small as exp(-8).
        z.size * math.exp(8),
        units=4,
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("p", "t"), [(0, 1), (1e-44, 1), (1, 0), (0, 0.25), (1, 0.25)])
def test_a_logarithm_and_its_gradient_are_clamped(p, t, dtype):
    p, t = np.array([[p]], dtype), np.array([[t]], dtype)
    weight = float(t[0, 0]) if p < 0.5 else 1 - float(t[0, 0])
    with np.errstate(all="raise"):
        value = binary_cross_entropy(p, t)
        gradient = binary_cross_entropy_dp(1.0, p, t)
    assert float(value) == 100 * weight
    # What is left is the side that is not clamped: its logarithm is 0 and has slope 1.
    assert gradient.tolist() == [[1 - weight if p < 0.5 else weight - 1]]
    assert gradient.dtype == dtype


def test_the_clamp_begins_at_exp_minus_100():
    t = np.ones((1, 1))
    for p in (np.exp(-99.0), np.exp(-99.9)):
        close(binary_cross_entropy(np.full((1, 1), p), t), -np.log(p), 100, units=1)
        close(binary_cross_entropy_dp(1.0, np.full((1, 1), p), t), [[-1 / p]], 1 / p, units=2)
    for p in (np.exp(-100.1), 1e-300, 0.0):
        assert binary_cross_entropy(np.full((1, 1), p), t) == 100
        assert binary_cross_entropy_dp(1.0, np.full((1, 1), p), t).tolist() == [[0]]


@given(case=cases(st.floats(0, 1, width=32), st.just(np.float32)), dy=moderate)
def test_every_float32_probability_is_finite_and_silent(case, dy):
    p, t = case
    with np.errstate(all="raise", under="ignore"):
        value = binary_cross_entropy(p, t)
        # At most 1 times dy: the reciprocal comes close to the largest float.
        dp = binary_cross_entropy_dp(dy / 8, p, t)
    assert 0 <= value <= 100 * max(p.shape[1], 1) * 1.0001
    assert np.isfinite(dp).all()


@given(case=cases(extreme, st.just(np.float32)), dy=moderate)
def test_logits_are_finite_and_silent_up_to_1e30(case, dy):
    z, t = case
    with np.errstate(all="raise", under="ignore"):
        value = binary_cross_entropy_logits(z, t)
        dz = binary_cross_entropy_logits_dz(dy, z, t)
    assert np.isfinite(value)
    assert np.isfinite(dz).all()
    assert dz.dtype == np.float32


@pytest.mark.parametrize("dtype", ["f4", "f8", "c8", "c16"])
def test_nan_is_passed_on(dtype):
    x, t = np.array([[np.nan, 0.5]], dtype), np.array([[1.0, 0.0]], "f4")
    for value, gradient in (
        (binary_cross_entropy, binary_cross_entropy_dp),
        (binary_cross_entropy_logits, binary_cross_entropy_logits_dz),
    ):
        with np.errstate(invalid="ignore"):
            assert np.isnan(value(x, t))
            assert np.isnan(gradient(1.0, x, t)).tolist() == [[True, False]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("sign", [-1, 1])
def test_a_small_loss_keeps_its_digits(dtype, sign):
    for size in (2.0, 10.0, 40.0, 80.0):
        z, t = np.array([[sign * size]], dtype), np.array([[float(sign > 0)]], dtype)
        expected = math.log1p(math.exp(-size))
        close(binary_cross_entropy_logits(z, t), expected, expected, units=4)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_loss_is_flat_from_the_clamp_on(dtype):
    # In float32 exp(-100) is subnormal, and its own logarithm is -99.98.
    for size in (100.0, 100.5):
        p, t = np.exp([[-size]]).astype(dtype), np.ones((1, 1), dtype)
        assert binary_cross_entropy(p, t) == 100
        assert binary_cross_entropy_dp(1.0, p, t).item() == 0
    p = np.exp([[-99.0]]).astype(dtype)
    assert 98 < binary_cross_entropy(p, t) < 100
    assert binary_cross_entropy_dp(1.0, p, t).item() < 0
