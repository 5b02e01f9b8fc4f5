"""The reference is never further off than it says."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import numnet
from numnet.gradcheck.arguments import read_arguments
from numnet.gradcheck.differences import Sample, differentiate
from numnet.gradcheck.noise import PLACES, scatter
from numnet.gradcheck.outputs import read_scalar
from numnet.gradcheck.problem import Problem
from numnet.gradcheck.reference import Reference


def reference_of(fun, x, seed=0):
    """A Reference at x, without the rest of a check."""
    rng = np.random.default_rng(seed)
    arguments = read_arguments(x, None, "x", fun, "test")
    problem = Problem(
        arguments,
        lambda values: arguments.invoke(fun, values),
        lambda values, dy: None,
        read_scalar,
        ("fun", "grad"),
        None,
    )
    with np.errstate(all="ignore"):
        return Reference(problem, problem.outputs, rng)


def families(draw):
    """Functions for NumPy's scalars and mpmath's alike, with random constants."""
    c = [float(v) for v in draw.normal(size=8)]
    size, speed = float(10 ** draw.uniform(-3, 3)), float(10 ** draw.uniform(0, 2))
    return {
        "polynomial": lambda m, x: sum(c[i] * x[0] ** i for i in range(6)) + c[6] * x[1] * x[2],
        "net": lambda m, x: sum(
            c[i + 3] * m.tanh(c[i] * x[0] + c[i + 1] * x[1] + c[i + 2] * x[2]) for i in range(4)
        ),
        "scaled": lambda m, x: size * m.tanh(x[0] * size) + m.exp(x[1] / (1 + size)),
        "offset": lambda m, x: m.tanh(x[0]) + size * 1e6 + x[1] * x[2],
        "oscillating": lambda m, x: m.sin(speed * x[0]) + m.cos(speed * x[1] * x[0]),
        "logs": lambda m, x: m.log(1 + x[0] ** 2 + x[1] ** 2) * m.sqrt(1 + x[2] ** 2),
        "quotient": lambda m, x: (x[0] + 2 * x[1]) / (1.3 + m.cos(x[2])) * size,
        "log-sum-exp": lambda m, x: m.log(m.exp(x[0]) + m.exp(x[1]) + m.exp(x[2])),
        "linear": lambda m, x: sum(c[i] * x[i % 3] for i in range(8)) * size,
        "tiny": lambda m, x: 1e-6 * size * x[0] ** 2 + x[1] ** 2,
    }


@pytest.mark.parametrize("family", list(families(np.random.default_rng(0))))
def test_the_true_error_is_below_the_bound(family):
    draw = np.random.default_rng(sum(map(ord, family)))
    looseness = {"complex": [], "real": []}
    for seed in range(25):
        f = families(draw)[family]
        x = draw.normal(size=3) * 10 ** draw.uniform(-2, 1)
        j = int(draw.integers(3))
        reference = reference_of(lambda x, f=f: f(np, x), x, seed)
        direction = np.eye(3)[j]
        with mpmath.workdps(60):
            point = [mpmath.mpf(float(v)) for v in x]

            def along(t, f=f, j=j, point=point):
                return f(mpmath, [v + t * (i == j) for i, v in enumerate(point)])

            true = mpmath.diff(along, 0, h=mpmath.mpf(10) ** -20)
            with np.errstate(all="ignore"):
                estimates = {"real": reference.real("x", direction)}
                if reference.analytic["x"]:
                    estimates["complex"] = reference.full("x", direction)
            for method, estimate in estimates.items():
                error = float(abs(mpmath.mpf(estimate.value) - true))
                assert error <= estimate.bound, (method, seed, x, j, float(true), estimate)
                least = max(error, 4 * np.finfo(float).eps * abs(float(true)))
                if least > 1e-30:
                    looseness[method].append(estimate.bound / least)
    assert np.median(looseness["complex"]) <= 20


def test_the_complex_step_is_refused_where_it_is_blind():
    x = np.random.default_rng(0).normal(size=5)
    blind = [
        lambda x: np.abs(x).sum(),
        np.var,
        np.std,
        np.linalg.norm,
        lambda x: (x * x.conj()).real.sum(),
        lambda x: x.real.sum() + (x**2).sum(),
        lambda x: np.hypot(x, 1.0).sum(),
        lambda x: np.vdot(x, x),
        lambda x: (x**2).sum() + 1e-6 * np.abs(x).sum(),
        lambda x: float(x.real.sum()),
    ]
    for fun in blind:
        assert not reference_of(fun, x).analytic["x"]

    def buffered(x):
        y = np.zeros(5)
        y[:] = x
        return (y**2).sum()

    assert not reference_of(buffered, x).analytic["x"]
    assert reference_of(lambda x: np.tanh(x).sum(), x).analytic["x"]
    assert reference_of(lambda x: np.maximum(x, 0).sum(), x).analytic["x"]
    assert reference_of(lambda x: np.maximum(x, 0).sum(), np.array([0.0, 1.0])).analytic["x"]


def test_noise_is_seen_and_smoothness_is_not_noise():
    rng = np.random.default_rng(0)
    assert scatter(np.tanh(1 + 1e-4 * PLACES)) < 1e-15
    noisy = [scatter(np.sin(PLACES / 50) + 1e-6 * rng.normal(size=PLACES.size)) for _ in range(200)]
    assert 3e-7 < np.median(noisy) < 3e-6
    assert min(noisy) > 1e-8


def pair_of(f, x):
    return lambda h: Sample(f(x + h) - f(x - h), f(x + h) - 2 * f(x) + f(x - h))


def test_one_sided_slopes():
    estimate = differentiate(pair_of(lambda t: abs(t) + 3 * t, 0.0), 1.0, 1e-16, 0.0)
    assert estimate.slopes == pytest.approx((2.0, 4.0), abs=1e-9)
    assert differentiate(pair_of(abs, 0.3), 1.0, 1e-16, 0.3).slopes is None
    soft = differentiate(pair_of(lambda t: np.logaddexp(0, 1e6 * t) / 1e6, 0.0), 1.0, 1e-17, 0.0)
    assert soft.slopes is None
    assert abs(soft.value - 0.5) <= soft.bound < 1e-3


@pytest.mark.parametrize("frequency", [3.0, 64 * np.pi, 10277.162986057])
def test_an_oscillation_in_tune_with_the_steps(frequency):
    x = 0.3515100700930197
    noise = 1e-15 + 2e-16 * frequency
    estimate = differentiate(pair_of(lambda t: np.cos(frequency * t), x), x, noise, x)
    true = -frequency * np.sin(frequency * x)
    assert abs(estimate.value - true) <= estimate.bound < 1e-3 * frequency


@pytest.mark.parametrize("steepness", [1e3, 1e5, 1e7])
def test_what_looks_flat_from_afar(steepness):
    """Two steps that cancel except within 1 / steepness of the point."""

    def f(t):
        return (np.tanh(steepness * t) - np.tanh(0.5 * steepness * t)) / steepness

    estimate = differentiate(pair_of(f, 0.0), 1.0, 1e-16 / steepness, 0.0)
    assert abs(estimate.value - 0.5) <= estimate.bound < 1e-3


def test_a_value_that_does_not_move_may_be_rounded_as_one_is():
    def fun(x):
        tiny = np.float32(1.4e-6) * np.exp(np.float32(0.1) * x.astype(np.float32))
        return np.log(np.float32(1) + tiny).sum()

    def grad(x):
        tiny = 1.4e-6 * np.exp(0.1 * x)
        return 0.1 * tiny / (1 + tiny)

    x = np.array([0.3])
    assert fun(0.98 * x) == fun(1.02 * x), "a step of the staircase is nearby"
    assert numnet.check_gradient(fun, grad, x).verdict != "wrong"
    assert numnet.check_gradient(fun, lambda x: grad(x) + 1e-3, x).verdict == "wrong"
