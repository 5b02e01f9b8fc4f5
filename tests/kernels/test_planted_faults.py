"""The same five kinds of wrong backward, planted in every kernel's and refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from helpers import Pair

from numnet import kernels as k

RNG = np.random.default_rng(0)
X, DY, P = RNG.normal(size=(4, 4)), RNG.normal(size=(4, 4)), RNG.uniform(0.1, 0.9, (4, 4))
W, B, T = RNG.normal(size=(4, 4)), RNG.normal(size=4), RNG.uniform(0.1, 0.9, (4, 4))
LABELS = np.array([2, 0, 1, 1])
KEPT = RNG.random((4, 4)) < 0.75


def ten(*args):
    return 10.0


def from_output(forward, backward):
    return Pair(forward, lambda dy, x: backward(dy, forward(x)), ten), DY, X


def affine(backward, wrt):
    return Pair(k.linear, backward, ten, wrt), DY, X, W, B


def of_value(forward, backward, *at):
    return Pair(forward, backward, ten), 1.5, *at


def gate(backward, wrt):
    return Pair(k.gate, backward, ten, wrt), DY, X, T, P


# A forward, its backward, dy and the point.
CASES = {
    "dropout_dx": (
        Pair(lambda x: k.dropout(x, KEPT, 0.25), lambda dy, x: k.dropout_dx(dy, KEPT, 0.25), ten),
        DY,
        X,
    ),
    "gate_dx": gate(lambda dy, x, h, t: k.gate_dx(dy, t), 0),
    "gate_dh": gate(lambda dy, x, h, t: k.gate_dh(dy, t), 1),
    "gate_dt": gate(lambda dy, x, h, t: k.gate_dt(dy, x, h), 2),
    "linear_dx": affine(lambda dy, x, W, b: k.linear_dx(dy, W), 0),
    "linear_dW": affine(lambda dy, x, W, b: k.linear_dW(dy, x), 1),
    "linear_db": affine(lambda dy, x, W, b: k.linear_db(dy), 2),
    "tanh_dx": from_output(k.tanh, k.tanh_dx),
    "sigmoid_dx": from_output(k.sigmoid, k.sigmoid_dx),
    "relu_dx": from_output(k.relu, k.relu_dx),
    "leaky_relu_dx": from_output(k.leaky_relu, k.leaky_relu_dx),
    "softplus_dx": (Pair(k.softplus, k.softplus_dx, ten), DY, X),
    "softmax_dx": from_output(k.softmax, k.softmax_dx),
    "log_softmax_dx": from_output(k.log_softmax, k.log_softmax_dx),
    "mse_dy_pred": of_value(
        lambda p, t: k.mse(p, t)[0], lambda dy, p, t: k.mse_dy_pred(dy, k.mse(p, t)[1]), X, T
    ),
    "softmax_cross_entropy_dz": of_value(
        lambda z, t: k.softmax_cross_entropy(z, t)[0],
        lambda dy, z, t: k.softmax_cross_entropy_dz(dy, k.softmax(z), t),
        X,
        LABELS,
    ),
    "binary_cross_entropy_dp": of_value(k.binary_cross_entropy, k.binary_cross_entropy_dp, P, T),
    "binary_cross_entropy_logits_dz": of_value(
        k.binary_cross_entropy_logits, k.binary_cross_entropy_logits_dz, X, T
    ),
}


def in_place(backward, dy, *at):
    """Works on the array that it was handed."""
    array = dy if isinstance(dy, np.ndarray) else at[0]
    array *= 0.5
    return backward(dy, *at)


FAULTS = {
    "sign": lambda backward, dy, *at: -backward(dy, *at),
    "missing derivative": lambda backward, dy, *at: dy + 0 * backward(dy, *at),
    "mean instead of sum": lambda backward, dy, *at: backward(dy, *at) / len(at[0]),
    "wrong axis": lambda backward, dy, *at: np.flip(backward(dy, *at), axis=0),
    "in place": in_place,
}


def test_the_table_holds_every_backward():
    assert set(CASES) == {name for name in k.__all__ if "_d" in name}


@pytest.mark.parametrize("name", CASES)
def test_the_right_one_passes(name):
    pair, dy, *at = CASES[name]
    pair.check(dy, *at)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", CASES)
def test_a_wrong_one_is_refused(name, fault):
    pair, dy, *at = CASES[name]
    dy, *at = (np.copy(a) if isinstance(a, np.ndarray) else a for a in (dy, *at))
    right = pair.backward

    def wrong(dy, *at):
        return FAULTS[fault](right, dy, *at)

    message = "was modified" if fault == "in place" else "^(entry|shape)"
    with pytest.raises(AssertionError, match=message):
        replace(pair, backward=wrong).check(dy, *at)
