"""softmax and log_softmax against loops, scipy.special and 50 digits, also where saturated."""

from __future__ import annotations

import itertools
import math

import mpmath
import numpy as np
import pytest
import scipy.special
from helpers import DTYPES
from oracles import exactly, near, within

from numnet import kernels

every_dtype = pytest.mark.parametrize("dtype", DTYPES)
# Equal entries, one that dominates by little, by much and by all, two that do, zeros, subnormals.
ROWS = [
    [0, 0, 0],
    [0.0, -0.0, 0.0],
    [1e30, 1e30, 1e30],
    [-1e30, -1e30, -1e30],
    [1e30, -1e30, 0],
    [5, 4.999, 3],
    [0, -17, -30],
    [0, -40, -50],
    [33.3, -47.1, -50.2],
    [0, -85, -80],
    [40, 40, 0],
    [40, 40, 40],
    [-3, 60, 59.9],
    [1e-30, 2e-30, -1e-30],
    [1e-40, 0, -1e-45],
    [1e7, 1e7 - 1, 1e7 - 2],
]


def logits(dtype):
    rng = np.random.default_rng(0)
    scales = np.repeat([1e-3, 1.0, 10.0, 30.0], 30)[:, None]
    return np.concatenate([np.array(ROWS), rng.normal(size=(120, 3)) * scales]).astype(dtype)


def log_probabilities(row):
    """x_c - m - log1p(sum of the others), nothing of which cancels."""
    m = max(row)
    others = sorted(row)[:-1]
    rest = mpmath.log1p(mpmath.fsum(mpmath.exp(v - m) for v in others))
    return [v - m - rest for v in row]


def gaps(x):
    """max - x, by which the rounding of x - max grows in exp; 0 where exp is."""
    gap = x.max(axis=1, keepdims=True).astype(float) - x
    return np.where(gap < -np.log(np.finfo(x.dtype).tiny), gap, 0)


@every_dtype
def test_softmax_is_within_a_few_ulps_of_the_truth(dtype):
    x = logits(dtype)
    with mpmath.workdps(50):
        truth = [[mpmath.exp(v) for v in log_probabilities(row)] for row in exactly(x)]
    # Measured: at most 1.7 ulps where nothing is far from the maximum.
    within(5 + gaps(x), kernels.softmax(x), truth)


@every_dtype
def test_log_softmax_is_within_a_few_ulps_of_the_truth_also_next_to_zero(dtype):
    x = logits(dtype)
    with mpmath.workdps(50):
        truth = [log_probabilities(row) for row in exactly(x)]
    # The largest output is minus the sum of the others' exp: the nearest of them counts.
    nearest = np.sort(x.max(axis=1, keepdims=True).astype(float) - x, axis=1)[:, 1:2]
    within(5 + np.minimum(nearest, 800), kernels.log_softmax(x), truth)


def test_the_logarithm_of_the_whole_sum_would_be_seen():
    x = np.array([[0.0, -40.0]])
    y = x - np.log(np.exp(x).sum(axis=1, keepdims=True))
    with mpmath.workdps(50):
        truth = [log_probabilities(row) for row in exactly(x)]
    within(1, kernels.log_softmax(x), truth)
    with pytest.raises(AssertionError, match=r"entry \(0, 0\)"):
        within(1000, y, truth)


@every_dtype
def test_backward_is_within_a_few_eps_of_its_terms(dtype):
    x = logits(dtype)
    dy = np.random.default_rng(1).normal(size=x.shape).astype(dtype)
    p, y = kernels.softmax(x), kernels.log_softmax(x)
    dp, dl = kernels.softmax_dx(dy, p), kernels.log_softmax_dx(dy, y)
    with mpmath.workdps(50):
        for i, (g, row) in enumerate(zip(exactly(dy), exactly(x), strict=True)):
            q = [mpmath.exp(v) for v in log_probabilities(row)]
            mean = mpmath.fsum(a * b for a, b in zip(g, q, strict=True))
            size = mpmath.fsum(abs(a) * b for a, b in zip(g, q, strict=True))
            reach = 8 + float(gaps(x[i : i + 1]).max())
            near(
                reach,
                dp[i],
                [b * (a - mean) for a, b in zip(g, q, strict=True)],
                [b * (abs(a) + size) for a, b in zip(g, q, strict=True)],
            )
            total, sizes = mpmath.fsum(g), mpmath.fsum(map(abs, g))
            near(
                reach,
                dl[i],
                [a - b * total for a, b in zip(g, q, strict=True)],
                [abs(a) + b * sizes for a, b in zip(g, q, strict=True)],
            )


def test_the_formulas_in_explicit_loops():
    rng = np.random.default_rng(2)
    x, dy = rng.normal(size=(2, 6, 4))
    p, y = kernels.softmax(x), kernels.log_softmax(x)
    dp, dl = kernels.softmax_dx(dy, p), kernels.log_softmax_dx(dy, y)
    for n in range(6):
        total = sum(math.exp(v) for v in x[n])
        q = [math.exp(v) / total for v in x[n]]
        for c in range(4):
            assert p[n, c] == pytest.approx(q[c], rel=1e-14)
            assert y[n, c] == pytest.approx(math.log(q[c]), rel=1e-14)
            # The Jacobian, entry by entry.
            jacobian = [q[k] * ((k == c) - q[c]) for k in range(4)]
            assert dp[n, c] == pytest.approx(np.dot(dy[n], jacobian), rel=1e-13, abs=1e-15)
            logs = [(k == c) - q[c] for k in range(4)]
            assert dl[n, c] == pytest.approx(np.dot(dy[n], logs), rel=1e-13, abs=1e-15)


@every_dtype
@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3])
def test_the_same_as_scipy_along_every_axis(dtype, axis):
    x = (np.random.default_rng(3).normal(size=(3, 4, 5)) * 5).astype(dtype)
    wide = x.astype(np.float64)
    eps = float(np.finfo(dtype).eps)
    p = scipy.special.softmax(wide, axis=axis)
    np.testing.assert_allclose(kernels.softmax(x, axis), p, rtol=50 * eps, equal_nan=False)
    # Those of SciPy lose the digits of an output next to 0.
    close = {"rtol": 50 * eps, "atol": 1e-14, "equal_nan": False}
    y = kernels.log_softmax(x, axis)
    np.testing.assert_allclose(y, scipy.special.log_softmax(wide, axis=axis), **close)
    z = wide - scipy.special.logsumexp(wide, axis=axis, keepdims=True)
    np.testing.assert_allclose(y, z, **close)


@every_dtype
def test_finite_and_silent_at_every_triple_of_special_numbers(dtype):
    kind = np.finfo(dtype)
    edges = [0.0, -0.0, 1e-45, 1e30, -1e30, 88.8, -104.0, 710.0, -746.0, float(kind.tiny), 1.0]
    x = np.array(list(itertools.product(edges, repeat=3)), dtype)
    p, y = kernels.softmax(x), kernels.log_softmax(x)
    dy = np.array([1e30, -1e30, 1.0], dtype)
    for found in (p, y, kernels.log_softmax_dx(dy, y), kernels.softmax_dx(dy, p)):
        assert np.isfinite(found).all()
        assert found.dtype == dtype
    assert (p >= 0).all()
    assert (p <= 1).all()
    assert (y <= 0).all()
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=0, atol=4 * float(kind.eps))


@every_dtype
def test_no_rows_and_one_class(dtype):
    for forward, one in ((kernels.softmax, 1), (kernels.log_softmax, 0)):
        assert forward(np.empty((0, 3), dtype)).shape == (0, 3)
        np.testing.assert_array_equal(forward(np.array([[1e30], [-7]], dtype)), [[one], [one]])
