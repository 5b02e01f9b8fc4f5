"""Elementwise kernels and the affine map against loops, scipy.special and 50 digits."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.special
from helpers import DTYPES
from oracles import exactly, near, special, spread, ulps, within

from numnet import kernels

pytestmark = pytest.mark.usefixtures("untraced")

SLOPE = 0.0625  # a power of two, exact in both dtypes


@dataclass(frozen=True)
class Elementwise:
    """A kernel, its formula in a loop and in mpmath, and that of its derivative.

    The bound on the forward in units in the last place is about twice of what was measured on
    6 000 points: float32 2.6, float64 1.8; NumPy's own exp in float32 is off by up to 2.5.
    """

    forward: Callable[..., Any]
    backward: Callable[..., Any]
    from_output: bool
    loop: Callable[[float], float]
    truth: Callable[[Any], Any]
    derivative: Callable[[Any], Any]
    # Of which the sum of the terms' sizes is the scale of the backward's error.
    terms: Callable[[Any], Any]
    bound: float
    units: float
    scipy: Callable[..., Any] | None = None


def logistic(x):
    return 1 / (1 + mpmath.exp(-x))


CASES = {
    "tanh": Elementwise(
        kernels.tanh,
        kernels.tanh_dx,
        True,
        lambda x: (math.exp(x) - math.exp(-x)) / (math.exp(x) + math.exp(-x)),
        mpmath.tanh,
        lambda x: mpmath.sech(x) ** 2,
        lambda x: 1 + mpmath.tanh(x) ** 2,
        bound=4,
        units=6,
    ),
    "sigmoid": Elementwise(
        kernels.sigmoid,
        kernels.sigmoid_dx,
        True,
        lambda x: 1 / (1 + math.exp(-x)),
        logistic,
        lambda x: logistic(x) * logistic(-x),
        lambda x: logistic(x) * (1 + logistic(x)),
        bound=5,
        units=8,
        scipy=scipy.special.expit,
    ),
    "relu": Elementwise(
        kernels.relu,
        kernels.relu_dx,
        True,
        lambda x: x if x > 0 else 0.0,
        lambda x: max(x, 0),
        lambda x: mpmath.mpf(x > 0),
        lambda x: 0,
        bound=0,
        units=0,
    ),
    "leaky_relu": Elementwise(
        lambda x: kernels.leaky_relu(x, SLOPE),
        lambda dy, y: kernels.leaky_relu_dx(dy, y, SLOPE),
        True,
        lambda x: x if x > 0 else SLOPE * x,
        lambda x: x if x > 0 else SLOPE * x,
        lambda x: mpmath.mpf(1 if x > 0 else SLOPE),
        lambda x: 0,
        bound=0.5,
        units=0,
    ),
    "softplus": Elementwise(
        kernels.softplus,
        kernels.softplus_dx,
        False,
        lambda x: math.log(1 + math.exp(x)),
        lambda x: max(x, 0) + mpmath.log1p(mpmath.exp(-abs(x))),
        logistic,
        logistic,
        bound=5,
        units=6,
        scipy=lambda x: -scipy.special.log_expit(-x),
    ),
}
every_case = pytest.mark.parametrize("name", CASES)
every_dtype = pytest.mark.parametrize("dtype", DTYPES)


@every_case
@every_dtype
def test_forward_is_within_a_few_ulps_of_the_truth(name, dtype):
    case, x = CASES[name], spread(dtype)
    with mpmath.workdps(50):
        truth = [case.truth(v) for v in exactly(x)]
    y = case.forward(x)
    assert y.dtype == dtype
    within(case.bound, y, truth)


@every_case
@every_dtype
def test_backward_is_within_a_few_eps_of_its_terms(name, dtype):
    case, x = CASES[name], spread(dtype)
    dy = np.random.default_rng(1).normal(size=x.shape).astype(dtype)
    dx = case.backward(dy, case.forward(x) if case.from_output else x)
    assert dx.dtype == dtype
    with mpmath.workdps(50):
        pairs = list(zip(exactly(dy), exactly(x), strict=True))
        truth = [g * case.derivative(v) for g, v in pairs]
        terms = [abs(g) * case.terms(v) for g, v in pairs]
    near(case.units, dx, truth, terms)


@every_case
def test_forward_and_backward_are_their_formulas_in_a_loop(name):
    case = CASES[name]
    x = np.random.default_rng(2).uniform(-6, 6, (20, 3))
    dy = np.random.default_rng(3).normal(size=x.shape)
    y = case.forward(x)
    dx = case.backward(dy, y if case.from_output else x)
    step = 1e-6
    for i in range(20):
        for j in range(3):
            assert y[i, j] == pytest.approx(case.loop(float(x[i, j])), rel=1e-12, abs=1e-15)
            up, down = (case.loop(float(x[i, j]) + s) for s in (step, -step))
            slope = (up - down) / (2 * step)
            assert dx[i, j] == pytest.approx(dy[i, j] * slope, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("name", [n for n, case in CASES.items() if case.scipy])
@every_dtype
def test_forward_is_that_of_scipy(name, dtype):
    case, x = CASES[name], spread(dtype, seed=4)
    # Its float32 has an error of its own.
    expected = np.asarray(case.scipy(x.astype(np.float64)))
    within(case.bound + 4 * (dtype == np.float64), case.forward(x), exactly(expected))


@every_case
@every_dtype
def test_zeros_and_infinities_have_their_limits(name, dtype):
    x = np.array([0.0, -0.0, np.inf, -np.inf], dtype)
    expected = {
        "tanh": [0, 0, 1, -1],
        "sigmoid": [0.5, 0.5, 1, 0],
        "relu": [0, 0, np.inf, 0],
        "leaky_relu": [0, 0, np.inf, -np.inf],
        "softplus": [np.log(dtype(2)), np.log(dtype(2)), np.inf, 0],
    }
    np.testing.assert_array_equal(CASES[name].forward(x), np.array(expected[name], dtype))


@every_dtype
def test_tanh_is_odd_to_the_bit_and_keeps_the_sign_of_zero(dtype):
    x = spread(dtype, seed=5)
    y = kernels.tanh(x)
    assert (-kernels.tanh(-x)).tobytes() == y.tobytes()
    assert (np.signbit(y) == np.signbit(x)).all()


@every_dtype
def test_the_largest_numbers_pass_through_the_rectifiers(dtype):
    x = np.array([np.finfo(dtype).max, np.finfo(dtype).min])
    np.testing.assert_array_equal(kernels.relu(x), [x[0], 0])
    np.testing.assert_array_equal(kernels.softplus(x), [x[0], 0])
    np.testing.assert_array_equal(kernels.leaky_relu(x, SLOPE), [x[0], SLOPE * x[1]])


@every_dtype
def test_the_affine_map_is_within_eps_of_each_of_its_terms(dtype):
    rng = np.random.default_rng(6)
    N, D, Q = 4, 9, 3
    sizes = rng.choice([1e-15, 1e-3, 1.0, 1e3, 1e12], (N + Q, D))
    x, W = (rng.normal(size=(N + Q, D)) * sizes)[:N], (rng.normal(size=(N + Q, D)) * sizes)[N:].T
    b, dy = rng.normal(size=Q) * 1e6, rng.normal(size=(N, Q))
    x, W, b, dy = (np.ascontiguousarray(a, dtype) for a in (x, W, b, dy))
    X, M, B, G = (exactly(a) for a in (x, W, b, dy))
    with mpmath.workdps(50):

        def product(rows, columns, extra=None):
            """The sums of the products, and the sums of their sizes, term by term."""
            sums, scales = [], []
            for row in rows:
                for j, column in enumerate(columns):
                    terms = [u * v for u, v in zip(row, column, strict=True)]
                    terms += [] if extra is None else [extra[j]]
                    sums.append(mpmath.fsum(terms))
                    scales.append(mpmath.fsum(terms, absolute=True))
            shape = len(rows), len(columns)
            return np.reshape(sums, shape), np.reshape(scales, shape)

        columns = list(map(list, zip(*M, strict=True)))
        near(D + 1, kernels.linear(x, W, b), *product(X, columns, B))
        near(D, kernels.linear(x, W), *product(X, columns))
        near(Q, kernels.linear_dx(dy, W), *product(G, M))
        ups = list(map(list, zip(*G, strict=True)))
        near(N, kernels.linear_dW(dy, x), *product(list(map(list, zip(*X, strict=True))), ups))
        sums, scales = product([[mpmath.mpf(1)] * N], ups)
        near(N, kernels.linear_db(dy), sums[0], scales[0])


@every_dtype
def test_the_affine_map_is_exact_on_integers(dtype):
    rng = np.random.default_rng(7)
    x, W, b, dy = (rng.integers(-50, 50, s) for s in ((5, 40), (40, 6), (6,), (5, 6)))
    xf, Wf, bf, dyf = (a.astype(dtype) for a in (x, W, b, dy))
    np.testing.assert_array_equal(kernels.linear(xf, Wf, bf), x @ W + b)
    np.testing.assert_array_equal(kernels.linear_dx(dyf, Wf), dy @ W.T)
    np.testing.assert_array_equal(kernels.linear_dW(dyf, xf), x.T @ dy)
    np.testing.assert_array_equal(kernels.linear_db(dyf), dy.sum(0))


@every_dtype
def test_the_affine_map_is_exact_up_to_overflow(dtype):
    largest = np.finfo(dtype).max
    half = dtype(2.0) ** (np.finfo(dtype).maxexp // 2)
    x = np.array([[largest, 0], [half, half]], dtype)
    np.testing.assert_array_equal(
        kernels.linear(x, np.array([[1, 0.5], [0, 0.5]], dtype)),
        np.array([[largest, largest / 2], [half, half]], dtype),
    )
    # half half is twice the largest power of two.
    np.testing.assert_array_equal(
        kernels.linear(x[1:], np.array([[half / 2], [0]], dtype)), half * (half / 2)
    )
    with np.errstate(over="ignore"):
        assert np.isinf(kernels.linear(x[1:], np.array([[half], [0]], dtype)))


def test_an_error_of_one_unit_is_one_ulp():
    one = np.float32([1, 1 + 2**-23, 1e-45, 0])
    np.testing.assert_allclose(ulps(one, exactly([1, 1, 0, 1e-40])), [0, 1, 0, 0], atol=1e-2)
    with pytest.raises(AssertionError, match=r"entry \(1,\): .* is 1 ulps off, expected at most 0"):
        within(0.5, one, exactly([1, 1, 0, 0]))
    with pytest.raises(AssertionError, match=r"entry 0: .*nan"):
        near(1e9, [np.nan], exactly([1]), 1)
    assert special(np.float32).dtype == np.float32
