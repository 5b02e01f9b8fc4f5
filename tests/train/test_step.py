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
    message = r"the update by SGD\(lr=1e\+308, momentum=0.9\) overflows"
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
    with pytest.raises(
        numnet.DivergenceError, match=r"Broken\(\): the gradient of g is not finite"
    ):
        train_step(layer, MSE(), SGD(layer.parameters, lr=1.0), [[1.0]], [[0.0]])
    assert layer.g.item() == 1.0


class Sick(Linear):
    """A linear layer with one bad entry in what its backward hands down or keeps."""

    def __init__(self, bad, where):
        super().__init__(2, 2)
        self.bad, self.where = bad, where

    def backward(self, dy, x):
        dx = super().backward(dy, x).copy()
        if self.where == "dx":
            dx[0, 0] = self.bad
        return dx

    def backward_parameters(self, dy, x):
        super().backward_parameters(dy, x)
        if self.where != "dx":
            self.add_grad(self.where, np.full_like(getattr(self, self.where), self.bad))


DATA = np.array([[0.5, -1.0], [1.0, 2.0]]), np.array([0, 1])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("where", ["W", "b", "dx"])
@pytest.mark.parametrize("place", [0, 2])
def test_a_bad_gradient_anywhere_is_found_before_a_weight_changes(bad, where, place):
    layers = [Linear(2, 2), numnet.Tanh(), Linear(2, 2)]
    layers[place] = Sick(bad, where)
    model = numnet.Sequential(numnet.Sequential(Linear(2, 2), *layers), rng=0)
    before = model.parameters.value.copy()
    name = rf"layer 0, layer {place + 1}, Linear\(2 -> 2\): the gradient"
    with pytest.raises(numnet.DivergenceError, match=name):
        train_step(model, numnet.SoftmaxCrossEntropy(), SGD(model.parameters, lr=0.1), *DATA)
    np.testing.assert_array_equal(model.parameters.value, before)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["0.W", "0.b", "2.W", "2.b"])
@pytest.mark.parametrize("last", [numnet.Tanh, numnet.ReLU])
def test_a_bad_weight_anywhere_is_found(bad, name, last):
    model = numnet.Sequential(Linear(2, 3), last(), Linear(3, 2), rng=0)
    opt = SGD(model.parameters, lr=0.1)
    model.parameters[name].flat[-1] = bad
    before = model.parameters.value.copy()
    with pytest.raises(numnet.DivergenceError, match=rf"parameter '{name}' is {bad} at"):
        train_step(model, numnet.SoftmaxCrossEntropy(), opt, *DATA)
    np.testing.assert_array_equal(model.parameters.value, before)


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


def test_a_context_of_another_type_changes_nothing() -> None:
    layer = numnet.Linear(1, 1).initialize(rng=0)
    before = layer.parameters.value.copy()
    with pytest.raises(TypeError, match=r"expected ctx to be a numnet\.Context or None, got True"):
        train_step(layer, numnet.MSE(), numnet.SGD(layer.parameters), [[1.0]], [[1.0]], True)
    np.testing.assert_array_equal(layer.parameters.value, before)
