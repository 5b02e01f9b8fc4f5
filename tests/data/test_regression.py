"""Regression: its shapes, its scaling, and the split."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numnet.data import Regression
from numnet.data.regression import split


def small() -> Regression:
    x = np.random.default_rng(0).random((6, 2)) * [1, 1000]
    return Regression("small", x[:4], x[:4, :1], x[4:], x[4:, 1:], ("a", "b"), "y")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x_train": np.zeros((4, 3))}, r"small: expected x_train of shape \(N, 2\).*\(4, 3\)"),
        ({"x_test": np.zeros(2)}, r"expected x_test of shape \(N, 2\).*got \(2,\)"),
        ({"y_train": np.zeros(4)}, r"expected y_train of shape \(4, 1\).*got \(4,\)"),
        ({"y_test": np.zeros((3, 1))}, r"expected y_test of shape \(2, 1\).*got \(3, 1\)"),
        ({"features": ("a",)}, r"expected x_train of shape \(N, 1\)"),
    ],
)
def test_refuses_what_does_not_fit(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(small(), **change)


def test_inputs_are_scaled_by_the_training_set_alone() -> None:
    data = small()
    before = [np.array(part) for part in (data.x_train, data.x_test)]
    scaled = data.standardized()
    np.testing.assert_allclose(scaled.x_train.mean(axis=0), 0, atol=1e-14, equal_nan=False)
    np.testing.assert_allclose(scaled.x_train.std(axis=0), 1, atol=1e-14, equal_nan=False)
    shift = (before[1] - before[0].mean(axis=0)) / before[0].std(axis=0)
    np.testing.assert_allclose(scaled.x_test, shift, atol=1e-14, equal_nan=False)
    np.testing.assert_array_equal(data.x_train, before[0])
    assert scaled.y_train is data.y_train
    assert scaled.y_test is data.y_test
    assert (scaled.name, scaled.features, scaled.target) == ("small", ("a", "b"), "y")


def test_a_constant_input_is_named() -> None:
    data = small()
    data.x_train[:, 1] = 7
    with pytest.raises(ValueError, match="inputs that vary, got b with the same number"):
        data.standardized()
    data.x_train[:, 0] = 0
    with pytest.raises(ValueError, match="got a with"):
        data.standardized()


def test_data_are_equal_to_themselves_alone() -> None:
    data = small()
    assert data == data
    assert data != dataclasses.replace(data)


@given(st.integers(0, 40))
def test_every_row_is_in_one_part_beside_its_value(N: int) -> None:
    x_train, y_train, x_test, y_test = split(np.arange(2 * N).reshape(N, 2), np.arange(N))
    assert len(y_test) == N // 5
    assert sorted([*y_train, *y_test]) == list(range(N))
    np.testing.assert_array_equal(x_train[:, 0], 2 * y_train)
    np.testing.assert_array_equal(x_test[:, 1], 2 * y_test + 1)
