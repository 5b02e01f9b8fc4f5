"""The numbers that a finding keeps for its picture."""

from __future__ import annotations

import copy
import pickle

import numpy as np

from numnet.gradcheck import Report, check_gradient
from numnet.gradcheck.compared import Compared

W = np.linspace(-1.0, 2.0, 200).reshape(10, 20)


def cubes(w):
    return (w**3).sum()


def slope(w):
    return 3 * w**2


def two_off(w):
    g = slope(w)
    g[1, 2] += 0.5
    g[7, 3] -= 0.25
    return g


def numbers(report: Report) -> Compared:
    compared = report.findings[0].compared
    assert compared is not None
    return compared


def test_the_true_gradient_of_a_right_one_is_the_claim() -> None:
    compared = numbers(check_gradient(cubes, slope, W))
    np.testing.assert_array_equal(compared.true(), slope(W))


def test_located_entries_are_put_right() -> None:
    compared = numbers(check_gradient(cubes, two_off, W))
    assert set(compared.index[compared.wrong]) == {1 * 20 + 2, 7 * 20 + 3}
    np.testing.assert_allclose(compared.true(), slope(W), rtol=1e-12, equal_nan=False)
    np.testing.assert_array_equal(compared.claimed, two_off(W))


def test_where_most_is_wrong_the_whole_is_not_known() -> None:
    compared = numbers(check_gradient(cubes, lambda w: slope(w) + w, W))
    assert compared.true() is None
    assert compared.wrong.all()
    np.testing.assert_allclose(compared.reference, slope(W).flat[compared.index], rtol=1e-12)


def test_the_error_falls_with_the_step_and_rises_again() -> None:
    curve = numbers(check_gradient(cubes, two_off, W)).measure()
    assert curve.claimed - curve.reference == np.float64(0.5)
    error = np.abs(curve.derivatives - curve.reference)
    best = int(error.argmin())
    assert 1e-8 < curve.steps[best] < 1e-2
    assert error[best] < 1e-8 < 1e-3 < error[-1]
    # (w + h)^3 has the error h^2 exactly where rounding is small.
    large = curve.steps > 1e-2
    np.testing.assert_allclose(error[large], curve.steps[large] ** 2, rtol=1e-3)
    small = curve.steps < 1e-6
    assert (error[small] <= 2 * curve.noise / curve.steps[small]).all()


def test_steps_outside_of_the_domain_are_left_out() -> None:
    def root(w):
        if (w < 0).any():
            raise ValueError("negative")
        return np.sqrt(w).sum()

    w = np.array([1e-3, 0.5])
    curve = numbers(check_gradient(root, lambda w: 0.5 / np.sqrt(w), w)).measure()
    assert 0 < len(curve.steps) == len(curve.derivatives)
    assert curve.steps.max() < 0.5


def test_what_is_pickled_leaves_the_functions_behind() -> None:
    report = check_gradient(lambda w: (w**3).sum(), lambda w: slope(w) * 2, W)
    for twin in (pickle.loads(pickle.dumps(report)), copy.deepcopy(report)):
        assert twin.verdict == report.verdict
        assert numbers(twin).measure is None
        np.testing.assert_array_equal(numbers(twin).claimed, numbers(report).claimed)
    assert "compared" not in report.to_dict()["findings"][0]
    assert "compared" not in repr(report)
