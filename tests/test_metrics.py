from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numnet.labels import one_hot
from numnet.metrics import accuracy, confusion_matrix

CLASSES = 5
pairs = st.lists(
    st.tuples(st.integers(0, CLASSES - 1), st.integers(0, CLASSES - 1)), min_size=1, max_size=40
).map(lambda rows: tuple(np.array(column) for column in zip(*rows, strict=True)))
both = pytest.mark.parametrize("metric", [accuracy, confusion_matrix])


@given(pairs)
def test_accuracy_counts_the_rows_that_agree(pair):
    true, pred = pair
    assert accuracy(true, pred) == sum(a == b for a, b in zip(true, pred, strict=True)) / len(true)
    assert isinstance(accuracy(true, pred), float)
    assert accuracy(true, true) == 1.0
    assert accuracy(true, (true + 1) % CLASSES) == 0.0


@given(pairs)
def test_each_cell_counts_its_pairs(pair):
    true, pred = pair
    counts = confusion_matrix(true, pred, CLASSES)
    assert counts.dtype.kind == "i"
    expected = [[sum((true == i) & (pred == j)) for j in range(CLASSES)] for i in range(CLASSES)]
    np.testing.assert_array_equal(counts, expected)
    assert counts.trace() / len(true) == accuracy(true, pred)


@given(pairs)
def test_exchanging_the_arguments_transposes(pair):
    true, pred = pair
    np.testing.assert_array_equal(confusion_matrix(pred, true), confusion_matrix(true, pred).T)


@given(pairs)
def test_the_largest_index_gives_the_number_of_classes(pair):
    true, pred = pair
    count = max(*true, *pred) + 1
    counts = confusion_matrix(true, pred)
    assert counts.shape == (count, count)
    np.testing.assert_array_equal(counts, confusion_matrix(true, pred, CLASSES)[:count, :count])


@given(pairs, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(pair, random):
    true, pred = pair
    order = list(range(len(true)))
    random.shuffle(order)
    assert accuracy(true[order], pred[order]) == accuracy(true, pred)
    np.testing.assert_array_equal(
        confusion_matrix(true[order], pred[order]), confusion_matrix(true, pred)
    )


@given(pairs)
def test_rows_count_by_their_largest_entry(pair):
    true, pred = pair
    rows = 0.1 + 0.5 * one_hot(pred, CLASSES)
    assert accuracy(true, rows) == accuracy(true, pred)
    assert accuracy(one_hot(true, CLASSES), pred) == accuracy(true, pred)
    np.testing.assert_array_equal(
        confusion_matrix(true, rows, CLASSES), confusion_matrix(true, pred, CLASSES)
    )


@given(pairs)
def test_inputs_stay(pair):
    for labels in pair:
        labels.flags.writeable = False
    accuracy(*pair)
    confusion_matrix(*pair)


@both
def test_lengths_that_differ(metric):
    message = rf"^{metric.__name__}: expected as many predictions as labels \(2\), got 1"
    with pytest.raises(ValueError, match=message):
        metric([0, 1], [0])


@both
def test_no_row(metric):
    with pytest.raises(ValueError, match=f"^{metric.__name__}: expected at least one row"):
        metric([], [])


@both
def test_too_many_axes(metric):
    with pytest.raises(ValueError, match=r"\(N,\) or \(N, C\)"):
        metric(np.zeros((2, 2, 2)), [0, 1])


def test_an_index_beyond_the_classes():
    with pytest.raises(ValueError, match="expected indices from 0 to 1, got 2"):
        confusion_matrix([0, 2], [0, 1], 2)
    with pytest.raises(ValueError, match="expected indices from 0 to 1, got 2"):
        confusion_matrix([0, 1], [0, 2], 2)


@pytest.mark.parametrize("pair", [([0, -1], [0, 1]), ([0, 1], [0, -1])])
def test_a_negative_index(pair):
    with pytest.raises(ValueError, match="expected indices from 0 to 1"):
        confusion_matrix(*pair)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8])
def test_small_integers_do_not_overflow(dtype):
    true = np.array([30, 99], dtype)
    counts = confusion_matrix(true, true)
    assert (counts[30, 30], counts[99, 99], counts.shape) == (1, 1, (100, 100))


def test_unsigned_labels_against_signed_predictions():
    true, pred = np.array([0, 1], np.uint64), np.array([0, 1])
    np.testing.assert_array_equal(confusion_matrix(true, pred), np.eye(2))


def test_the_message_names_the_negative_index():
    with pytest.raises(ValueError, match="got -1"):
        confusion_matrix([0, -1], [0, 1])


@both
def test_one_column_of_probabilities_is_no_class_zero(metric):
    with pytest.raises(ValueError, match=r"\(2, 1\)"):
        metric([1, 0], [[0.9], [0.1]])


@both
def test_probabilities_are_no_indices(metric):
    with pytest.raises((TypeError, ValueError), match=f"^{metric.__name__}: .*float64"):
        metric([1, 0], [0.9, 0.1])


@both
def test_not_a_number_is_no_prediction(metric):
    with pytest.raises(ValueError, match=r"(?i)nan|finite"):
        metric([0, 1], [[0.5, 0.5], [np.nan, np.nan]])


@pytest.mark.parametrize("classes", ["2", 2.0])
def test_the_number_of_classes_is_an_integer(classes):
    with pytest.raises(TypeError, match="expected classes to be an integer"):
        confusion_matrix([0, 1], [1, 1], classes=classes)
