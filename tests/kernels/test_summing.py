from __future__ import annotations

import numpy as np
import pytest
from helpers import arrays, columns, dtypes, rows
from hypothesis import given
from hypothesis import strategies as st

from numnet.kernels.summing import ones


@st.composite
def matrices(draw):
    wholes = st.integers(-9, 9).map(float)
    return draw(arrays((draw(rows), draw(columns)), draw(dtypes), wholes))


@given(matrices())
def test_products_with_them_are_the_sums_of_loops(a):
    by_rows, by_columns = ones(len(a), a.dtype).dot(a), a.dot(ones(a.shape[1], a.dtype))
    assert by_rows.tolist() == [sum(column) for column in a.T.tolist()]
    assert by_columns.tolist() == [sum(row) for row in a.tolist()]
    assert by_rows.dtype == by_columns.dtype == a.dtype


def test_they_are_kept_and_cannot_be_changed():
    kept = ones(3, np.dtype("float32"))
    assert kept is ones(3, np.dtype("float32")) is not ones(3, np.dtype("float64"))
    assert (kept.tolist(), kept.dtype) == ([1, 1, 1], "float32")
    with pytest.raises(ValueError, match="read-only"):
        kept[0] = 2
