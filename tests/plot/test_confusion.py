from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from plot.legible import contrast, luminance

from numnet.plot import confusion_matrix

pairs = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=40)


def cells(ax):
    """What is written at (row, column)."""
    return {text.get_position()[::-1]: text.get_text() for text in ax.texts}


@settings(max_examples=12)
@given(pairs)
def test_the_cells_hold_the_counts_and_the_colours_the_shares(rows):
    true, pred = (np.array(column) for column in zip(*rows, strict=True))
    (ax,) = confusion_matrix(true, pred, classes=range(5)).axes
    counts = np.array([[((true == i) & (pred == j)).sum() for j in range(5)] for i in range(5)])
    assert cells(ax) == {(i, j): str(counts[i, j]) for i, j in np.ndindex(5, 5)}
    totals = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, totals, out=np.zeros((5, 5)), where=totals > 0)
    (image,) = ax.images
    np.testing.assert_array_equal(image.get_array(), shares)
    assert image.get_clim() == (0, 1)
    right = (true == pred).sum()
    assert ax.get_title() == f"accuracy {100 * right / len(rows):.1f} % ({right} of {len(rows)})"


def test_the_rows_are_the_true_classes():
    (ax,) = confusion_matrix([0, 0, 0], [1, 1, 0]).axes
    assert cells(ax) == {(0, 0): "1", (0, 1): "2", (1, 0): "0", (1, 1): "0"}
    assert (ax.get_ylabel(), ax.get_xlabel()) == ("true class", "predicted class")
    bottom, top = ax.get_ylim()
    assert bottom > top


@pytest.mark.parametrize("share", [0, 0.001, 0.05, 0.2, *np.linspace(0.4, 0.6, 11), 0.8, 1])
def test_every_count_can_be_read(share):
    right = round(1000 * share)
    (ax,) = confusion_matrix([0] * 1000 + [1], [0] * right + [1] * (1000 - right) + [1]).axes
    (image,) = ax.images
    assert len(ax.texts) == 4
    for text in ax.texts:
        row, column = text.get_position()[::-1]
        cell = image.get_cmap()(image.norm(image.get_array()[row, column]))
        assert contrast(text.get_color(), cell) >= 4.5


def test_a_larger_share_is_darker_in_a_grey_print_too():
    (image,) = confusion_matrix([0, 1], [0, 1]).axes[0].images
    grey = luminance(image.get_cmap()(image.norm(np.linspace(0, 1, 101))))
    assert (np.diff(grey) < 0).all()
    assert contrast(image.get_cmap()(image.norm(0.01)), image.get_cmap()(0.0)) > 1.05


def test_names_stand_on_both_axes():
    (ax,) = confusion_matrix([0, 1], [0, 1], classes=["cat", "$dog$", "hen"]).axes
    for axis in (ax.xaxis, ax.yaxis):
        labels = axis.get_ticklabels()
        assert [label.get_text() for label in labels] == ["cat", "$dog$", "hen"]
        assert not any(label.get_parse_math() for label in labels)
    assert len(ax.texts) == 9


def test_rows_of_probabilities_count_by_their_largest_entry():
    (ax,) = confusion_matrix(np.array([0, 1]), [[0.9, 0.1], [0.8, 0.2]]).axes
    assert cells(ax)[1, 0] == "1"


def test_given_axes_are_drawn_in():
    figure = Figure()
    first, second = figure.subplots(1, 2)
    assert confusion_matrix([0, 1], [0, 1], ax=second) is figure
    assert (len(first.images), len(second.images)) == (0, 1)
    assert len(figure.axes) == 2


def test_many_classes_keep_their_counts_apart():
    y = np.arange(40)
    figure = confusion_matrix(y, y)
    (ax,) = figure.axes
    assert max(figure.get_size_inches()) <= 14
    room = ax.bbox.width / figure.dpi * 72 / 40
    assert max(text.get_fontsize() for text in ax.texts) < room


def test_the_picture_grows_with_the_classes_up_to_a_page():
    def side(classes):
        width, height = confusion_matrix([0], [0], classes=range(classes)).get_size_inches()
        assert width == height
        return width

    sides = {classes: side(classes) for classes in (1, 2, 10, 20)}
    assert 3 < sides[1] <= sides[2] < 4.5
    assert 5 < sides[10] < 7
    assert 0.35 < (sides[20] - sides[10]) / 10 < 0.5, "inches a class, enough for three digits"


@pytest.mark.parametrize(("classes", "count"), [(3, 1), (12, 7), (12, 1000), (22, 40)])
def test_letters_are_as_large_as_their_cells_allow(classes, count):
    ax = Figure(figsize=(3.3, 2.3)).add_subplot()
    confusion_matrix([0] * count, [0] * count, classes=range(classes), ax=ax)
    room = 72 * min(ax.get_position().size * (3.3, 2.3)) / classes
    (size,) = {text.get_fontsize() for text in ax.texts}
    width = 0.6 * len(str(count))
    assert width * size <= room
    assert size > min(9.0, 0.8 * room / width) - 0.1
    (label,) = {label.get_fontsize() for label in ax.get_xticklabels()}
    assert min(10.0, 0.6 * room) <= label <= min(10.0, room)


def test_inputs_are_untouched():
    true, pred = np.array([0, 1, 1]), np.array([0, 1, 0])
    confusion_matrix(true, pred)
    np.testing.assert_array_equal(true, [0, 1, 1])
    np.testing.assert_array_equal(pred, [0, 1, 0])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([0, 1], [0]), ValueError, r"as many predictions as labels \(2\), got 1"),
        (([], []), ValueError, "at least one row"),
        (([0, -1], [0, 1]), ValueError, "expected indices from 0"),
        (([0, 2], [0, 1], ["a", "b"]), ValueError, "up to 2, got 2 names"),
        (([0, 1], [0, 1], "ab"), TypeError, "sequence of names, got 'ab'"),
        (([0, 1], [0, 1], 2), TypeError, r"got 2\. .*range\(C\)"),
        (([0, 1], [0, 1], None, "axes"), TypeError, "one matplotlib Axes, got str"),
    ],
)
def test_bad_input(arguments, error, message):
    with pytest.raises(error, match=f"(?s)^confusion_matrix: .*{message}"):
        confusion_matrix(*arguments)
