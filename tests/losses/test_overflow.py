"""The losses are exact up to overflow, and then an error names them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from helpers import DTYPES

from numnet import MSE, BinaryCrossEntropy, Loss, NonFiniteError, SoftmaxCrossEntropy

LOSSES = {
    "mse": (MSE(), [[0.0, 1.0]]),
    "softmax": (SoftmaxCrossEntropy(), [1]),
    "soft labels": (SoftmaxCrossEntropy(), [[0.5, 0.5]]),
    "bce": (BinaryCrossEntropy(), [[0.0, 1.0]]),
    "bce logits": (BinaryCrossEntropy(from_logits=True), [[0.0, 1.0]]),
}
every_loss = pytest.mark.parametrize("name", LOSSES)


@every_loss
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("column", [0, 1])
def test_outputs_that_are_nan_are_named(name, dtype, column):
    loss, y_true = LOSSES[name]
    y_pred = np.full((1, 2), 0.25, dtype)
    y_pred[0, column] = np.nan
    with pytest.raises(NonFiniteError) as caught:
        loss(y_pred, y_true)
    assert str(caught.value).startswith(
        f"{loss!r}: expected finite outputs, got nan at row 0, column {column}. A call"
    )


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_mean_squared_error_names_its_overflow(dtype):
    largest = float(np.finfo(dtype).max)
    for y_pred, y_true in ((largest, 0), (0, largest), (largest, -largest), (largest / 4, 1)):
        with pytest.raises(NonFiniteError) as caught:
            MSE()(np.array([[y_pred]], dtype), [[y_true]])
        assert str(caught.value) == (
            f"MSE(): the loss overflows {np.dtype(dtype)}, from outputs up to {y_pred:.3g} and "
            f"y_true up to {abs(y_true):.3g}. Scale both"
        )


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_last_step_before_overflow_is_a_number(dtype):
    largest = dtype(math.sqrt(np.finfo(dtype).max))
    while math.isinf(float(np.float64(largest) ** 2)) or float(largest) ** 2 > np.finfo(dtype).max:
        largest = np.nextafter(largest, dtype(0))
    ones = np.ones((50, 2), dtype)
    assert MSE()(ones * largest, ones * 0) == pytest.approx(float(largest) ** 2, rel=1e-5)
    beyond = np.nextafter(np.nextafter(largest, dtype(np.inf)), dtype(np.inf))
    with pytest.raises(NonFiniteError, match=r"^MSE\(\): the loss overflows"):
        MSE()(ones[:1, :1] * beyond, ones[:1, :1] * 0)


def test_a_truth_beyond_float32_is_an_overflow():
    with pytest.raises(NonFiniteError, match=r"overflows float32, .* y_true up to 1e\+300"):
        MSE()(np.ones((1, 1), np.float32), [[1e300]])


def test_logits_beyond_the_largest_number_apart_are_an_overflow():
    y = np.float32([[3e38, -3e38]])
    assert SoftmaxCrossEntropy()(y / 2, [1]) == pytest.approx(3e38)
    with pytest.raises(
        NonFiniteError, match=r"^SoftmaxCrossEntropy\(\): the loss overflows float32"
    ):
        SoftmaxCrossEntropy()(y, [1])


def test_integers_are_as_wide_as_float64():
    assert MSE()([[10**9]], [[0]]) == 1e18


@every_loss
def test_complex_outputs_pass(name):
    loss, y_true = LOSSES[name]
    value = loss(np.array([[0.25 + 1e-30j, 0.75]]), y_true)
    assert type(value) is complex
    with pytest.raises(NonFiniteError, match=r"expected finite outputs, got .*nan"):
        loss(np.array([[0.25, complex(0.75, math.nan)]]), y_true)


class Broken(Loss):
    """A loss that is not defined where the outputs are negative, and says nothing."""

    def check(self, shape, y_true):
        return np.asarray(y_true)

    def _forward(self, y_pred, y_true, rows):
        return float("nan"), None


def test_what_does_not_overflow_is_not_called_so():
    with pytest.raises(NonFiniteError, match=r"^Broken\(\): the loss is nan, from outputs up to 2"):
        Broken()([[1.0, -2.0]], [[0.0, 0.0]])


@every_loss
def test_the_inside_of_a_step_is_not_checked(name):
    loss, y_true = LOSSES[name]
    value, saved = loss.forward([[math.nan, 0.5]], y_true)
    assert math.isnan(value)
    assert np.isnan(loss.backward(saved)).any()
