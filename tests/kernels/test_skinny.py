from __future__ import annotations

import numpy as np
import pytest
from helpers import arrays, close, dtypes, unchanged
from hypothesis import given
from hypothesis import strategies as st

from numnet.kernels import affine, linear, linear_dW, skinny


@pytest.fixture
def tiles(monkeypatch):
    """As on a machine of one thread, with tiles so small that small arrays have many; the calls."""
    seen: list[tuple[int, int]] = []
    rows = skinny._rows

    def watched(x, narrow):
        seen.append((len(x), rows(x, narrow)))
        return seen[-1][1]

    monkeypatch.setattr(skinny, "openblas_threads", lambda: 1)
    monkeypatch.setattr(skinny, "SMALL", 24)
    monkeypatch.setattr(skinny, "LEAST", 1)
    monkeypatch.setattr(skinny, "_rows", watched)
    monkeypatch.setattr(affine, "LONG", 2)
    return seen


def sums(x, W):
    """The same products by explicit sums, and those of the absolute values."""
    x, W = (a.astype(np.result_type(a, np.longdouble)) for a in (x, W))
    return np.einsum("nd,dq->nq", x, W), np.einsum("nd,dq->nq", abs(x), abs(W))


# One tile of all rows, a shorter one at the end or none, tiles of a single row, no row at all.
@pytest.mark.parametrize(
    ("N", "D", "Q", "rows"),
    [(4, 3, 2, 0), (13, 3, 2, 4), (12, 3, 2, 4), (13, 4, 3, 2), (5, 8, 3, 1), (0, 3, 2, 0)],
)
def test_tiles_give_the_product(tiles, N, D, Q, rows):
    @given(data=st.data(), dtype=dtypes, given_out=st.booleans())
    def check(data, dtype, given_out):
        x, W, dy = (data.draw(arrays(shape, dtype)) for shape in ((N, D), (D, Q), (N, Q)))
        out = np.full((D, Q), np.nan, dtype) if given_out else None
        y = unchanged(linear, x, W)
        dW = linear_dW(dy, x, out) if given_out else unchanged(linear_dW, dy, x)
        assert y.dtype == dW.dtype == dtype
        assert out is None or dW is out
        close(y, *sums(x, W))
        close(dW, *sums(x.T, dy))

    check()
    assert set(tiles) == ({(N, rows)} if N else set())


@pytest.mark.parametrize("N", range(4))
def test_few_rows_are_not_worth_a_look(tiles, N):
    x, W, dy = np.ones((N, 3)), np.ones((3, 2)), np.ones((N, 2))
    linear(x, W)
    assert len(tiles) == (N >= affine.LONG)
    linear_dW(dy, x)
    assert len(tiles) == 2 * (N >= affine.LONG)


@pytest.mark.parametrize(("D", "Q"), [(0, 2), (3, 0)])
def test_no_columns(tiles, D, Q):
    x, W, dy = np.ones((40, D)), np.ones((D, Q)), np.ones((40, Q))
    assert linear(x, W).tolist() == np.zeros((40, Q)).tolist()
    assert linear_dW(dy, x).shape == (D, Q)


@pytest.mark.parametrize(
    ("dtype", "threads", "rows"),
    [
        ("float32", 1, 1000),
        ("float32", 2, 0),
        ("float64", 2, 1000),
        ("float64", 3, 0),
        ("float64", None, 0),
        ("complex128", 1, 0),
        ("float16", 1, 0),
    ],
)
def test_whole_where_there_are_many_threads_or_no_openblas(monkeypatch, dtype, threads, rows):
    monkeypatch.setattr(skinny, "openblas_threads", lambda: threads)
    assert skinny._rows(np.ones((4000, 50), dtype), np.ones((50, 10), dtype)) == rows


@pytest.mark.parametrize(
    ("N", "D", "Q", "rows"),
    [
        (3000, 784, 10, 63),
        (3000, 784, 19, 33),
        (3000, 784, 20, 0),
        (40, 784, 10, 0),
        (63, 784, 10, 0),
        (64, 784, 10, 63),
    ],
)
def test_tiles_are_of_half_a_million_products(monkeypatch, N, D, Q, rows):
    monkeypatch.setattr(skinny, "openblas_threads", lambda: 1)
    assert skinny._rows(np.empty((N, D)), np.empty((D, Q))) == rows


def test_mixed_dtypes_and_transposed_factors(tiles):
    x, W = np.arange(24.0).reshape(4, 6).T, np.arange(8.0).reshape(2, 4).T
    assert (linear(x, W) == np.einsum("nd,dq->nq", x, W)).all()
    assert tiles[-1] == (6, 3)
    for kinds in ((np.float64, np.float32), (np.float32, np.float64)):
        assert linear(x.astype(kinds[0]), W.astype(kinds[1])).dtype == np.float64
        assert tiles[-1] == (6, 0)
