from __future__ import annotations

import math
from dataclasses import replace

import mpmath
import numpy as np
import pytest
from helpers import Pair, arrays, close, dtypes, extreme, shapes, unchanged, widened
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from numnet.kernels import sigmoid, sigmoid_dx, tanh, tanh_dx

PAIRS = {
    "tanh": Pair(
        tanh,
        lambda dy, x: tanh_dx(dy, tanh(x)),
        lambda dy, x: abs(dy) * (1 + tanh(x) ** 2),
    ),
    "sigmoid": Pair(
        sigmoid,
        lambda dy, x: sigmoid_dx(dy, sigmoid(x)),
        lambda dy, x: abs(dy) * sigmoid(x) * (1 + sigmoid(x)),
    ),
}


def _in_place(dy, x):
    dy *= 1 - np.tanh(x) ** 2
    return dy


WRONG = {
    "tanh": {
        "sign": lambda dy, x: -tanh_dx(dy, tanh(x)),
        "factor": lambda dy, x: 2 * tanh_dx(dy, tanh(x)),
        "no derivative": lambda dy, x: dy.copy(),
        "derivative at the wrong array": lambda dy, x: tanh_dx(dy, x),
        "no square": lambda dy, x: dy * (1 - tanh(x)),
        "in place": _in_place,
        "narrow": lambda dy, x: tanh_dx(dy, tanh(x)).astype(np.float32),
        "rounded": lambda dy, x: tanh_dx(dy, tanh(x)) * (1 + 1e-12),
    },
    "sigmoid": {
        "sign": lambda dy, x: -sigmoid_dx(dy, sigmoid(x)),
        "no derivative": lambda dy, x: dy * sigmoid(x),
        "derivative at the wrong array": lambda dy, x: sigmoid_dx(dy, x),
        "that of tanh": lambda dy, x: tanh_dx(dy, sigmoid(x)),
        "summed": lambda dy, x: sigmoid_dx(dy, sigmoid(x)).sum(0),
    },
}


@pytest.mark.parametrize("name", PAIRS)
@given(data=st.data())
def test_backward_agrees_with_the_complex_step(name, data):
    dtype, shape = data.draw(dtypes), data.draw(shapes)
    dy, x = data.draw(arrays(shape, dtype)), data.draw(arrays(shape, dtype))
    PAIRS[name].check(dy, x)


@pytest.mark.parametrize(("name", "fault"), [(n, f) for n in WRONG for f in WRONG[n]])
def test_a_wrong_backward_is_refused(name, fault):
    dy, x = np.random.default_rng(0).standard_normal((2, 3, 4))
    PAIRS[name].check(dy, x)
    with pytest.raises(AssertionError):
        replace(PAIRS[name], backward=WRONG[name][fault]).check(dy, x)


@given(data=st.data())
def test_forward_agrees_with_the_oracle(data):
    dtype, shape = data.draw(dtypes), data.draw(shapes)
    x = data.draw(arrays(shape, dtype))
    y = unchanged(tanh, x)
    wide = np.array([math.tanh(v) for v in x.ravel().tolist()]).reshape(shape)
    close(y, wide, abs(wide), units=8)
    y = unchanged(sigmoid, x)
    wide = special.expit(widened(x))
    close(y, wide, wide, units=16)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid_keeps_its_digits_in_both_tails(dtype):
    end = -float(np.log(np.finfo(dtype).tiny))
    x = np.concatenate([np.linspace(-end, end, 401), [-1e-30, 1e-9]]).astype(dtype)
    y = sigmoid(x)
    for value, argument in zip(y.tolist(), x.tolist(), strict=True):
        # exp has a relative error of about 1 ulp of its result, and nothing here adds to it.
        exact = 1 / (1 + mpmath.exp(-mpmath.mpf(argument)))
        assert abs(value - exact) <= 4 * float(np.finfo(dtype).eps) * exact


def test_the_plain_formula_of_the_other_tail_would_be_seen():
    x = np.array([-40.0])
    with pytest.raises(AssertionError):
        close(1 - sigmoid(-x), special.expit(x), special.expit(x), units=16)


@pytest.mark.parametrize(
    ("forward", "backward", "ends"),
    [(tanh, tanh_dx, (-1, 1)), (sigmoid, sigmoid_dx, (0, 1))],
)
@given(data=st.data())
def test_finite_and_silent_up_to_1e30(forward, backward, ends, data):
    shape = data.draw(shapes)
    x = data.draw(arrays(shape, np.float32, extreme))
    dy = data.draw(arrays(shape, np.float32))
    with np.errstate(all="raise", under="ignore"):
        y = forward(x)
        dx = backward(dy, y)
        moved = forward(x.astype(np.complex64) + 1j * np.float32(1e-20))
    assert ((y >= ends[0]) & (y <= ends[1])).all()
    assert np.isfinite(dx).all()
    assert np.isfinite(moved).all()
    close(moved.real, y, 1, units=8)


@pytest.mark.parametrize("forward", [tanh, sigmoid])
@pytest.mark.parametrize("dtype", ["f4", "f8", "c8", "c16"])
def test_nan_is_passed_on(forward, dtype):
    with np.errstate(invalid="ignore"):
        y = forward(np.array([np.nan, 0.0], dtype))
    assert np.isnan(y).tolist() == [True, False]
