from __future__ import annotations

import io
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from matplotlib.figure import Figure

from numnet import plot

shapes = hnp.array_shapes(min_dims=3, max_dims=3, max_side=6)


def drawn(figure):
    return figure.axes[0].images


def places(figure):
    """Left, right, top and bottom of each image, in inches from the upper left corner."""
    return np.array(
        [
            [left, right, top, bottom]
            for left, right, bottom, top in (image.get_extent() for image in drawn(figure))
        ]
    )


@given(hnp.arrays(np.float64, shapes, elements=st.floats(-1e3, 1e3)))
def test_every_image_is_drawn_in_order_on_one_scale(pixels):
    before = pixels.copy()
    figure = plot.images(pixels)
    assert isinstance(figure, Figure)
    assert len(drawn(figure)) == len(pixels)
    inside = pixels.min() >= 0 and pixels.max() <= 1
    limits = (0.0, 1.0) if inside else (pixels.min(), pixels.max())
    for image, expected in zip(drawn(figure), pixels, strict=True):
        np.testing.assert_array_equal(image.get_array(), expected)
        assert image.get_clim() == limits
    np.testing.assert_array_equal(pixels, before)


@given(st.integers(1, 40), st.none() | st.integers(1, 12), st.integers(1, 9), st.integers(1, 9))
def test_images_do_not_overlap_and_stay_on_the_page(count, columns, height, width):
    figure = plot.images(np.zeros((count, height, width)), columns=columns)
    left, right, top, bottom = places(figure).T
    across, down = figure.get_size_inches()
    assert min(left.min(), top.min()) > 0
    assert right.max() < across
    assert bottom.max() < down
    np.testing.assert_allclose((bottom - top) * width, (right - left) * height)
    rows = np.round(top, 9)
    per_row = [int((rows == row).sum()) for row in sorted(set(rows))]
    assert all(n == per_row[0] for n in per_row[:-1])
    assert 1 <= per_row[-1] <= per_row[0]
    assert per_row[0] <= (columns or max(10, np.ceil(np.sqrt(count))))
    if columns:
        assert per_row[0] == min(columns, count)
    for row in set(rows):
        members = np.flatnonzero(rows == row)
        assert (left[members[1:]] > right[members[:-1]]).all()
    assert (np.diff(rows) >= 0).all()


@pytest.mark.parametrize(
    ("count", "columns"), [(1, 1), (3, 3), (4, 2), (7, 4), (10, 5), (24, 6), (100, 10), (400, 20)]
)
def test_the_rows_are_filled(count, columns):
    figure = plot.images(np.zeros((count, 2, 2)))
    assert len(set(np.round(places(figure)[:, 0], 9))) == columns


def test_titles_stand_above_their_images():
    figure = plot.images(np.zeros((5, 4, 4)), titles=[3, "b", 2.5, "$x$", "two\nlines"])
    texts = figure.axes[0].texts
    assert [text.get_text() for text in texts] == ["3", "b", "2.5", "$x$", "two\nlines"]
    for text, (left, right, top, _) in zip(texts, places(figure), strict=True):
        x, y = text.get_position()
        assert x == pytest.approx((left + right) / 2)
        assert top - 0.1 < y < top
    assert not texts[3].get_parse_math()


def test_long_titles_do_not_meet():
    figure = plot.images(np.zeros((6, 4, 4)), titles=["an ankle boot of the year 1923"] * 6)
    figure.savefig(io.BytesIO(), format="png")
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    assert all(b.x0 > a.x1 or b.y1 < a.y0 for a, b in itertools.pairwise(boxes))
    assert boxes[0].x0 > 0


def test_there_is_nothing_but_the_images():
    figure = plot.images(np.zeros((2, 4, 4)))
    (ax,) = figure.axes
    assert not ax.axison
    assert not ax.texts


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.bool_, np.float16, np.float32])
def test_every_real_dtype_is_drawn(dtype):
    pixels = np.eye(3).astype(dtype)[None]
    pixels.flags.writeable = False
    (image,) = drawn(plot.images(pixels))
    np.testing.assert_array_equal(image.get_array(), np.eye(3))
    assert image.get_clim() == (0.0, 1.0)


def test_what_is_not_finite_is_a_gap_in_orange():
    pixels = [[[0.0, np.nan, np.inf, 1.0]]]
    figure = plot.images(pixels)
    (image,) = drawn(figure)
    np.testing.assert_array_equal(np.ma.getmaskarray(image.get_array()), [[0, 1, 1, 0]])
    assert image.get_clim() == (0.0, 1.0)
    red, green, blue, opaque = image.get_cmap().get_bad()
    assert red > green > blue
    assert opaque == 1
    plot.images(np.full((1, 2, 2), np.nan)).savefig(io.BytesIO(), format="png")


@pytest.mark.parametrize("pixels", [[0.0, 1.5], [-0.5, 1.0], [0, 16]])
def test_one_pixel_outside_the_unit_interval_changes_the_scale(pixels):
    (image,) = drawn(plot.images([[pixels]]))
    assert image.get_clim() == tuple(pixels)


def test_no_room_is_kept_for_columns_without_an_image():
    figure = plot.images(np.zeros((2, 4, 4)), columns=9)
    assert figure.get_size_inches()[0] - places(figure)[-1, 1] < 0.2


def test_equal_pixels_outside_the_unit_interval_are_drawn():
    plot.images(np.full((1, 2, 2), 7)).savefig(io.BytesIO(), format="png")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"images": np.zeros((3, 64))}, ValueError, r"\(N, h, w\), got \(3, 64\).*reshape\(-1"),
        ({"images": np.zeros(64)}, ValueError, r"got \(64,\).*reshape\(1, h, w\)"),
        ({"images": np.zeros((1, 2, 2, 3))}, ValueError, r"mean\(axis=-1\)"),
        ({"images": 0.5}, ValueError, r"got \(\)$"),
        ({"images": np.zeros((0, 8, 8))}, ValueError, "at least one image"),
        ({"images": np.zeros((1, 0, 8))}, ValueError, "at least one image"),
        ({"images": np.zeros((1, 2, 2), complex)}, TypeError, "complex128"),
        ({"images": [[["a"]]]}, TypeError, "real numbers"),
        ({"titles": ["a"]}, ValueError, r"as many titles as images \(2\), got 1"),
        ({"titles": "ab"}, TypeError, "one title an image, got 'ab'"),
        ({"titles": 7}, TypeError, "one title an image, got 7"),
        ({"columns": 0}, ValueError, "columns of at least 1, got 0"),
        ({"columns": 2.0}, TypeError, "columns to be an integer, got 2.0"),
        ({"columns": True}, TypeError, "columns to be an integer, got True"),
    ],
)
def test_bad_input(arguments, error, message):
    with pytest.raises(error, match=f"(?s)^images: .*{message}"):
        plot.images(**{"images": np.zeros((2, 4, 4)), **arguments})
