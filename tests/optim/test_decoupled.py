from __future__ import annotations

import math

import numpy as np
import pytest
from helpers import close
from hypothesis import given
from hypothesis import strategies as st
from optim.stepping import one, stepped

import numnet


def rule(theta, grads, lr, betas, eps, weight_decay):
    """Algorithm 2 of Loshchilov and Hutter for one parameter, its alpha and eta being lr."""
    m = v = 0.0
    for t, g in enumerate(grads, 1):
        m = betas[0] * m + (1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * g * g
        m_hat, v_hat = m / (1 - betas[0] ** t), v / (1 - betas[1] ** t)
        theta -= lr(t - 1) * (m_hat / (math.sqrt(v_hat) + eps) + weight_decay * theta)
    return theta


@given(
    st.floats(2.0**-20, 1),
    st.sampled_from([0.0, 0.9]),
    st.sampled_from([0.0, 0.999]),
    st.sampled_from([1e-8, 1e-3]),
    st.sampled_from([0.0, 0.01, 2.0]),
    st.booleans(),
    st.integers(0, 99),
)
def test_it_is_the_rule_of_the_paper(lr, beta1, beta2, eps, weight_decay, decaying, seed):
    rng = np.random.default_rng(seed)
    start, grads = rng.normal(size=8), rng.normal(size=(6, 8)) * [[1], [9], [1], [0], [0.1], [1]]
    schedule = (lambda t: lr / (1 + t)) if decaying else (lambda t: lr)
    options = (beta1, beta2), eps, weight_decay
    values = stepped(
        lambda p: numnet.AdamW(p, schedule if decaying else lr, *options), start, grads
    )
    expected = [rule(start[i], grads[:, i], schedule, *options) for i in range(8)]
    # The decay of 2 at a rate of 1 turns the sign at each step.
    close(values[-1], expected, 1 + np.abs(expected).max(), 256)


@pytest.mark.parametrize("grad", [0.0, 1e-3, 1e3])
def test_the_decay_does_not_depend_on_the_gradients(grad):
    moved, decayed = (
        one(lambda p, w=weight_decay: numnet.AdamW(p, 0.25, weight_decay=w), grad)[0]
        for weight_decay in (0, 2)
    )
    assert moved - decayed == pytest.approx(0.25 * 2 * 1, rel=1e-14)


@pytest.mark.parametrize("amsgrad", [False, True])
def test_without_decay_it_is_adam(amsgrad):
    rng = np.random.default_rng(0)
    start, grads = rng.normal(size=8), rng.normal(size=(20, 8))
    options = 0.1, (0.8, 0.9), 1e-4, 0.0, amsgrad
    adam = stepped(lambda p: numnet.Adam(p, *options), start, grads)
    np.testing.assert_array_equal(stepped(lambda p: numnet.AdamW(p, *options), start, grads), adam)


def test_without_options_it_is_torch_s():
    opt = numnet.AdamW()
    assert (opt.lr, opt.betas, opt.eps, opt.weight_decay) == (1e-3, (0.9, 0.999), 1e-8, 1e-2)
    assert opt.amsgrad is False
    assert repr(opt) == "AdamW(lr=0.001)"
    assert repr(numnet.AdamW(weight_decay=0)) == "AdamW(lr=0.001, weight_decay=0)"
