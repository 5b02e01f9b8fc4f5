from __future__ import annotations

import numpy as np
import pytest

import numnet

RNG = np.random.default_rng(0)
X = RNG.normal(size=(5, 4))


def net(*last, out=3, **options):
    return numnet.Sequential(
        numnet.Linear(4, 6), numnet.Tanh(), numnet.Linear(6, out), *last, rng=0, **options
    )


def test_the_three_calls_agree():
    model = net()
    y, saved = model.propagate(X)
    np.testing.assert_array_equal(model(X), y)
    dy = RNG.normal(size=y.shape)
    dx = model.backpropagate(dy, saved)
    grad = model.parameters.grad.copy()
    h = 1e-30
    for i in range(X.size):
        along = np.zeros(X.size)
        along[i] = h
        slope = (model(X + 1j * along.reshape(X.shape)) * dy).sum().imag / h
        assert abs(slope - dx.flat[i]) <= 1e-13
    theta = model.parameters.value
    for i in range(theta.size):
        along = np.zeros(theta.size)
        along[i] = h
        slope = (model.replica(theta + 1j * along)(X) * dy).sum().imag / h
        assert abs(slope - grad[i]) <= 1e-13

    # One saved serves as often as wanted; without dx the gradients are the same bits.
    model.parameters.zero_grad()
    assert model.backpropagate(dy, saved, need_dx=False) is None
    np.testing.assert_array_equal(model.parameters.grad, grad)
    np.testing.assert_array_equal(model.backpropagate(dy, saved), dx)
    np.testing.assert_array_equal(model.parameters.grad, 2 * grad)


def test_the_first_dx_is_computed_only_if_asked_for():
    class Spy(numnet.Linear):
        asked = ()

        def backward(self, dy, x):
            self.asked = (*self.asked, True)
            return super().backward(dy, x)

    model = numnet.Sequential(numnet.Tanh(), Spy(4, 3), Spy(3, 2))
    y, saved = model.propagate(X)
    model.backpropagate(y, saved, need_dx=False)
    assert (model[1].asked, model[2].asked) == ((), (True,))
    model.backpropagate(y, saved)
    assert (model[1].asked, model[2].asked) == ((True,), (True, True))


def test_a_model_keeps_nothing_of_a_pass():
    model = net()
    first, second = X, X[::-1] + 1
    dy = np.ones((5, 3))
    saved = model.propagate(first)[1]
    expected = model.backpropagate(dy, saved)
    other = model.propagate(second)[1]
    np.testing.assert_array_equal(model.backpropagate(dy, saved), expected)
    assert not np.array_equal(model.backpropagate(dy, other), expected)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_x_is_cast_to_the_dtype_of_the_parameters(dtype):
    model = net(dtype=dtype)
    expected = model(X.astype(dtype).round())
    for kind in ("float16", "float32", "float64", "int8", "int64", "uint8"):
        given = np.abs(X).round().astype(kind)
        y, saved = model.propagate(given)
        assert y.dtype == dtype
        dx = model.backpropagate(np.ones(y.shape, "float64"), saved)
        assert dx.dtype == dtype
        np.testing.assert_array_equal(y, model(np.abs(X).round()))
    assert model((X > 0).tolist()).dtype == dtype
    assert model.parameters.grad.dtype == dtype
    assert expected.dtype == dtype
    assert model(X + 0j).dtype.kind == "c"


def test_data_that_are_not_changed():
    x = X.copy()
    x.flags.writeable = False
    model = net()
    y, saved = model.propagate(x)
    dy = np.ones_like(y)
    dy.flags.writeable = False
    model.backpropagate(dy, saved)
    np.testing.assert_array_equal(x, X)


def test_without_parameters_a_floating_dtype_stays():
    assert numnet.Tanh()(X.astype("float32")).dtype == np.float32
    assert numnet.Tanh()([[1]]).dtype == np.float64
    layer = numnet.Tanh()
    y, saved = layer.propagate(X + 1j)
    assert layer.backpropagate(np.ones_like(y), saved).dtype == np.complex128


def test_what_does_not_hold_numbers_is_refused():
    model = net()
    for wrong in ([["a"] * 4], [[None] * 4], np.zeros((1, 4), "M8[s]")):
        with pytest.raises(TypeError, match="expected x to hold numbers, got dtype"):
            model(wrong)
    saved = model.propagate(X)[1]
    with pytest.raises(TypeError, match="expected dy to hold numbers"):
        model.backpropagate([["a"] * 3] * 5, saved)
    with pytest.raises(ValueError, match=r"expected dy of the shape of y, \(5, 3\), got \(3,\)"):
        model.backpropagate(np.ones(3), saved)


def test_the_wrong_width_names_the_place():
    inner = numnet.Sequential(numnet.Tanh(), numnet.Linear(3, 1))
    model = numnet.Sequential(numnet.Linear(4, 2), inner)
    with pytest.raises(
        ValueError, match=r"^layer 1, layer 1, Linear\(3 -> 1\): expected x of"
    ) as e:
        model(X)
    assert "(N, 3), got (5, 2)" in str(e.value)
    with pytest.raises(
        ValueError, match=r"^layer 0, Linear\(4 -> 2\): .*x.reshape\(len\(x\), -1\)"
    ):
        model(np.ones((2, 2, 2)))
    with pytest.raises(ValueError, match=r"x.reshape\(1, -1\)"):
        model(np.ones(4))
    with pytest.raises(ValueError, match=r"Examples stand in rows: x.T"):
        model(X.T)


def test_complex_gradients_need_complex_parameters():
    model = net()
    before = model.parameters.grad.copy()
    y, saved = model.propagate(X + 0j)
    with pytest.raises(TypeError, match=r"complex gradients do not fit .* float64. Use model.rep"):
        model.backpropagate(np.ones_like(y.real), saved)
    y, saved = model.propagate(X)
    with pytest.raises(TypeError, match="complex gradients do not fit"):
        model.backpropagate(np.ones(y.shape, complex), saved)
    np.testing.assert_array_equal(model.parameters.grad, before)
    twin = model.replica(model.parameters.value.astype(complex))
    y, saved = twin.propagate(X)
    assert twin.backpropagate(np.ones(y.shape), saved).dtype == np.complex128


def test_no_rows_are_no_error():
    model = net()
    y, saved = model.propagate(np.empty((0, 4)))
    assert y.shape == (0, 3)
    assert model.backpropagate(y, saved).shape == (0, 4)
    assert not model.parameters.grad.any()


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def test_outputs_that_are_values():
    model = net()
    assert model.output == "values"
    np.testing.assert_array_equal(model.predict(X), model(X))
    with pytest.raises(
        ValueError, match=r'values, which have no probabilities. .*output = "logits"'
    ):
        model.predict_proba(X)


def test_outputs_that_are_logits():
    model = net()
    model.output = "logits"
    np.testing.assert_array_equal(model.predict(X), model(X).argmax(1))
    np.testing.assert_allclose(
        model.predict_proba(X), softmax(model(X)), rtol=1e-14, equal_nan=False
    )
    log = net(numnet.LogSoftmax())
    assert log.output == "logits"
    np.testing.assert_allclose(log.predict_proba(X), softmax(model(X)), rtol=1e-13)


def test_outputs_that_are_probabilities():
    for last in (numnet.Softmax(), numnet.Sigmoid()):
        model = net(last)
        assert model.output == "probabilities"
        np.testing.assert_array_equal(model.predict_proba(X), model(X))
        np.testing.assert_array_equal(model.predict(X), model(X).argmax(1))
    assert numnet.Sequential(net(), numnet.Sequential(numnet.Softmax())).output == "probabilities"


def test_a_single_column():
    raw = net(out=1)
    expected = (raw(X)[:, 0] > 0).astype(int)
    assert 0 < expected.sum() < 5
    probabilities = 1 / (1 + np.exp(-raw(X)))
    raw.output = "logits"
    np.testing.assert_allclose(raw.predict_proba(X), probabilities, rtol=1e-14)
    np.testing.assert_array_equal(raw.predict(X), expected)
    ended = net(numnet.Sigmoid(), out=1)
    np.testing.assert_array_equal(ended.predict(X), expected)
    np.testing.assert_array_equal(ended.predict_proba(X), ended(X))


class Column(numnet.Layer):
    def forward(self, x):
        return x[:, 0], x.shape

    def backward(self, dy, shape):
        return np.repeat(dy[:, None], shape[1], axis=1)


def test_outputs_of_one_dimension_are_a_single_column():
    plain, model = net(out=1), net(Column(), out=1)
    for output in ("logits", "probabilities"):
        plain.output = model.output = output
        np.testing.assert_array_equal(model.predict(X), plain.predict(X))
        np.testing.assert_array_equal(model.predict_proba(X), plain.predict_proba(X)[:, 0])


def test_fit_sets_what_the_outputs_are():
    y = np.eye(3)[[0, 1, 2, 1, 0]]
    for loss, output, proba in (
        (numnet.SoftmaxCrossEntropy(), "logits", softmax),
        (numnet.BinaryCrossEntropy(from_logits=True), "logits", lambda z: 1 / (1 + np.exp(-z))),
    ):
        model = net()
        numnet.fit(model, loss, X, y, epochs=1)
        assert model.output == output
        np.testing.assert_allclose(model.predict_proba(X), proba(model(X)), rtol=1e-14)
        assert model.copy().output == output


def test_an_output_that_is_none():
    with pytest.raises(ValueError, match=r"expected output to be one of .*'logits'.* got 'logit'"):
        net().output = "logit"


def test_outputs_that_are_not_finite_are_refused():
    model = net()
    model.output = "logits"
    for wrong in (np.nan, np.inf):
        x = X.copy()
        x[2, 1] = wrong
        # tanh would hide an infinity.
        for door in (model, model.predict, model.predict_proba, model[:1]):
            with pytest.raises(numnet.NonFiniteError, match=f"finite x, got {wrong} at row 2, col"):
                door(x)
    model[2].b[1] = np.nan
    for door in (model, model.predict, model.predict_proba):
        with pytest.raises(numnet.NonFiniteError, match=r"parameter '2.b' is nan at \(1,\)"):
            door(X)


class Block(numnet.Layer):
    """Calls an inner model by its door."""

    def __init__(self):
        self.inner = numnet.Linear(4, 4, init=numnet.constant(1e200))

    def forward(self, x):
        return self.inner(x), x

    def backward(self, dy, x):
        raise NotImplementedError


def test_an_inner_door_names_the_places_around_it():
    model = numnet.Sequential(numnet.ReLU(), Block(), rng=0)
    with pytest.raises(numnet.NonFiniteError) as caught:
        model(np.full((1, 4), 1e200))
    assert caught.match(r"^layer 1, Block\(\): Linear\(4 -> 4\): the outputs overflow float64")


def test_the_door_changes_nothing_and_leaves_the_errors_of_numpy_as_they_were():
    model = net()
    before = np.geterr(), model.parameters.value.copy(), X.copy()
    with np.errstate(over="raise"):
        model(X)
        assert np.geterr()["over"] == "raise"
        with pytest.raises(numnet.NonFiniteError):
            model(X * np.inf)
        assert np.geterr()["over"] == "raise"
    assert np.geterr() == before[0]
    np.testing.assert_array_equal(model.parameters.value, before[1])
    np.testing.assert_array_equal(X, before[2])


def test_an_empty_sequential_is_the_identity():
    model = numnet.Sequential()
    y, saved = model.propagate(X)
    np.testing.assert_array_equal(y, X)
    np.testing.assert_array_equal(model.backpropagate(y, saved), X)
    assert model.output == "values"
