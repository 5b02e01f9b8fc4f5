"""The embedded digits: known numbers, every option, nothing shared between two calls."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import Any

import numpy as np
import pytest

from numnet.data import Dataset, load_digits
from numnet.data.digits import DIGITS

# From optdigits.names, which UCI publishes beside the images.
TRAINING = [376, 389, 380, 389, 387, 376, 377, 387, 380, 382]
TEST = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


@pytest.fixture(scope="module")
def digits() -> Dataset:
    """All of them; not to be changed."""
    return load_digits()


def test_sizes_types_and_ranges(digits: Dataset) -> None:
    assert digits.x_train.shape == (3823, 64)
    assert digits.x_test.shape == (1797, 64)
    assert digits.images_train.shape == (3823, 8, 8)
    assert digits.images_test.shape == (1797, 8, 8)
    assert digits.classes == tuple(range(10))
    for x, y in ((digits.x_train, digits.y_train), (digits.x_test, digits.y_test)):
        assert x.dtype == np.float64
        assert x.flags.c_contiguous
        assert x.min() == 0
        assert x.max() == 1
        np.testing.assert_array_equal(16 * x, np.rint(16 * x))
        assert y.dtype.kind == "i"
        assert y.shape == (len(x),)


def test_counts_per_class_as_published(digits: Dataset) -> None:
    assert np.bincount(digits.y_train).tolist() == TRAINING
    assert np.bincount(digits.y_test).tolist() == TEST


def test_first_labels_as_published(digits: Dataset) -> None:
    assert digits.y_train[:5].tolist() == [0, 0, 7, 4, 6]
    assert digits.y_test[:10].tolist() == list(range(10))


def test_first_image_is_an_upright_0(digits: Dataset) -> None:
    lines = [
        "".join("#" if pixel > 0.4 else "." for pixel in line) for line in digits.images_train[0]
    ]
    assert lines == [
        "...##...",
        ".##..#..",
        ".##..#..",
        "..#...#.",
        ".##..##.",
        "..#..#..",
        "..####..",
        "...##...",
    ]


def test_the_nearest_neighbour_is_right_as_often_as_published(digits: Dataset) -> None:
    """optdigits.names gives 98.00 % for one neighbour: rows, labels and the split all belong."""
    distance = (
        (digits.x_test**2).sum(1)[:, None]
        - 2 * digits.x_test @ digits.x_train.T
        + (digits.x_train**2).sum(1)
    )
    right = digits.y_train[distance.argmin(1)] == digits.y_test
    assert right.sum() == 1761  # 98.00 % of 1797


@pytest.mark.parametrize("classes", [(1, 7, 9), (9, 1, 7), (3,), [5, 0]])
def test_classes_are_selected_and_numbered_in_the_order_given(
    digits: Dataset, classes: Any
) -> None:
    data = load_digits(classes=classes)
    assert data.classes == tuple(classes)
    for part in ("train", "test"):
        every = getattr(digits, f"y_{part}")
        keep = np.isin(every, classes)
        y = getattr(data, f"y_{part}")
        np.testing.assert_array_equal(np.array(classes)[y], every[keep])
        np.testing.assert_array_equal(
            getattr(data, f"x_{part}"), getattr(digits, f"x_{part}")[keep]
        )


def test_float32_holds_the_same_numbers(digits: Dataset) -> None:
    data = load_digits(dtype="float32")
    assert data.x_train.dtype == data.x_test.dtype == np.float32
    np.testing.assert_array_equal(data.x_train, digits.x_train)
    assert load_digits((1, 2), 9, "float32").x_test.dtype == np.float32


@pytest.mark.parametrize("size", [9, 16, 28, 53])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_enlarged_by_straight_lines_between_pixels(size: int, dtype: str) -> None:
    small, large = load_digits((3, 8), dtype=dtype), load_digits((3, 8), size=size, dtype=dtype)
    assert large.x_train.shape == (len(small.x_train), size * size)
    assert large.images_test.shape == (len(small.x_test), size, size)
    assert large.x_train.dtype == dtype
    assert large.x_train.flags.c_contiguous
    assert large.x_train.min() == 0
    assert large.x_train.max() == 1
    np.testing.assert_array_equal(large.y_test, small.y_test)
    at = np.linspace(0, 7, size)
    weights = np.maximum(0, 1 - np.abs(at[:, None] - np.arange(8)))
    expected = weights @ small.images_train[:50].astype(float) @ weights.T
    tolerance = 1e-6 if dtype == "float32" else 1e-14
    np.testing.assert_allclose(large.images_train[:50], expected, rtol=0, atol=tolerance)


def test_enlarged_ink_stays_within_1(monkeypatch: pytest.MonkeyPatch) -> None:
    """Images of nothing but ink: rounding alone would lift them above 1."""
    from numnet.data import digits

    table = np.full((65, digits.TRAINING + 2), 16, np.uint8)
    table[-1] = 5
    table[-1, 3:-1] = 6
    monkeypatch.setattr(digits, "read_idx", lambda path: table)
    assert load_digits((5,), size=39).x_train.max() == 1


def arrays(data: Dataset) -> list[np.ndarray]:
    return [data.x_train, data.y_train, data.x_test, data.y_test]


@pytest.mark.parametrize("size", [8, 9])
def test_two_calls_share_nothing(size: int) -> None:
    first = load_digits((1, 7), size)
    before = [array.copy() for array in arrays(first)]
    for array in arrays(first):
        array[...] = 3
    for again, expected in zip(arrays(load_digits((1, 7), size)), before, strict=True):
        np.testing.assert_array_equal(again, expected)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"size": 7}, ValueError, "size of at least 8, the images' own, got 7"),
        ({"size": -28}, ValueError, "size of at least 8"),
        ({"size": 28.0}, TypeError, "size as an integer, got 28.0"),
        ({"size": "28"}, TypeError, "size as an integer, got '28'"),
        ({"size": None}, TypeError, "size as an integer, got None"),
        ({"size": True}, ValueError, "size of at least 8, the images' own, got True"),
        ({"classes": (1, 1)}, ValueError, "each class once"),
        ({"classes": ()}, ValueError, "at least one class"),
        ({"classes": (11,)}, ValueError, "from 0 to 9, got 11"),
        ({"dtype": "float128x"}, TypeError, "expected dtype"),
    ],
)
def test_bad_input(options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=f"^load_digits: .*{message}"):
        load_digits(**options)


def test_the_file_is_small_and_quickly_read() -> None:
    assert DIGITS.stat().st_size < 160_000
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        load_digits()
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.03


def test_the_attribution_lies_beside_the_data() -> None:
    text = DIGITS.with_name("DIGITS.md").read_text(encoding="utf-8")
    for word in ("Alpaydin", "Kaynak", "1998", "CC BY 4.0", "UCI", DIGITS.name):
        assert word in text


def test_small_images_need_no_scipy() -> None:
    code = (
        "import sys, numnet.data; numnet.data.load_digits(); "
        "sys.exit(any(name in sys.modules for name in ('scipy', 'matplotlib')))"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    assert subprocess.run([sys.executable, "-c", code], env=environment).returncode == 0
