"""Dataset: what it shows, and that images are views."""

from __future__ import annotations

import dataclasses
import pickle
from typing import Any

import numpy as np
import pytest

from numnet.data import Dataset


def small(**changes: Any) -> Dataset:
    parts: dict[str, Any] = {
        "name": "small",
        "x_train": np.arange(18.0).reshape(3, 6) / 18,
        "y_train": np.array([0, 1, 0]),
        "x_test": np.arange(12.0).reshape(2, 6) / 12,
        "y_test": np.array([1, 1]),
        "classes": (7, 3),
        "image_shape": (2, 3),
    }
    return Dataset(**(parts | changes))


def test_images_are_views() -> None:
    data = small()
    for images, x in ((data.images_train, data.x_train), (data.images_test, data.x_test)):
        assert images.shape == (len(x), 2, 3)
        assert np.shares_memory(images, x)
        images[1, 1, 0] = 9
        assert x[1, 3] == 9


def test_images_of_part_of_the_rows_are_views_too() -> None:
    data = small()
    part = dataclasses.replace(data, x_train=data.x_train[::2], y_train=data.y_train[::2])
    assert part.images_train.shape == (2, 2, 3)
    assert np.shares_memory(part.images_train, data.x_train)
    none = dataclasses.replace(data, x_test=data.x_test[:0], y_test=data.y_test[:0])
    assert none.images_test.shape == (0, 2, 3)


def test_repr_is_one_line_without_the_pixels() -> None:
    shown = repr(small())
    assert shown == (
        "Dataset('small', 3 training and 2 test images of 2 x 3, classes (7, 3), float64)"
    )


def test_fields_cannot_be_assigned() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        small().classes = (1, 2)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x_train": np.zeros((3, 5))}, r"small: expected x_train of shape \(N, 6\).*\(3, 5\)"),
        ({"x_test": np.zeros((2, 2, 3))}, r"expected x_test of shape \(N, 6\).*\(2, 2, 3\)"),
        ({"y_train": np.zeros(2, int)}, r"expected y_train of shape \(3,\).*got \(2,\)"),
        ({"y_test": np.zeros((2, 1), int)}, r"expected y_test of shape \(2,\).*got \(2, 1\)"),
    ],
)
def test_refuses_shapes_that_do_not_fit(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        small(**changes)


def test_survives_pickle() -> None:
    data = small()
    again = pickle.loads(pickle.dumps(data))
    np.testing.assert_array_equal(again.x_train, data.x_train)
    assert again.classes == data.classes
