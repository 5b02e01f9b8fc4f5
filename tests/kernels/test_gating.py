from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from helpers import Pair, arrays, close, dtypes, shapes, unchanged
from hypothesis import given
from hypothesis import strategies as st

from numnet import check_backward
from numnet.kernels import gate, gate_dh, gate_dt, gate_dx

PAIRS = {
    "x": Pair(
        gate,
        lambda dy, x, h, t: gate_dx(dy, t),
        lambda dy, x, h, t: abs(dy) * (1 + abs(t)),
    ),
    "h": Pair(
        gate,
        lambda dy, x, h, t: gate_dh(dy, t),
        lambda dy, x, h, t: abs(dy * t),
        wrt=1,
    ),
    "t": Pair(
        gate,
        lambda dy, x, h, t: gate_dt(dy, x, h),
        lambda dy, x, h, t: abs(dy) * (abs(x) + abs(h)),
        wrt=2,
    ),
}


def _in_place(dy, x, h, t):
    dy *= t
    return dy


WRONG = {
    "x": {
        "the carry path is forgotten": lambda dy, x, h, t: np.zeros_like(dy),
        "the gate's side": lambda dy, x, h, t: t * dy,
        "sign": lambda dy, x, h, t: (t - 1) * dy,
        "no gate": lambda dy, x, h, t: dy.copy(),
    },
    "h": {
        "the carry's side": lambda dy, x, h, t: (1 - t) * dy,
        "no gate": lambda dy, x, h, t: dy.copy(),
        "in place": _in_place,
    },
    "t": {
        "the gate's sign": lambda dy, x, h, t: (x - h) * dy,
        "the carry is forgotten": lambda dy, x, h, t: h * dy,
        "the sum": lambda dy, x, h, t: (h + x) * dy,
    },
}
units = st.floats(0, 1, width=32, allow_subnormal=False)


@st.composite
def arguments(draw):
    dtype, shape = draw(dtypes), draw(shapes)
    dy, x, h = (draw(arrays(shape, dtype)) for _ in range(3))
    return dy, x, h, draw(arrays(shape, dtype, units))


@given(name=st.sampled_from(sorted(PAIRS)), args=arguments())
def test_backward_agrees_with_the_complex_step(name, args):
    PAIRS[name].check(*args)


@pytest.mark.parametrize(("name", "fault"), [(n, f) for n in WRONG for f in WRONG[n]])
def test_a_wrong_backward_is_refused(name, fault):
    dy, x, h = np.random.default_rng(0).standard_normal((3, 3, 4))
    t = np.random.default_rng(1).uniform(0.1, 0.4, (3, 4))
    PAIRS[name].check(dy, x, h, t)
    with pytest.raises(AssertionError):
        replace(PAIRS[name], backward=WRONG[name][fault]).check(dy, x, h, t)


@pytest.mark.parametrize(
    ("name", "fault", "cause"),
    [("x", "the carry path is forgotten", "zeros"), ("t", "the gate's sign", "sign")],
)
def test_the_checker_names_a_wrong_backward(name, fault, cause):
    x, h = np.random.default_rng(0).standard_normal((2, 3, 4))
    t = np.random.default_rng(1).uniform(0.1, 0.4, (3, 4))

    def backward(dy, x, h, t):
        right = {"x": gate_dx(dy, t), "h": gate_dh(dy, t), "t": gate_dt(dy, x, h)}
        return right | {name: WRONG[name][fault](dy, x, h, t)}

    report = check_backward(gate, backward, {"x": x, "h": h, "t": t})
    assert [(f.name, f.cause) for f in report if f.verdict != "right"] == [(name, cause)]


@given(args=arguments())
def test_forward_agrees_with_explicit_loops(args):
    _, x, h, t = args
    y = unchanged(gate, x, h, t)
    assert y.dtype == x.dtype
    expected, size = np.zeros(x.shape), np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        a, b, share = float(x[i]), float(h[i]), float(t[i])
        expected[i], size[i] = share * b + (1 - share) * a, abs(a) + abs(b)
    close(y, expected, size, units=4)


def test_a_shut_gate_carries_and_an_open_one_lets_through():
    x, h = np.array([1e30, -1e30, 0.1], np.float32), np.array([-1e30, 2.0, 3e30], np.float32)
    np.testing.assert_array_equal(gate(x, h, np.zeros(3, np.float32)), x)
    np.testing.assert_array_equal(gate(x, h, np.ones(3, np.float32)), h)
