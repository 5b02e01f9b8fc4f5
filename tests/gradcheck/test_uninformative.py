"""Points that hide mistakes are told, and ordinary points are left alone."""

from __future__ import annotations

import numpy as np
import pytest

import numnet
from numnet.gradcheck import check_backward, check_gradient

rng = np.random.default_rng(0)
X, W, B = rng.normal(size=(5, 4)), rng.normal(size=(4, 3)), rng.normal(size=3)
S = rng.normal(size=(4, 4))


def affine(x, W, b):
    return x @ W + b


def d_affine(dy, x, W, b):
    return dy @ W.T, x.T @ dy, dy.sum(0)


def squares(b):
    return ((b - B) ** 2).sum() + 0.5 * (b**2).sum()


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ((X, W, B), ""),
        ((X, S, rng.normal(size=4)), ""),
        ((X, W, np.zeros(3)), ""),
        ((X, W, np.zeros((1, 3))[0]), ""),
        ((X[:1], W, B), "x has one row"),
        ((X, np.ones((4, 3)), B), "all entries of W are 1"),
        ((X, np.repeat(W[:, :1], 3, axis=1), B), "the columns of W are equal"),
        ((X, S + S.T, np.zeros(4)), "W is symmetric"),
        ((X, np.eye(4), np.zeros(4)), "W is symmetric"),
    ],
)
def test_regular_arrays(at, words):
    report = check_backward(affine, d_affine, at)
    assert report.verdict == "right"
    assert words in " ".join(report.warnings)
    assert len(report.warnings) == (1 if words else 0), report.warnings


def test_saturated_outputs():
    def d_tanh(dy, x):
        return dy / np.cosh(x) ** 2

    far = check_backward(np.tanh, d_tanh, 12.0 + np.abs(X), names="x")
    assert far.verdict != "wrong"
    assert "20 of 20 outputs of forward are saturated" in far.warnings[0]
    assert not check_backward(np.tanh, d_tanh, X, names="x").warnings


def test_a_penalty_at_zero():
    with_it = check_gradient(squares, lambda b: 2 * (b - B) + b, np.zeros(3))
    without = check_gradient(squares, lambda b: 2 * (b - B), np.zeros(3))
    assert (with_it.verdict, without.verdict) == ("right", "right")
    assert not with_it.warnings
    assert "b is 0 everywhere, and where it is not db is wrong" in without.warnings[0]


@pytest.mark.parametrize(("idx", "told"), [([0, 2, 5], True), ([0, 2, 2], False)])
def test_rows_looked_up_once(idx, told):
    def backward(dy, E, idx):
        g = np.zeros_like(E)
        np.add.at(g, idx, dy)
        return g, None

    table = rng.normal(size=(7, 3))
    report = check_backward(lambda E, idx: E[idx], backward, (table, np.array(idx)))
    assert report.verdict == "right"
    assert bool(report.warnings) == told, report.warnings


def test_an_ordinary_model_is_not_littered():
    model = numnet.Sequential(numnet.Linear(6, 5), numnet.Tanh(), numnet.Linear(5, 3), rng=0)
    x, y = rng.normal(size=(8, 6)), np.arange(8) % 3
    report = numnet.check_model(model, numnet.SoftmaxCrossEntropy(), x, y)
    assert (report.verdict, report.warnings) == ("right", ())
