"""The choice of classes and dtype, and the rows that follow from it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numnet.data.choice import check_classes, check_dtype, select


@pytest.mark.parametrize(
    "classes", [(1, 7, 9), [1, 7, 9], np.array([1, 7, 9], np.uint8), (np.int64(1), 7, 9)]
)
def test_any_sequence_of_integers_will_do(classes: Any) -> None:
    chosen = check_classes(classes, "here")
    assert chosen == (1, 7, 9)
    assert {type(label) for label in chosen} == {int}


def test_all_and_a_range() -> None:
    assert check_classes(None, "here") == tuple(range(10))
    assert check_classes(range(3), "here") == (0, 1, 2)


@pytest.mark.parametrize(
    ("classes", "error", "message"),
    [
        ((), ValueError, "at least one class"),
        ([], ValueError, "at least one class"),
        (np.array([], int), ValueError, "at least one class"),
        ((1, 7, 1), ValueError, r"each class once, got 1 twice in \(1, 7, 1\)"),
        ((7, 1, 1, 7), ValueError, r"got 7 twice in \(7, 1, 1, 7\)"),
        ((1, 10), ValueError, "from 0 to 9, got 10"),
        ((-1, 1), ValueError, "from 0 to 9, got -1"),
        ((1.0, 2), TypeError, "integers from 0 to 9, got 1.0"),
        (("1", "7"), TypeError, "integers from 0 to 9, got '1'"),
        ((None,), TypeError, "integers from 0 to 9, got None"),
        ((True, 2), TypeError, "integers from 0 to 9, got True"),
        (np.array([True, False]), TypeError, "integers from 0 to 9, got"),
        (np.array([[1, 2]]), TypeError, "sequence of labels"),
        ("179", TypeError, "sequence of labels such as .* got '179'"),
        (b"12", TypeError, "sequence of labels"),
        (3, TypeError, "sequence of labels such as .* got 3"),
        ({1, 7}, TypeError, "sequence of labels"),
        ({1: 7}, TypeError, "sequence of labels"),
        (np.array(3), TypeError, "sequence of labels"),
    ],
)
def test_refuses_other_classes(classes: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=f"^here: .*{message}"):
        check_classes(classes, "here")


@pytest.mark.parametrize("dtype", ["float32", np.float32, np.dtype("float32"), "f4"])
def test_dtype_in_every_form(dtype: Any) -> None:
    assert check_dtype(dtype, "here") == np.float32


@pytest.mark.parametrize(
    "dtype", ["float23", "int64", "uint8", "float16", "complex128", ">f8", None, 3, bool, object]
)
def test_refuses_other_dtypes(dtype: Any) -> None:
    with pytest.raises(TypeError, match=r"^here: expected dtype float32 or float64, got"):
        check_dtype(dtype, "here")


@given(
    labels=st.lists(st.integers(0, 9), max_size=12),
    classes=st.permutations(range(10)).flatmap(
        lambda order: st.integers(1, 10).map(lambda count: tuple(order[:count]))
    ),
    dtype=st.sampled_from(["float32", "float64"]),
)
def test_select_keeps_the_order_of_the_rows(
    labels: list[int], classes: tuple[int, ...], dtype: str
) -> None:
    pixels = np.arange(2 * len(labels), dtype=np.uint8).reshape(len(labels), 2)
    x, y = select(pixels, np.array(labels, np.uint8), classes, 24, np.dtype(dtype))
    rows = [row for row, label in enumerate(labels) if label in classes]
    assert [classes[index] for index in y] == [labels[row] for row in rows]
    assert x.shape == (len(rows), 2)
    assert x.dtype == dtype
    assert y.dtype.kind == "i"
    expected = [[np.dtype(dtype).type(value) / 24 for value in (2 * r, 2 * r + 1)] for r in rows]
    assert x.tolist() == [[float(value) for value in row] for row in expected]


def test_select_gives_rows_also_of_columns() -> None:
    pixels = np.arange(12, dtype=np.uint8).reshape(2, 6).T
    for classes in (tuple(range(10)), (0, 1)):
        x, _ = select(pixels, np.zeros(6, np.uint8), classes, 16, np.dtype("float64"))
        assert x.flags.c_contiguous
        assert x[5, 1] == 11 / 16
