"""The sheet of images: its unit is the inch, and everything on it has its room, and no more."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from plot.legible import contrast
from plot.places import boxes, meet, written

from numnet.plot.sheet import draw_grid
from numnet.plot.style import PAPER


def sheet(count, columns=None, height=2, width=2, titles=None, **options):
    return draw_grid(np.zeros((count, height, width)), titles, columns, (0.0, 1.0), **options)[0]


def test_the_unit_is_the_inch_from_the_upper_left_corner():
    figure = sheet(3, columns=2, titles=["a", "b", "c"], heading="heading", bar=True)
    ax, dpi = figure.axes[0], figure.dpi
    across, down = figure.get_size_inches()
    np.testing.assert_allclose(ax.transData.transform((0.0, 0.0)), (0.0, down * dpi), atol=1e-6)
    np.testing.assert_allclose(
        ax.transData.transform((across, down)), (across * dpi, 0.0), atol=1e-6
    )


@settings(max_examples=15)
@given(st.integers(1, 12), st.integers(1, 5), st.integers(1, 9), st.integers(1, 9))
@example(5, 2, 9, 2)
@example(7, 3, 2, 9)
def test_a_bare_sheet_is_a_lattice_within_an_even_margin(count, columns, height, width):
    figure = sheet(count, columns, height, width)
    found, (across, down) = boxes(figure), figure.get_size_inches()
    columns = min(columns, count)
    margins = found[:, 0].min(), across - found[:, 1].max(), found[:, 2].min()
    np.testing.assert_allclose([*margins, down - found[:, 3].max()], margins[0])
    assert 0.05 < margins[0] < 0.3
    w, h = found[0, 1] - found[0, 0], found[0, 3] - found[0, 2]
    np.testing.assert_allclose(w / h, width / height)
    # Image k stands in column k % columns and row k // columns, one gap apart either way.
    steps = [(found[k, 0] - found[0, 0]) / (k % columns) - w for k in range(1, columns)]
    steps += [
        (found[k, 2] - found[0, 2]) / (k // columns) - h for k in range(count) if k // columns
    ]
    np.testing.assert_allclose(steps, steps[0] if steps else 0)
    assert all(0.03 < step < 0.2 for step in steps)
    for k in range(count):
        np.testing.assert_allclose(found[k, 0], found[k % columns, 0])
        np.testing.assert_allclose(found[k, 2], found[k - k % columns, 2])


@pytest.mark.parametrize(
    ("columns", "inches"), [(1, 1.6), (2, 1.6), (3, 4 / 3), (4, 1.0), (5, 0.85), (10, 0.85)]
)
@pytest.mark.parametrize(("height", "width"), [(3, 3), (2, 4), (4, 2)])
def test_the_longer_side_is_four_inches_over_the_columns(columns, inches, height, width):
    figure = sheet(10, columns, height, width)
    left, right, top, bottom = boxes(figure)[0]
    assert max(right - left, bottom - top) == pytest.approx(inches)


@pytest.mark.parametrize("heading", ["", "what these are"])
@pytest.mark.parametrize(
    "titles",
    [
        ["a", "b", "c", "d", "e"],
        ["two\nlines", "b", "three\nlines\nhere", "d", "two\nagain"],
        ["an ankle boot of the year", "b", "c\nthe bag that belongs to it", "d", "e"],
    ],
)
def test_words_have_room_and_waste_none(titles, heading):
    figure = sheet(5, columns=2, titles=titles, heading=heading)
    images, texts = boxes(figure), written(figure)
    (across, down), bare = figure.get_size_inches(), sheet(5, columns=2)
    for one, other in itertools.combinations([*images, *texts], 2):
        assert not meet(one, other)
    for left, right, top, bottom in texts:
        assert 0 < left < right < across
        assert 0 < top < bottom < down
    for (left, right, top, _), image in zip(texts, images, strict=False):
        assert (left + right) / 2 == pytest.approx(image[:2].mean(), abs=0.02), "centred above it"
        assert 0 <= image[2] - texts[list(images[:, 2]).index(image[2])][3] < 0.1
        assert top < image[2]
    lines = max(title.count("\n") + 1 for title in titles)
    rows = 3
    more = down - bare.get_size_inches()[1]
    assert more < rows * lines * 0.2 + 0.4 * bool(heading)
    widest = (texts[:5, 1] - texts[:5, 0]).max()
    apart = np.diff(sorted(set(np.round(images[:, 0], 9))))[0]
    assert apart <= max(images[0, 1] - images[0, 0], 1.6 * widest) + 0.1
    if heading:
        left, right, top, bottom = texts[-1]
        assert (left + right) / 2 == pytest.approx(across / 2, abs=0.02)
        assert bottom <= texts[:5, 2].min()
        assert top < 0.2


@given(st.integers(1, 4))
def test_a_grid_narrower_than_its_heading_stands_in_the_middle(count):
    figure = sheet(count, columns=count, heading="a heading that is wider than the images " * 2)
    images, (heading,) = boxes(figure), written(figure)
    across, _ = figure.get_size_inches()
    assert images[:, 0].min() == pytest.approx(across - images[:, 1].max())
    assert 0 < heading[0] < heading[1] < across
    assert across < max(1.5 * (heading[1] - heading[0]), images[:, 1].max() + 0.3)


def test_a_short_heading_leaves_the_width_as_it_is():
    bare = sheet(4, columns=2).get_size_inches()
    headed = sheet(4, columns=2, heading="four").get_size_inches()
    assert headed[0] == bare[0]
    assert bare[1] + 0.15 < headed[1] < bare[1] + 0.5


def test_room_for_a_colour_bar_is_on_the_right_and_moves_nothing():
    bare, figure = (
        sheet(5, columns=2, heading="five"),
        sheet(5, columns=2, heading="five", bar=True),
    )
    np.testing.assert_allclose(boxes(figure), boxes(bare))
    np.testing.assert_allclose(written(figure), written(bare), atol=0.01)
    (across, down), (before, same) = figure.get_size_inches(), bare.get_size_inches()
    assert 0.5 < across - before < 1.2
    assert down == same


def test_pixels_are_shown_as_they_are_between_the_limits():
    pixels = np.array([[[0.0, 1.0], [np.nan, 3.0]], [[4.0, 5.0], [6.0, 7.0]]])
    figure, drawn = draw_grid(pixels, ["a", "b"], None, (-2.0, 9.0), "viridis", "#102030")
    first, last = figure.axes[0].images
    assert drawn is last
    for image, expected in zip((first, last), pixels, strict=True):
        assert image.get_clim() == (-2.0, 9.0)
        assert image.get_cmap().name == "viridis"
        assert image.get_interpolation() == "nearest"
        np.testing.assert_array_equal(np.ma.filled(image.get_array(), np.nan), expected)
    np.testing.assert_allclose(first.get_cmap().get_bad()[:3], np.array([16, 32, 48]) / 255)
    assert [text.get_text() for text in figure.axes[0].texts] == ["a", "b"]


def test_the_heading_is_larger_than_the_titles_and_neither_is_mathematics():
    *titles, heading = sheet(2, titles=["$a$", "b"], heading="$x$").axes[0].texts
    assert 8 < titles[0].get_fontsize() == titles[1].get_fontsize() < heading.get_fontsize() < 12
    for text in (*titles, heading):
        assert not text.get_parse_math()
        assert not text.get_clip_on()
        assert contrast(text.get_color(), PAPER) > 4.5


@pytest.mark.parametrize("count", [1, 2, 3, 5, 7, 10, 11, 13, 17, 22, 26, 31, 38, 50, 101])
def test_the_columns_leave_the_fewest_places_empty_and_then_make_a_page(count):
    found = len(set(np.round(boxes(sheet(count, height=1, width=1))[:, 0], 9)))
    # At least as many columns as rows, some four times as many at most, and ten if that will do.
    least = math.ceil(math.sqrt(count))
    allowed = range(least, max(least, min(count, 10, 2 * least)) + 1)
    assert found in allowed
    empty = {c: math.ceil(count / c) * c - count for c in allowed}
    assert empty[found] == min(empty.values())
    far = {c: abs(math.log(c / math.ceil(count / c) / 1.6)) for c in allowed}
    assert far[found] == min(far[c] for c in allowed if empty[c] == empty[found])


def test_more_columns_than_images_are_not_wanted():
    np.testing.assert_allclose(boxes(sheet(3, columns=8)), boxes(sheet(3, columns=3)))
