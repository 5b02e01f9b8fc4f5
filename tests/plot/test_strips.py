"""Rows of images with names: what belongs together stands together, and has its room."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgba
from plot.places import boxes, meet, written

from numnet.plot.sheet import MARGIN
from numnet.plot.strips import draw_strips
from numnet.plot.style import ORANGE


def strips(rows, columns, height=2, width=2, **options):
    names = options.pop("names", list("pqrs"[:rows]))
    return draw_strips(names, np.zeros((rows, columns, height, width)), (0.0, 1.0), **options)


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


@settings(max_examples=20)
@given(st.integers(1, 4), st.integers(1, 11), st.integers(1, 9), st.integers(1, 9), st.booleans())
@example(2, 3, 9, 2, True)
@example(3, 1, 2, 9, False)
def test_rows_and_columns_are_a_lattice(rows, columns, height, width, titled):
    titles = [str(k) for k in range(columns)] if titled else ()
    figure, first, last, bottom = strips(rows, columns, height, width, titles=titles)
    found = boxes(figure).reshape(rows, columns, 4)
    across, down = figure.get_size_inches()
    np.testing.assert_allclose(found[..., 2:], found[:, :1, 2:] + 0 * found[..., 2:])
    np.testing.assert_allclose(found[..., :2], found[:1, :, :2] + 0 * found[..., :2])
    w, h = found[0, 0, 1] - found[0, 0, 0], found[0, 0, 3] - found[0, 0, 2]
    assert w / h == pytest.approx(width / height)
    middles = found[0, :, :2].mean(axis=1)
    assert (first, last) == pytest.approx((middles[0], middles[-1]))
    for gaps in (found[0, 1:, 0] - found[0, :-1, 1], found[1:, 0, 2] - found[:-1, 0, 3]):
        assert ((gaps > 0.03) & (gaps < 0.2)).all()
    assert down == pytest.approx(bottom)
    assert bottom - found[-1, 0, 3] == pytest.approx(MARGIN)
    assert across - found[0, -1, 1] == pytest.approx(MARGIN)
    assert found[0, 0, 2] == pytest.approx(MARGIN + (0.17 if titled else 0))


WORDS = {
    "names": ["original", "code 30\nMSE 0.0182"],
    "titles": ["0", "0.5", "a title that is long"],
    "captions": [
        ["2: > 99 %\n7: < 1 %"] * 3,
        ["an ankle boot of 1923: 12 %", "or a bag of that year: 88 %", "c\nd"],
    ],
    "corner": "lambda",
}


@pytest.mark.parametrize("given", [*([name] for name in WORDS), list(WORDS)])
def test_words_have_room_beside_what_they_name(given):
    figure = strips(2, 3, **{name: WORDS[name] for name in given}).figure
    images, words = boxes(figure), dict(zip(texts(figure), written(figure), strict=False))
    across, down = figure.get_size_inches()
    for one, other in itertools.combinations([*images, *written(figure)], 2):
        assert not meet(one, other)
    for left, right, top, bottom in written(figure):
        assert 0 < left < right < across
        assert 0 < top < bottom < down
    for i, name in enumerate(WORDS["names"] if "names" in given else "pq"):
        _, right, top, bottom = words[name]
        # A column is as wide as its words, and the image in the middle of it.
        assert images[0, 0] - right > 0.04
        if not {"titles", "captions"} & set(given):
            assert images[0, 0] - right < 0.15
        assert (top + bottom) / 2 == pytest.approx(images[3 * i, 2:].mean(), abs=0.03)
    for k, title in enumerate(WORDS["titles"] if "titles" in given else ()):
        assert words[title][:2].mean() == pytest.approx(images[k, :2].mean(), abs=0.02)
        assert 0 <= images[k, 2] - words[title][3] < 0.08
    if "captions" in given:
        found = [t for t in figure.axes[0].texts if t.get_va() == "top"]
        assert [t.get_text() for t in found] == [word for row in WORDS["captions"] for word in row]
        for text, image in zip(found, images, strict=True):
            x, y = text.get_position()
            assert x == pytest.approx(image[:2].mean())
            assert y - image[3] == pytest.approx(0.03)
    if "corner" in given:
        assert words["lambda"][1] < images[0, 0]
        assert words["lambda"][3] <= images[0, 2]


def test_nothing_is_written_that_was_not_asked_for():
    assert texts(strips(2, 3).figure) == ["p", "q"]


def test_room_is_kept_below_and_moves_nothing():
    bare, below = strips(2, 3), strips(2, 3, foot=1.5)
    assert below[1:] == bare[1:]
    assert below.figure.get_size_inches()[1] == pytest.approx(below.bottom + 1.5)
    np.testing.assert_allclose(boxes(below.figure), boxes(bare.figure))


def test_images_stand_in_order_on_one_grey_scale_with_gaps_in_orange():
    pixels = np.arange(24.0).reshape(2, 3, 2, 2)
    pixels[1, 2, 0, 0] = np.nan
    drawn = draw_strips("ab", pixels, (-1.0, 30.0)).figure.axes[0].images
    for image, expected in zip(drawn, pixels.reshape(-1, 2, 2), strict=True):
        np.testing.assert_array_equal(np.ma.filled(image.get_array(), np.nan), expected)
        assert image.get_clim() == (-1.0, 30.0)
        assert image.get_cmap().name == "gray"
        assert tuple(image.get_cmap().get_bad()) == to_rgba(ORANGE)
