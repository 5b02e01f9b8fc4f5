from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from helpers import Pair, arrays, close, dtypes, extreme, unchanged, widened
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import special

from numnet.kernels import log_softmax, log_softmax_dx, softmax, softmax_dx


def _pairs(axis):
    def softmax_terms(dy, x):
        p = special.softmax(x, axis)
        return p * (abs(dy) + (p * abs(dy)).sum(axis, keepdims=True))

    def log_softmax_terms(dy, x):
        return abs(dy) + special.softmax(x, axis) * abs(dy).sum(axis, keepdims=True)

    return {
        "softmax": Pair(
            lambda x: softmax(x, axis),
            lambda dy, x: softmax_dx(dy, softmax(x, axis), axis),
            softmax_terms,
        ),
        "log_softmax": Pair(
            lambda x: log_softmax(x, axis),
            lambda dy, x: log_softmax_dx(dy, log_softmax(x, axis), axis),
            log_softmax_terms,
        ),
    }


def _in_place(dy, x):
    p = special.softmax(x, -1)
    dy -= (p * dy).sum(-1, keepdims=True)
    return p * dy


WRONG = {
    "softmax": {
        "sign": lambda dy, x: -softmax_dx(dy, softmax(x)),
        "the diagonal alone": lambda dy, x: dy * softmax(x) * (1 - softmax(x)),
        "no Jacobian": lambda dy, x: dy.copy(),
        "the shortcut of the cross-entropy": lambda dy, x: softmax(x) - dy,
        "wrong axis": lambda dy, x: softmax_dx(dy, softmax(x), 0),
        "no probability on the sum": lambda dy, x: (
            softmax(x) * dy - (softmax(x) * dy).sum(-1, keepdims=True)
        ),
        "from the input": lambda dy, x: softmax_dx(dy, x),
        "in place": _in_place,
    },
    "log_softmax": {
        "sign": lambda dy, x: -log_softmax_dx(dy, log_softmax(x)),
        "no sum": lambda dy, x: dy - softmax(x) * dy,
        "the sum alone": lambda dy, x: -softmax(x) * dy.sum(-1, keepdims=True),
        "wrong axis": lambda dy, x: log_softmax_dx(dy, log_softmax(x), 0),
        "that of softmax": lambda dy, x: softmax_dx(dy, softmax(x)),
        "no exponential": lambda dy, x: dy - log_softmax(x) * dy.sum(-1, keepdims=True),
    },
}


@st.composite
def shape_and_axis(draw):
    """Shapes with no example or more along every axis but one, which has entries to normalise."""
    shape = list(draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=3)))
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    shape[axis] = draw(st.integers(1, 4))
    return tuple(shape), axis


@pytest.mark.parametrize("name", WRONG)
@given(data=st.data(), case=shape_and_axis(), dtype=dtypes)
def test_backward_agrees_with_the_complex_step(name, data, case, dtype):
    shape, axis = case
    dy, x = data.draw(arrays(shape, dtype)), data.draw(arrays(shape, dtype))
    _pairs(axis)[name].check(dy, x)


@pytest.mark.parametrize(("name", "fault"), [(n, f) for n in WRONG for f in WRONG[n]])
def test_a_wrong_backward_is_refused(name, fault):
    dy, x = np.random.default_rng(0).standard_normal((2, 4, 4))
    pair = _pairs(-1)[name]
    pair.check(dy, x)
    with pytest.raises(AssertionError):
        replace(pair, backward=WRONG[name][fault]).check(dy, x)


def test_an_upstream_gradient_of_ones_would_not_see_a_missing_jacobian():
    dy, x = np.ones((2, 3)), np.random.default_rng(0).standard_normal((2, 3))
    assert abs(softmax_dx(dy, softmax(x))).max() < 1e-15


@given(data=st.data(), case=shape_and_axis(), dtype=dtypes)
def test_forward_agrees_with_scipy(data, case, dtype):
    shape, axis = case
    x = data.draw(arrays(shape, dtype))
    # exp turns the rounding of x - m, up to 16 eps / 2 here, into as much of the result.
    wide = special.softmax(widened(x), axis)
    close(unchanged(softmax, x, axis), wide, wide, units=16)
    wide = special.log_softmax(widened(x), axis)
    close(unchanged(log_softmax, x, axis), wide, 1 + abs(wide), units=16)


@given(data=st.data(), dtype=dtypes)
def test_forward_agrees_with_explicit_loops(data, dtype):
    x = data.draw(arrays((3, 2), dtype))
    p, q = softmax(x), softmax(x, 0)
    for n in range(3):
        total = math.fsum(math.exp(v) for v in x[n].tolist())
        for c in range(2):
            column = math.fsum(math.exp(v) for v in x[:, c].tolist())
            close(p[n, c], math.exp(x[n, c]) / total, math.exp(x[n, c]) / total, units=16)
            close(q[n, c], math.exp(x[n, c]) / column, math.exp(x[n, c]) / column, units=16)


@given(data=st.data(), case=shape_and_axis())
def test_finite_and_silent_up_to_1e30(data, case):
    shape, axis = case
    x = data.draw(arrays(shape, np.float32, extreme))
    dy = data.draw(arrays(shape, np.float32))
    with np.errstate(all="raise", under="ignore"):
        p, y = softmax(x, axis), log_softmax(x, axis)
        dp, dl = softmax_dx(dy, p, axis), log_softmax_dx(dy, y, axis)
    assert all(np.isfinite(a).all() and a.dtype == np.float32 for a in (p, y, dp, dl))
    assert ((p >= 0) & (p <= 1)).all()
    assert (y <= 0).all()
    close(p.sum(axis), np.ones(p.sum(axis).shape), 1, units=8)


@given(data=st.data(), dtype=dtypes)
def test_a_constant_on_every_logit_changes_nothing(data, dtype):
    x = data.draw(arrays((2, 3), dtype, st.integers(-64, 64).map(lambda k: k / 8)))
    # These sums are exact, so that the bits must be the same.
    np.testing.assert_array_equal(softmax(x + 1024), softmax(x))
    np.testing.assert_array_equal(log_softmax(x - 1024), log_softmax(x))


@pytest.mark.parametrize("forward", [softmax, log_softmax])
@pytest.mark.parametrize("dtype", ["f4", "f8", "c8", "c16"])
def test_nan_is_passed_on_in_its_row(forward, dtype):
    with np.errstate(invalid="ignore"):
        y = forward(np.array([[np.nan, 1.0], [0.0, 1.0]], dtype))
    assert np.isnan(y).tolist() == [[True, True], [False, False]]


@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 3, 4)])
def test_the_last_axis_is_meant_where_none_is_named(shape):
    dy, x = np.random.default_rng(0).standard_normal((2, *shape))
    last = len(shape) - 1
    p, y = softmax(x), log_softmax(x)
    np.testing.assert_array_equal(p, softmax(x, last))
    np.testing.assert_array_equal(y, log_softmax(x, last))
    np.testing.assert_array_equal(softmax_dx(dy, p), softmax_dx(dy, p, last))
    np.testing.assert_array_equal(log_softmax_dx(dy, y), log_softmax_dx(dy, y, last))
