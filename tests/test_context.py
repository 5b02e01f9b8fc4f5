from __future__ import annotations

import numpy as np
import pytest

import numnet
from numnet.model import EVALUATION


class Mean(numnet.Layer):
    """Subtracts a running mean."""

    uses_ctx = True

    def __init__(self):
        self.buffers["mean"] = np.zeros(2)

    def forward(self, x, ctx):
        ctx.keep(self, mean=x.mean(0))
        return x - self.buffers["mean"], None

    def backward(self, dy, saved):
        return dy


X = np.array([[1.0, 3.0], [3.0, 5.0]])


def test_state_takes_effect_at_commit_and_only_once():
    layer, ctx = Mean(), numnet.Context(train=True)
    numnet.Sequential(layer).propagate(X, ctx)
    np.testing.assert_array_equal(layer.buffers["mean"], [0, 0])
    ctx.commit()
    np.testing.assert_array_equal(layer.buffers["mean"], [2, 4])
    layer.buffers["mean"] = np.ones(2)
    ctx.commit()
    np.testing.assert_array_equal(layer.buffers["mean"], [1, 1])


def test_nothing_remains_of_an_evaluation():
    layer = Mean()
    layer(X)
    layer.propagate(X)
    numnet.Objective(layer, numnet.MSE(), X, X)(np.zeros(0))
    assert EVALUATION._kept == []
    EVALUATION.commit()
    np.testing.assert_array_equal(layer.buffers["mean"], [0, 0])


def test_a_replica_hands_over_to_the_model():
    layer, ctx = Mean(), numnet.Context(train=True)
    layer.replica().propagate(X, ctx)
    ctx.commit()
    np.testing.assert_array_equal(layer.buffers["mean"], [2, 4])


def test_fit_commits_after_each_step():
    model = numnet.Sequential(numnet.Linear(2, 2), Mean())
    model.parameters.value[:] = 0
    optimizer = numnet.SGD(lr=lambda step: 0.0)
    numnet.fit(model, numnet.MSE(), X, X, optimizer=optimizer, epochs=1)
    np.testing.assert_array_equal(model[1].buffers["mean"], [0, 0])
    model[0].b = [1.0, 2.0]
    numnet.fit(model, numnet.MSE(), X, X, optimizer=optimizer, epochs=1, validation=(9 * X, X))
    np.testing.assert_array_equal(model[1].buffers["mean"], [1, 2])


def test_only_buffers_that_the_layer_has_are_kept():
    with pytest.raises(ValueError, match=r"Mean\(\): no buffer var to keep"):
        numnet.Context(train=True).keep(Mean(), var=np.ones(2))


def test_fit_passes_training_and_its_generator():
    seen = []

    class Spy(Mean):
        def forward(self, x, ctx):
            seen.append((ctx.train, ctx.rng))
            return x, None

    rng = np.random.default_rng(0)
    model = numnet.Sequential(numnet.Linear(2, 2), Spy())
    numnet.fit(model, numnet.MSE(), X, X, epochs=1, validation=(X, X), rng=rng)
    assert [train for train, _ in seen] == [False, False, True, False]
    assert seen[2][1] is rng
