from __future__ import annotations

import math

import numpy as np
import pytest
from helpers import close
from hypothesis import given
from hypothesis import strategies as st
from optim.stepping import memory_of_a_step, one, stepped

import numnet


def rule(theta, grads, lr, alpha, eps, weight_decay, momentum, centered):
    """The algorithm that torch.optim.RMSprop documents, for one parameter."""
    s = mean = b = 0.0
    for t, g in enumerate(grads):
        g = g + weight_decay * theta
        s = alpha * s + (1 - alpha) * g * g
        spread = s
        if centered:
            mean = alpha * mean + (1 - alpha) * g
            spread = s - mean * mean
        b = momentum * b + g / (math.sqrt(spread) + eps)
        theta = theta - lr(t) * b
    return theta


@given(
    st.floats(2.0**-20, 1),
    st.sampled_from([0.5, 0.99]),
    st.sampled_from([1e-8, 1e-3, 1.0]),
    st.sampled_from([0.0, 0.3]),
    st.sampled_from([0.0, 0.9]),
    st.booleans(),
    st.booleans(),
    st.integers(0, 99),
)
def test_it_is_the_rule_of_torch(lr, alpha, eps, weight_decay, momentum, centered, decaying, seed):
    rng = np.random.default_rng(seed)
    start, grads = rng.normal(size=8), rng.normal(size=(6, 8)) * [[1], [9], [1], [0], [0.1], [1]]
    schedule = (lambda t: lr / (1 + t)) if decaying else (lambda t: lr)
    options = alpha, eps, weight_decay, momentum, centered
    values = stepped(
        lambda p: numnet.RMSprop(p, schedule if decaying else lr, *options), start, grads
    )
    expected = [rule(start[i], grads[:, i], schedule, *options) for i in range(8)]
    # A step is up to 1 / sqrt(1 - alpha) rates long, and momentum adds up ten.
    close(values[-1], expected, 1 + np.abs(expected).max() + 100 * lr, 64)


def test_two_steps_by_hand():
    exact = pytest.approx
    # s = 64 / 4, then 3 / 4 of 16.
    assert one(lambda p: numnet.RMSprop(p, 0.25, 0.75, eps=0), 8.0, 0.0) == [0.5, 0.5]
    # eps stands outside of the root: 8 / (4 + 4).
    assert one(lambda p: numnet.RMSprop(p, 0.25, 0.75, eps=4), 8.0) == [0.75]
    # The decay is part of the gradient, 5 + 3.
    assert one(lambda p: numnet.RMSprop(p, 0.25, 0.75, 4, weight_decay=3), 5.0) == [0.75]
    # The momentum holds 8 / 8, whatever lr becomes: 1, then 1 / 2.
    rates = numnet.StepDecay(0.25, 1, gamma=0.5)
    values = one(lambda p: numnet.RMSprop(p, rates, 0.75, 4, momentum=0.5), 8.0, 0.0)
    assert values == [0.75, 0.75 - 0.125 / 2]
    # s - a^2 = 32 - 16.
    values = one(lambda p: numnet.RMSprop(p, 0.25, 0.5, eps=4, centered=True), 8.0)
    assert values == exact([0.75], rel=1e-15)


@pytest.mark.parametrize("grad", [0.1, 1 / 3, 0.7, 7.7])
def test_a_constant_gradient_has_no_spread(grad):
    # By rounding s - a^2 falls below 0, whose root is NaN.
    values = one(lambda p: numnet.RMSprop(p, 1e-9, 0.5, centered=True), *[grad] * 200)
    steps = -np.diff(values)
    assert (steps > 0).all()
    assert steps.max() <= 1e-9 * grad / 1e-8 * (1 + 1e-6)


def test_without_options_it_is_torch_s():
    opt = numnet.RMSprop()
    given = opt.lr, opt.alpha, opt.eps, opt.weight_decay, opt.momentum, opt.centered
    assert given == (1e-2, 0.99, 1e-8, 0.0, 0.0, False)
    assert repr(opt) == "RMSprop(lr=0.01)"
    opt = numnet.RMSprop(None, 0.1, 0.9, 1e-6, 0.1, 0.5, True)
    assert repr(opt) == (
        "RMSprop(lr=0.1, alpha=0.9, eps=1e-06, weight_decay=0.1, momentum=0.5, centered=True)"
    )


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"alpha": 1.0}, ValueError, "alpha of at least 0 and below 1, got 1.0"),
        ({"alpha": "0.9"}, TypeError, "alpha to be a number, got '0.9'"),
        ({"eps": -1e-8}, ValueError, "eps of at least 0, finite, got -1e-08"),
        ({"weight_decay": -1}, ValueError, "weight_decay of at least 0, finite, got -1"),
        ({"momentum": 1}, ValueError, "momentum of at least 0 and below 1, got 1"),
        ({"centered": None}, TypeError, "centered to be True or False, got None"),
    ],
)
def test_bad_numbers(options, error, message):
    with pytest.raises(error, match=f"RMSprop: expected {message}"):
        numnet.RMSprop(lr=0.1, **options)


@pytest.mark.parametrize("centered", [False, True])
@pytest.mark.parametrize("momentum", [0.0, 0.5])
def test_a_step_needs_no_memory(momentum, centered):
    options = {"momentum": momentum, "centered": centered, "weight_decay": 0.1}
    assert memory_of_a_step(lambda p: numnet.RMSprop(p, lr=0.01, **options)) < 0.5
