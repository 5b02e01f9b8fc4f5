"""Right gradients that a checker may take for wrong: none of them may be called so."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from numnet.gradcheck import check_backward, check_gradient

rng = np.random.default_rng(7)
Z = rng.normal(size=(5, 3))
LABELS = np.array([0, 2, 1, 1, 0])


def softmax(z):
    e = np.exp(z - z.real.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def cross_entropy(z):
    shifted = z - z.real.max(1, keepdims=True)
    logp = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
    return -logp[np.arange(5), LABELS].mean()


def sech2(z):
    return 1.0 - np.tanh(z) ** 2


def only_real(f):
    """The same function where the complex step is blind, so that differences must serve."""
    return lambda x: float(f(x.real))


RIGHT = {
    "square at 1e10": (lambda x: (x**2).sum(), lambda x: 2 * x, np.array([1e10, 3e10])),
    "tiny square": (lambda x: 1e-6 * (x**2).sum(), lambda x: 2e-6 * x, Z),
    "large offset": (lambda x: np.tanh(x).sum() + 1e8, sech2, Z),
    "steep": (lambda x: np.tanh(50 * x).sum(), lambda x: 50 * sech2(50 * x), 0.1 * Z),
    "oscillating": (lambda x: np.sin(300 * x).sum(), lambda x: 300 * np.cos(300 * x), Z),
    "cross-entropy": (cross_entropy, lambda z: (softmax(z) - np.eye(3)[LABELS]) / 5, Z),
    "abs": (lambda x: np.abs(x).sum(), np.sign, Z),
    "var": (np.var, lambda x: 2 * (x - x.mean()) / x.size, Z),
    "std": (np.std, lambda x: (x - x.mean()) / x.size / np.std(x), Z),
    "norm": (np.linalg.norm, lambda x: x / np.linalg.norm(x), Z),
    "hypot": (
        lambda x: np.hypot(x[0], x[1]).sum(),
        lambda x: np.array([x[0], x[1], *np.zeros((3, 3))]) / np.hypot(x[0], x[1]),
        Z,
    ),
    "small and large entries": (
        lambda x: np.log(x).sum(),
        lambda x: 1 / x,
        np.array([1e-8, 1.0, 1e6]),
    ),
    "constant": (lambda x: 3.0, np.zeros_like, Z),
    "number": (lambda x: x**3, lambda x: 3 * x**2, 1.7),
    "one entry": (lambda x: (x**3).sum(), lambda x: 3 * x**2, np.array([0.3])),
    "zero point": (lambda x: np.exp(x).sum(), np.exp, np.zeros(4)),
    "cancelling": (lambda x: ((x + 1e6) ** 2 - x**2).sum(), lambda x: 0 * x + 2e6, Z),
    "large array": (lambda x: np.sin(x).sum(), np.cos, rng.normal(size=(30, 40))),
    "large kinked": (lambda x: np.maximum(x, 0).sum(), lambda x: (x > 0) * 1.0, 30 * Z.repeat(40)),
}


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("blind", [False, True], ids=["complex", "real"])
def test_right(name, blind):
    fun, grad, at = RIGHT[name]
    report = check_gradient(only_real(fun) if blind else fun, grad, at, names="x")
    assert report.verdict == "right", str(report)
    assert not report.warnings


@pytest.mark.parametrize("name", RIGHT)
def test_the_bound_means_something(name):
    """The largest error that passes is small beside the gradient, differences or not."""
    fun, grad, at = RIGHT[name]
    finding = check_gradient(only_real(fun), grad, at, names="x").findings[0]
    assert finding.detectable <= 1e-4 * np.abs(grad(at)).max() + 1e-8


@pytest.mark.parametrize("eps", [1e-6, 1e-9])
def test_a_small_error_is_found(eps):
    """One entry wrong by eps of the largest, in a function with rounding of its own."""

    def grad(x):
        g = sech2(x)
        g[2, 1] += eps
        return g

    report = check_gradient(lambda x: np.tanh(x).sum() + 1e3, grad, Z)
    assert (report.verdict, report.findings[0].where) == ("wrong", (2, 1))


def test_zero_gradient_of_a_tiny_square_fails():
    report = check_gradient(lambda x: 1e-6 * (x**2).sum(), np.zeros_like, Z)
    assert (report.verdict, report.cause) == ("wrong", "zeros")


FLOAT32 = {
    "tanh": (np.tanh, lambda dy, x: dy * sech2(x)),
    "softmax": (
        softmax,
        lambda dy, z: softmax(z) * (dy - (dy * softmax(z)).sum(1, keepdims=True)),
    ),
    "sum": (lambda x: x.sum(0), lambda dy, x: np.broadcast_to(dy, x.shape)),
    "kept float32": (
        lambda x: np.tanh(x.real.astype(np.float32)),
        lambda dy, x: dy * sech2(x),
    ),
}


@pytest.mark.parametrize("name", FLOAT32)
@pytest.mark.parametrize("factor", [1.0, 1.01])
def test_float32(name, factor):
    forward, backward = FLOAT32[name]
    report = check_backward(
        forward, lambda dy, x: np.float32(factor) * backward(dy, x), Z.astype(np.float32)
    )
    assert report.verdict == ("right" if factor == 1.0 else "wrong"), str(report)


def test_float32_that_takes_nothing_wider():
    def forward(x):
        if x.dtype != np.float32:
            raise TypeError("float32 only")
        return np.tanh(x)

    at = Z.astype(np.float32)
    right = check_backward(forward, lambda dy, x: dy * sech2(x), at)
    wrong = check_backward(forward, lambda dy, x: dy * sech2(x) * np.float32(1.1), at)
    assert (right.verdict, wrong.verdict) == ("right", "wrong")
    assert "does not take float64" in right.warnings[0]


shapes = st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4))
seeds = st.integers(0, 2**32 - 1)


@given(shapes, seeds, st.sampled_from([np.float32, np.float64]), st.floats(-3, 3))
@example((1, 1, 1), 2_682_822_069, np.float32, 1.75)  # saturated beyond what float64 shows
def test_two_layers(shape, seed, dtype, power):
    """A network of any width and of weights of any size."""
    n, d, q = shape
    draw = np.random.default_rng(seed)
    x, w, v = draw.normal(size=(n, d)), draw.normal(size=(d, q)) * 10**power, draw.normal(size=q)

    def forward(x, w, v):
        return np.tanh(x @ w) @ v

    def backward(dy, x, w, v):
        a = np.tanh(x @ w)
        dz = dy[:, None] * v * (1 - a * a)
        return dz @ w.T, x.T @ dz, a.T @ dy

    report = check_backward(forward, backward, tuple(a.astype(dtype) for a in (x, w, v)))
    assert report.verdict == "right", str(report)


@given(hnp.arrays(np.float64, st.integers(1, 6), elements=st.floats(-1e3, 1e3, width=32)), seeds)
def test_polynomials(x, seed):
    c = np.random.default_rng(seed).normal(size=4)
    report = check_gradient(
        lambda x: (c[0] * x + c[1] * x**2 + c[2] * x**3 + c[3] * x**4).sum(),
        lambda x: c[0] + 2 * c[1] * x + 3 * c[2] * x**2 + 4 * c[3] * x**3,
        x,
        rng=seed,
    )
    assert report.verdict == "right", str(report)


def test_probing_is_silent_and_restores_the_error_state():
    before = np.geterr()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        report = check_gradient(
            lambda x: np.log(x).sum() + np.abs(x.astype(float)).sum(),
            lambda x: 1 / x + 1,
            np.array([1e-3, 2.0]),
        )
    assert report.verdict == "right"
    assert np.geterr() == before


def test_a_domain_that_raises_is_left_alone():
    """Larger steps leave (0, 1); they are made smaller and nobody hears of it."""

    def fun(p):
        if (p.real <= 0).any() or (p.real >= 1).any():
            raise ValueError("probabilities")
        return np.log(np.abs(p)).sum()

    assert check_gradient(fun, lambda p: 1 / p, np.array([0.999, 0.01])).verdict == "right"


def test_a_gradient_that_drowns_is_undecided():
    def fun(x):
        return float(1e12 + 1e-6 * np.tanh(x.real).sum())

    report = check_gradient(fun, lambda x: 1e-6 * sech2(x), Z)
    assert report.verdict == "undecided"
    assert "drowns in the rounding" in report.findings[0].explanation


def test_dy_is_no_number_of_the_callers() -> None:
    seen = []

    def backward(dy: np.ndarray, x: np.ndarray) -> np.ndarray:
        seen.append(dy)
        return dy

    for seed in range(3):
        x = np.random.default_rng(seed).uniform(-1.0, 1.0, size=400)
        check_backward(np.copy, backward, x, rng=seed)
        signs = np.random.default_rng(seed).choice((-1.0, 1.0), size=400)
        for drawn in (x, signs):
            assert abs(np.corrcoef(drawn, seen[-1])[0, 1]) < 0.3
