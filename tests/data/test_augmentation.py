"""Copies of images, shifted and turned: by how much, by hand and against explicit loops."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import untraced
from hypothesis import given
from hypothesis import strategies as st

import numnet
from numnet.data import augment


def stroke(h: int = 7, w: int = 7) -> np.ndarray:
    """An image with one pixel of ink right of the middle."""
    image = np.zeros((1, h, w))
    image[0, h // 2, w // 2 + 1] = 1.0
    return image


def bilinear(image: np.ndarray, row: float, column: float) -> float:
    """The image between its pixels, on paper that is 0 without end."""
    total = 0.0
    for r in (math.floor(row), math.floor(row) + 1):
        for c in (math.floor(column), math.floor(column) + 1):
            if 0 <= r < image.shape[0] and 0 <= c < image.shape[1]:
                total += (1 - abs(row - r)) * (1 - abs(column - c)) * image[r, c]
    return total


def moved(image: np.ndarray, angle: float, down: float, right: float) -> np.ndarray:
    """Turned counterclockwise about the centre, then shifted, pixel by pixel."""
    h, w = image.shape
    found = np.empty((h, w))
    for r in range(h):
        for c in range(w):
            # From the centre, upwards and to the right, as the angle is meant.
            x, y = c - (w - 1) / 2 - right, (h - 1) / 2 - r + down
            x0 = math.cos(angle) * x + math.sin(angle) * y
            y0 = -math.sin(angle) * x + math.cos(angle) * y
            found[r, c] = bilinear(image, (h - 1) / 2 - y0, x0 + (w - 1) / 2)
    return found


@given(
    st.integers(1, 4), st.integers(1, 5), st.integers(1, 6), st.integers(1, 3), st.integers(0, 99)
)
def test_every_copy_is_the_image_moved_by_what_was_drawn(
    N: int, h: int, w: int, copies: int, seed: int
) -> None:
    images = np.random.default_rng(seed).uniform(0, 1, (N, h, w))
    larger, labels = augment(images, np.arange(N), copies, shift=0.3, degrees=60, rng=seed)
    drawn = np.random.default_rng(seed)
    angles = drawn.uniform(-60, 60, (copies, N)) * math.pi / 180
    shares = drawn.uniform(-0.3, 0.3, (copies, N, 2))
    np.testing.assert_array_equal(larger[:N], images)
    for copy in range(copies):
        for n in range(N):
            down, right = shares[copy, n] * (h, w)
            np.testing.assert_allclose(
                larger[(1 + copy) * N + n],
                moved(images[n], angles[copy, n], down, right),
                rtol=0,
                atol=1e-12,
                equal_nan=False,
            )
    np.testing.assert_array_equal(labels, np.tile(np.arange(N), 1 + copies))


def test_the_settings_bound_what_is_drawn() -> None:
    N = 2000
    images = np.repeat(stroke(41, 21), N, axis=0)
    rows, columns = np.mgrid[:41, :21]
    larger = augment(images, np.zeros(N), 1, shift=0.1, degrees=0, rng=0)[0][N:]
    # The centre of the ink moves exactly as the image does.
    down = (larger * rows).sum((1, 2)) - 20
    right = (larger * columns).sum((1, 2)) - 11
    assert -4.1 <= down.min() < -4.0 < 4.0 < down.max() <= 4.1
    assert -2.1 <= right.min() < -2.05 < 2.05 < right.max() <= 2.1
    assert abs(np.corrcoef(down, right)[0, 1]) < 0.1


def test_angles_are_drawn_evenly_up_to_the_largest() -> None:
    images = np.zeros((2000, 41, 41))
    images[:, 20, 38] = 1.0  # 18 pixels to the right of the centre: 3 degrees are a pixel
    turned = augment(images, np.zeros(2000), 1, shift=0, degrees=30, rng=0)[0][2000:]
    rows, columns = np.mgrid[:41, :41]
    up = 20 - (turned * rows).sum((1, 2)) / turned.sum((1, 2))
    right = (turned * columns).sum((1, 2)) / turned.sum((1, 2)) - 20
    angle = np.degrees(np.arctan2(up, right))
    assert -31 <= angle.min() < -29 < 29 < angle.max() <= 31
    assert np.quantile(angle, [0.25, 0.5, 0.75]) == pytest.approx([-15, 0, 15], abs=2)


def test_neither_shift_nor_angle_is_a_copy() -> None:
    images = np.random.default_rng(0).uniform(size=(3, 4, 5))
    larger, labels = augment(images, [[1, 0], [0, 1], [1, 0]], copies=2, shift=0, degrees=0)
    np.testing.assert_array_equal(larger, np.concatenate([images] * 3))
    np.testing.assert_array_equal(labels, [[1, 0], [0, 1], [1, 0]] * 3)


def test_no_pixel_leaves_the_range_of_the_images_and_0() -> None:
    images = np.random.default_rng(0).uniform(0.2, 0.7, (50, 8, 8)).astype(np.float32)
    larger, _ = augment(images, np.zeros(50), 20, shift=0.4, degrees=180, rng=0)
    assert larger.min() == 0
    assert larger.max() == images.max()
    larger, _ = augment(-images, np.zeros(50), 2, shift=0.4, degrees=180, rng=0)
    assert larger.max() == 0
    assert larger.min() == -images.max()
    # Weights that sum to 1 up to rounding lift even ink by the last bit.
    even = np.full((50, 8, 8), 0.7)
    assert augment(even, np.zeros(50), rng=0)[0].max() == 0.7
    assert augment(-even, np.zeros(50), rng=0)[0].min() == -0.7


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_stays_and_the_arguments_too(dtype: Any) -> None:
    images = np.asfortranarray(np.random.default_rng(0).uniform(size=(4, 6, 6))).astype(dtype)
    view, labels = images[::2, ::-1, 1:], np.array([3, 1], dtype=np.int8)
    before = view.copy()
    images.flags.writeable = labels.flags.writeable = False
    larger, repeated = augment(view, labels, rng=0)
    assert (larger.dtype, repeated.dtype) == (dtype, np.int8)
    assert larger.shape == (10, 6, 5)
    np.testing.assert_array_equal(view, before)
    np.testing.assert_array_equal(larger, augment(before, labels, rng=0)[0])
    assert not np.shares_memory(larger, images)
    assert not np.shares_memory(repeated, labels)
    assert larger.flags.c_contiguous
    assert larger.flags.writeable


def test_rng_decides_and_a_generator_goes_on() -> None:
    images, labels = stroke(), [0]
    one, again, other = (augment(images, labels, rng=seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert (one[1:] != other[1:]).any()
    source = np.random.default_rng(1)
    np.testing.assert_array_equal(augment(images, labels, rng=source)[0], one)
    assert (augment(images, labels, rng=source)[0][1:] != one[1:]).any()
    assert (augment(images, labels)[0] != augment(images, labels)[0]).any(), "fresh entropy"


def test_what_is_not_given_is_four_copies_a_little_shifted_and_turned() -> None:
    images, labels = np.random.default_rng(0).uniform(size=(3, 9, 9)), [0, 1, 2]
    given = {"copies": 4, "shift": 0.06, "degrees": 10.0}
    expected = augment(images, labels, **given, rng=0)[0]
    np.testing.assert_array_equal(augment(images, labels, rng=0)[0], expected)
    for name in given:
        rest = {other: value for other, value in given.items() if other != name}
        np.testing.assert_array_equal(augment(images, labels, **rest, rng=0)[0], expected)


def test_no_image_gives_none() -> None:
    larger, labels = augment(np.zeros((0, 8, 8)), [])
    assert larger.shape == (0, 8, 8)
    assert labels.shape == (0,)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"images": np.zeros((2, 64))}, ValueError, r"\(N, h, w\), got \(2, 64\)\. Rows of pixels"),
        ({"images": np.zeros((2, 0, 8))}, ValueError, r"\(N, h, w\), got \(2, 0, 8\)$"),
        ({"images": np.zeros((2, 8, 8, 1))}, ValueError, r"got \(2, 8, 8, 1\)$"),
        ({"images": np.zeros((2, 8, 8), np.uint8)}, TypeError, r"got uint8\. Bytes are \(images"),
        ({"images": np.zeros((2, 8, 8), complex)}, TypeError, "got complex128"),
        ({"images": np.full((2, 2, 2), np.nan)}, ValueError, r"got nan at \(0, 0, 0\)"),
        ({"images": [[[0.0]], [[np.inf]]]}, ValueError, r"got inf at \(1, 0, 0\)"),
        ({"labels": [1]}, ValueError, r"shape \(2,\) or \(2, C\), got \(1,\)"),
        ({"labels": 1}, ValueError, r"got \(\)"),
        ({"labels": np.zeros((2, 1, 1))}, ValueError, r"got \(2, 1, 1\)"),
        ({"copies": 0}, ValueError, "at least one copy, got 0"),
        ({"copies": 1.0}, TypeError, "copies to be an integer, got 1.0"),
        ({"copies": True}, TypeError, "copies to be an integer, got True"),
        ({"shift": -0.1}, ValueError, "from 0 to below 1, got -0.1"),
        ({"shift": 1}, ValueError, "got 1. For pixels divide by the side"),
        ({"shift": 1.5}, ValueError, "from 0 to below 1, got 1.5"),
        ({"shift": np.nan}, ValueError, "from 0 to below 1, got nan"),
        ({"degrees": -1}, ValueError, "degrees from 0 to 180, got -1"),
        ({"degrees": 181}, ValueError, "degrees from 0 to 180, got 181"),
        ({"degrees": np.nan}, ValueError, "degrees from 0 to 180, got nan"),
    ],
)
def test_bad_input(change: dict[str, Any], error: type[Exception], message: str) -> None:
    good = {"images": np.zeros((2, 8, 8)), "labels": [0, 1]}
    with pytest.raises(error, match=f"^augment: .*{message}"):
        augment(**{**good, **change})


def test_a_bad_rng_is_named() -> None:
    with pytest.raises(ValueError, match=r"rng: .*got -1"):
        augment(stroke(), [0], rng=-1)


def test_scipy_is_loaded_at_first_use() -> None:
    code = (
        "import sys, numpy as np; from numnet.data import augment\n"
        "print('scipy' in sys.modules)\n"
        "augment(np.zeros((1, 2, 2)), [0]); print('scipy.ndimage' in sys.modules)"
    )
    path = [str(Path(numnet.__path__[0]).parent), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path))},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.split() == ["False", "True"], done.stderr


@untraced
def test_it_gains_on_digits_of_other_writers_in_as_many_steps() -> None:
    data = numnet.data.load_digits(dtype="float32")

    def right(images: np.ndarray, y: np.ndarray, epochs: int, seed: int) -> float:
        model = numnet.Sequential(
            numnet.Linear(64, 64, init=numnet.he()),
            numnet.ReLU(),
            numnet.Linear(64, 10),
            rng=seed,
            dtype="float32",
        )
        numnet.fit(
            model,
            numnet.SoftmaxCrossEntropy(),
            images.reshape(len(images), -1),
            y,
            optimizer=numnet.SGD(lr=0.1, momentum=0.9),
            epochs=epochs,
            batch_size=64,
            rng=seed,
        )
        return numnet.accuracy(data.y_test, model.predict(data.x_test))

    plain = [right(data.images_train, data.y_train, 20, seed) for seed in range(3)]
    more = [
        right(*augment(data.images_train, data.y_train, rng=seed), 4, seed) for seed in range(3)
    ]
    assert np.mean(more) > np.mean(plain) + 0.005, (plain, more)


@pytest.mark.parametrize("name", ["shift", "degrees"])
def test_a_setting_that_is_no_number_is_refused(name: str) -> None:
    with pytest.raises(TypeError, match=f"augment: expected {name} to be a number, got 'a'"):
        augment(np.zeros((1, 2, 2)), [0], **{name: "a"})
