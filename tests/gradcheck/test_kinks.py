"""Points without a derivative: known as such, and not mistaken for steep ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numnet.gradcheck import check_backward, check_gradient

TIE = np.array([0.0, 1.0, -2.0])


def relu(x):
    return np.maximum(x, 0)


@pytest.mark.parametrize("at_zero", [0.0, 0.5, 1.0])
@pytest.mark.parametrize(
    "version",
    [relu, lambda x: x * (x.real > 0), lambda x: np.where(x > 0, x, 0), lambda x: relu(x.real)],
)
def test_any_slope_between_the_two_is_right(at_zero, version):
    report = check_backward(
        version, lambda dy, x: dy * np.where(x == 0, at_zero, (x > 0) * 1.0), TIE
    )
    assert report.verdict == "right", str(report)
    if report.findings[0].cause is not None:
        assert report.findings[0].cause == "kink"


def test_the_kink_is_named_with_its_slopes():
    report = check_gradient(lambda x: np.abs(x).sum(), np.sign, TIE)
    finding = report.findings[0]
    assert (report.verdict, finding.cause, finding.where) == ("right", "kink", (0,))
    assert "-1 and 1" in finding.explanation


@pytest.mark.parametrize("claim", [-0.1, 1.1, 7.0])
def test_outside_of_the_slopes_is_undecided(claim):
    report = check_gradient(
        lambda x: relu(x).sum(), lambda x: np.where(x == 0, claim, (x > 0) * 1.0), TIE
    )
    assert (report.verdict, report.findings[0].cause) == ("undecided", "kink")


def test_a_wrong_entry_beside_a_kink_is_wrong():
    def grad(x):
        return np.where(x == 0, 0.5, (x > 0) * 1.01)

    report = check_gradient(lambda x: relu(x).sum(), grad, TIE)
    assert (report.verdict, report.findings[0].where) == ("wrong", (1,))


def test_conventions_that_add_up_are_undecided():
    """relu(x) - relu(-x) is x; with relu'(0) = 0 the claim at 0 is 0 and not 1."""
    report = check_gradient(
        lambda x: (relu(x) - relu(-x)).sum(), lambda x: (x > 0) * 1.0 + (x < 0), TIE
    )
    assert (report.verdict, report.findings[0].cause) == ("undecided", "kink")


@pytest.mark.parametrize(
    ("fun", "grad"),
    [
        (lambda x: relu(x).sum(), lambda x: 0 * x + 1.1),
        (lambda x: (relu(x) - relu(-x)).sum(), lambda x: (x > 0) * 1.0 + (x < 0)),
    ],
)
def test_a_single_number_at_a_tie(fun, grad):
    report = check_gradient(fun, grad, np.zeros(1))
    assert (report.verdict, report.findings[0].cause) == ("undecided", "kink")


@pytest.mark.parametrize(
    ("fun", "slope"), [(np.sqrt, 0.0), (lambda x: np.heaviside(x.real, 0.5), 0.0)]
)
def test_no_derivative_at_all_is_undecided(fun, slope):
    report = check_gradient(
        lambda x: fun(x).sum(),
        lambda x: np.where(x > 0, 0.5 / np.sqrt(abs(x) + 1e-300), slope) * (fun is np.sqrt),
        np.array([0.0, 1.0]),
    )
    assert (report.verdict, report.findings[0].cause) == ("undecided", "nonfinite")


def test_every_maximum_of_a_tie_gets_the_gradient():
    """Each entry alone lies between its slopes; both together get twice the gradient."""
    x = np.array([1.0, 1.0, 2.0, 3.0])

    def shared(dy, x):
        rows = x.reshape(-1, 2)
        return (dy[:, None] * (rows == rows.max(1, keepdims=True))).ravel()

    def halved(dy, x):
        rows = x.reshape(-1, 2)
        ties = rows == rows.max(1, keepdims=True)
        return (dy[:, None] * ties / ties.sum(1, keepdims=True)).ravel()

    def pool(x):
        return x.reshape(-1, 2).max(1)

    assert check_backward(pool, shared, x).verdict == "undecided"
    assert check_backward(pool, halved, x).verdict == "right"


@given(st.floats(0, 6), st.floats(-2, 2), st.sampled_from([0.0, 1e3, 1e8]))
def test_steep_is_no_kink(power, x, offset):
    steepness = min(10**power, 1e11 / max(offset, 1.0))  # more would drown in the rounding

    def fun(x):
        return float((np.tanh(steepness * x.real) / steepness).sum() + offset)

    report = check_gradient(fun, lambda x: 1 - np.tanh(steepness * x) ** 2, np.array([x, 0.0]))
    assert report.verdict != "wrong", str(report)
    assert report.findings[0].cause != "kink", str(report)


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 100))
def test_every_exact_kink_is_known(seed, weight):
    draw = np.random.default_rng(seed)
    w = draw.normal(size=3)

    def fun(x):
        return weight * np.abs(x[0]) + np.tanh(x @ w)

    def grad(x):
        g = (1 - np.tanh(x @ w) ** 2) * w
        g[0] += weight * np.sign(x[0])
        return g

    finding = check_gradient(fun, grad, np.array([0.0, *draw.normal(size=2)])).findings[0]
    assert (finding.verdict, finding.cause, finding.where) == ("right", "kink", (0,))


def test_near_a_kink_is_not_at_it():
    x = np.array([1e-4, -1e-4, 3.0])
    report = check_gradient(lambda x: np.abs(x).sum(), np.sign, x)
    assert (report.verdict, report.findings[0].cause) == ("right", None)
    wrong = check_gradient(lambda x: np.abs(x).sum(), lambda x: np.where(x < 1, 0, 1.0), x)
    assert wrong.verdict == "wrong"


def test_kinks_in_a_large_array():
    x = np.concatenate([np.zeros(3), np.random.default_rng(0).normal(size=400)])

    def one_wrong(x):
        g = (x > 0) * 1.0
        g[77] += 0.5
        return g

    assert check_gradient(lambda x: relu(x).sum(), lambda x: (x > 0) * 1.0, x).verdict == "right"
    assert check_gradient(lambda x: np.abs(x).sum(), np.sign, x).verdict == "right"
    report = check_gradient(lambda x: relu(x).sum(), one_wrong, x)
    assert (report.verdict, report.findings[0].where) == ("wrong", (77,))


@pytest.mark.parametrize("seed", range(12))
def test_several_ties_at_once_are_right_whatever_the_seed(seed):
    x = np.random.default_rng(0).normal(size=(100, 3))
    x[[3, 50, 99]] = 0
    for point in (np.array([0.0, 0.0, 1.0, -1.0]), x):
        report = check_backward(
            lambda x: np.maximum(x, 0), lambda dy, x: dy * (x > 0), point, rng=seed
        )
        assert report.verdict == "right", str(report)


@pytest.mark.parametrize("seed", range(4))
def test_a_wrong_entry_beside_several_ties_is_wrong(seed):
    x = np.random.default_rng(0).normal(size=(100, 3))
    x[[3, 50, 99]] = 0

    def backward(dy, x):
        dx = dy * (x > 0)
        dx[20, 1] += 0.01
        return dx

    report = check_backward(lambda x: np.maximum(x, 0), backward, x, rng=seed)
    assert report.verdict == "wrong"
    assert report.findings[0].where == (20, 1)
