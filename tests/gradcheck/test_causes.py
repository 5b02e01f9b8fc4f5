"""Causes at random points: large arrays, float32, and sentences that say which entries."""

from __future__ import annotations

import numpy as np
import pytest

from numnet.gradcheck import check_backward, check_gradient


def mse(y, t):
    return ((y - t) ** 2).mean()


@pytest.mark.parametrize("n", [64, 300])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_lost_divisor_of_many_examples(n, dtype):
    rng = np.random.default_rng(n)
    y, t = (rng.normal(size=(n, 3)).astype(dtype) for _ in range(2))
    report = check_gradient(mse, lambda y, t: 2 * (y - t) / 3, (y, t), wrt="y")
    assert (report.cause, report["y"].ratio) == ("scale", n)
    assert f"{n} is the number of rows of y" in report["y"].explanation


@pytest.mark.parametrize("shape", [(3, 4), (40, 50)])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_relations_do_not_depend_on_size_or_type(shape, dtype):
    rng = np.random.default_rng(5)
    x, g = rng.normal(size=shape).astype(dtype), rng.normal(size=shape[1]).astype(dtype)
    for claim, cause in (
        (lambda dy, x, g: (dy, (dy * x).sum(0)), "missing-factor"),
        (lambda dy, x, g: (dy * g * x, (dy * x).sum(0)), "missing-factor"),
        (lambda dy, x, g: (dy * g + dy, (dy * x).sum(0)), "missing-term"),
        (lambda dy, x, g: (dy * g + x / 4, (dy * x).sum(0)), "missing-term"),
        (lambda dy, x, g: (np.flip(dy * g), (dy * x).sum(0)), "flipped"),
        (lambda dy, x, g: (np.where(x > 0, dy * g, 0), (dy * x).sum(0)), "partial"),
    ):
        report = check_backward(lambda x, g: x * g, claim, (x, g), wrt="x")
        assert report.cause == cause, str(report)


@pytest.mark.parametrize("seed", range(3))
def test_swapped(seed):
    rng = np.random.default_rng(seed)
    a, c = rng.normal(size=(2, 5, 4))
    report = check_backward(lambda a, c: a * c, lambda dy, a, c: (dy * a, dy * c), (a, c))
    assert [f.cause for f in report] == ["swapped", "swapped"]


def test_which_entries():
    rng = np.random.default_rng(0)
    ids, table = np.array([0, 2, 2, 5, 1, 2, 5]), rng.normal(size=(7, 3))

    def lost(dy, table, ids):
        g = np.zeros_like(table)
        g[ids] = dy
        return g, None

    report = check_backward(lambda table, ids: table[ids], lost, (table, ids))
    assert report.cause == "partial"
    assert "whose row occurs more than once in ids" in report["table"].explanation
    report = check_backward(lambda x: x * x, lambda dy, x: np.pad(2 * dy * x, 1)[2:, 1:-1], table)
    assert report.verdict == "wrong"

    def border(dy, x):
        g = 2 * dy * x
        g[0] = g[-1] = 0.0
        g[:, 0] = g[:, -1] = 0.0
        return g

    report = check_backward(lambda x: x * x, border, rng.normal(size=(6, 5)))
    assert report.cause == "partial"
    assert "those at the border, where it is 0" in report.findings[0].explanation


def test_the_same_check_says_the_same():
    rng = np.random.default_rng(7)
    x, W = rng.normal(size=(6, 4)), rng.normal(size=(4, 3))

    def check():
        return check_backward(
            lambda x, W: np.tanh(x @ W), lambda dy, x, W: (dy @ W.T, x.T @ dy), (x, W), rng=3
        )

    assert check().to_dict() == check().to_dict()


def test_nothing_fits():
    x = np.random.default_rng(1).normal(size=(5, 4))
    report = check_backward(
        lambda x: np.cumsum(np.sin(x), axis=0), lambda dy, x: np.cumsum(dy, axis=1) * x**2, x
    )
    assert report.cause == "unknown"
    assert "cosine" in report.findings[0].explanation
