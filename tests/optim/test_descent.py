from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from optim.stepping import memory_of_a_step

import numnet


def torch_rule(theta, grads, lr, momentum, weight_decay, nesterov):
    """The update that torch.optim.SGD documents, with dampening 0."""
    b = None
    for t, g in enumerate(grads):
        g = g + weight_decay * theta
        if momentum != 0:
            b = momentum * b + g if t > 0 else g
            g = g + momentum * b if nesterov else b
        theta = theta - lr(t) * g
    return theta


@given(
    st.floats(2.0**-20, 2),
    st.sampled_from([0.0, 0.5, 0.9]),
    st.sampled_from([0.0, 1e-4, 0.3]),
    st.booleans(),
    st.integers(0, 99),
    st.booleans(),
)
def test_it_is_the_rule_of_torch(lr, momentum, weight_decay, nesterov, seed, decaying):
    rng = np.random.default_rng(seed)
    layer = numnet.Linear(3, 2)
    layer.parameters.value = start = rng.normal(size=8)
    schedule = (lambda t: lr / (1 + t)) if decaying else (lambda t: lr)
    nesterov = nesterov and momentum > 0
    opt = numnet.SGD(
        layer.parameters, schedule if decaying else lr, momentum, weight_decay, nesterov
    )
    grads = rng.normal(size=(6, 8))
    for grad in grads:
        opt.zero_grad()
        layer.parameters.grad[:] = grad
        opt.step()
        np.testing.assert_array_equal(layer.parameters.grad, grad)
    expected = torch_rule(start, grads, schedule, momentum, weight_decay, nesterov)
    scale = np.abs(expected).max() + 1
    np.testing.assert_allclose(
        layer.parameters.value, expected, rtol=0, atol=1e-14 * scale, equal_nan=False
    )


def test_three_steps_by_hand():
    def run(**options):
        layer = numnet.Linear(1, 1, bias=False, init=numnet.constant(1.0))
        opt = numnet.SGD(layer.parameters, lr=0.5, **options)
        for _ in range(3):
            layer.parameters.grad[:] = 1.0
            opt.step()
        return layer.W.item()

    assert run() == -0.5
    assert run(momentum=0.5) == 1 - 0.5 * (1 + 1.5 + 1.75)
    assert run(momentum=0.5, nesterov=True) == 1 - 0.5 * (1.5 + 1.75 + 1.875)
    assert run(weight_decay=1.0) == ((1 * 0.5 - 0.5) * 0.5 - 0.5) * 0.5 - 0.5


@pytest.mark.parametrize("options", [{}, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1}])
def test_float32_stays(options):
    layer = numnet.Sequential(numnet.Linear(2, 2), rng=0, dtype="float32")
    opt = numnet.SGD(layer.parameters, lr=np.float64(0.1), **options)
    layer.parameters.grad[:] = 1
    opt.step()
    opt.step()
    assert layer.parameters.dtype == np.float32
    assert all(state.dtype == np.float32 for state in opt._state.values())


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"momentum": 1.0}, ValueError, "momentum of at least 0 and below 1, got 1.0"),
        ({"momentum": -0.1}, ValueError, "momentum of at least 0 and below 1, got -0.1"),
        ({"momentum": "0.9"}, TypeError, "momentum to be a number, got '0.9'"),
        ({"weight_decay": -1e-4}, ValueError, "weight_decay of at least 0, finite, got -0.0001"),
        ({"weight_decay": np.nan}, ValueError, "weight_decay of at least 0, finite, got nan"),
        ({"nesterov": True}, ValueError, "momentum above 0 with nesterov=True, got 0"),
    ],
)
def test_bad_numbers(options, error, message):
    with pytest.raises(error, match=f"SGD: expected {message}"):
        numnet.SGD(lr=0.1, **options)


def test_without_options_it_is_torch_s():
    layer = numnet.Linear(1, 1, bias=False, init=numnet.constant(1.0))
    opt = numnet.SGD(layer.parameters)
    assert opt.lr == 1e-3
    layer.parameters.grad[:] = 8
    opt.step()
    layer.parameters.grad[:] = 0
    opt.step()
    assert layer.W.item() == 1 - 1e-3 * 8


def test_its_name_says_what_was_given():
    assert repr(numnet.SGD(lr=0.1)) == "SGD(lr=0.1)"
    full = numnet.SGD(lr=lambda t: 1.0, momentum=0.9, weight_decay=1e-4, nesterov=True)
    assert repr(full) == "SGD(lr=schedule, momentum=0.9, weight_decay=0.0001, nesterov=True)"


@pytest.mark.parametrize("given", ["no", 1, None])
def test_nesterov_is_true_or_false(given):
    with pytest.raises(TypeError, match="SGD: expected nesterov to be True or False"):
        numnet.SGD(lr=0.1, momentum=0.9, nesterov=given)


@pytest.mark.parametrize("nesterov", [False, True])
def test_a_step_needs_no_memory(nesterov):
    options = {"momentum": 0.9, "weight_decay": 0.1, "nesterov": nesterov}
    assert memory_of_a_step(lambda p: numnet.SGD(p, lr=0.1, **options)) < 0.5
