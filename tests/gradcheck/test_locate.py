"""Large arrays: cost, location, budget."""

from __future__ import annotations

import math

import numpy as np
import pytest

from numnet.gradcheck import check_gradient

N = 4000
X = np.random.default_rng(0).normal(size=(40, N // 40))


def fun(x):
    return np.sin(x).sum() + (x[0] * x[1]).sum()


def grad(x):
    g = np.cos(x)
    g[0] += x[1]
    g[1] += x[0]
    return g


def real_only(x):
    return float(np.sin(x.real).sum() + (x.real[0] * x.real[1]).sum())


def spoiled(places, error):
    def claim(x):
        g = grad(x)
        for i, place in enumerate(places):
            g[place] += error * (1 + i / 10)
        return g

    return claim


def test_right_costs_little():
    report = check_gradient(fun, grad, X)
    assert report.verdict == "right"
    assert report.calls <= 64


@pytest.mark.parametrize("place", [(0, 0), (39, 99), (17, 50)])
@pytest.mark.parametrize(("f", "error"), [(fun, 1e-10), (real_only, 1e-6)])
def test_one_wrong_entry(place, f, error):
    report = check_gradient(f, spoiled([place], error), X)
    finding = report.findings[0]
    assert (report.verdict, finding.where) == ("wrong", place)
    assert finding.error == pytest.approx(error, rel=1e-3)
    assert "1 entry is found wrong among 4000" in finding.explanation


@pytest.mark.parametrize("count", [2, 5, 10])
def test_several(count):
    places = [(3 * i, 7 * i) for i in range(count)]
    report = check_gradient(fun, spoiled(places, 1e-3), X)
    assert report.findings[0].where == places[-1]
    assert f"{count} entries are found wrong" in report.findings[0].explanation
    assert report.calls <= 200 + count * (2 * math.ceil(math.log2(N)) + 40)


def test_most_wrong_is_sampled():
    report = check_gradient(fun, lambda x: np.sin(x), X)
    assert (report.verdict, report.cause) == ("wrong", "unknown")
    assert "of 48 entries taken at random" in report.findings[0].explanation
    assert report.calls <= 700


def test_a_constant_ratio_of_a_large_array():
    report = check_gradient(fun, lambda x: 40 * grad(x), X)
    assert (report.cause, report.findings[0].ratio) == ("scale", 40.0)
    assert "40 is the number of rows of x" in report.findings[0].explanation


def test_a_ratio_of_the_sample_alone_is_no_scale():
    def claim(x):
        g = 3 * grad(x)
        g[5, 5] += 1e-6
        return g

    assert check_gradient(fun, claim, X).cause == "unknown"


def test_equal_errors_do_not_cancel():
    for seed in range(20):
        report = check_gradient(fun, spoiled([(1, 1), (2, 2)], 0.0), X, rng=seed)
        assert report.verdict == "right"

        def claim(x):
            g = grad(x)
            g[1, 1] += 1e-5
            g[2, 2] -= 1e-5
            return g

        assert check_gradient(fun, claim, X, rng=seed).verdict == "wrong"


def test_detectable_is_kept():
    """An error a little above it is found wherever it stands."""
    limit = check_gradient(fun, grad, X).findings[0].detectable
    for k in range(10):
        place = (4 * k, 9 * k)
        assert check_gradient(fun, spoiled([place], 1.5 * limit), X).verdict == "wrong"


@pytest.mark.parametrize("budget", [0, 1, 3, 7, 12])
def test_a_budget_that_ends_is_undecided(budget):
    report = check_gradient(fun, grad, X, budget=budget)
    assert (report.verdict, report.calls) == ("undecided", budget)
    assert f"budget of {budget} calls" in report.findings[0].explanation


@pytest.mark.parametrize("budget", [100, 120, 140])
def test_a_budget_that_ends_while_the_entry_is_looked_for(budget):
    report = check_gradient(fun, spoiled([(17, 50)], 1e-3), X, budget=budget)
    assert report.verdict == "wrong"
    assert report.calls <= budget


def test_a_wrong_shape_needs_no_budget():
    report = check_gradient(fun, lambda x: grad(x).astype(int), X, budget=6)
    assert (report.verdict, report.cause) == ("wrong", "dtype")
