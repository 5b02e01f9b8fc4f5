from __future__ import annotations

import pickle
import re

import numpy as np
import pytest
from helpers import Pair, arrays, close, columns, dtypes, rows
from hypothesis import given
from hypothesis import strategies as st

import numnet
from numnet import Linear, constant, kernels, normal


def made(W, b=None):
    """A layer with these values, in their dtype."""
    layer = Linear(*W.shape, bias=b is not None).initialize(rng=0)
    if b is not None:
        return layer.replica(np.concatenate([W.ravel(), b]))
    return layer.replica(W.ravel())


def gradient(name, dy, x, W, b):
    layer = made(W, b)
    dx = layer.backpropagate(dy, layer.propagate(x)[1])
    return dx if name == "x" else layer.parameters.gradients[name]


@st.composite
def arguments(draw, bias=True):
    n, d, q, dtype = draw(rows), draw(columns), draw(columns), draw(dtypes)
    return [draw(arrays(s, dtype)) for s in ((n, q), (n, d), (d, q), (q,))]


TERMS = {
    "x": lambda dy, x, W, b: abs(dy) @ abs(W).T,
    "W": lambda dy, x, W, b: abs(x).T @ abs(dy),
    "b": lambda dy, x, W, b: abs(dy).sum(0),
}


@pytest.mark.parametrize("name", TERMS)
@given(args=arguments())
def test_backpropagate_agrees_with_the_complex_step(name, args):
    Pair(
        lambda x, W, b: made(W, b)(x),
        lambda dy, x, W, b: gradient(name, dy, x, W, b),
        TERMS[name],
        wrt="xWb".index(name),
    ).check(*args)


@given(args=arguments())
def test_without_a_bias(args):
    dy, x, W, _ = args
    layer = made(W)
    assert layer.b is None
    assert list(layer.parameters) == ["W"]
    y, saved = layer.propagate(x)
    close(y, x.astype(float) @ W, abs(x) @ abs(W), units=8)
    close(layer.backpropagate(dy, saved), dy.astype(float) @ W.T, abs(dy) @ abs(W).T, units=8)
    dW = layer.parameters.gradients["W"]
    close(dW, x.astype(float).T @ dy, abs(x).T @ abs(dy), units=8)


@given(args=arguments(), times=st.integers(1, 3))
def test_gradients_accumulate_from_one_zero_grad_to_the_next(args, times):
    dy, x, W, b = args
    layer = made(W, b)
    _, saved = layer.propagate(x)
    layer.backpropagate(dy, saved)
    once = layer.parameters.grad.copy()
    for _ in range(times - 1):
        layer.backpropagate(dy, saved)
    close(layer.parameters.grad, times * once, abs(times * once), units=2)
    layer.parameters.zero_grad()
    assert not layer.parameters.grad.any()
    layer.parameters.zero_grad()
    layer.backpropagate(dy, saved, need_dx=False)
    np.testing.assert_array_equal(layer.parameters.grad, once)


def test_without_dx_its_product_is_not_computed(monkeypatch):
    layer = Linear(3, 2)
    y, saved = layer.propagate(np.ones((4, 3)))
    layer.backpropagate(np.ones_like(y), saved)
    expected = layer.parameters.grad.copy()

    def never(*args):
        raise AssertionError("dx was computed")

    monkeypatch.setattr(kernels, "linear_dx", never)
    layer.parameters.zero_grad()
    assert layer.backpropagate(np.ones_like(y), saved, need_dx=False) is None
    np.testing.assert_array_equal(layer.parameters.grad, expected)
    with pytest.raises(AssertionError, match="dx was computed"):
        layer.backpropagate(np.ones_like(y), saved)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        (
            (28, 28, 60),
            "expected x of shape (N, 784), got (28, 28, 60). "
            "Images must be flattened with one row per example: x.reshape(len(x), -1)",
        ),
        (
            (784,),
            "expected x of shape (N, 784), got (784,). One example is one row: x.reshape(1, -1)",
        ),
        ((784, 5), "expected x of shape (N, 784), got (784, 5). Examples stand in rows: x.T"),
        (
            (5, 64),
            "expected x of shape (N, 784), got (5, 64). "
            "The layer was made for 784 columns: Linear(64, ...)",
        ),
        (
            (64,),
            "expected x of shape (N, 784), got (64,). "
            "The layer was made for 784 columns: Linear(64, ...)",
        ),
        *(
            (
                shape,
                f"expected x of shape (N, 784), got {shape}. "
                f"The layer was made for 784 columns: Linear({columns}, ...)",
            )
            for shape, columns in (((), 1), ((900,), 900), ((2, 392), 392), ((900, 900), 900))
        ),
        *(
            (
                shape,
                f"expected x of shape (N, 784), got {shape}. "
                "Images must be flattened with one row per example: x.reshape(len(x), -1)",
            )
            for shape in ((784, 1, 1), (2, 784, 5))
        ),
    ],
)
def test_a_wrong_width_names_layer_shapes_and_fix(shape, message):
    layer = Linear(784, 10)
    expected = f"^{re.escape('Linear(784 -> 10): ' + message)}$"
    for call in (layer, layer.propagate):
        with pytest.raises(ValueError, match=expected):
            call(np.zeros(shape))
    assert layer(np.zeros((2, 784))).shape == (2, 10)


@pytest.mark.parametrize("bad", [0, -3, 2.0, True, "3", None])
def test_a_width_that_is_no_positive_integer_is_refused(bad):
    for name, widths in (("in_features", (bad, 2)), ("out_features", (2, bad))):
        message = f"Linear: expected {name} to be a positive integer, got {bad!r}"
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            Linear(*widths)


@pytest.mark.parametrize("name", ["init", "bias_init"])
def test_a_rule_that_is_no_function_is_refused(name):
    with pytest.raises(TypeError, match=rf"^Linear: expected {name} to be a function.*got 0\.01$"):
        Linear(2, 3, **{name: 0.01})


def test_numpy_integers_are_widths():
    layer = Linear(np.int64(3), np.int32(2))
    assert repr(layer) == "Linear(3 -> 2)"
    assert type(layer.in_features) is int
    assert repr(Linear(3, 2, bias=False)) == "Linear(3 -> 2, bias=False)"


def test_the_start_of_the_course():
    layer = Linear(784, 10, init=normal(1e-2), bias_init=normal(1e-2)).initialize(rng=0)
    assert layer.parameters.size == 7850
    assert 0.0095 < layer.W.std() < 0.0105
    assert 0 < abs(layer.b).max() < 0.05


def test_by_default_weights_are_glorot_s_and_biases_zero():
    layer = Linear(30, 20).initialize(rng=0)
    assert 0.9 * (6 / 50) ** 0.5 < abs(layer.W).max() <= (6 / 50) ** 0.5
    assert not layer.b.any()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_parameters_decide_the_dtype(dtype):
    layer = Linear(3, 2).initialize(rng=0, dtype=dtype)
    for x in (np.ones((2, 3)), np.ones((2, 3), np.float32), np.ones((2, 3), int), [[1, 2, 3]] * 2):
        y, saved = layer.propagate(x)
        assert y.dtype == dtype
        assert layer.backpropagate(np.ones((2, 2)), saved).dtype == dtype
        assert layer.parameters.grad.dtype == dtype


def test_complex_outputs_have_no_gradient_to_real_parameters():
    layer = Linear(3, 2)
    y, saved = layer.propagate(np.ones((1, 3)) + 1e-30j)
    assert y.dtype == complex
    with pytest.raises(TypeError, match="complex gradients do not fit"):
        layer.backpropagate(y, saved)


def test_a_layer_is_copied_and_pickled_with_its_values():
    layer = Linear(3, 2, init=normal(0.1), bias_init=constant(0.5)).initialize(rng=0)
    x = np.ones((1, 3))
    for other in (layer.copy(), pickle.loads(pickle.dumps(layer))):
        np.testing.assert_array_equal(other(x), layer(x))
        other.W[...] = 0
        assert layer.W.any()
        assert (other.init, other.bias_init) == (layer.init, layer.bias_init)


def test_a_row_is_mapped_whatever_the_others_are():
    layer = Linear(3, 2).initialize(rng=0)
    assert layer.rowwise is True
    x = np.random.default_rng(0).standard_normal((4, 3))
    for n in range(4):
        close(layer(x[n : n + 1])[0], layer(x)[n], 10, units=2)


def test_no_rows_give_zero_gradients():
    layer = Linear(3, 2)
    y, saved = layer.propagate(np.zeros((0, 3)))
    assert y.shape == (0, 2)
    assert layer.backpropagate(y, saved).shape == (0, 3)
    assert layer.parameters.grad.tolist() == [0] * 8


def test_a_wrong_parameter_gradient_is_refused():
    class NoSum(numnet.Linear):
        def backward_parameters(self, dy, x):
            super().backward_parameters(dy, x)
            self.add_grad("b", dy)

    layer = NoSum(3, 2)
    y, saved = layer.propagate(np.ones((4, 3)))
    message = "expected the gradient of b to have its shape (2,), got (4, 2)"
    with pytest.raises(ValueError, match=re.escape(message)):
        layer.backpropagate(y, saved)


@pytest.mark.parametrize("fault", ["mean", "transposed", "overwritten", "added to x"])
def test_planted_faults_in_a_layer_are_refused(fault):
    def wrong(dy, x, W, b):
        dW = gradient("W", dy, x, W, b)
        if fault == "mean":
            return dW / len(x)
        if fault == "transposed":
            return dW.T
        if fault == "overwritten":
            return gradient("W", dy[-1:], x[-1:], W, b)
        x += 1
        return dW

    rng = np.random.default_rng(0)
    dy, x, W = rng.standard_normal((3, 4, 4))
    right = Pair(lambda x, W, b: made(W, b)(x), lambda *a: gradient("W", *a), TERMS["W"], wrt=1)
    right.check(dy, x, W, np.ones(4))
    with pytest.raises(AssertionError):
        Pair(right.forward, wrong, TERMS["W"], wrt=1).check(dy, x, W, np.ones(4))


@pytest.mark.parametrize("name", ["init", "bias_init"])
@pytest.mark.parametrize("value", [1.0, np.ones(3), np.ones((1, 2, 1))])
def test_a_rule_that_draws_another_shape_is_refused(name, value):
    layer = Linear(2, 1, **{name: lambda rng, shape: value})
    with pytest.raises(ValueError, match=r"Linear: expected init to return an array of shape \("):
        layer([[1.0, 2.0]])


def test_a_vector_for_one_column_is_told_to_be_a_column():
    layer = Linear(1, 2)
    for x in (np.ones(1), np.ones(5), 3.0):
        with pytest.raises(ValueError, match=r"is one column: x\.reshape\(-1, 1\)"):
            layer(x)
    for shape, hint in (((2, 3), "Linear(3, ...)"), ((1, 3), "x.T"), ((4, 1, 1), "Images must")):
        with pytest.raises(ValueError, match=re.escape(hint)) as caught:
            layer(np.ones(shape))
        assert "is one column" not in str(caught.value)
    with pytest.raises(ValueError, match=r"got \(5,\).*x\.reshape\(-1, 1\)"):
        numnet.fit(layer, numnet.MSE(), np.ones(5), np.ones((5, 2)))
