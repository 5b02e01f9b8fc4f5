"""fit against a loop written by hand: the same steps, and a history defined to the digit."""

from __future__ import annotations

import math

import numpy as np
import pytest

import numnet
from numnet import MSE, SGD, DivergenceError, Linear, Sequential, SoftmaxCrossEntropy, Tanh, fit

RNG = np.random.default_rng(1)
N = 11
X, LABELS = RNG.normal(size=(N, 3)), RNG.integers(0, 3, N)
XV, LV = RNG.normal(size=(5, 3)), RNG.integers(0, 3, 5)
Y = RNG.normal(size=(N, 3))


class Noise(numnet.Layer):
    """Adds noise in training, as dropout draws."""

    uses_ctx = True

    def forward(self, x, ctx):
        if not ctx.train:
            return x.copy(), None
        return x + 0.1 * ctx.rng.normal(size=x.shape).astype(x.dtype), None

    def backward(self, dy, saved):
        return dy


def net(dtype=None):
    return Sequential(Linear(3, 4), Noise(), Tanh(), Linear(4, 3), rng=0, dtype=dtype)


def schedule(step):
    return 0.3 / (1 + step)


def by_hand(model, optimizer, epochs, batch_size, seed):
    """The loop of fit in plain calls; one list of numbers an epoch."""
    rng, loss = np.random.default_rng(seed), SoftmaxCrossEntropy()
    ctx = numnet.Context(train=True, rng=rng)
    size = N if batch_size is None else min(batch_size, N)
    told = []
    for _ in range(epochs):
        order = np.arange(N) if size == N else rng.permutation(N)
        losses, right = [], 0
        for first in range(0, N, size):
            rows = order[first : first + size]
            optimizer.zero_grad()
            y_pred, saved = model.propagate(X[rows], ctx)
            value, s = loss.forward(y_pred, LABELS[rows])
            model.backpropagate(loss.backward(s), saved, need_dx=False)
            losses += [(value, len(rows))]
            right += sum(int(np.argmax(y)) == c for y, c in zip(y_pred, LABELS[rows], strict=True))
            lr = optimizer.current_lr()
            optimizer.step()
        sizes = [n for _, n in losses]
        assert sum(sizes) == N
        assert set(sizes[:-1]) <= {size}
        mean = losses[0][0] if len(losses) == 1 else math.fsum(v * n for v, n in losses) / N
        outputs = model(XV)
        told.append(
            [mean, right / N, loss(outputs, LV), float(np.mean(outputs.argmax(1) == LV)), lr]
        )
    return told


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("batch_size", [None, 1, 4, 10, N, 99])
def test_the_history_is_that_of_a_loop_by_hand(batch_size, dtype):
    model, other = net(dtype), net(dtype)
    optimizer, second = (SGD(m.parameters, schedule, momentum=0.9) for m in (model, other))
    history = fit(
        model, SoftmaxCrossEntropy(), X, LABELS, (XV, LV), optimizer, 3, batch_size, rng=6
    )
    told = by_hand(other, second, 3, batch_size, 6)
    np.testing.assert_array_equal(model.parameters.value, other.parameters.value)
    losses, *rest = (list(column) for column in zip(*told, strict=True))
    names = ["accuracy", "val_loss", "val_accuracy", "lr"]
    assert [history[name] for name in names] == rest
    # The order of a sum is no part of a mean; of one batch there is nothing to sum.
    bound = 0.0 if batch_size in (None, N, 99) else 1e-15
    assert history["loss"] == pytest.approx(losses, rel=bound, abs=0)
    assert list(history) == ["loss", "accuracy", "val_loss", "val_accuracy", "lr", "seconds"]
    assert (history.epochs, history.stopped) == (3, None)


def test_the_mean_of_huge_losses_is_finite():
    model = Linear(1, 1, bias=False, init=numnet.constant(1.3e154))
    still = SGD(lr=lambda step: 0.0)
    for batch_size in (None, 3):
        history = fit(model, MSE(), np.ones((9, 1)), np.zeros((9, 1)), None, still, 1, batch_size)
        assert history["loss"] == pytest.approx([1.69e308], rel=1e-12)


@pytest.mark.parametrize(
    ("batch_size", "dtype"), [(None, "float64"), (4, "float32"), (4, "float64"), (1, "float64")]
)
@pytest.mark.parametrize("parts", [(1, 1), (3, 1), (2, 2, 3)])
def test_runs_one_after_the_other_are_one_long_run(batch_size, dtype, parts):
    def run(lengths):
        model, rng = net(dtype), np.random.default_rng(3)
        optimizer = SGD(lr=schedule, momentum=0.9, weight_decay=0.01)
        histories = [
            fit(model, SoftmaxCrossEntropy(), X, LABELS, (XV, LV), optimizer, n, batch_size, rng)
            for n in lengths
        ]
        columns = {
            name: [x for history in histories for x in history[name]]
            for name in histories[0]
            if name != "seconds"
        }
        return columns, model.parameters.value.tobytes(), optimizer.steps, rng.random()

    assert run(parts) == run([sum(parts)])


def test_what_is_not_handed_on_begins_anew():
    def run(optimizer, rngs):
        model = net()
        for rng in rngs:
            fit(model, SoftmaxCrossEntropy(), X, LABELS, None, optimizer, 2, 4, rng)
        return model.parameters.value.tobytes()

    def sgd():
        return SGD(lr=0.1, momentum=0.9)

    one, two = (np.random.default_rng(3) for _ in range(2))
    # Without an optimizer each run has one of its own, with velocities of zero.
    assert run(sgd(), [one, one]) != run(None, [two, two])
    # A number draws the same order twice.
    generator = np.random.default_rng(3)
    assert run(sgd(), [3, 3]) != run(sgd(), [generator, generator])
    assert run(sgd(), [3, 3]) == run(sgd(), [np.random.default_rng(3) for _ in range(2)])


class Fails(Linear):
    """Goes wrong in its k-th step, in its outputs, its gradient or when it is validated."""

    uses_ctx = True
    at, where, steps = 0, "", 0

    def forward(self, x, ctx):
        y, saved = super().forward(x)
        Fails.steps += ctx.train
        if Fails.steps == Fails.at and Fails.where == ("loss" if ctx.train else "validation"):
            y = np.full_like(y, np.inf)
        return y, saved

    def backward_parameters(self, dy, saved):
        super().backward_parameters(dy, saved)
        if Fails.steps == Fails.at and Fails.where == "gradient":
            self.add_grad("b", np.full(self.out_features, np.nan))


class Leaps(SGD):
    """Overflows in its k-th step."""

    at = 0

    def _update(self, value, grad, lr):
        super()._update(value, grad, lr)
        if self.steps + 1 == Leaps.at:
            value[-1] = np.inf


WORDS = {
    "loss": "epoch 2: the loss became",
    "gradient": r"epoch 2: (layer 0, )?Linear\(3 -> 3\): the gradient of '?(0\.)?b'? is not finite",
    "update": "epoch 2: the update by Leaps",
    "validation": "epoch 2: the loss of the validation data became",
}


@pytest.mark.parametrize("where", WORDS)
def test_divergence_anywhere_keeps_the_last_whole_step(where, monkeypatch):
    monkeypatch.setattr(Fails, "steps", 0)
    monkeypatch.setattr(Fails, "where", where)
    # Three steps an epoch: the fifth is in the middle of the second, the sixth its last.
    at = 6 if where == "validation" else 5
    monkeypatch.setattr(Leaps if where == "update" else Fails, "at", at)

    def made():
        model = Sequential(Fails(3, 3), rng=0)
        return model, Leaps(model.parameters, lr=0.1, momentum=0.9)

    model, optimizer = made()
    with pytest.raises(DivergenceError, match=WORDS[where]) as raised:
        fit(model, MSE(), X, Y, (X, Y), optimizer, 3, batch_size=4, rng=0)
    done = at - (where != "validation")
    history = raised.value.history
    assert (history.stopped, history.epochs, optimizer.steps) == ("diverged", 1, done)
    assert {len(column) for column in history.values()} == {1}
    monkeypatch.setattr(Fails, "where", "")
    monkeypatch.setattr(Leaps, "at", 0)
    other, second = made()
    rng = np.random.default_rng(0)
    while second.steps < done:
        order = rng.permutation(N)
        for first in range(0, N, 4):
            if second.steps < done:
                rows = order[first : first + 4]
                numnet.train_step(other, MSE(), second, X[rows], Y[rows])
    np.testing.assert_array_equal(model.parameters.value, other.parameters.value)
    assert np.isfinite(model(X)).all()
    if where != "validation":
        assert optimizer._state == {}
    again = fit(model, MSE(), X, Y, (X, Y), optimizer, 2, batch_size=4)
    assert (again.epochs, again.stopped) == (2, None)


def test_a_divergence_of_the_users_own_has_a_history_too():
    class Own(Linear):
        def backward_parameters(self, dy, saved):
            raise DivergenceError

    with pytest.raises(DivergenceError, match=r"^epoch 1: $") as raised:
        fit(Own(3, 3), MSE(), X, Y, epochs=2)
    assert raised.value.history.stopped == "diverged"
