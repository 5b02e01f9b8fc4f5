from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
from helpers import close
from hypothesis import given
from hypothesis import strategies as st
from optim.stepping import memory_of_a_step, one, stepped

import numnet


def rule(theta, grads, lr, betas, eps, weight_decay, amsgrad):
    """Algorithm 1 of Kingma and Ba for one parameter, with L2 decay and amsgrad as in torch."""
    m = v = largest = 0.0
    for t, g in enumerate(grads, 1):
        g = g + weight_decay * theta
        m = betas[0] * m + (1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * g * g
        largest = max(largest, v)
        m_hat = m / (1 - betas[0] ** t)
        v_hat = (largest if amsgrad else v) / (1 - betas[1] ** t)
        theta = theta - lr(t - 1) * m_hat / (math.sqrt(v_hat) + eps)
    return theta


@given(
    st.floats(2.0**-20, 1),
    st.sampled_from([0.0, 0.5, 0.9]),
    st.sampled_from([0.0, 0.9, 0.999]),
    st.sampled_from([1e-8, 1e-3, 1.0]),
    st.sampled_from([0.0, 0.3]),
    st.booleans(),
    st.booleans(),
    st.integers(0, 99),
)
def test_it_is_the_rule_of_the_paper(lr, beta1, beta2, eps, weight_decay, amsgrad, decaying, seed):
    rng = np.random.default_rng(seed)
    start, grads = rng.normal(size=8), rng.normal(size=(6, 8)) * [[1], [9], [1], [0], [0.1], [1]]
    schedule = (lambda t: lr / (1 + t)) if decaying else (lambda t: lr)
    options = (beta1, beta2), eps, weight_decay, amsgrad
    values = stepped(lambda p: numnet.Adam(p, schedule if decaying else lr, *options), start, grads)
    expected, moved = (
        np.array([rule(theta[i], grads[:, i], schedule, *options) for i in range(8)])
        for theta in (start, start + 2.0**-30)
    )
    # Over a small gradient the rounding of the parameters grows as the parameters themselves do.
    grown = np.abs(moved - expected) * 2.0**30
    close(values[-1], expected, 1 + np.abs(expected).max() + grown, 128)


def test_three_steps_by_hand():
    exact = pytest.approx
    # The first step is lr, of the sign of the gradient.
    assert one(lambda p: numnet.Adam(p, 0.25, eps=0), 8.0) == exact([0.75], rel=1e-14)
    assert one(lambda p: numnet.Adam(p, 0.25, eps=0), -1e-3) == exact([1.25], rel=1e-14)
    # eps stands outside of the root, beside |g|.
    assert one(lambda p: numnet.Adam(p, 0.5, eps=3.0), 1.0) == exact([1 - 0.5 / 4], rel=1e-14)
    # m = 2, 1, v = 8, 4; over 1/2, 3/4: m^ = 4, 4/3, v^ = 16, 16/3.
    values = one(lambda p: numnet.Adam(p, 0.25, (0.5, 0.5), eps=0), 4.0, 0.0)
    assert values == exact([0.75, 0.75 - 0.25 * (4 / 3) / math.sqrt(16 / 3)], rel=1e-14)
    # With amsgrad v stays at 8.
    values = one(lambda p: numnet.Adam(p, 0.25, (0.5, 0.5), eps=0, amsgrad=True), 4.0, 0.0)
    assert values == exact([0.75, 0.75 - 0.25 * (4 / 3) / math.sqrt(8 / 0.75)], rel=1e-14)
    # Decay is part of the gradient: 1 + 3 * 1.
    assert one(lambda p: numnet.Adam(p, 0.5, eps=4.0, weight_decay=3.0), 1.0) == exact([0.75])


def test_without_options_it_is_torch_s():
    opt = numnet.Adam()
    assert (opt.lr, opt.betas, opt.eps, opt.weight_decay) == (1e-3, (0.9, 0.999), 1e-8, 0.0)
    assert opt.amsgrad is False
    assert repr(opt) == "Adam(lr=0.001)"


def test_its_name_says_what_was_given():
    opt = numnet.Adam(None, 0.1, [0.5, np.float64(0.25)], 1e-6, 0.1, True)
    text = "Adam(lr=0.1, betas=(0.5, 0.25), eps=1e-06, weight_decay=0.1, amsgrad=True)"
    assert repr(opt) == text
    # All digits that matter.
    assert repr(numnet.Adam(betas=(0.9, 0.99999999))) == "Adam(lr=0.001, betas=(0.9, 0.99999999))"


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"betas": 0.9}, TypeError, "betas to be a pair of numbers, got 0.9"),
        ({"betas": (0.9,)}, TypeError, r"betas to be a pair of numbers, got \(0.9,\)"),
        ({"betas": (0.9, 0.99, 0.999)}, TypeError, "betas to be a pair of numbers"),
        ({"betas": "ab"}, TypeError, "betas to be a pair of numbers"),
        ({"betas": (1.0, 0.9)}, ValueError, r"betas\[0\] of at least 0 and below 1, got 1.0"),
        ({"betas": (0.9, -0.1)}, ValueError, r"betas\[1\] of at least 0 and below 1, got -0.1"),
        ({"betas": (0.9, None)}, TypeError, r"betas\[1\] to be a number, got None"),
        ({"eps": -1e-8}, ValueError, "eps of at least 0, finite, got -1e-08"),
        ({"eps": np.inf}, ValueError, "eps of at least 0, finite, got inf"),
        ({"weight_decay": -1}, ValueError, "weight_decay of at least 0, finite, got -1"),
        ({"amsgrad": 1}, TypeError, "amsgrad to be True or False, got 1"),
    ],
)
@pytest.mark.parametrize("kind", [numnet.Adam, numnet.AdamW])
def test_bad_numbers(kind, options, error, message):
    with pytest.raises(error, match=f"{kind.__name__}: expected {message}"):
        kind(lr=0.1, **options)


def test_a_reset_begins_the_correction_anew():
    layer = numnet.Linear(1, 1, bias=False, init=numnet.constant(1.0))
    opt = numnet.Adam(layer.parameters, lr=0.25, eps=0)
    for _ in range(5):
        layer.parameters.grad[:] = 4
        opt.step()
    before = layer.W.item()
    opt.reset()
    layer.parameters.grad[:] = -1e-3
    opt.step()
    assert layer.W.item() == pytest.approx(before + 0.25, rel=1e-14)
    assert opt.steps == 6


def test_another_dtype_begins_all_anew():
    layer = numnet.Sequential(numnet.Linear(1, 1, bias=False, init=numnet.constant(1.0)))
    opt = numnet.Adam(layer.parameters, lr=0.25, weight_decay=1.0, amsgrad=True)
    for dtype in ("float64", "float32", "float64"):
        layer.initialize(rng=0, dtype=dtype)
        for _ in range(3):
            before = layer.parameters.value.item()
            layer.parameters.grad[:] = 8
            opt.step()
            # The step of a constant gradient; the decay hardly changes it.
            assert before - layer.parameters.value.item() == pytest.approx(0.25, rel=0.02)
        assert {array.dtype.name for array in opt._state.values()} == {dtype}


def test_a_pickle_goes_on_in_the_middle():
    layer = numnet.Linear(1, 1, bias=False, init=numnet.constant(1.0))
    opt = numnet.Adam(layer.parameters, lr=numnet.StepDecay(0.25, 2))
    for grad in (1.0, 5.0, -2.0):
        layer.parameters.grad[:] = grad
        opt.step()
    twin, copied = pickle.loads(pickle.dumps((layer, opt)))
    assert repr(copied) == repr(opt) == "Adam(lr=StepDecay(lr=0.25, every=2))"
    for model, optimizer in ((layer, opt), (twin, copied)):
        model.parameters.grad[:] = 0.5
        optimizer.step()
    assert twin.W.item() == layer.W.item()
    assert copied.steps == 4


@pytest.mark.parametrize("kind", [numnet.Adam, numnet.AdamW, numnet.RMSprop])
def test_a_gradient_whose_square_overflows_is_refused(kind):
    layer = numnet.Sequential(numnet.Linear(1, 1), dtype="float32")
    opt = kind(layer.parameters, lr=0.25)
    before = layer.parameters.value.copy()
    layer.parameters.grad[:] = 2e19, 1
    message = r"the gradients reach 2e\+19, whose square overflows float32. Lower lr, or scale"
    with pytest.raises(numnet.DivergenceError, match=message):
        opt.step()
    np.testing.assert_array_equal(layer.parameters.value, before)
    x, y = np.ones((1, 1), "float32"), np.full((1, 1), 1e19, "float32")
    with pytest.raises(numnet.DivergenceError, match=rf"the update by {kind.__name__}\(lr=0.25\)"):
        numnet.train_step(layer, numnet.MSE(), opt, x, 1.4 * y)
    np.testing.assert_array_equal(layer.parameters.value, before)
    assert (opt.steps, opt._state) == (0, {})


@pytest.mark.parametrize("options", [{}, {"weight_decay": 0.1}, {"amsgrad": True}])
@pytest.mark.parametrize("kind", [numnet.Adam, numnet.AdamW])
def test_a_step_needs_no_memory(kind, options):
    assert memory_of_a_step(lambda p: kind(p, lr=0.01, **options)) < 0.5
