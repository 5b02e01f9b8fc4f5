from __future__ import annotations

import numpy as np
import pytest
from helpers import arrays, columns, dtypes, rows
from hypothesis import given
from hypothesis import strategies as st

from numnet.kernels.summing import ones, row_sums, sum_of_rows

wholes = st.integers(-9, 9).map(float)


@st.composite
def matrices(draw):
    return draw(arrays((draw(rows), draw(columns)), draw(dtypes), wholes))


@given(matrices())
def test_sums_are_those_of_loops(a):
    assert sum_of_rows(a).tolist() == [sum(column) for column in a.T.tolist()]
    assert row_sums(a).tolist() == [sum(row) for row in a.tolist()]
    assert sum_of_rows(a).dtype == row_sums(a).dtype == a.dtype


def test_a_vector_has_one_sum_and_no_rows_have_none():
    assert sum_of_rows(np.array([1.0, 2.0, 4.0])) == 7
    assert sum_of_rows(np.ones((0, 2))).tolist() == [0, 0]
    assert row_sums(np.ones((2, 0))).tolist() == [0, 0]


def test_out_takes_the_sum_and_complex_numbers_are_not_conjugated():
    out = np.empty(2, complex)
    a = np.array([[1j, 2.0], [3j, 4.0]])
    assert sum_of_rows(a, out) is out
    assert out.tolist() == [4j, 6]
    assert row_sums(a).tolist() == [2 + 1j, 4 + 3j]


def test_ones_are_kept_and_cannot_be_changed():
    kept = ones(3, np.dtype("float32"))
    assert kept is ones(3, np.dtype("float32")) is not ones(3, np.dtype("float64"))
    assert (kept.tolist(), kept.dtype) == ([1, 1, 1], "float32")
    with pytest.raises(ValueError, match="read-only"):
        kept[0] = 2
