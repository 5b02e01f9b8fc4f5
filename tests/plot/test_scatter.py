from __future__ import annotations

import io
import itertools

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.text import Text
from plot.legible import contrast
from plot.places import box, meet

from numnet.plot import codes
from numnet.plot.style import PAPER

Y = np.arange(12) % 3
Z = np.random.default_rng(0).normal(size=(12, 2)) + 5 * Y[:, None]


def points(ax):
    """The points of each class, by the order of the classes."""
    return [np.asarray(found.get_offsets()) for found in ax.collections]


class Words:
    """An annotation without the line to what it names."""

    def __init__(self, annotation):
        self.get_window_extent = lambda: Text.get_window_extent(annotation)


def rendered(figure):
    figure.savefig(io.BytesIO(), format="png")
    return [box(figure, Words(text)) for text in figure.axes[0].texts]


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, np.int64])
def test_every_point_is_in_the_panel_of_its_map_and_the_colour_of_its_class(dtype):
    maps = {"deep": (10 * Z).astype(dtype), "$PCA$": np.arange(24).reshape(12, 2).astype(dtype)}
    before = {name: z.copy() for name, z in maps.items()}
    for z in maps.values():
        z.flags.writeable = False
    figure = codes(maps, Y)
    assert [ax.get_title() for ax in figure.axes] == list(maps)
    assert not figure.axes[1].title.get_parse_math()
    for ax, z in zip(figure.axes, maps.values(), strict=True):
        for c, found in enumerate(points(ax)):
            np.testing.assert_array_equal(found, z[c == Y])
        assert (ax.get_xlabel(), ax.get_ylabel()) == ("code 1", "code 2")
    for name, z in maps.items():
        np.testing.assert_array_equal(z, before[name])


@pytest.mark.parametrize("far", [0, 2])
def test_the_name_of_a_class_stands_at_the_mean_of_its_points(far):
    # The last class is the one that matplotlib looks at last.
    z = Z + 100 * (far == Y)[:, None] * [1, -1] + 300
    figure = codes({"a": z}, Y, classes=["cat", "dog", "$x$"])
    figure.savefig(io.BytesIO(), format="png")
    (ax,) = figure.axes
    assert [text.get_text() for text in ax.texts] == ["cat", "dog", "$x$"]
    for c, text in enumerate(ax.texts):
        mean = z[c == Y].mean(axis=0)
        np.testing.assert_allclose(text.xy, mean)
        assert not text.get_parse_math()
        assert contrast(text.get_color(), PAPER) > 7
    # That of the far class is alone and need not move.
    left, right, top, bottom = rendered(figure)[far]
    mean = ax.transData.transform(z[far == Y].mean(axis=0)) / figure.dpi
    down = figure.get_size_inches()[1]
    assert ((left + right) / 2, down - (top + bottom) / 2) == pytest.approx(mean, abs=0.03)


NAMES = ["T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
         "Ankle boot"]  # fmt: skip


@pytest.mark.parametrize("names", [None, NAMES])
@pytest.mark.parametrize("spread", [0.0, 0.1, 0.5, 2.0])
def test_names_do_not_meet_and_stay_near(names, spread):
    rng = np.random.default_rng(1)
    y = np.arange(200) % 10
    z = rng.normal(size=(200, 2)) + spread * rng.normal(size=(10, 2))[y]
    figure = codes({"a": z}, y, names)
    found = rendered(figure)
    across, down = figure.get_size_inches()
    for one, other in itertools.combinations(found, 2):
        assert not meet(one, other)
    for left, right, top, bottom in found:
        assert 0 < left < right < across
        assert 0 < top < bottom < down


def test_names_of_one_place_do_not_meet_and_stay_at_it():
    one, other = rendered(codes({"a": np.ones((2, 2))}, [0, 1]))
    assert not meet(one, other)
    # One above the other, with less than a line of twelve points between them.
    assert abs(one[0] - other[0]) < 0.05
    assert 0 < one[2] - other[3] < 12 / 72


def test_a_class_that_is_absent_keeps_its_colour_for_the_others():
    every, some = codes({"a": Z}, Y), codes({"a": Z[Y > 0]}, Y[Y > 0])
    colours = [to_hex(found.get_facecolor()[0]) for found in every.axes[0].collections]
    assert len(set(colours)) == 3
    assert [to_hex(f.get_facecolor()[0]) for f in some.axes[0].collections] == colours[1:]
    assert [text.get_text() for text in some.axes[0].texts] == ["1", "2"]


def test_ten_classes_differ_in_colour_and_twenty_in_colour_or_marker():
    y = np.arange(20)
    (ax,) = codes({"a": np.random.default_rng(0).normal(size=(20, 2))}, y).axes
    looks = [
        (to_hex(found.get_facecolor()[0]), found.get_paths()[0].vertices.tobytes())
        for found in ax.collections
    ]
    assert len({colour for colour, _ in looks[:10]}) == 10
    assert len({marker for _, marker in looks[:9]}) == 9
    assert len(set(looks)) == 20


@pytest.mark.parametrize("rows", [1, 800, 2000, 20000])
def test_many_points_are_small_and_few_are_not(rows):
    (ax,) = codes({"a": np.zeros((rows, 2))}, np.zeros(rows, int)).axes
    assert ax.collections[0].get_sizes() == pytest.approx([min(25, max(4, 20000 / rows))])


def test_rows_of_labels_are_classes():
    (ax,) = codes({"a": Z}, np.eye(3)[Y]).axes
    for c, found in enumerate(points(ax)):
        np.testing.assert_array_equal(found, Z[c == Y])


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"maps": [Z]}, TypeError, "expected maps to be a mapping .*, got list"),
        ({"maps": {}}, ValueError, "expected at least one entry in maps, got none"),
        ({"maps": {"a": np.ones((12, 3))}}, ValueError,
         r"'a' of shape \(12, 2\), a point for each label, got \(12, 3\)\. Train a code of 2, or"),
        ({"maps": {"a": Z, "b": Z[:3]}}, ValueError, r"'b' of shape \(12, 2\), .* got \(3, 2\)$"),
        ({"maps": {"a": Z[:, 0]}}, ValueError, r"'a' of shape \(12, 2\), .* got \(12,\)$"),
        ({"maps": {"a": np.ones((12, 3, 1))}}, ValueError, r"'a' of .* got \(12, 3, 1\)$"),
        ({"maps": {"a": Z[:, :1]}}, ValueError, r"'a' of shape \(12, 2\), .* got \(12, 1\)$"),
        ({"maps": {"a": Z[:0]}, "y": []}, ValueError, r"a point for each label, got \(0, 2\)$"),
        ({"maps": {"a": Z + 0j}}, TypeError, "real numbers in 'a', got dtype complex128"),
        ({"maps": {"a": Z.astype(str)}}, TypeError, "real numbers in 'a'"),
        ({"maps": {"a": np.where(Z[4] == Z, np.nan, Z)}}, ValueError,
         r"finite numbers in 'a', got \[nan nan\] at row 4"),
        ({"maps": {"a": np.where(Z[5, 1] == Z, np.inf, Z)}}, ValueError, "in 'a', .* at row 5"),
        ({"y": Y - 1}, ValueError, "class indices from 0 in y, got -1"),
        ({"y": Y * 1.0}, TypeError, "in y: expected integers, got dtype float64"),
        ({"classes": ["a", "b"]}, ValueError, "classes for each index up to 2, got 2 names"),
        ({"classes": "abc"}, TypeError, "classes to be a sequence of names, got 'abc'"),
    ],
)  # fmt: skip
def test_bad_input(change, error, message):
    with pytest.raises(error, match=f"(?s)^codes: .*{message}"):
        codes(**{"maps": {"a": Z}, "y": Y, **change})
