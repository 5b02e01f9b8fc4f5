from __future__ import annotations

import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from helpers import DTYPES, arrays, close, dtypes, unchanged
from hypothesis import given
from hypothesis import strategies as st

from numnet.kernels import affine, linear, linear_dW, skinny


@pytest.fixture(params=[1, 2, 3], ids="{} threads".format)
def tiles(request, monkeypatch):
    """So many threads, and tiles so small that small arrays have many; the calls."""
    seen: list[tuple[int, int]] = []
    rows = skinny._rows

    def watched(x, narrow):
        seen.append((len(x), rows(x, narrow)))
        return seen[-1][1]

    monkeypatch.setattr(skinny, "openblas_threads", lambda: request.param)
    monkeypatch.setattr(skinny, "SHARE", 2)
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


@pytest.mark.parametrize("dtype", DTYPES)
def test_whole_without_openblas(monkeypatch, dtype):
    x, W = np.ones((4000, 50), dtype), np.ones((50, 10), dtype)
    monkeypatch.setattr(skinny, "openblas_threads", lambda: None)
    assert skinny._rows(x, W) == 0
    monkeypatch.setattr(skinny, "openblas_threads", lambda: 64)
    assert skinny._rows(x, W) == (1000 if x.dtype.kind == "f" else 0)


@pytest.mark.parametrize(
    ("threads", "N", "ranges"),
    [
        (1, 3000, [(0, 3000)]),
        (None, 3000, [(0, 3000)]),
        (2, 3000, [(0, 1500), (1500, 3000)]),
        (3, 3050, [(0, 1000), (1000, 2000), (2000, 3050)]),
        # Eight tiles each, or no one more to help.
        (64, 3000, [(0, 1000), (1000, 2000), (2000, 3000)]),
        (2, 1500, [(0, 1500)]),
    ],
)
def test_every_thread_has_as_many_tiles(monkeypatch, threads, N, ranges):
    monkeypatch.setattr(skinny, "openblas_threads", lambda: threads)
    workers = set()

    def part(first, last):
        workers.add(threading.get_ident())
        barrier.wait(60)
        return first, last

    barrier = threading.Barrier(len(ranges))
    assert skinny._shared_out(part, N, 100) == ranges
    assert len(workers) == len(ranges)


def test_threads_ignore_what_the_caller_ignores(monkeypatch):
    monkeypatch.setattr(skinny, "openblas_threads", lambda: 2)
    monkeypatch.setattr(skinny, "SMALL", 1000)
    x, dy = np.full((1600, 10), 1e307), np.ones((1600, 1))
    with np.errstate(over="ignore"):
        assert np.isinf(linear_dW(dy, x)).all()
    with pytest.warns(RuntimeWarning, match="overflow"):
        linear_dW(dy, x)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_has_threads_of_its_own():
    code = """
import os
import numpy as np
from numnet.kernels import linear, skinny
skinny.openblas_threads = lambda: 2
x, W = np.ones((3000, 784)), np.ones((784, 10))
linear(x, W)
pid = os.fork()
if not pid:
    os._exit(0 if (linear(x, W) == 784).all() else 1)
print(os.waitpid(pid, 0)[1])
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == "0\n"


@pytest.mark.parametrize(
    ("N", "D", "Q", "rows"),
    [
        (3000, 784, 10, 63),
        (3000, 784, 19, 33),
        (3000, 784, 20, 0),
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
