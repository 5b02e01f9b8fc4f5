from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from helpers import Pair, arrays, close, dtypes, extreme, moderate, shapes, unchanged, widened
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from numnet.kernels import (
    leaky_relu,
    leaky_relu_dx,
    relu,
    relu_dx,
    softplus,
    softplus_dx,
)

PAIRS = {
    "relu": Pair(relu, lambda dy, x: relu_dx(dy, relu(x)), lambda dy, x: abs(dy)),
    "leaky_relu": Pair(
        lambda x: leaky_relu(x, 0.25),
        lambda dy, x: leaky_relu_dx(dy, leaky_relu(x, 0.25), 0.25),
        lambda dy, x: abs(dy),
    ),
    "softplus": Pair(softplus, softplus_dx, lambda dy, x: abs(dy) * special.expit(x)),
}


def _in_place(dy, x):
    dy[x <= 0] = 0
    return dy


WRONG = {
    "relu": {
        "sign": lambda dy, x: -relu_dx(dy, relu(x)),
        "no derivative": lambda dy, x: dy.copy(),
        "the value instead of its step": lambda dy, x: dy * relu(x),
        "the other side": lambda dy, x: dy * (x < 0),
        "in place": _in_place,
    },
    "leaky_relu": {
        "sign": lambda dy, x: -leaky_relu_dx(dy, x, 0.25),
        "another slope": lambda dy, x: leaky_relu_dx(dy, x),
        "no slope": lambda dy, x: relu_dx(dy, x),
        "slope doubled": lambda dy, x: leaky_relu_dx(dy, x, 0.25**2),
    },
    "softplus": {
        "sign": lambda dy, x: -softplus_dx(dy, x),
        "from the output": lambda dy, x: softplus_dx(dy, softplus(x)),
        "no derivative": lambda dy, x: dy.copy(),
        "that of relu": lambda dy, x: relu_dx(dy, x),
    },
}
smooth = moderate.filter(bool)  # relu and leaky_relu have no derivative at 0


@pytest.mark.parametrize("name", PAIRS)
@given(data=st.data())
def test_backward_agrees_with_the_complex_step(name, data):
    dtype, shape = data.draw(dtypes), data.draw(shapes)
    elements = moderate if name == "softplus" else smooth
    dy, x = data.draw(arrays(shape, dtype)), data.draw(arrays(shape, dtype, elements))
    PAIRS[name].check(dy, x)


@pytest.mark.parametrize(("name", "fault"), [(n, f) for n in WRONG for f in WRONG[n]])
def test_a_wrong_backward_is_refused(name, fault):
    dy, x = np.random.default_rng(0).standard_normal((2, 3, 4))
    PAIRS[name].check(dy, x)
    with pytest.raises(AssertionError):
        replace(PAIRS[name], backward=WRONG[name][fault]).check(dy, x)


@given(data=st.data(), slope=st.sampled_from([0.0, 0.01, 0.5, 1.0]))
def test_forward_agrees_with_explicit_loops(data, slope):
    dtype, shape = data.draw(dtypes), data.draw(shapes)
    x = data.draw(arrays(shape, dtype))
    values = x.ravel().tolist()
    wide = np.array([v if v > 0 else 0.0 for v in values]).reshape(shape)
    close(unchanged(relu, x), wide, 0)
    wide = np.array([v if v > 0 else slope * v for v in values]).reshape(shape)
    close(unchanged(leaky_relu, x, slope), wide, abs(wide), units=1)
    wide = np.array([math.log1p(math.exp(-abs(v))) + max(v, 0) for v in values]).reshape(shape)
    close(unchanged(softplus, x), wide, wide, units=8)


def test_softplus_keeps_its_digits_far_from_zero():
    x = np.linspace(-700, 700, 201)
    wide = -special.log_expit(-x)
    close(softplus(x), wide, wide, units=4)


@pytest.mark.parametrize("dtype", ["f4", "f8", "c8", "c16"])
def test_at_zero_relu_is_flat_and_leaky_relu_has_its_slope(dtype):
    zeros, dy = np.array([0.0, -0.0], dtype), np.array([3.0, 3.0], dtype)
    assert relu_dx(dy, relu(zeros)).tolist() == [0, 0]
    assert leaky_relu_dx(dy, leaky_relu(zeros, 0.5), 0.5).tolist() == [1.5, 1.5]
    step = zeros.astype(complex) + 1j * 2.0**-100
    assert (relu(step).imag == 0).all()
    assert (leaky_relu(step, 0.5).imag == 2.0**-101).all()


@given(x=moderate, step=moderate)
def test_complex_input_takes_the_branch_of_its_real_part(x, step):
    z = np.array([complex(x, step)])
    assert relu(z)[0] == (z[0] if x > 0 else 0)
    assert leaky_relu(z, 0.5)[0] == (z[0] if x > 0 else z[0] / 2)


@given(data=st.data())
def test_finite_and_silent_up_to_1e30(data):
    shape = data.draw(shapes)
    x = data.draw(arrays(shape, np.float32, extreme))
    dy = data.draw(arrays(shape, np.float32))
    z = x.astype(np.complex64) + 1j * np.float32(1e-20)
    with np.errstate(all="raise", under="ignore"):
        y, leaky, soft = relu(x), leaky_relu(x), softplus(x)
        found = [y, leaky, soft, relu(z), leaky_relu(z), softplus(z)]
        found += [relu_dx(dy, y), leaky_relu_dx(dy, leaky), softplus_dx(dy, x)]
    assert all(np.isfinite(a).all() for a in found)
    wide = np.maximum(widened(x), 0)
    # Their distance is log(1 + exp(-|x|)), at most log(2).
    assert ((soft >= wide) & (soft - wide < 0.7)).all()


@pytest.mark.parametrize("forward", [relu, leaky_relu, softplus])
@pytest.mark.parametrize("dtype", ["f4", "f8", "c8", "c16"])
def test_nan_is_passed_on(forward, dtype):
    assert np.isnan(forward(np.array([np.nan, 1.0], dtype))).tolist() == [True, False]


@pytest.mark.parametrize("forward", [relu, leaky_relu, softplus])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_complex_number_without_imaginary_part_has_the_same_value(forward, dtype):
    x = np.array([-200, -1.5, -0.5, -1e-3, 0, 1e-3, 0.5, 1.5, 200], dtype)
    y = forward(x.astype(np.result_type(dtype, np.complex64)))
    assert not y.imag.any()
    close(y.real, forward(x), forward(x) + abs(x), units=8)


def test_the_slope_is_one_hundredth_where_none_is_given():
    for x in (np.array([-1.0, 2.0]), np.array([-1.0 + 1j, 2.0 - 1j])):
        y, dy = leaky_relu(x), np.array([3.0, 5.0])
        assert y.tolist() == [0.01 * x[0], x[1]]
        assert leaky_relu_dx(dy, y).tolist() == [0.03, 5.0]
