from __future__ import annotations

import itertools
import math
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from helpers import DTYPES, Pair, arrays, close, columns, dtypes, rows, unchanged
from hypothesis import given
from hypothesis import strategies as st

from numnet.kernels import linear, linear_db, linear_dW, linear_dx

PAIRS = {
    "dx": Pair(
        linear,
        lambda dy, x, W, b: linear_dx(dy, W),
        lambda dy, x, W, b: abs(dy) @ abs(W).T,
    ),
    "dW": Pair(
        linear,
        lambda dy, x, W, b: linear_dW(dy, x),
        lambda dy, x, W, b: abs(x).T @ abs(dy),
        wrt=1,
    ),
    "db": Pair(
        linear,
        lambda dy, x, W, b: linear_db(dy),
        lambda dy, x, W, b: abs(dy).sum(0),
        wrt=2,
    ),
}


def _in_place(dy, x, W, b):
    dy += 1
    return linear_db(dy - 1)


WRONG = {
    "dx": {
        "sign": lambda dy, x, W, b: -linear_dx(dy, W),
        "not transposed": lambda dy, x, W, b: np.dot(dy, W),
        "summed over the examples": lambda dy, x, W, b: linear_dx(dy, W).sum(0),
        "divided by N": lambda dy, x, W, b: linear_dx(dy, W) / len(x),
    },
    "dW": {
        "sign": lambda dy, x, W, b: -linear_dW(dy, x),
        "mean instead of sum": lambda dy, x, W, b: linear_dW(dy, x) / len(x),
        "transposed": lambda dy, x, W, b: linear_dW(dy, x).T.copy(),
        "the last example is missing": lambda dy, x, W, b: linear_dW(dy[:-1], x[:-1]),
        "a single precision": lambda dy, x, W, b: linear_dW(dy, x).astype(np.float32),
    },
    "db": {
        "sign": lambda dy, x, W, b: -linear_db(dy),
        "mean instead of sum": lambda dy, x, W, b: dy.mean(0),
        "wrong axis": lambda dy, x, W, b: dy.sum(1),
        "not reduced": lambda dy, x, W, b: dy.copy(),
        "in place": _in_place,
    },
}


@st.composite
def arguments(draw, dtype):
    n, d, q = draw(rows), draw(columns), draw(columns)
    return [draw(arrays(s, dtype)) for s in ((n, q), (n, d), (d, q), (q,))]


@pytest.mark.parametrize("name", PAIRS)
@given(data=st.data())
def test_backward_agrees_with_the_complex_step(name, data):
    dy, *at = data.draw(arguments(data.draw(dtypes)))
    PAIRS[name].check(dy, *at)


@pytest.mark.parametrize(("name", "fault"), [(n, f) for n in WRONG for f in WRONG[n]])
def test_a_wrong_backward_is_refused(name, fault):
    # Square, so that a wrong axis is not told by the shape alone.
    rng = np.random.default_rng(0)
    dy, x, W = rng.standard_normal((3, 4, 4))
    b = rng.standard_normal(4)
    PAIRS[name].check(dy, x, W, b)
    with pytest.raises(AssertionError):
        replace(PAIRS[name], backward=WRONG[name][fault]).check(dy, x, W, b)


@given(data=st.data())
def test_forward_agrees_with_explicit_loops(data):
    dy, x, W, b = data.draw(arguments(data.draw(dtypes)))
    wide, size = np.zeros(dy.shape), np.zeros(dy.shape)
    for n, q in np.ndindex(dy.shape):
        terms = [float(x[n, d]) * float(W[d, q]) for d in range(len(W))] + [float(b[q])]
        wide[n, q], size[n, q] = math.fsum(terms), math.fsum(map(abs, terms))
    y = unchanged(linear, x, W, b)
    assert y.dtype == x.dtype
    close(y, wide, size, units=len(W) + 2)
    close(unchanged(linear, x, W), wide - np.asarray(b, float), size + abs(b), units=len(W) + 4)


@given(data=st.data())
def test_out_receives_what_is_returned(data):
    dy, x, W, b = data.draw(arguments(data.draw(dtypes)))
    for result, shape in ((linear_dW, W.shape), (linear_db, b.shape)):
        args = (dy, x) if result is linear_dW else (dy,)
        out = np.full(shape, np.nan, dy.dtype)
        assert result(*args, out=out) is out
        np.testing.assert_array_equal(out, result(*args))
        assert np.isfinite(out).all()


@pytest.mark.parametrize("kinds", list(itertools.product(DTYPES, repeat=3)))
def test_out_of_any_dtype_receives_the_rounded_gradient(kinds):
    rng = np.random.default_rng(0)
    shapes = ((3, 2), (3, 4), (2, 4))
    x, dy, out = (rng.standard_normal(s).astype(k) for s, k in zip(shapes, kinds, strict=True))
    assert linear_dW(dy, x, out=out) is out
    assert out.dtype == kinds[2]
    exact = x.astype(float).T @ dy
    narrow = np.finfo(np.result_type(x, dy)).eps > np.finfo(out.dtype).eps
    close(out.astype(np.float32) if narrow else out, exact, abs(x).T @ abs(dy), units=8)
    db = np.full(4, np.nan, kinds[2])
    assert linear_db(dy, out=db) is db
    narrow = np.finfo(dy.dtype).eps > np.finfo(db.dtype).eps
    close(db.astype(np.float32) if narrow else db, dy.astype(float).sum(0), abs(dy).sum(0), units=8)


def test_out_spares_a_second_array():
    x, dy, out = np.ones((2, 300)), np.ones((2, 200)), np.empty((300, 200))
    peaks = []
    for given_out in (out, None):
        tracemalloc.start()
        try:
            linear_dW(dy, x, out=given_out)
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    assert peaks[0] < out.nbytes / 2 < peaks[1]


def test_no_examples_give_zero_gradients():
    x, dy = np.ones((0, 3)), np.ones((0, 2))
    out = np.full((3, 2), np.nan)
    assert not linear_dW(dy, x, out=out).any()
    assert not linear_dW(dy, x).any()
    assert linear_db(dy).tolist() == [0, 0]
    assert linear_dx(dy, np.ones((3, 2))).shape == (0, 3)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_wider_bias_widens_the_output_and_a_narrower_one_does_not(dtype):
    x, W = np.ones((1, 2), dtype), np.ones((2, 1), dtype)
    assert linear(x, W, np.ones(1, complex)).dtype == complex
    assert linear(x, W, np.ones(1, np.float32)).dtype == dtype
    assert linear(x, W, np.array([1 + 2j])).tolist() == [[3 + 2j]]
