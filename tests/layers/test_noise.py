from __future__ import annotations

import numpy as np
import pytest

import numnet
from numnet import Context, Dropout, check_backward

X = np.random.default_rng(0).uniform(1, 2, (40, 50))


def training(seed=0):
    return Context(train=True, rng=np.random.default_rng(seed))


def test_in_evaluation_it_is_the_identity():
    layer = Dropout(0.5)
    y, saved = layer.propagate(X)
    np.testing.assert_array_equal(y, X)
    np.testing.assert_array_equal(layer.backpropagate(2 * X, saved), 2 * X)


@pytest.mark.parametrize("p", [0.25, 0.5, 0.9])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_in_training_a_share_is_dropped_and_the_mean_stays(p, dtype):
    x = X.astype(dtype)
    y, saved = Dropout(p).propagate(x, training())
    assert y.dtype == dtype
    dropped = y == 0
    # Five standard deviations of a share of 2000.
    assert abs(dropped.mean() - p) < 5 * np.sqrt(p * (1 - p) / x.size)
    np.testing.assert_allclose(y[~dropped], x[~dropped] / (1 - p), rtol=1e-6)
    dx = Dropout(p).backpropagate(np.ones_like(y), saved)
    np.testing.assert_array_equal(dx == 0, dropped)
    np.testing.assert_allclose(dx[~dropped], 1 / (1 - p), rtol=1e-6)


def test_the_draw_is_that_of_the_context():
    layer = Dropout(0.5)
    one, again, other = (layer.propagate(X, training(seed))[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()
    ctx = training(1)
    first, second = layer.propagate(X, ctx)[0], layer.propagate(X, ctx)[0]
    np.testing.assert_array_equal(first, one)
    assert (first != second).any()
    assert (layer.propagate(X, Context(train=True))[0] == 0).any()


def test_it_draws_as_the_tape_does():
    y = numnet.Tensor(X).dropout(0.3, train=True, rng=7)
    np.testing.assert_allclose(Dropout(0.3).propagate(X, training(7))[0], y.value, rtol=1e-15)


def test_nothing_is_dropped_nor_drawn_with_probability_0():
    ctx = training()
    np.testing.assert_array_equal(Dropout(0).propagate(X, ctx)[0], X)
    assert ctx.rng.random() == training().rng.random()


def test_a_draw_below_p_drops(monkeypatch):
    class Three:
        def random(self, shape):
            return np.array([[0.25, 0.5, 0.75]])

    monkeypatch.setattr("numnet.layers.noise.generator", lambda rng: Three())
    y = Dropout(0.5).propagate(np.ones((1, 3)), training())[0]
    assert y.tolist() == [[0, 2, 2]]


@pytest.mark.parametrize("p", [-0.1, 1, 1.5, np.nan])
def test_a_share_that_is_none_is_refused(p):
    with pytest.raises(ValueError, match=r"^Dropout: expected p in \[0, 1\), got"):
        Dropout(p)


def backward_in_training(wrong):
    layer = Dropout(0.5)

    def forward(x):
        return layer.propagate(x, training())

    report = check_backward(
        forward,
        lambda dy, saved: wrong(layer, dy, saved),
        np.random.default_rng(0).uniform(1, 2, (4, 3)),
        with_saved=True,
    )
    return report.verdict, report.cause


def test_its_backward_in_training():
    assert backward_in_training(lambda m, dy, s: m.backpropagate(dy, s)) == ("right", None)
    verdict, cause = backward_in_training(lambda m, dy, s: m.backpropagate(dy, s) / 2)
    assert (verdict, cause) == ("wrong", "scale")
    assert backward_in_training(lambda m, dy, s: 2 * dy)[0] == "wrong"


def test_fit_drops_and_repeats():
    def trained(seed):
        layers = numnet.Linear(50, 8), numnet.Tanh(), Dropout(0.5), numnet.Linear(8, 50)
        model = numnet.Sequential(*layers, rng=0)
        optimizer = numnet.SGD(lr=0.1)
        numnet.fit(model, numnet.MSE(), X, X, optimizer=optimizer, epochs=2, rng=seed)
        return model.parameters.value

    np.testing.assert_array_equal(trained(0), trained(0))
    assert (trained(0) != trained(1)).any()
