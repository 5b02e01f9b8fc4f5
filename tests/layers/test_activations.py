from __future__ import annotations

import numpy as np
import pytest
from helpers import Pair, arrays, close, columns, dtypes, moderate, rows
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

import numnet
from numnet import kernels
from numnet.layers.activations import NAMED, Activation, as_activation

LAYERS = {
    "Tanh": (numnet.Tanh(), np.tanh),
    "Sigmoid": (numnet.Sigmoid(), special.expit),
    "ReLU": (numnet.ReLU(), lambda x: np.where(x > 0, x, 0)),
    "LeakyReLU": (numnet.LeakyReLU(0.25), lambda x: np.where(x > 0, x, x / 4)),
    "Softplus": (numnet.Softplus(), lambda x: -special.log_expit(-x)),
    "Softmax": (numnet.Softmax(), lambda x: special.softmax(x, 1)),
    "LogSoftmax": (numnet.LogSoftmax(), lambda x: special.log_softmax(x, 1)),
}
each = pytest.mark.parametrize("name", LAYERS)


def terms(name, dy, x):
    """The size of the terms of dx: the row's sum for the two that mix a row."""
    p = special.softmax(x, 1)
    if name == "Softmax":
        return p * (abs(dy) + (p * abs(dy)).sum(1, keepdims=True))
    if name == "LogSoftmax":
        return abs(dy) + p * abs(dy).sum(1, keepdims=True)
    y = special.expit(x)
    sizes = {"Tanh": 1 + np.tanh(x) ** 2, "Sigmoid": y * (1 + y), "Softplus": y}
    return abs(dy) * sizes.get(name, 1)


def test_the_table_holds_every_activation():
    found = Activation.__subclasses__()
    assert set(LAYERS) == {c.__name__ for c in found if c.__module__ == Activation.__module__}


@each
@given(data=st.data())
def test_backpropagate_agrees_with_the_complex_step(name, data):
    layer = LAYERS[name][0]
    dtype, shape = data.draw(dtypes), (data.draw(rows), data.draw(columns))
    dy, x = data.draw(arrays(shape, dtype)), data.draw(arrays(shape, dtype, moderate.filter(bool)))
    Pair(
        lambda x: layer.propagate(x)[0],
        lambda dy, x: layer.backpropagate(dy, layer.propagate(x)[1]),
        lambda dy, x: terms(name, dy, x),
    ).check(dy, x)


@each
@given(data=st.data())
def test_the_output_agrees_with_the_oracle(name, data):
    layer, oracle = LAYERS[name]
    x = data.draw(arrays((data.draw(rows), data.draw(columns)), data.draw(dtypes)))
    wide = oracle(x.astype(float))
    y = layer(x)
    assert y.dtype == x.dtype
    close(y, wide, 1 + abs(wide), units=16)
    np.testing.assert_array_equal(layer.propagate(x)[0], y)


@each
def test_it_has_no_parameters_and_nothing_to_do_without_dx(name, monkeypatch):
    layer = LAYERS[name][0]
    y, saved = layer.propagate([[1.0, -2.0]])
    assert layer.parameters.size == 0
    assert layer.parameters.grad.shape == (0,)

    def never(*args, **kwargs):
        raise AssertionError("a gradient was computed")

    for kernel in kernels.__all__:
        monkeypatch.setattr(kernels, kernel, never)
    assert layer.backpropagate(np.ones_like(y), saved, need_dx=False) is None
    with pytest.raises(AssertionError, match="was computed"):
        layer.backpropagate(np.ones_like(y), saved)


@each
def test_rows_do_not_depend_on_each_other(name):
    layer = LAYERS[name][0]
    x = np.random.default_rng(0).standard_normal((4, 3))
    assert layer.rowwise is True
    for n in range(4):
        close(layer(x[n : n + 1])[0], layer(x)[n], 1, units=2)


@each
def test_the_saved_state_serves_again(name):
    layer = LAYERS[name][0]
    dy, x = np.random.default_rng(0).standard_normal((2, 4, 3))
    _, saved = layer.propagate(x)
    first = layer.backpropagate(dy, saved)
    layer.propagate(-x)
    np.testing.assert_array_equal(layer.backpropagate(dy, saved), first)


def test_what_the_outputs_are():
    kinds = {name: layer.output for name, (layer, _) in LAYERS.items()}
    assert {n for n, kind in kinds.items() if kind == "probabilities"} == {"Sigmoid", "Softmax"}
    assert {n for n, kind in kinds.items() if kind == "logits"} == {"LogSoftmax"}


def test_names():
    assert [repr(layer) for layer, _ in LAYERS.values()] == [
        "Tanh()",
        "Sigmoid()",
        "ReLU()",
        "LeakyReLU(0.25)",
        "Softplus()",
        "Softmax()",
        "LogSoftmax()",
    ]


@pytest.mark.parametrize("slope", [-0.1, 1.5, np.nan])
def test_a_slope_out_of_range_is_refused(slope):
    with pytest.raises(ValueError, match=rf"^LeakyReLU: expected slope in \[0, 1\], got {slope}"):
        numnet.LeakyReLU(slope)


def test_the_ends_of_the_range_are_slopes_and_the_default_is_torch_s():
    x = np.array([[-100.0, 50.0]])
    for layer, below in (
        (numnet.LeakyReLU(), -1.0),
        (numnet.LeakyReLU(0), 0.0),
        (numnet.LeakyReLU(1), -100.0),
    ):
        y, saved = layer.propagate(x)
        assert y.tolist() == [[below, 50.0]]
        assert layer.backpropagate(x, saved).tolist() == [[below, 50.0]]


@each
def test_a_gradient_of_another_shape_is_refused(name):
    layer = LAYERS[name][0]
    _, saved = layer.propagate(np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"expected dy of the shape of y, \(2, 3\), got \(3,\)"):
        layer.backpropagate(np.ones(3), saved)


def test_an_activation_by_its_name():
    names = {"leaky_relu": "LeakyReLU(0.01)", "relu": "ReLU()", "sigmoid": "Sigmoid()"}
    names |= {"softplus": "Softplus()", "tanh": "Tanh()"}
    assert {name: repr(as_activation(name, "here")) for name in NAMED} == names
    layer = numnet.Tanh()
    assert as_activation(layer, "here") is layer
    assert as_activation("tanh", "here") is not as_activation("tanh", "here")
    with pytest.raises(ValueError, match=r"^here: expected .* one of leaky_relu, .*got 'gelu'$"):
        as_activation("gelu", "here")
    with pytest.raises(TypeError, match=r"^here: expected the name of.*got None$"):
        as_activation(None, "here")
    with pytest.raises(TypeError, match=r"Write ReLU\(\)$"):
        as_activation(numnet.ReLU, "here")
