from __future__ import annotations

import pickle
import re

import numpy as np
import pytest
from helpers import close, complex_step
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

import numnet
from numnet import Linear, ReLU, Sequential, Sigmoid, Softmax, Tanh


def network(dtype=None):
    return Sequential(Linear(3, 4), Tanh(), Linear(4, 2), Sigmoid(), rng=0, dtype=dtype)


def sizes(model, dy, x):
    """The same backward with absolute values of its terms: to x, and to the parameters in order."""
    inputs = [x]
    for layer in model.layers:
        inputs.append(layer(inputs[-1]))
    s, found = abs(dy), []
    for layer, a, y in zip(model.layers[::-1], inputs[-2::-1], inputs[:0:-1], strict=True):
        if isinstance(layer, Linear):
            found += [s.sum(0), (abs(a).T @ s).ravel()]
            s = s @ abs(layer.W).T
        else:
            s = s * (1 + y**2 if isinstance(layer, Tanh) else y * (1 + y))
    return s, np.concatenate(found[::-1])


@given(n=st.integers(0, 4), seed=st.integers(0, 2**32 - 1), dtype=st.sampled_from(["f4", "f8"]))
def test_backpropagate_agrees_with_the_complex_step(n, seed, dtype):
    rng = np.random.default_rng(seed)
    model = network(dtype)
    x = rng.standard_normal((n, 3)).astype(dtype)
    dy = rng.standard_normal((n, 2)).astype(dtype)
    y, saved = model.propagate(x)
    dx = model.backpropagate(dy, saved)
    grad = model.parameters.grad
    assert dx.dtype == grad.dtype == y.dtype == dtype
    wide, theta = model.astype("f8"), model.parameters.value.astype("f8")
    x, dy = x.astype("f8"), dy.astype("f8")
    dx_size, grad_size = sizes(wide, dy, x)
    close(dx, complex_step(wide, [x], 0, dy), dx_size)
    step = complex_step(lambda t: wide.replica(t)(x), [theta], 0, dy)
    close(grad, step, grad_size)
    close(y, special.expit(np.tanh(x @ wide[0].W) @ wide[2].W), 1, units=32)


@pytest.mark.parametrize("fault", ["sign", "activations left out", "wrong saved", "zeros"])
def test_a_wrong_chain_is_refused(fault):
    rng = np.random.default_rng(0)
    x, dy = rng.standard_normal((4, 3)), rng.standard_normal((4, 2))
    model = network()
    _, saved = model.propagate(x)
    right = model.backpropagate(dy, saved)
    size, _ = sizes(model, dy, x)
    step = complex_step(model, [x], 0, dy)
    close(right, step, size)
    if fault == "sign":
        wrong = -right
    elif fault == "activations left out":
        wrong = dy @ model[2].W.T @ model[0].W.T
    elif fault == "wrong saved":
        wrong = model.backpropagate(dy, model.propagate(x[::-1])[1])
    else:
        wrong = np.zeros_like(right)
    with pytest.raises(AssertionError):
        close(wrong, step, size)


def test_backpropagate_may_be_repeated_on_one_saved():
    model, x = network(), np.ones((2, 3))
    y, saved = model.propagate(x)
    first = model.backpropagate(np.ones_like(y), saved)
    once = model.parameters.grad.copy()
    model.propagate(-x)
    np.testing.assert_array_equal(model.backpropagate(np.ones_like(y), saved), first)
    np.testing.assert_array_equal(model.parameters.grad, 2 * once)


def test_a_layer_in_two_places_gets_both_gradients():
    shared = Linear(3, 3)
    model = Sequential(shared, Tanh(), shared, rng=0)
    assert list(model.parameters) == ["0.W", "0.b"]
    rng = np.random.default_rng(0)
    x, dy = rng.standard_normal((2, 4, 3))
    _, saved = model.propagate(x)
    model.backpropagate(dy, saved)
    theta = model.parameters.value.copy()
    step = complex_step(lambda t: model.replica(t)(x), [theta], 0, dy)
    close(model.parameters.grad, step, 50)
    apart = Sequential(shared.copy(), Tanh(), shared.copy())
    _, saved = apart.propagate(x)
    apart.backpropagate(dy, saved)
    total = apart.parameters.gradients
    close(model.parameters.gradients["0.W"], total["0.W"] + total["2.W"], 50, units=4)
    with pytest.raises(AssertionError):
        close(total["2.W"], model.parameters.gradients["0.W"], 50)


class Untouched(numnet.Layer):
    def forward(self, x):
        return x, None

    def backward(self, dy, saved):
        raise AssertionError("the backward of a layer with nothing to do was called")


class NoDx(Linear):
    def backward(self, dy, x):
        raise AssertionError("dx was computed")


def test_without_dx_nothing_below_the_first_parameters_is_touched():
    full = Sequential(Linear(3, 4), Tanh(), Linear(4, 2), rng=0)
    lean = Sequential(Untouched(), Untouched(), NoDx(3, 4), Tanh(), Linear(4, 2))
    lean.parameters.value = full.parameters.value
    x = np.random.default_rng(0).standard_normal((5, 3))
    y, saved = full.propagate(x)
    full.backpropagate(y, saved)
    y, saved = lean.propagate(x)
    assert lean.backpropagate(y, saved, need_dx=False) is None
    np.testing.assert_array_equal(lean.parameters.grad, full.parameters.grad)
    with pytest.raises(AssertionError, match="dx was computed"):
        lean.backpropagate(y, saved)


def test_without_dx_the_same_holds_in_nested_models():
    lean = Sequential(Untouched(), Sequential(Untouched(), NoDx(3, 4)), Sequential(Linear(4, 2)))
    y, saved = lean.propagate(np.ones((5, 3)))
    assert lean.backpropagate(y, saved, need_dx=False) is None
    assert lean.parameters.grad.any()
    bare = Sequential(Untouched(), Untouched())
    y, saved = bare.propagate(np.ones((5, 3)))
    assert bare.backpropagate(y, saved, need_dx=False) is None


def test_without_dx_a_shared_layer_still_gets_its_upper_gradient():
    shared = Linear(3, 3)
    model = Sequential(shared, Tanh(), shared, rng=0)
    y, saved = model.propagate(np.ones((2, 3)))
    model.backpropagate(y, saved)
    expected = model.parameters.grad.copy()
    model.parameters.zero_grad()
    model.backpropagate(y, saved, need_dx=False)
    np.testing.assert_array_equal(model.parameters.grad, expected)


def test_an_error_names_the_layer_as_the_design_says():
    model = Sequential(Tanh(), ReLU(), Linear(784, 10))
    message = (
        "layer 2, Linear(784 -> 10): expected x of shape (N, 784), got (28, 28, 60). "
        "Images must be flattened with one row per example: x.reshape(len(x), -1)"
    )
    for call in (model, model.propagate):
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            call(np.zeros((28, 28, 60)))


def test_a_nested_error_is_read_from_the_outside_in():
    model = Sequential(Linear(4, 5), Sequential(Tanh(), Linear(7, 2)))
    with pytest.raises(ValueError, match=r"^layer 1, layer 1, Linear\(7 -> 2\): expected x"):
        model(np.zeros((3, 4)))


def test_an_error_of_the_backward_names_the_layer_too():
    class Bad(numnet.Layer):
        def __init__(self):
            self.declare(g=np.ones(2))

        def forward(self, x):
            return x * self.g, x

        def backward(self, dy, x):
            self.add_grad("g", dy * x)
            return dy

    model = Sequential(Tanh(), Bad())
    y, saved = model.propagate(np.ones((3, 2)))
    message = (
        r"^layer 1, Bad\(\): expected the gradient of g to have its shape \(2,\), got \(3, 2\)"
    )
    for need_dx in (True, False):
        with pytest.raises(ValueError, match=message):
            model.backpropagate(y, saved, need_dx)


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ((Tanh,), "Sequential, layer 0: expected a layer, got <class .*Tanh'>. Write Tanh"),
        ((Tanh(), "relu"), "Sequential, layer 1: expected a layer, got 'relu'$"),
        (
            ([Tanh(), Tanh()],),
            r"Sequential, layer 0: expected a layer, got .*\. Write Sequential\(\*layers\)$",
        ),
        ((np.tanh,), "Sequential, layer 0: expected a layer, got <ufunc 'tanh'>$"),
    ],
)
def test_what_is_no_layer_is_refused(layers, message):
    with pytest.raises(TypeError, match=f"^{message}"):
        Sequential(*layers)


def test_layers_are_a_tuple():
    model = network()
    assert type(model.layers) is tuple
    assert list(model) == list(model.layers)
    assert len(model) == 4
    assert model[-1] is model.layers[3]
    with pytest.raises(IndexError):
        model[4]
    assert repr(model) == "Sequential(Linear(3 -> 4), Tanh(), Linear(4 -> 2), Sigmoid())"


def test_a_slice_shares_the_parameters():
    model, x = network(), np.random.default_rng(0).standard_normal((5, 3))
    whole = model.parameters.value
    head, tail = model[:2], model[2:]
    assert type(head) is Sequential
    np.testing.assert_array_equal(tail(head(x)), model(x))
    assert np.shares_memory(head.parameters.value, whole)
    assert tail.parameters.value.tolist() == whole[-10:].tolist()
    head.parameters.value = np.zeros(16)
    assert not whole[:16].any()
    assert not model[0].W.any()
    assert model.parameters.value is whole or np.shares_memory(model.parameters.value, whole)


def test_gradients_through_slices_are_those_of_the_whole():
    model, x = network(), np.random.default_rng(0).standard_normal((5, 3))
    y, saved = model.propagate(x)
    dx = model.backpropagate(y, saved)
    expected = model.parameters.grad.copy()
    model.parameters.zero_grad()
    head, tail = model[:2], model[2:]
    a, below = head.propagate(x)
    y, above = tail.propagate(a)
    np.testing.assert_array_equal(head.backpropagate(tail.backpropagate(y, above), below), dx)
    np.testing.assert_array_equal(model.parameters.grad, expected)


def test_a_slice_follows_when_the_model_is_packed_into_another():
    model = network()
    head = model[:1]
    assert head.parameters.size == 16
    outer = Sequential(model, Linear(2, 2), rng=1)
    outer.parameters["0.0.W"] = np.full((3, 4), 7.0)
    assert (head.parameters["0.W"] == 7).all()
    assert np.shares_memory(head.parameters.value, outer.parameters.value)


def test_a_nested_model_computes_what_the_flat_one_does():
    flat, x = network(), np.random.default_rng(0).standard_normal((5, 3))
    nested = Sequential(flat[0].copy(), Sequential(Tanh(), flat[2].copy()), Sequential(Sigmoid()))
    np.testing.assert_array_equal(nested(x), flat(x))
    assert list(nested.parameters) == ["0.W", "0.b", "1.1.W", "1.1.b"]
    np.testing.assert_array_equal(nested.parameters.value, flat.parameters.value)
    for model in (flat, nested):
        y, saved = model.propagate(x)
        model.backpropagate(y, saved)
    np.testing.assert_array_equal(nested.parameters.grad, flat.parameters.grad)


def test_the_generator_decides_the_values():
    a, b, c = network(), network(), Sequential(Linear(3, 4), rng=np.random.default_rng(1))
    np.testing.assert_array_equal(a.parameters.value, b.parameters.value)
    assert (a[0].W != c[0].W).any()
    assert (Sequential(Linear(9, 9))[0].W != Sequential(Linear(9, 9))[0].W).any()
    with pytest.raises((TypeError, ValueError), match="rng: expected a non-negative integer"):
        Sequential(Linear(2, 2), rng=-1)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_dtype_of_the_model_decides(dtype):
    model = network(dtype)
    x = np.ones((2, 3))
    y, saved = model.propagate(x)
    assert y.dtype == model.parameters.dtype == dtype
    assert model.backpropagate(np.ones((2, 2)), saved).dtype == dtype
    assert model.parameters.grad.dtype == dtype
    other = "float32" if dtype == "float64" else "float64"
    assert model.astype(other)(x).dtype == other
    assert model(x.astype(other)).dtype == dtype


@pytest.mark.parametrize("dtype", ["int64", "complex128", "float16"])
def test_a_dtype_that_is_not_real_and_floating_is_refused(dtype):
    with pytest.raises(TypeError, match=f"expected float32 or float64, got {dtype}"):
        network(dtype)


def test_outputs_and_rowwise_come_from_the_layers():
    assert network().output == "probabilities"
    assert Sequential(Linear(2, 2)).output == "values"
    assert Sequential(Sequential(Softmax())).output == "probabilities"
    assert Sequential().output == "values"
    assert network().rowwise is True
    assert Sequential(Tanh(), Untouched()).rowwise is False


def test_an_empty_model_is_the_identity():
    model, x = Sequential(), np.ones((2, 3))
    y, saved = model.propagate(x)
    np.testing.assert_array_equal(y, x)
    np.testing.assert_array_equal(model.backpropagate(2 * x, saved), 2 * x)
    assert model.parameters.size == 0


@pytest.mark.parametrize("move", [Sequential.copy, lambda m: pickle.loads(pickle.dumps(m))])
def test_a_copy_stands_on_its_own(move):
    model = network()
    other = move(model)
    np.testing.assert_array_equal(other.parameters.value, model.parameters.value)
    other.parameters.value = np.zeros(26)
    assert model.parameters.value.any()


@pytest.mark.parametrize("lost", [lambda dx: dx.sum(0), lambda dx: dx[:1], np.transpose, list])
def test_a_dx_of_another_shape_is_refused_where_it_comes_from(lost):
    class Bad(numnet.Layer):
        def forward(self, x):
            return 2 * x, None

        def backward(self, dy, _):
            return lost(2 * dy)

    # Tanh would broadcast it.
    model = Sequential(Linear(2, 2), Tanh(), Bad(), Linear(2, 1))
    y, saved = model.propagate(np.ones((3, 2)))
    message = re.escape("layer 2, Bad(): expected backward to return dx of the shape of x, (3, 2)")
    with pytest.raises(ValueError, match=message):
        model.backpropagate(np.ones_like(y), saved, need_dx=False)


class WithScale(Sequential):
    """A subclass that holds a layer besides those in a row, and divides what they return by it."""

    def __init__(self, *layers, **options):
        super().__init__(*layers, **options)
        self.scale = Linear(1, 1, bias=False, init=numnet.constant(4.0))

    def _forward(self, x, ctx):
        y, saved = super()._forward(x, ctx)
        return y / self.scale.W.item(), saved


def test_what_a_subclass_holds_besides_is_a_part_of_it():
    model = WithScale(Linear(2, 1, init=numnet.constant(1.0)), Tanh(), rng=0)
    assert list(model.parameters) == ["0.W", "0.b", "scale.W"]
    assert model.parameters.value.tolist() == [1, 1, 0, 4]
    model.parameters.value = [0.5, 0.5, 0, 2]
    for other in (model, model.copy(), model.replica(model.parameters.value)):
        assert other([[1.0, 1.0]]).tolist() == [[np.tanh(1.0) / 2]]
