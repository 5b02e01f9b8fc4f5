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

from numnet.kernels import categorical, softmax_cross_entropy, softmax_cross_entropy_dz

divisors = st.none() | st.integers(1, 9) | st.floats(0.5, 9)


def dense(labels, classes):
    """Rows t of labels, written without numnet."""
    if labels.ndim == 2:
        return labels.astype(float)
    return np.array([[float(c == k) for c in range(classes)] for k in labels]).reshape(-1, classes)


def pair(divisor=None):
    def terms(dy, z, labels):
        t = dense(labels, z.shape[1])
        p = special.softmax(z, 1)
        return abs(dy) * (p * t.sum(1, keepdims=True) + t) / (divisor or len(z) or 1)

    return Pair(
        lambda z, t: softmax_cross_entropy(z, t, divisor)[0],
        lambda dy, z, t: softmax_cross_entropy_dz(
            dy, softmax_cross_entropy(z, t, divisor)[1], t, divisor
        ),
        terms,
    )


@st.composite
def cases(draw, elements=moderate, dtype=dtypes):
    """Logits and labels: integers, one-hot rows, soft rows, or rows of any sum."""
    dtype, n, c = draw(dtype), draw(rows), draw(columns)
    z = draw(arrays((n, c), dtype, elements))
    if draw(st.booleans()):
        return z, draw(arrays(n, np.intp, st.integers(0, c - 1)))
    t = draw(arrays((n, c), dtype, st.floats(0, 1, width=32, allow_subnormal=False)))
    if draw(st.booleans()):
        t = (t + 1) / (t + 1).sum(1, keepdims=True)
    return z, t


def _in_place(dy, z, t):
    p = special.softmax(z, 1)
    dz = dy * (p - t) / len(z)
    t -= 1
    return dz


WRONG = {
    "sign": lambda dy, z, t: dy * (t - special.softmax(z, 1)) / len(z),
    "the course's sum": lambda dy, z, t: dy * (special.softmax(z, 1) - t),
    "divided by N C": lambda dy, z, t: dy * (special.softmax(z, 1) - t) / z.size,
    "no labels": lambda dy, z, t: dy * special.softmax(z, 1) / len(z),
    "probabilities along the wrong axis": lambda dy, z, t: (
        dy * (special.softmax(z, 0) - t) / len(z)
    ),
    "no softmax": lambda dy, z, t: dy * (z - t) / len(z),
    "no upstream gradient": lambda dy, z, t: (special.softmax(z, 1) - t) / len(z),
    "in place": _in_place,
}


@given(case=cases(), dy=moderate, divisor=divisors)
def test_backward_agrees_with_the_complex_step(case, dy, divisor):
    pair(divisor).check(dy, *case)


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_backward_is_refused(fault):
    rng = np.random.default_rng(0)
    z, t = rng.standard_normal((4, 4)), np.eye(4)[[2, 0, 1, 1]]
    pair().check(1.5, z, t)
    with pytest.raises(AssertionError):
        replace(pair(), backward=WRONG[fault]).check(1.5, z, t)


def test_rows_that_do_not_sum_to_one_are_seen_by_the_sum_in_the_gradient():
    z, t = np.zeros((1, 2)), np.array([[0.25, 0.25]])
    plain = replace(pair(), backward=lambda dy, z, t: dy * (special.softmax(z, 1) - t))
    pair().check(1.0, z, t)
    with pytest.raises(AssertionError):
        plain.check(1.0, z, t)


@given(case=cases(), divisor=divisors)
def test_forward_agrees_with_scipy(case, divisor):
    z, labels = case
    t = dense(labels, z.shape[1])
    terms = (-t * special.log_softmax(widened(z), 1)).ravel()
    wide = math.fsum(terms) / (divisor or len(z) or 1)
    # The two sums of integer labels are taken apart; 17 is the largest distance in a row, plus 1.
    size = (17 * t.sum() + terms.sum()) / (divisor or len(z) or 1)
    value = unchanged(lambda z, t: softmax_cross_entropy(z, t, divisor)[0], z, labels)
    assert value.dtype == z.dtype
    close(value, wide, size, units=z.size + 8)
    p = softmax_cross_entropy(z, labels)[1]
    assert p.dtype == z.dtype
    wide = special.softmax(widened(z), 1)
    close(p, wide, wide, units=16)


@given(case=cases())
def test_integers_and_their_rows_are_the_same(case):
    z, labels = case
    if labels.ndim == 2:
        return
    t = dense(labels, z.shape[1]).astype(z.dtype)
    (a, p), (b, q) = softmax_cross_entropy(z, labels), softmax_cross_entropy(z, t)
    close(a, b, 17, units=len(z) + 8)
    first, second = softmax_cross_entropy_dz(1.5, p, labels), softmax_cross_entropy_dz(1.5, q, t)
    close(first, second, 3, units=4)


@given(case=cases(extreme, st.just(np.float32)), dy=moderate)
def test_finite_and_silent_up_to_1e30(case, dy):
    z, t = case
    with np.errstate(all="raise", under="ignore"):
        value, p = softmax_cross_entropy(z, t)
        dz = softmax_cross_entropy_dz(dy, p, t)
    assert np.isfinite(value)
    assert np.isfinite(dz).all()
    assert dz.dtype == np.float32


def test_nan_is_passed_on():
    value, p = softmax_cross_entropy(np.array([[np.nan, 1.0], [0.0, 0.0]]), np.array([1, 1]))
    assert np.isnan(value)
    assert np.isnan(p).tolist() == [[True, True], [False, False]]


def test_a_loss_of_many_equal_rows_keeps_its_digits():
    z = np.zeros((200_000, 2), np.float32)
    z[:, 0] = 9.3
    labels = np.zeros(len(z), np.intp)
    value = softmax_cross_entropy(z, labels)[0]
    assert value == pytest.approx(math.log1p(math.exp(-float(z[0, 0]))), rel=2e-6)


def test_the_starts_of_rows_are_kept_and_cannot_be_changed():
    starts = categorical._starts(3, 2)
    assert starts is categorical._starts(3, 2)
    assert starts.tolist() == [0, 2, 4]
    with pytest.raises(ValueError, match="read-only"):
        starts[0] = 1
