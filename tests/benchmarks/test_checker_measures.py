"""The checker's bound, its kinks, its sensitivity and its cost, on samples of the full sets."""

from __future__ import annotations

import dataclasses

import mpmath
import numpy as np
import pytest

from benchmarks.checker import calibration, cost, kinks, sensitivity, torchslow
from benchmarks.checker.exact import FLOAT, derivative
from benchmarks.checker.families import FAMILIES, TYPES, smooth
from benchmarks.checker.networks import WIDTHS, Network
from numnet.gradcheck import reference


@pytest.fixture(scope="module")
def verdicts():
    return calibration.collect(range(3, 10_000, 33))


def test_the_bound_holds_and_is_tight(verdicts):
    assert [v for v in verdicts if v.exceeded] == []
    for method, ratio in calibration.medians(verdicts).items():
        assert ratio <= calibration.ALLOWED[method]
    assert {v.family for v in verdicts} == set(FAMILIES)
    assert {v.dtype for v in verdicts} == set(TYPES)
    assert {v.method for v in verdicts} == set(calibration.ALLOWED)


def test_a_bound_that_is_too_small_is_counted(monkeypatch):
    whole = reference.differentiate

    def bold(*arguments):
        estimate = whole(*arguments)
        return dataclasses.replace(estimate, bound=estimate.bound / 1000)

    monkeypatch.setattr(reference, "differentiate", bold)
    assert any(v.exceeded for v in calibration.collect(range(0, 400, 4)))


def test_the_truth():
    def f(m, x):
        return m.exp(x) * 2

    true, terms, doubt = derivative(f, np.array([0.5, -1.25]), np.array([1.0, -1.0]))
    with mpmath.workdps(40):
        expected = 2 * (mpmath.exp(mpmath.mpf("0.5")) - mpmath.exp(mpmath.mpf("-1.25")))
        assert abs(true - expected) < 1e-38
    assert terms == pytest.approx(2 * (np.exp(0.5) + np.exp(-1.25)))
    assert 0 < doubt < 1e-45


@pytest.mark.parametrize("seed", range(20))
def test_a_formula_means_the_same_to_numpy_and_to_mpmath(seed):
    case = smooth(seed)
    x = case.x.astype(float)
    true, _, _ = derivative(case.formula, x, case.direction)
    imaginary = np.sum(case.formula(FLOAT, x + 1e-30j * case.direction)).imag / 1e-30
    assert imaginary == pytest.approx(float(true), rel=1e-6, abs=1e-9)


def test_kinks_and_steep_functions():
    for case in (kinks.corner, kinks.steep):
        found = kinks.count(case, range(1_000, 1_090))
        assert {kind: one["missed"] for kind, one in found.items() if one["missed"]} == {}


def test_a_kink_that_is_not_noticed_is_counted(monkeypatch):
    monkeypatch.setattr("numnet.gradcheck.differences._jump", lambda best, noise: (0.0, 0.0))
    found = kinks.count(kinks.corner, range(9))
    assert sum(len(one["missed"]) for one in found.values()) > 4


@pytest.mark.parametrize("kind", sensitivity.ERRORS)
def test_one_wrong_entry_is_found(kind):
    for seed in range(2):
        run = sensitivity.found(kind, 1_000, seed)
        assert (run["right"], run["found"], run["located"]) == (True, True, True), run


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("wrong", [None, 1e-3, 1e-10])
def test_cost(activation, wrong):
    network = Network(WIDTHS[10_000], activation=activation)
    if wrong:
        network.wrong = ("W2", 777, wrong)
    report, n = cost.measured(network)
    assert n["calls"] == report.calls <= (cost.LOCATING if wrong else cost.CALLS)
    assert report.verdict == ("wrong" if wrong else "right")
    if wrong:
        assert report["W2"].where == np.unravel_index(777, network.at["W2"].shape)


def test_memory_of_a_large_right_gradient():
    _, n = cost.measured(Network((784, 400, 10)))
    assert n["memory"] <= cost.MEMORY


@pytest.mark.skipif(not torchslow.found(), reason="torch is not installed")
def test_torch_takes_the_right_gradient():
    assert torchslow.passes(Network((4, 3, 2)), fast=False)
