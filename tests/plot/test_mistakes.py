from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numnet.plot import misclassified
from numnet.plot.style import arrow

rows = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 2), st.floats(0, 1)), min_size=1, max_size=30
)


def numbered(count):
    """Images of one pixel that tell which they are: k / count."""
    return (np.arange(count) / count).reshape(-1, 1, 1)


def shown(figure, count):
    return [round(float(image.get_array()[0, 0]) * count) for image in figure.axes[0].images]


def texts(figure):
    return [text.get_text().replace(arrow(), "->") for text in figure.axes[0].texts]


@given(rows, st.integers(1, 12))
def test_the_most_confident_mistakes_come_first(cases, count):
    true, pred, p = (np.array(column) for column in zip(*cases, strict=True))
    n = len(true)
    proba = np.ones((n, 3))
    proba[np.arange(n), pred] = p
    wrong = [i for i in range(n) if true[i] != pred[i]]
    figure = misclassified(numbered(n), true, pred, proba=proba, count=count)
    expected = sorted(wrong, key=lambda i: -p[i])[:count]
    assert shown(figure, n) == expected
    heading = texts(figure)[-1]
    assert heading.startswith(f"{len(wrong)} of {n} misclassified")
    assert ("most confident" in heading) == (len(wrong) > count)
    titles = [text.split("\n")[0] for text in texts(figure)[:-1]]
    assert titles == [f"{true[i]} -> {pred[i]}" for i in expected]


def test_without_probabilities_the_order_stays():
    figure = misclassified(numbered(5), [0, 1, 2, 0, 1], [0, 0, 0, 1, 0], count=3)
    assert shown(figure, 5) == [1, 2, 3]
    assert texts(figure) == [
        "1 -> 0",
        "2 -> 0",
        "0 -> 1",
        "4 of 5 misclassified, the first 3",
    ]


def test_the_probability_of_the_predicted_class_is_written():
    proba = [[0.3, 0.7], [0.9997, 0.0003], [1.0, 0.0], [0.006, 0.994]]
    figure = misclassified(numbered(4), [0, 1, 1, 0], [1, 0, 0, 1], proba=proba)
    assert [text.split("\n")[1] for text in texts(figure)[:-1]] == [
        "100 %",
        "> 99 %",
        "99 %",
        "70 %",
    ]


def test_names_of_classes_and_two_lines_for_long_ones():
    classes = ["cat", "dog", "ankle boot"]
    figure = misclassified(numbered(2), [0, 2], [1, 0], classes=classes)
    assert texts(figure)[:2] == ["cat -> dog", "ankle boot\n-> cat"]


@pytest.mark.parametrize(
    ("names", "title"),
    [(("abcd", "efghij"), "abcd -> efghij"), (("abcde", "fghijk"), "abcde\n-> fghijk"),
     (("a", "b"), "a -> b"), (("abcdefghijkl", "m"), "abcdefghijkl\n-> m")],
)  # fmt: skip
def test_ten_letters_fit_on_a_line(names, title):
    assert texts(misclassified(numbered(2), [0, 1], [1, 1], classes=names))[0] == title


def test_two_dozen_are_enough():
    figure = misclassified(numbered(30), [0] * 30, [1] * 30)
    assert shown(figure, 30) == list(range(24))


def test_rows_of_probabilities_are_predictions():
    figure = misclassified(numbered(2), [0, 1], [[0.2, 0.8], [0.1, 0.9]])
    assert shown(figure, 2) == [0]


def test_no_mistake_is_said():
    figure = misclassified(numbered(3), [0, 1, 2], [0, 1, 2])
    assert texts(figure) == ["0 of 3 misclassified: nothing to show"]
    assert not figure.axes[0].images
    figure.savefig(io.BytesIO(), format="png")
    box, sheet = figure.axes[0].texts[0].get_window_extent(), figure.bbox
    assert 0 < box.x0 < box.x1 < sheet.x1
    assert (box.x0 + box.x1) / 2 == pytest.approx(sheet.x1 / 2, abs=2)
    assert (box.y0 + box.y1) / 2 == pytest.approx(sheet.y1 / 2, abs=5)


def test_columns_are_those_asked_for():
    figure = misclassified(numbered(6), [0] * 6, [1] * 6, columns=2)
    assert len({image.get_extent()[0] for image in figure.axes[0].images}) == 2


def test_inputs_are_untouched():
    arrays = [numbered(3), np.array([0, 1, 2]), np.array([0, 2, 1]), np.full((3, 3), 1 / 3)]
    before = [array.copy() for array in arrays]
    for array in arrays:
        array.flags.writeable = False
    misclassified(*arrays[:3], proba=arrays[3])
    for array, old in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, old)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"images": np.zeros((3, 64))}, ValueError, r"\(N, h, w\), got \(3, 64\)"),
        ({"y_true": [0, 1]}, ValueError, r"in y_true as images \(3\), got 2"),
        ({"y_pred": [0, 1, 2, 0]}, ValueError, r"in y_pred as images \(3\), got 4"),
        ({"y_true": [0.0, 1.0, 2.0]}, TypeError, r"in y_true: .*got dtype float64.*astype\(int\)"),
        ({"y_pred": [0, 1, -1]}, ValueError, "from 0 in y_pred, got -1"),
        ({"classes": ["a", "b"]}, ValueError, "up to 2, got 2 names"),
        ({"proba": np.zeros((2, 3))}, ValueError, r"\(3, C\).*got \(2, 3\)"),
        ({"proba": np.zeros((3, 2))}, ValueError, "index up to 2"),
        ({"proba": np.zeros(3)}, ValueError, r"got \(3,\)"),
        ({"proba": np.full((3, 3), np.nan)}, ValueError, r"in \[0, 1\]"),
        ({"proba": np.full((3, 3), 3.5)}, ValueError, "predict_proba"),
        ({"proba": np.full((3, 3), 1.5)}, ValueError, "predict_proba"),
        ({"proba": np.full((3, 3), -0.5)}, ValueError, "predict_proba"),
        ({"count": 0}, ValueError, "count of at least 1"),
        ({"count": 2.5}, TypeError, "count to be an integer"),
        ({"columns": -1}, ValueError, "columns of at least 1"),
    ],
)
def test_bad_input(change, error, message):
    good = {"images": np.zeros((3, 2, 2)), "y_true": [0, 1, 2], "y_pred": [0, 2, 2]}
    with pytest.raises(error, match=f"(?s)^misclassified: .*{message}"):
        misclassified(**{**good, **change})
