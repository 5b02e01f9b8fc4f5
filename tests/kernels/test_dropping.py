from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from helpers import Pair, arrays, dtypes, shapes, unchanged
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from numnet.kernels import dropout, dropout_dx

P = 0.375
PAIR = Pair(
    lambda x, kept: dropout(x, kept, P),
    lambda dy, x, kept: dropout_dx(dy, kept, P),
    lambda dy, x, kept: abs(dy) / (1 - P),
)
WRONG = {
    "sign": lambda dy, x, kept: -dropout_dx(dy, kept, P),
    "not grown": lambda dy, x, kept: dy * kept,
    "not dropped": lambda dy, x, kept: dy / (1 - P),
    "the others": lambda dy, x, kept: dropout_dx(dy, ~kept, P),
    "divided by p": lambda dy, x, kept: dropout_dx(dy, kept, 1 - P),
    "another draw": lambda dy, x, kept: dropout_dx(dy, np.roll(kept, 1), P),
}


@st.composite
def arguments(draw):
    dtype, shape = draw(dtypes), draw(shapes)
    kept = draw(hnp.arrays(bool, shape))
    return draw(arrays(shape, dtype)), draw(arrays(shape, dtype)), kept


@given(arguments())
def test_backward_agrees_with_the_complex_step(args):
    PAIR.check(*args)


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_backward_is_refused(fault):
    rng = np.random.default_rng(0)
    dy, x = rng.standard_normal((2, 3, 4))
    kept = rng.random((3, 4)) > P
    PAIR.check(dy, x, kept)
    with pytest.raises(AssertionError):
        replace(PAIR, backward=WRONG[fault]).check(dy, x, kept)


@given(arguments(), st.sampled_from([0.0, 0.25, 0.5, 0.75]))
def test_forward_agrees_with_explicit_loops(args, p):
    _, x, kept = args
    y = unchanged(dropout, x, kept, p)
    assert y.dtype == x.dtype
    for i in np.ndindex(x.shape):
        assert y[i] == (x[i] / x.dtype.type(1 - p) if kept[i] else 0)


def test_what_is_dropped_is_zero_whatever_stood_there():
    x = np.array([np.inf, np.nan, 1e300, 2.0])
    kept = np.array([False, False, False, True])
    assert dropout(x, kept, 0.5).tolist() == [0, 0, 0, 4]
    assert not np.signbit(dropout(-abs(x[2:3]), kept[2:3], 0.5)).any()


def test_the_mean_over_all_draws_is_x():
    x = np.array([3.0])
    shares = {True: 0.75, False: 0.25}
    assert sum(w * dropout(x, np.array([k]), 0.25)[0] for k, w in shares.items()) == 3
