"""Linear is exact up to overflow, and then an error names it with its place."""

from __future__ import annotations

import math

import numpy as np
import pytest
from helpers import DTYPES

import numnet
from numnet import Linear, NonFiniteError, ReLU, Sequential, Tanh

every_dtype = pytest.mark.parametrize("dtype", DTYPES)
DOORS = ("__call__", "predict", "predict_proba")
every_door = pytest.mark.parametrize("door", DOORS)


def edge(dtype):
    """A power of two whose square is half the largest one."""
    return float(2.0 ** (np.finfo(dtype).maxexp // 2 - 1))


def network(dtype, W):
    """Two inner Sequentials around the Linear that may overflow."""
    inner = Linear(2, 2)
    model = Sequential(
        Linear(2, 2, init=numnet.constant(1.0)), Sequential(ReLU(), inner), dtype=dtype, rng=0
    )
    model.output = "logits"
    inner.W = np.full((2, 2), W)
    return model


@every_dtype
def test_the_outputs_are_exact_up_to_the_largest_number(dtype):
    layer = Linear(1, 1, bias=False).initialize(rng=0, dtype=dtype)
    largest = float(np.finfo(dtype).max)
    layer.W = [[largest / 4]]
    np.testing.assert_array_equal(layer([[4.0], [-4.0]]), [[largest], [-largest]])
    with pytest.raises(NonFiniteError, match=rf"^Linear\(1 -> 1.*overflow {np.dtype(dtype)}"):
        layer([[np.nextafter(dtype(4), dtype(5))]])


@every_dtype
@every_door
def test_an_overflow_names_the_layer_with_its_place(dtype, door):
    model = network(dtype, edge(dtype))
    x = np.ones((3, 2))
    # Outputs of 4 times the square of the edge, the largest power of two.
    x[1] *= edge(dtype) / 4
    getattr(model, door)(x)
    x[1] *= 4
    with pytest.raises(NonFiniteError) as caught:
        getattr(model, door)(x)
    size = f"{2 * edge(dtype):.3g}".replace("+", r"\+")
    assert caught.match(
        rf"^layer 1, layer 1, Linear\(2 -> 2\): the outputs overflow {np.dtype(dtype)}: inf at "
        rf"row 1, column 0, from inputs up to {size} and parameters up to .*\. Scale"
    )


@every_door
def test_a_difference_of_infinities_is_an_overflow_too(door):
    model = network("float64", 1e200)
    model[1][1].W = [[1e200, 1.0], [-1e200, 1.0]]
    with pytest.raises(NonFiniteError, match=r"layer 1, layer 1, .* overflow float64: (nan|-?inf)"):
        getattr(model, door)([[1e200, 1e200]])


def test_an_infinity_that_a_later_layer_would_hide_is_no_output():
    model = Sequential(Linear(1, 1, init=numnet.constant(1e200)), Tanh())
    # tanh of a number above the largest is 1 to every digit.
    assert model([[1e200]]).item() == 1.0


@every_door
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_an_input_that_is_not_finite_is_named_whatever_the_layers_make_of_it(door, bad):
    x = np.ones((4, 2))
    x[2, 1] = x[3, 0] = bad
    for model in (network("float32", 1.0), Sequential(Linear(2, 2), Tanh()), Tanh(), ReLU()):
        model.output = "logits"
        message = rf"expected finite x, got {bad} at row 2, column 1\. Remove such rows"
        with pytest.raises(NonFiniteError, match=message):
            getattr(model, door)(x)


@every_door
def test_a_finite_input_beyond_float32_is_named(door):
    model = network("float32", 1.0)
    message = r"expected x within float32, got 1e\+300 at row 0, column 1\. Scale x, or .*float64"
    with pytest.raises(NonFiniteError, match=message):
        getattr(model, door)([[0.0, 1e300]])


@every_door
def test_a_parameter_that_is_not_finite_is_named(door):
    model = network("float64", 1.0)
    model[1][1].b[1] = np.nan
    with pytest.raises(NonFiniteError, match=r"parameter '1\.1\.b' is nan at \(1,\)\. Draw it"):
        getattr(model, door)(np.ones((3, 2)))


def test_huge_finite_inputs_and_outputs_are_no_error():
    layer = Linear(2, 2, bias=False)
    layer.W = np.eye(2)
    x = np.array([[1e300, -1e300], [5e-324, 0.0]])
    np.testing.assert_array_equal(layer(x), x)
    np.testing.assert_array_equal(layer(x + 1e290j), x + 1e290j)


def test_no_rows_and_complex_numbers_pass_the_door():
    model = network("float64", 1.0)
    assert model(np.empty((0, 2))).shape == (0, 2)
    y = model(np.ones((1, 2)) + 1e-30j)
    assert y.dtype == complex
    with pytest.raises(NonFiniteError, match=r"expected finite x, got .*nan.* at row 0, column 1"):
        model([[1j, complex(0, math.nan)]])


def test_the_inside_of_a_step_is_not_checked():
    """propagate hands on what it finds, for train_step to judge."""
    model = network("float64", 1e200)
    x = np.full((1, 2), 1e200)
    with np.errstate(over="ignore", invalid="ignore"):
        y, _ = model.propagate(x)
        assert not np.isfinite(y).any()
        assert np.isnan(model.propagate(x * np.nan)[0]).all()


def test_training_names_the_layer_that_overflows():
    model = network("float64", 1e200)
    optimizer = numnet.SGD(model.parameters, lr=0.1)
    with pytest.raises(
        numnet.DivergenceError, match=r"layer 1, layer 1, Linear\(2 -> 2\) overflow"
    ):
        numnet.train_step(model, numnet.MSE(), optimizer, np.full((1, 2), 1e200), np.ones((1, 2)))
