from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from numnet.plot import confusion_matrix

pairs = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=40)


def luminance(colour):
    u = np.asarray(colour)[..., :3]
    linear = np.where(u <= 0.04045, u / 12.92, ((u + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def cells(ax):
    """What is written at (row, column)."""
    return {text.get_position()[::-1]: text.get_text() for text in ax.texts}


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


@pytest.mark.parametrize("share", np.linspace(0, 1, 21))
def test_every_count_can_be_read(share):
    right = round(100 * share)
    (ax,) = confusion_matrix([0] * 100 + [1], [0] * right + [1] * (100 - right) + [1]).axes
    (image,) = ax.images
    for text in ax.texts:
        row, column = text.get_position()[::-1]
        paper = luminance(image.get_cmap()(image.norm(image.get_array()[row, column])))
        ink = luminance([int(text.get_color()[k : k + 2], 16) / 255 for k in (1, 3, 5)])
        assert (max(ink, paper) + 0.05) / (min(ink, paper) + 0.05) > 3.9


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
