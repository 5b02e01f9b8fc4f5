from __future__ import annotations

import numpy as np
import pytest

import numnet
from numnet import MSE, SGD, Linear, train_step


def line(w=0.0):
    return Linear(1, 1, bias=False, init=numnet.constant(w))


def test_a_step_by_hand():
    layer = line(1.0)
    layer.parameters.grad[:] = 99
    opt = SGD(layer.parameters, lr=0.25, momentum=0.5)
    # Of (2 w - 4)^2 the derivative is 4 (2 w - 4): -8 at 1; the velocities are -8 and then 4.
    value, y_pred = train_step(layer, MSE(), opt, [[2.0]], [[4.0]])
    assert (value, y_pred.item(), layer.W.item()) == (4.0, 2.0, 3.0)
    value, y_pred = train_step(layer, MSE(), opt, [[2.0]], [[4.0]])
    assert (value, y_pred.item(), layer.W.item()) == (4.0, 6.0, 2.0)
    assert layer.parameters.grad.item() == 8.0


def test_it_is_forward_loss_backward_update():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(6, 3)), rng.integers(0, 2, 6)
    model = numnet.Sequential(Linear(3, 4), numnet.Tanh(), Linear(4, 2), rng=0)
    other, loss = model.copy(), numnet.SoftmaxCrossEntropy()
    opt, opt2 = (SGD(m.parameters, lr=0.5, momentum=0.9, nesterov=True) for m in (model, other))
    for _ in range(3):
        value, y_pred = train_step(model, loss, opt, x, y)
        opt2.zero_grad()
        z, saved = other.propagate(x)
        expected, s = loss.forward(z, y)
        other.backpropagate(loss.backward(s), saved)
        opt2.step()
        assert value == expected
        np.testing.assert_array_equal(y_pred, z)
        np.testing.assert_array_equal(model.parameters.value, other.parameters.value)


def test_the_optimizer_may_step_a_part():
    model = numnet.Sequential(line(1.0), line(1.0))
    train_step(model, MSE(), SGD(model[1].parameters, lr=0.25), [[1.0]], [[2.0]])
    np.testing.assert_array_equal(model.parameters.value, [1.0, 1.5])


def test_an_infinite_loss_changes_nothing_but_the_state():
    layer = line(1e200)
    opt = SGD(layer.parameters, lr=1.0, momentum=0.9)
    opt._like("velocity", layer.parameters.value)[:] = 5
    with pytest.raises(
        numnet.DivergenceError, match=r"the loss became inf: the outputs reach 1e\+"
    ):
        train_step(layer, MSE(), opt, [[1.0]], [[0.0]])
    assert layer.W.item() == 1e200
    assert opt._state == {}
    assert opt.steps == 0


def test_outputs_that_overflow_name_the_layer():
    model = numnet.Sequential(line(1e200), line(1e200))
    opt = SGD(model.parameters, lr=1.0)
    with pytest.raises(
        numnet.DivergenceError, match=r"outputs of layer 1, Linear\(1 -> 1.*overflow"
    ):
        train_step(model, MSE(), opt, [[1.0]], [[0.0]])


def test_an_update_that_overflows_is_taken_back():
    model = numnet.Sequential(line(1.0), line(2.0))
    opt = SGD(model.parameters, lr=1e308, momentum=0.9)
    message = r"parameter '0.W' of Sequential\(.*overflows in the update by SGD\(lr=1e\+308"
    with pytest.raises(numnet.DivergenceError, match=message):
        train_step(model, MSE(), opt, [[1.0]], [[100.0]])
    np.testing.assert_array_equal(model.parameters.value, [1.0, 2.0])
    assert opt._state == {}


class Broken(numnet.Layer):
    def __init__(self):
        self.declare(g=[1.0])

    def forward(self, x):
        return x * self.g, x

    def backward(self, dy, x):
        self.add_grad("g", np.array([np.nan]))
        return dy


def test_a_gradient_that_is_not_finite_is_named():
    layer = Broken()
    with pytest.raises(numnet.DivergenceError, match="gradient of parameter 'g' of Broken"):
        train_step(layer, MSE(), SGD(layer.parameters, lr=1.0), [[1.0]], [[0.0]])
    assert layer.g.item() == 1.0


def test_huge_finite_parameters_are_no_divergence():
    layer = Linear(2, 1, bias=False, init=numnet.constant(1e200))
    opt = SGD(layer.parameters, lr=1.0)
    value, _ = train_step(layer, MSE(), opt, [[1e-200, 0.0]], [[1.0]])
    assert value == 0
    assert layer.W.max() == 1e200


def test_the_optimizer_belongs_to_the_model():
    model, other = line(1.0), line(1.0)
    for opt, error, message in (
        (None, TypeError, "expected an optimizer such as numnet.SGD"),
        ("sgd", TypeError, "expected an optimizer such as .* got 'sgd'"),
        (SGD(lr=0.1), ValueError, r"SGD\(lr=0.1\) has no parameters"),
        (SGD(other.parameters, lr=0.1), ValueError, "bound to another model; make a new one"),
    ):
        with pytest.raises(error, match=message):
            train_step(model, MSE(), opt, [[1.0]], [[0.0]])
        assert model.W.item() == other.W.item() == 1.0
