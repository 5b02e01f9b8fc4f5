from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from helpers import Pair

import numnet
from numnet import Highway, Linear, Sequential, check_layer, check_model, kernels
from numnet.gradcheck import diagnosis

X = np.random.default_rng(0).uniform(-2, 2, (6, 4))
NAMES = ["transform.W", "transform.b", "gate.W", "gate.b"]


def layer(activation="tanh"):
    """One whose parameters are all different."""
    made = Highway(4, activation).initialize(rng=0)
    made.parameters.value = np.random.default_rng(1).uniform(-1, 1, 40)
    return made


def formula(x, theta):
    W, Wt = theta[:16].reshape(4, 4), theta[20:36].reshape(4, 4)
    t = 1 / (1 + np.exp(-(x @ Wt + theta[36:])))
    return t * np.tanh(x @ W + theta[16:20]) + (1 - t) * x


def test_it_is_the_formula():
    made = layer()
    assert list(made.parameters) == NAMES
    np.testing.assert_allclose(made(X), formula(X, made.parameters.value), rtol=1e-14)


def backward(dy, x, theta):
    made = layer().replica(theta)
    dx = made.backpropagate(dy, made.propagate(x)[1])
    return dx, made.parameters.grad


PAIRS = {
    "x": Pair(formula, lambda *a: backward(*a)[0], lambda dy, x, theta: 50.0, 0),
    "theta": Pair(formula, lambda *a: backward(*a)[1], lambda dy, x, theta: 50.0, 1),
}


@pytest.mark.parametrize("name", PAIRS)
def test_backpropagate_agrees_with_the_complex_step_of_the_formula(name):
    dy = np.random.default_rng(2).normal(size=X.shape)
    theta = layer().parameters.value
    PAIRS[name].check(dy, X, theta)
    for wrong in (lambda *a: 2 * PAIRS[name].backward(*a), lambda *a: -PAIRS[name].backward(*a)):
        with pytest.raises(AssertionError):
            replace(PAIRS[name], backward=wrong).check(dy, X, theta)


def test_the_gate_is_nearly_shut_at_first():
    made = Highway(4).initialize(rng=0)
    assert made.gate.b.tolist() == [-1] * 4
    assert not made.transform.b.any()
    shut = Highway(4, "relu", -1000.0).initialize(rng=0)
    y, saved = shut.propagate(X)
    np.testing.assert_array_equal(y, X)
    np.testing.assert_array_equal(shut.backpropagate(X, saved), X)


def test_without_dx_no_product_is_spent_on_it(monkeypatch):
    made = layer()
    y, saved = made.propagate(X)
    made.backpropagate(y, saved)
    grad = made.parameters.grad.copy()
    made.parameters.zero_grad()

    def never(*args):
        raise AssertionError("dx was computed")

    monkeypatch.setattr(kernels, "linear_dx", never)
    monkeypatch.setattr(kernels, "gate_dx", never)
    assert made.backpropagate(y, saved, need_dx=False) is None
    np.testing.assert_array_equal(made.parameters.grad, grad)


def test_the_context_reaches_the_activation():
    made = Highway(4, numnet.Dropout(0.5), gate_bias=1000.0).initialize(rng=0)
    ctx = numnet.Context(train=True, rng=np.random.default_rng(0))
    assert (made(X) != 0).all()
    y, _ = made.propagate(X, ctx)
    assert (y == 0).any()


@pytest.mark.parametrize("width", [4, 300])
def test_it_is_as_wide_as_its_input(width):
    layer = Highway(width)
    assert (layer.in_features, layer.out_features) == (width, width)
    assert layer(np.ones((2, width))).shape == (2, width)


def test_rows_stand_alone_if_they_do_in_the_activation():
    class Centred(numnet.Layer):
        def forward(self, x):
            return x - x.mean(0), None

        def backward(self, dy, saved):
            return dy - dy.mean(0)

    assert Highway(4).rowwise is True
    assert Highway(4, Centred()).rowwise is False
    assert numnet.check_layer(Highway(4, Centred()).initialize(rng=0), X).verdict == "right"


class Wider(numnet.Layer):
    def forward(self, x):
        return np.concatenate([x, x], axis=1), None

    def __repr__(self):
        return "Wider()"


class Narrower(Wider):
    def forward(self, x):
        return x[:, :1], None


@pytest.mark.parametrize(
    ("made", "x", "said"),
    [
        (
            Highway(4),
            X[:5, :3],
            "Highway(4, ReLU()): expected x of shape (N, 4), got (5, 3). It adds x to what it "
            "computes, so that input and output are equally wide: put Linear(3, 4) before it",
        ),
        (
            Highway(4, Wider()),
            X,
            "Highway(4, Wider()): expected Wider() to keep the shape (6, 4) of x, which is added "
            "to what it returns, got (6, 8)",
        ),
        (Highway(4), X[:4, :3].copy(), "expected x of shape (N, 4), got (4, 3). Examples stand in"),
        (Highway(4), np.ones(3), "got (3,). It adds x to what it computes"),
        (Highway(4), np.ones((6, 5)), "Highway(4, ReLU()): expected x of shape (N, 4), got (6, 5)"),
        (Highway(4), np.ones((2, 4, 4)), "Highway(4, ReLU()): expected x of shape (N, 4), got (2,"),
        (Highway(4, Narrower()), X, "to keep the shape (6, 4) of x, which is added to what"),
    ],
)
def test_unequal_widths_are_refused(made, x, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        made(x)
    with pytest.raises(ValueError, match=f"^layer 1, .*{re.escape(said)}"):
        Sequential(numnet.LeakyReLU(1.0), made)(x)


def test_a_number_alone_is_refused():
    with pytest.raises(ValueError, match=r"got \(\)\. .* put Linear\(1, 4\) before it"):
        Highway(4)(0.5)


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ((0,), ValueError, "Highway: expected width to be a positive integer, got 0"),
        ((2.5,), ValueError, "Highway: expected width to be a positive integer, got 2.5"),
        ((4, "linear"), ValueError, "Highway: expected the activation to be one of leaky_relu"),
        ((4, numnet.Tanh), TypeError, "Highway: expected the name .* Write Tanh"),
        ((4, "tanh", np.nan), ValueError, "expected a finite value, got nan"),
    ],
)
def test_what_makes_no_layer_is_refused(arguments, error, said):
    with pytest.raises(error, match=said):
        Highway(*arguments)


WRONG = {
    "the carry path forgotten": ("gate_dx", lambda dy, t: np.zeros_like(dy)),
    "the gate's sign": ("gate_dt", lambda dy, x, h: dy * (x - h)),
    "the sign of what is computed": ("gate_dh", lambda dy, t: -t * dy),
}


def test_a_carry_path_that_is_forgotten_is_named(monkeypatch):
    monkeypatch.setattr(kernels, *WRONG["the carry path forgotten"])
    report = check_layer(Highway(2, "tanh").initialize(rng=0), X[:3, :2])
    assert [f.name for f in report if f.verdict == "wrong"] == ["x"]
    assert report.cause == "missing-term"
    assert "dx lacks the term dy * (1 - t)" in report["x"].explanation


@pytest.mark.parametrize(
    ("fault", "signs"),
    [
        ("the carry path forgotten", set()),
        ("the gate's sign", {"1.gate.W", "1.gate.b"}),
        ("the sign of what is computed", {"1.transform.W", "1.transform.b"}),
    ],
)
def test_a_wrong_gate_is_named_in_its_model(monkeypatch, fault, signs):
    # The search for the fix takes longer than the rest.
    monkeypatch.setattr(diagnosis, "find_expressions", lambda scene, candidates: ([], []))
    model = Sequential(Linear(5, 4), layer(), Linear(4, 5), rng=0)
    x = np.random.default_rng(3).uniform(-1, 1, (6, 5))
    assert check_model(model, numnet.MSE(), x, x).verdict == "right"
    monkeypatch.setattr(kernels, *WRONG[fault])
    report = check_model(model, numnet.MSE(), x, x)
    wrong = [f for f in report if f.verdict == "wrong"]
    assert {f.name for f in wrong} == {"0.W", "0.b"} | signs
    assert all(f.explanation.startswith("layer 1, Highway(4, Tanh()) is wrong") for f in wrong)
    assert {f.name for f in wrong if f.cause == "sign"} == signs
