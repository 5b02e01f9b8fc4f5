from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numnet.plot.pixels import as_images, image_shape

sides = st.integers(1, 12)


@given(st.integers(1, 5), sides, sides)
def test_rows_of_pixels_become_images_row_by_row(count, h, w):
    x = np.arange(count * h * w).reshape(count, h * w)
    found = as_images("here", "x", x, (h, w))
    np.testing.assert_array_equal(found, x.reshape(count, h, w))
    assert found.dtype == float
    np.testing.assert_array_equal(as_images("here", "x", x.reshape(count, h, w), (h, w)), found)


def test_images_need_no_shape():
    assert as_images("here", "x", np.zeros((2, 3, 5)), None).shape == (2, 3, 5)


@given(sides)
def test_a_square_is_found(side):
    assert image_shape("here", None, side * side, "x") == (side, side)
    assert as_images("here", "x", np.zeros((2, side * side)), None).shape == (2, side, side)


def test_a_shape_is_returned_in_integers():
    found = image_shape("here", [np.int64(2), 3], 6, "x")
    assert found == (2, 3)
    assert all(type(side) is int for side in found)


def test_what_is_not_finite_is_nan():
    found = as_images("here", "x", [[np.inf, 1.0, -np.inf, np.nan]], None)
    np.testing.assert_array_equal(found, [[[np.nan, 1], [np.nan, np.nan]]])


@pytest.mark.parametrize(
    ("pixels", "shape", "error", "message"),
    [
        (np.zeros((2, 6)), None, ValueError,
         r"^here: expected a square number .*, got x with D = 6 columns\. Pass shape=\(h, w\) with "
         r"h \* w = 6, e\.g\. shape=\(1, 6\)$"),
        (np.zeros((2, 6)), (2, 4), ValueError,
         r"^here: expected shape=\(h, w\) with h \* w = 6, of x with D = 6 columns, got \(2, 4\) "
         r"with 8$"),
        (np.zeros((2, 6)), 6, TypeError, r"^here: expected shape=\(h, w\), got 6$"),
        (np.zeros((2, 6)), (1, 2, 3), TypeError, r"^here: expected shape=\(h, w\), got \(1, 2, 3"),
        (np.zeros((2, 6)), (2.0, 3), TypeError, r"^here: expected shape to be an integer, got 2.0"),
        (np.zeros((2, 6)), (-2, -3), ValueError, r"^here: expected shape of at least 1, got -2"),
        (np.zeros(4), None, ValueError, r"^here, x: expected images of shape .*, got \(4,\)"),
        (np.zeros((0, 4)), None, ValueError, r"^here, x: expected at least one image, got .*\(0, "),
        (np.zeros((2, 0)), None, ValueError, r"^here, x: expected images of shape .* got \(2, 0\)"),
        (np.zeros((2, 4), complex), None, TypeError, "^here, x: expected real numbers .*complex"),
    ],
)  # fmt: skip
def test_bad_input(pixels, shape, error, message):
    with pytest.raises(error, match=message):
        as_images("here", "x", pixels, shape)
