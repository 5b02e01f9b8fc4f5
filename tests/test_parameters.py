from __future__ import annotations

import numpy as np
import pytest

import numnet


def net(**options):
    return numnet.Sequential(
        numnet.Linear(3, 2), numnet.Tanh(), numnet.Linear(2, 1), rng=0, **options
    )


def test_all_names_are_views_into_one_vector_in_order():
    model = net()
    assert list(model.parameters) == ["0.W", "0.b", "2.W", "2.b"]
    assert len(model.parameters) == 4
    flat = np.concatenate([array.ravel() for array in model.parameters.values()])
    np.testing.assert_array_equal(model.parameters.value, flat)
    assert model.parameters.size == 11
    assert model.parameters.dtype == np.float64
    assert model.parameters() == model.parameters
    assert model.parameters != model[0].parameters
    assert len({model.parameters, model.parameters, model[0].parameters}) == 2
    assert repr(model[2].parameters) == "Parameters(3 values: W (2, 1), b (1,))"


def test_views_are_live_both_ways():
    model = net()
    value, W = model.parameters.value, model[0].W
    value[:] = np.arange(11)
    np.testing.assert_array_equal(W, [[0, 1], [2, 3], [4, 5]])
    np.testing.assert_array_equal(model[2].parameters.value, [8, 9, 10])
    W[0, 0] = -1
    model[2].b[0] = -2
    assert value[0] == model.parameters["0.W"][0, 0] == -1
    assert value[10] == model.parameters["2.b"][0] == -2
    assert model.parameters.value is value


@pytest.mark.parametrize(
    "assign",
    [
        lambda model, new: setattr(model[0], "W", new),
        lambda model, new: model.parameters.__setitem__("0.W", new),
        lambda model, new: model[0].parameters.__setitem__("W", new),
    ],
)
def test_assigning_a_parameter_copies_in_place(assign):
    model = net()
    W, value, new = model[0].W, model.parameters.value, np.arange(6.0).reshape(3, 2)
    assign(model, new)
    assert model[0].W is W
    assert model.parameters.value is value
    np.testing.assert_array_equal(value[:6], np.arange(6))
    new[0, 0] = 99
    assert W[0, 0] == 0
    assign(model, [[True, False]] * 3)
    np.testing.assert_array_equal(W, [[1, 0]] * 3)

    before = value.copy()
    for wrong in (np.ones((2, 3)), 1.0, np.ones((1, 2)), np.ones((3, 2, 1))):
        with pytest.raises(ValueError, match=r"W.*expected shape \(3, 2\), got") as error:
            assign(model, wrong)
        assert str(np.shape(wrong)) in str(error.value)
    for wrong in (np.ones((3, 2)) + 1j, [["a", "b"]] * 3, [[None, None]] * 3):
        with pytest.raises(TypeError, match=r"W.*expected numbers of dtype float64, got"):
            assign(model, wrong)
    np.testing.assert_array_equal(value, before)


def test_assigning_the_vector_copies_in_place():
    model = net()
    value = model.parameters.value
    new = np.arange(11)
    model.parameters.value = new
    assert model.parameters.value is value
    np.testing.assert_array_equal(model[2].b, [10])
    model.parameters.value = value[::-1]
    np.testing.assert_array_equal(value, new[::-1])
    model.parameters.value += 1
    np.testing.assert_array_equal(model[2].b, [1])
    before = value.copy()
    for wrong in (np.ones(10), 1.0, np.ones((11, 1))):
        with pytest.raises(ValueError, match=r"parameters.value: expected shape \(11,\), got"):
            model.parameters.value = wrong
    with pytest.raises(TypeError, match=r"parameters.value: expected numbers"):
        model.parameters.value = np.ones(11) * 1j
    np.testing.assert_array_equal(value, before)


def test_arithmetic_in_place_on_an_attribute():
    layer = numnet.Linear(1, 1, init=numnet.constant(2.0))
    W = layer.W
    layer.W *= 3
    assert layer.W is W
    assert layer.parameters.value[0] == 6


def test_an_unknown_name_lists_the_known_ones():
    model = net()
    for mapping in (model.parameters, model.parameters.gradients):
        with pytest.raises(KeyError, match=r"no parameter 'W'; there are 0.W, 0.b, 2.W, 2.b"):
            mapping["W"]
    with pytest.raises(KeyError, match="there are none"):
        numnet.Tanh().parameters["W"]


def test_a_model_without_parameters_has_empty_vectors():
    for model in (numnet.Tanh(), numnet.Sequential(), numnet.Sequential(numnet.ReLU())):
        assert model.parameters.value.shape == model.parameters.grad.shape == (0,)
        assert model.parameters.size == 0


def test_the_window_follows_its_model():
    inner = net()
    window, before = inner.parameters, inner.parameters.value.copy()
    old = window.value
    outer = numnet.Sequential(numnet.Linear(3, 3), inner)
    outer.parameters.value[12:] += 1
    np.testing.assert_array_equal(window.value, before + 1)
    assert np.shares_memory(window.value, outer.parameters.value)
    assert not np.shares_memory(window.value, old)
    window["2.b"] = [7]
    assert outer.parameters["1.2.b"] == 7
    inner.initialize(rng=1)
    assert np.shares_memory(window.value, inner[0].W)
    assert np.shares_memory(window.value, outer.parameters.value)


def test_the_first_write_overwrites_and_later_ones_add():
    layer = numnet.Linear(2, 1)
    layer.parameters.grad[:] = np.nan
    layer.parameters.zero_grad()
    y, saved = layer.propagate([[1.0, 2.0]])
    layer.backpropagate(np.ones_like(y), saved)
    np.testing.assert_array_equal(layer.parameters.grad, [1, 2, 1])
    layer.backpropagate(np.ones_like(y), saved)
    np.testing.assert_array_equal(layer.parameters.grad, [2, 4, 2])
    layer.parameters.zero_grad()
    layer.backpropagate(-np.ones_like(y), saved)
    np.testing.assert_array_equal(layer.parameters.grad, [-1, -2, -1])


def test_reading_the_gradient_zeroes_what_nothing_wrote():
    model = net()
    value = model.parameters.value
    model.parameters.grad[:] = 5
    model.parameters.zero_grad()
    model[0].add_grad("b", np.array([3.0, 4.0]))
    expected = np.zeros(11)
    expected[6:8] = 3, 4
    np.testing.assert_array_equal(model.parameters.grad, expected)
    # Now that it was read, later writes add everywhere.
    model[0].add_grad("b", np.array([1.0, 1.0]))
    model[2].add_grad("b", np.array([2.0]))
    expected[6:8] += 1
    expected[10] = 2
    np.testing.assert_array_equal(model.parameters.grad, expected)
    assert not np.shares_memory(model.parameters.grad, value)


def test_reading_one_gradient_by_name_zeroes_that_one():
    model = net()
    model.parameters.grad[:] = 5
    model.parameters.zero_grad()
    gradients = model.parameters.gradients
    assert list(gradients) == list(model.parameters)
    assert len(gradients) == 4
    np.testing.assert_array_equal(gradients["0.W"], np.zeros((3, 2)))
    gradients["0.W"][0, 0] = 2
    assert model.parameters.grad[0] == 2
    assert not model.parameters.grad[1:].any()


def test_zero_grad_of_a_part_leaves_the_others():
    model = net()
    model.parameters.grad[:] = 5
    model[0].parameters.zero_grad()
    np.testing.assert_array_equal(model.parameters.grad, [0] * 8 + [5] * 3)


def test_a_part_that_is_not_one_slice_still_has_names():
    shared = numnet.Linear(2, 2)
    inner = numnet.Sequential(shared, numnet.Linear(2, 2))
    outer = numnet.Sequential(shared, numnet.Linear(2, 2), inner, rng=0)
    assert outer.parameters.size == 18
    assert inner.parameters.size == 12
    assert inner.parameters["0.W"] is outer.parameters["0.W"]
    for read in (lambda p: p.value, lambda p: p.grad):
        with pytest.raises(ValueError, match=r"not one slice .* Use the enclosing model's"):
            read(inner.parameters)
    y, saved = inner.propagate(np.ones((1, 2)))
    inner.parameters.zero_grad()
    inner.backpropagate(np.ones_like(y), saved)
    np.testing.assert_array_equal(inner.parameters.gradients["1.b"], [1, 1])
    np.testing.assert_array_equal(inner.copy()(np.ones((1, 2))), y)
