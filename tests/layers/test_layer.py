"""A user's own layer, as the contract writes it, and what the base class asks of it."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import Pair, arrays, columns, dtypes, rows
from hypothesis import given
from hypothesis import strategies as st

import numnet


class Scale(numnet.Layer):
    def __init__(self, width):
        self.declare(g=np.ones(width))

    def forward(self, x):
        return x * self.g, x

    def backward(self, dy, x):
        self.add_grad("g", (dy * x).sum(0))
        return dy * self.g


class ForgetsTheSum(Scale):
    def backward(self, dy, x):
        self.add_grad("g", (dy * x)[0])
        return dy * self.g


class ForgetsTheUpstreamGradient(Scale):
    def backward(self, dy, x):
        self.add_grad("g", x.sum(0))
        return dy * self.g


class WrongSign(Scale):
    def backward(self, dy, x):
        self.add_grad("g", -(dy * x).sum(0))
        return -dy * self.g


class InPlace(Scale):
    def backward(self, dy, x):
        dy *= x
        self.add_grad("g", dy.sum(0))
        return dy / x * self.g


class Noise(numnet.Layer):
    uses_ctx = True

    def forward(self, x, ctx):
        return (x + ctx.rng.standard_normal(x.shape) if ctx.train else x), None

    def backward(self, dy, saved):
        return dy


def pair(kind, name):
    """Scale's gradient to x or to g as a function of x and g alone."""

    def twin(x, g):
        return kind(len(g)).replica(g)

    def backward(dy, x, g):
        layer = twin(x, g)
        dx = layer.backpropagate(dy, layer.propagate(x)[1])
        return dx if name == "x" else layer.parameters.gradients["g"]

    terms = {"x": lambda dy, x, g: abs(dy * g), "g": lambda dy, x, g: abs(dy * x).sum(0)}
    return Pair(lambda x, g: twin(x, g)(x), backward, terms[name], wrt="xg".index(name))


@pytest.mark.parametrize("name", ["x", "g"])
@given(data=st.data())
def test_a_user_s_layer_agrees_with_the_complex_step(name, data):
    n, d, dtype = data.draw(rows), data.draw(columns), data.draw(dtypes)
    args = [data.draw(arrays(shape, dtype)) for shape in ((n, d), (n, d), (d,))]
    pair(Scale, name).check(*args)


@pytest.mark.parametrize("kind", [ForgetsTheSum, ForgetsTheUpstreamGradient, WrongSign, InPlace])
def test_a_user_s_wrong_layer_is_refused(kind):
    dy, x = np.random.default_rng(0).standard_normal((2, 3, 4))
    g = np.array([0.5, 1.0, 2.0, -1.0])
    pair(Scale, "g").check(dy, x, g)
    with pytest.raises(AssertionError):
        pair(kind, "g").check(dy, x, g)


def test_a_user_s_layer_in_a_network():
    model = numnet.Sequential(numnet.Linear(3, 2), Scale(2), numnet.Tanh(), rng=0)
    y, saved = model.propagate(np.ones((4, 3)))
    dx = model.backpropagate(np.ones_like(y), saved)
    assert dx.shape == (4, 3)
    assert list(model.parameters) == ["0.W", "0.b", "1.g"]
    dz = 1 - y**2
    np.testing.assert_allclose(
        model.parameters.gradients["1.g"], (dz * model[0](np.ones((4, 3)))).sum(0), rtol=1e-13
    )
    assert model.rowwise is False
    assert model.output == "values"


def test_without_dx_the_backward_is_called_unless_there_is_one_for_parameters():
    calls = []

    class Both(Scale):
        def backward(self, dy, x):
            calls.append("backward")
            return super().backward(dy, x)

    class Own(Both):
        def backward_parameters(self, dy, x):
            calls.append("backward_parameters")
            self.add_grad("g", (dy * x).sum(0))

    for kind in (Both, Own):
        layer = kind(2)
        y, saved = layer.propagate([[1.0, 2.0]])
        assert layer.backpropagate(y, saved, need_dx=False) is None
        assert layer.parameters.grad.tolist() == [1.0, 4.0]
    assert calls == ["backward", "backward_parameters"]


def test_a_layer_that_uses_ctx_is_handed_it():
    layer, x = Noise(), np.zeros((2, 3))
    assert not layer(x).any()
    assert not layer.propagate(x)[0].any()
    ctx = numnet.Context(train=True, rng=np.random.default_rng(0))
    expected = np.random.default_rng(0).standard_normal((2, 3))
    np.testing.assert_array_equal(layer.propagate(x, ctx)[0], expected)
    ctx = numnet.Context(train=True, rng=np.random.default_rng(0))
    model = numnet.Sequential(numnet.Sequential(numnet.Tanh(), Noise()), numnet.ReLU())
    np.testing.assert_array_equal(model.propagate(x, ctx)[0], np.maximum(expected, 0))


def test_new_state_takes_effect_at_commit():
    class Centre(numnet.Layer):
        uses_ctx = True

        def __init__(self, width):
            self.buffers["mean"] = np.zeros(width)

        def forward(self, x, ctx):
            if ctx.train:
                ctx.keep(self, mean=x.mean(0))
            return x - self.buffers["mean"], None

        def backward(self, dy, saved):
            return dy

    model = numnet.Sequential(Centre(2))
    ctx = numnet.Context(train=True)
    x = np.array([[1.0, 3.0]])
    assert model.propagate(x, ctx)[0].tolist() == [[1, 3]]
    assert model(x).tolist() == [[1, 3]]
    ctx.commit()
    assert model(x).tolist() == [[0, 0]]


def test_what_is_not_written_is_asked_for():
    class Empty(numnet.Layer):
        pass

    class Half(numnet.Layer):
        def forward(self, x):
            return x, None

    with pytest.raises(NotImplementedError, match=r"^Empty: write forward\(self, x\)"):
        Empty()(np.ones((1, 1)))
    layer = Half()
    y, saved = layer.propagate(np.ones((1, 1)))
    for need_dx in (True, False):
        with pytest.raises(NotImplementedError, match=r"^Half: write backward\(self, dy, saved\)"):
            layer.backpropagate(y, saved, need_dx)


@pytest.mark.parametrize("out", [np.ones(2), None, [1, 2], (1, 2, 3), (np.ones(2),), ()])
def test_a_forward_that_returns_no_pair_is_refused(out):
    class Bare(numnet.Layer):
        def forward(self, x):
            return out

    with pytest.raises(
        TypeError, match=r"^Bare\(\): expected forward to return the pair \(y, saved"
    ):
        Bare()(np.ones((1, 1)))


@pytest.mark.parametrize("x", [np.array(["a"]), np.array([None])])
def test_an_input_that_holds_no_numbers_is_refused(x):
    with pytest.raises(TypeError, match=r"^Tanh\(\): expected x to hold numbers, got dtype"):
        numnet.Tanh()(x)


class Forgetful(numnet.Layer):
    """Its forward and backward return what they were told to."""

    def __init__(self, y=None, dx=None):
        self.y, self.dx = y, dx

    def forward(self, x):
        return x if self.y is None else self.y, x

    def backward(self, dy, saved):
        return self.dx


def test_what_an_author_forgets_is_said_with_the_layer():
    model = numnet.Sequential(numnet.Linear(2, 2), Forgetful(), numnet.Linear(2, 1))
    _, saved = model.propagate([[1.0, 2.0]])
    message = r"layer 1, Forgetful\(\): expected backward to return dx.*got None. End it with"
    with pytest.raises(TypeError, match=message):
        model.backpropagate(np.ones((1, 1)), saved)
    with pytest.raises(TypeError, match=r"expected forward to return an array y, got list"):
        Forgetful(y=[[1.0]])([[1.0]])
    with pytest.raises(TypeError, match="expected bias to be True or False, got 'relu'"):
        numnet.Linear(4, 3, "relu")
