from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from numnet.labels import check_labels, one_hot, to_indices

integers = st.sampled_from([np.int8, np.uint8, np.int32, np.int64, np.uint64])
labelled = st.tuples(st.integers(1, 12), st.integers(1, 6), integers).flatmap(
    lambda s: st.tuples(hnp.arrays(s[2], s[0], elements=st.integers(0, s[1] - 1)), st.just(s[1]))
)


@st.composite
def soft_rows(draw):
    rows, classes = draw(st.integers(1, 8)), draw(st.integers(1, 6))
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    weights = draw(hnp.arrays(np.float64, (rows, classes), elements=st.floats(0.01, 1)))
    return (weights / weights.sum(axis=1, keepdims=True)).astype(dtype)


@given(labelled, st.sampled_from([np.float32, np.float64, np.int64, bool]))
def test_one_hot_has_a_single_one_at_the_label(case, dtype):
    y, classes = case
    rows = one_hot(y, classes, dtype)
    assert rows.dtype == dtype
    assert rows.shape == (len(y), classes)
    for row, label in zip(rows, y, strict=True):
        assert [bool(entry) for entry in row] == [k == label for k in range(classes)]
    assert (rows.max(axis=1) == 1).all()


@given(labelled)
def test_to_indices_undoes_one_hot(case):
    y, classes = case
    if classes > 1:
        np.testing.assert_array_equal(to_indices(one_hot(y, classes)), y)
    np.testing.assert_array_equal(to_indices(y), y)


@given(labelled)
def test_good_integers_pass_unchanged(case):
    y, classes = case
    before = y.copy()
    checked = check_labels(y, (len(y), classes))
    assert checked.dtype.kind in "iu"
    np.testing.assert_array_equal(checked, before)
    np.testing.assert_array_equal(y, before)
    check_labels(y.tolist(), (len(y), classes))


@given(labelled, st.data())
def test_one_label_out_of_range_is_found(case, data):
    y, classes = case
    y = y.astype(np.int64)
    row = data.draw(st.integers(0, len(y) - 1))
    y[row] = data.draw(st.integers(-3, -1) | st.integers(classes, classes + 3))
    message = f"from 0 to {classes - 1} for {classes} classes, got {y[row]} at row {row}\\."
    with pytest.raises(ValueError, match=message):
        check_labels(y, (len(y), classes))
    with pytest.raises(ValueError, match=r"^one_hot: "):
        one_hot(y, classes)


@given(soft_rows())
def test_soft_rows_pass_unchanged(rows):
    checked = check_labels(rows, rows.shape)
    assert checked.dtype == rows.dtype
    np.testing.assert_array_equal(checked, rows)


@given(labelled)
def test_one_hot_rows_pass_in_every_real_dtype(case):
    y, classes = case
    for dtype in (np.float32, np.int64, np.uint8, bool):
        rows = check_labels(one_hot(y, classes, dtype), (len(y), classes))
        assert rows.dtype.kind == "f"
        if classes > 1:
            np.testing.assert_array_equal(to_indices(rows), y)


@given(soft_rows(), st.data())
def test_one_bad_entry_in_a_row_is_found(rows, data):
    rows = rows.copy()
    where = tuple(data.draw(st.integers(0, n - 1)) for n in rows.shape)
    rows[where] = data.draw(st.sampled_from([np.nan, np.inf, -np.inf, -0.5, 1.5]))
    with pytest.raises(ValueError, match=rf"rows in \[0, 1\] that sum to 1, got row {where[0]} "):
        check_labels(rows, rows.shape)


@given(soft_rows(), st.sampled_from([0.999, 0.5, 0.0]))
def test_a_row_that_does_not_sum_to_one_is_found(rows, factor):
    with pytest.raises(ValueError, match="got row 0 with sum"):
        check_labels(rows * rows.dtype.type(factor), rows.shape)


def test_entries_outside_the_interval_are_found_though_the_sum_is_one():
    with pytest.raises(ValueError, match=r"minimum -0\.5 and maximum 1\.5"):
        check_labels([[0.5, 0.5], [1.5, -0.5]], (2, 2))


@pytest.mark.parametrize(
    ("y", "shape", "error", "message"),
    [
        ([0, 1], (3, 2), ValueError, "expected 3 labels, one a row of the outputs, got 2"),
        ([[0], [1]], (2, 3), ValueError, "got (2, 1). Use y.ravel()"),
        ([[0, 1, 0]], (3, 2), ValueError, "got (1, 3). Use y.ravel()"),
        ([[0.5, 0.5]], (1, 3), ValueError, "integers of shape (1,) or rows of shape (1, 3)"),
        (0, (1, 3), ValueError, "got ()"),
        ([0.0, 1.0], (2, 2), TypeError, "got dtype float64. Use y.astype(int)"),
        ([True, False], (2, 2), TypeError, "got dtype bool"),
        (["a", "b"], (2, 2), TypeError, "expected integers from 0 to 1"),
        ([0, 1], (2,), ValueError, "outputs of shape (N, C), one column a class, got (2,)"),
        ([0, 1], (2, 2, 1), ValueError, "got (2, 2, 1)"),
    ],
)
def test_wrong_shapes_and_dtypes(y, shape, error, message):
    with pytest.raises(error, match=f"^here: .*{re.escape(message)}"):
        check_labels(y, shape, "here")


@pytest.mark.parametrize("y", [0, [[[0]]]])
def test_to_indices_takes_one_or_two_axes(y):
    with pytest.raises(ValueError, match=r"expected shape \(N,\) or \(N, C\)"):
        to_indices(y)


def test_one_hot_takes_one_axis():
    with pytest.raises(
        ValueError, match=r"^one_hot: expected labels of shape \(N,\), got \(1, 2\)"
    ):
        one_hot([[0, 1]], 2)


def test_no_rows_are_labels_too():
    none = np.zeros(0, int)
    assert check_labels(none, (0, 3)).shape == (0,)
    assert check_labels(np.zeros((0, 3)), (0, 3)).shape == (0, 3)
    assert one_hot(none, 3).shape == (0, 3)
    assert to_indices(np.zeros((0, 3))).shape == (0,)


def test_inputs_may_be_read_only_and_stay():
    rows = np.eye(3)
    rows.flags.writeable = False
    check_labels(rows, (3, 3))
    to_indices(rows)
    y = np.array([2, 0])
    y.flags.writeable = False
    one_hot(y, 3)
    np.testing.assert_array_equal(rows, np.eye(3))
    np.testing.assert_array_equal(y, [2, 0])


def test_one_column_has_no_largest():
    with pytest.raises(ValueError, match=r"two columns or more, got \(2, 1\)\. Use y\.ravel\(\)"):
        to_indices([[0], [1]])


def test_one_hot_of_nothing():
    assert one_hot([], 3).shape == (0, 3)


def test_rows_from_float32_may_sum_to_a_little_more():
    rows = np.array([[1 + 1e-7, -1e-7]])
    np.testing.assert_array_equal(check_labels(rows, (1, 2)), rows)


@pytest.mark.parametrize("classes", [0, -1, 3.0, "3"])
def test_one_hot_has_a_positive_number_of_columns(classes):
    with pytest.raises(ValueError, match="one_hot: expected classes to be a positive integer"):
        one_hot([], classes)


@pytest.mark.parametrize(
    ("y", "shape", "ending"),
    [
        ([[0.0, 1.0], [1.0, 0.0]], (1, 2), "or rows of shape (1, 2), got (2, 2)"),
        ([[0]], (3, 2), "or rows of shape (3, 2), got (1, 1)"),
    ],
)
def test_a_hint_is_given_only_where_it_helps(y, shape, ending):
    with pytest.raises(ValueError, match=f"{re.escape(ending)}$"):
        check_labels(y, shape)


def test_an_entry_above_one_is_found_though_what_makes_up_for_it_is_slight():
    row = [1 + 1.6e-5, -0.8e-5, -0.8e-5]
    with pytest.raises(ValueError, match=r"rows in \[0, 1\] that sum to 1, got row 1 "):
        check_labels([[0, 1, 0], row], (2, 3))


def test_to_indices_says_what_is_wrong_and_where():
    with pytest.raises(TypeError, match=r"^here: expected integers, got dtype float64"):
        to_indices([0.5, 1.0], "here")
    assert to_indices([]).dtype == np.intp
    with pytest.raises(ValueError, match=r"got \(2, 2, 2\)$"):
        to_indices(np.zeros((2, 2, 2)))
    with pytest.raises(ValueError, match=r"got \(\)$"):
        to_indices(1)
    with pytest.raises(ValueError, match=r"got NaN at row 1$"):
        to_indices([[0.0, 1.0], [0.0, np.nan], [np.nan, 1.0]])
