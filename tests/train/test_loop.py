from __future__ import annotations

import os
import signal
import warnings
from itertools import chain

import numpy as np
import pytest

import numnet
from numnet import MSE, SGD, BinaryCrossEntropy, Linear, Sequential, SoftmaxCrossEntropy, Tanh, fit


def still() -> SGD:
    """An optimizer that changes nothing."""
    return SGD(lr=lambda step: 0.0)


RNG = np.random.default_rng(0)
X, LABELS = RNG.normal(size=(10, 4)), RNG.integers(0, 3, 10)
XV, LV = RNG.normal(size=(7, 4)), RNG.integers(0, 3, 7)
ONES = np.ones((3, 1))


def line(w=0.0):
    return Linear(1, 1, bias=False, init=numnet.constant(w))


def net(seed=0, dtype=None):
    return Sequential(Linear(4, 5), Tanh(), Linear(5, 3), rng=seed, dtype=dtype)


def without_seconds(history):
    return {name: column for name, column in history.items() if name != "seconds"}


def test_the_history_of_a_full_batch_by_hand():
    # On rows (1, 1) the loss is (w - 1)^2, and a step of 1/4 halves w - 1.
    layer = line()
    history = fit(layer, MSE(), ONES, ONES, ([[2.0]], [[1.0]]), optimizer=SGD(lr=0.25), epochs=3)
    assert list(history) == ["loss", "val_loss", "lr", "seconds"]
    assert history["loss"] == [1.0, 0.25, 0.0625]
    assert history["val_loss"] == [0.0, 0.25, 0.5625]
    assert history["lr"] == [0.25] * 3
    assert all(0 < seconds < 60 for seconds in history["seconds"])
    assert history.stopped is None
    assert layer.W.item() == 0.875


def test_the_history_of_mini_batches_by_hand():
    layer = line()
    history = fit(
        layer,
        MSE(),
        ONES,
        ONES,
        ([[2.0]], [[1.0]]),
        optimizer=SGD(lr=lambda step: 0.25 if step < 3 else 0.0),
        epochs=2,
        batch_size=2,
    )
    # Two rows at the loss before their step, and one after it.
    assert history["loss"] == [(2 * 1 + 0.25) / 3, (2 * 0.0625 + 0.015625) / 3]
    assert history["lr"] == [0.25, 0.0]
    assert layer.W.item() == 0.875
    assert history["val_loss"] == [0.25, 0.5625]


@pytest.mark.parametrize(
    ("rowwise", "parts"), [(True, [1000, 1000, 500]), (False, [2500])], ids=["rowwise", "mixing"]
)
def test_validation_is_evaluated_in_blocks_where_rows_are_on_their_own(rowwise, parts):
    seen = []

    class Watched(Linear):
        def forward(self, x):
            seen.append(len(x))
            return super().forward(x)

    layer = Watched(4, 3)
    layer.rowwise = rowwise
    rng = np.random.default_rng(1)
    x, labels = rng.normal(size=(2500, 4)), rng.integers(0, 3, 2500)
    loss = SoftmaxCrossEntropy()
    history = fit(layer, loss, X, LABELS, (x, labels), optimizer=still(), epochs=1, rng=0)
    assert seen[-len(parts) :] == parts
    assert seen[-len(parts) - 1] == len(X)
    y = layer(x)
    assert history["val_loss"] == [pytest.approx(loss(y, labels), rel=1e-14)]
    assert history["val_accuracy"] == [(y.argmax(axis=1) == labels).mean()]


@pytest.mark.parametrize("batch_size", [None, 2])
def test_accuracy_is_counted_as_trained(batch_size):
    # All logits are equal at first, which counts as class 0; after a step class 1 leads.
    model = Linear(1, 2, init=numnet.constant(0.0))
    history = fit(
        model,
        SoftmaxCrossEntropy(),
        ONES,
        [1, 1, 1],
        (np.ones((2, 1)), [1, 0]),
        epochs=2,
        batch_size=batch_size,
    )
    assert list(history) == ["loss", "accuracy", "val_loss", "val_accuracy", "lr", "seconds"]
    assert history["accuracy"] == [0.0 if batch_size is None else 1 / 3, 1.0]
    assert history["val_accuracy"] == [0.5, 0.5]
    assert history["loss"][0] <= np.log(2) + 1e-15


@pytest.mark.parametrize("from_logits", [True, False])
def test_accuracy_of_one_column(from_logits):
    last = () if from_logits else (numnet.Sigmoid(),)
    x, y = np.array([[-1.0], [1.0], [2.0]]), np.array([[0], [1], [0]])
    model = Sequential(Linear(1, 1, init=numnet.constant(1.0)), *last)
    history = fit(model, BinaryCrossEntropy(from_logits), x, y, (x, y), still(), epochs=1)
    assert history["accuracy"] == history["val_accuracy"] == [2 / 3]
    soft = fit(model, BinaryCrossEntropy(from_logits), x, y * 0.5, epochs=1)
    assert "accuracy" in soft
    twice = Sequential(Linear(1, 2), numnet.Sigmoid())
    assert "accuracy" not in fit(twice, BinaryCrossEntropy(), x, np.full((3, 2), 0.3), epochs=1)
    assert "accuracy" in fit(twice, BinaryCrossEntropy(), x, np.eye(2)[[0, 1, 0]], epochs=1)
    assert "accuracy" not in fit(Linear(1, 1), MSE(), x, y, epochs=1)


def test_val_numbers_are_those_of_the_model_after_the_epoch():
    model = net()
    history = fit(model, SoftmaxCrossEntropy(), X, LABELS, (XV, LV), epochs=3, batch_size=3, rng=0)
    assert history["val_loss"][-1] == SoftmaxCrossEntropy()(model(XV), LV)
    assert history["val_accuracy"][-1] == (model.predict(XV) == LV).mean()


@pytest.mark.parametrize("batch_size", [3, 10, 99, None])
def test_an_epoch_shows_each_row_once(batch_size):
    seen = []

    class Spy(numnet.Layer):
        uses_ctx = True

        def forward(self, x, ctx):
            if ctx.train:
                seen.append(x[:, 0].tolist())
            return x, None

        def backward(self, dy, saved):
            return dy

    x = np.arange(10.0)[:, None]
    y = 5.0 - x
    model = Sequential(Spy(), line())
    fit(model, MSE(), x, y, optimizer=still(), epochs=3, batch_size=batch_size, rng=0)
    sizes = [3, 3, 3, 1] if batch_size == 3 else [10]
    assert list(map(len, seen)) == sizes * 3
    epochs = [list(chain(*seen[i : i + len(sizes)])) for i in range(0, len(seen), len(sizes))]
    assert all(sorted(epoch) == x[:, 0].tolist() for epoch in epochs)
    assert (epochs[0] != epochs[1]) == (batch_size == 3)


def test_a_full_batch_keeps_the_order_of_the_rows_and_draws_none():
    x = np.random.default_rng(0).normal(size=(300, 4))
    seen, rng = [], np.random.default_rng(3)

    class Spy(Linear):
        def forward(self, x):
            seen.append(x)
            return super().forward(x)

    model = Spy(4, 4)
    for batch_size in (None, 300, 301):
        seen.clear()
        fit(model, MSE(), x, x, epochs=2, batch_size=batch_size, rng=rng)
        # The first looks whether a row fits.
        assert [len(rows) for rows in seen] == [1, 300, 300]
        np.testing.assert_array_equal(seen[1:], [x, x])
    assert rng.random() == np.random.default_rng(3).random()


def test_data_are_validated_once():
    seen = []

    class Loss(MSE):
        def check(self, shape, y_true):
            seen.append(len(y_true))
            return super().check(shape, y_true)

    fit(net(), Loss(), X, X[:, :3], (XV, XV[:, :3]), epochs=3, batch_size=4)
    assert seen == [10, 7]


def test_seconds_hold_training_and_validation(monkeypatch):
    ticks = iter(range(100))
    monkeypatch.setattr("numnet.train.loop.time.perf_counter", lambda: float(next(ticks)))
    seen = []

    class Clock(Linear):
        def forward(self, x):
            seen.append(next(ticks))
            return super().forward(x)

    history = fit(Clock(4, 4), MSE(), X, X, (X, X), epochs=2, batch_size=6)
    # Two steps, a validation and the end of the epoch.
    assert history["seconds"] == [4.0, 4.0]


def test_rows_keep_their_truth_when_they_are_shuffled():
    x = np.arange(10.0)[:, None]
    history = fit(line(-1.0), MSE(), x, -x, optimizer=still(), epochs=2, batch_size=3)
    assert history["loss"] == [0.0, 0.0]


@pytest.mark.parametrize("batch_size", [None, 3])
def test_the_same_seed_gives_the_same_bits(batch_size):
    def run(seed):
        model = net()
        history = fit(
            model, SoftmaxCrossEntropy(), X, LABELS, (XV, LV), epochs=3, batch_size=batch_size,
            rng=seed,
        )  # fmt: skip
        return without_seconds(history), model.parameters.value

    history, theta = run(4)
    again, other = run(4)
    assert history == again
    np.testing.assert_array_equal(theta, other)
    assert (run(5)[0] != history) == (batch_size is not None)


def test_a_second_fit_continues():
    def run(*lengths):
        model = net()
        optimizer = SGD(lr=lambda step: 0.3 / (1 + step), momentum=0.9)
        columns = [
            without_seconds(
                fit(model, SoftmaxCrossEntropy(), X, LABELS, optimizer=optimizer, epochs=n)
            )
            for n in lengths
        ]
        return {
            k: list(chain(*(c[k] for c in columns))) for k in columns[0]
        }, model.parameters.value

    history, theta = run(7)
    parts, other = run(3, 4)
    assert history == parts
    np.testing.assert_array_equal(theta, other)


def test_shuffling_continues_with_one_generator():
    def run(*lengths):
        model, optimizer, rng = net(), SGD(lr=0.1, momentum=0.9), np.random.default_rng(3)
        for n in lengths:
            fit(model, SoftmaxCrossEntropy(), X, LABELS, None, optimizer, n, batch_size=4, rng=rng)
        return model.parameters.value

    np.testing.assert_array_equal(run(5), run(2, 3))


def test_without_a_number_of_epochs_there_are_a_hundred():
    assert fit(line(), MSE(), ONES, ONES).epochs == 100


def test_without_an_optimizer():
    model, other = net(), net()
    fit(model, SoftmaxCrossEntropy(), X, LABELS, epochs=4)
    optimizer = SGD(lr=0.1, momentum=0.9)
    fit(other, SoftmaxCrossEntropy(), X, LABELS, optimizer=optimizer, epochs=4)
    np.testing.assert_array_equal(model.parameters.value, other.parameters.value)
    assert optimizer.parameters == other.parameters
    assert optimizer.steps == 4


def test_float32_stays_float32():
    model = net(dtype="float32")
    history = fit(model, SoftmaxCrossEntropy(), X, LABELS, (XV, LV), epochs=2)
    assert model.parameters.dtype == np.float32
    assert all(type(number) is float for column in history.values() for number in column)


def test_a_part_may_be_trained_alone():
    model = net()
    before = model.parameters.value.copy()
    fit(model, SoftmaxCrossEntropy(), X, LABELS, None, SGD(model[2:].parameters, lr=0.1), epochs=2)
    np.testing.assert_array_equal(model.parameters.value[:25], before[:25])
    assert (model.parameters.value[25:] != before[25:]).all()


@pytest.mark.parametrize("lr", [1e30, 1e300])
@pytest.mark.parametrize("batch_size", [None, 3])
def test_divergence_keeps_the_last_finite_parameters(lr, batch_size):
    model, optimizer = line(0.0), SGD(lr=lr, momentum=0.9)
    x = np.arange(1.0, 7.0)[:, None]
    with pytest.raises(numnet.DivergenceError, match=r"^epoch \d+: .* Lower lr") as raised:
        fit(model, MSE(), x, 2 * x, optimizer=optimizer, epochs=50, batch_size=batch_size, rng=0)
    history = raised.value.history
    assert history.stopped == "diverged"
    assert f"epoch {history.epochs + 1}:" in str(raised.value)
    assert np.isfinite(history["loss"] if history.epochs else 0.0).all()
    assert np.isfinite(model.W).all()
    assert optimizer._state == {}
    # The steps before it were taken.
    other, steps = line(0.0), optimizer.steps
    if batch_size is None:
        again = SGD(other.parameters, lr=lr, momentum=0.9)
        for _ in range(steps):
            numnet.train_step(other, MSE(), again, x, 2 * x)
        assert other.W.item() == model.W.item() != 0
    # With what it holds training goes on.
    model.W = [[0.0]]
    optimizer.lr = 0.01
    assert fit(model, MSE(), x, 2 * x, optimizer=optimizer, epochs=2)["loss"][1] < 61


def test_divergence_seen_in_the_validation_data_alone():
    model = line(0.0)
    with pytest.raises(numnet.DivergenceError, match="epoch 1: the loss of the validation data"):
        fit(model, MSE(), ONES, ONES, (1e200 * ONES, ONES), SGD(lr=0.25), epochs=1)
    assert model.W.item() == 0.5


def test_a_model_that_ends_in_probabilities_is_warned_of_logits():
    model = Sequential(Linear(4, 3), numnet.Softmax(), rng=0)
    with pytest.warns(UserWarning, match="takes logits, but .* probabilities: leave its") as told:
        fit(model, SoftmaxCrossEntropy(), X, LABELS, epochs=1)
    assert [warning.filename for warning in told] == [__file__]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit(net(), SoftmaxCrossEntropy(), X, LABELS, epochs=1)


@pytest.mark.parametrize("y", [[[0.0], [255.0]], [[-0.5], [1.0]]])
def test_truth_that_a_sigmoid_cannot_reach_is_warned_of(y):
    x = [[1.0], [2.0]]
    model = Sequential(Linear(1, 1), numnet.Sigmoid(), rng=0)
    auto = numnet.tied_autoencoder([3, 1], rng=0)
    for net_of_one, into, truth in ((model, x, y), (auto, np.tile(y, 3), np.tile(y, 3))):
        low, high = np.min(y), np.max(y)
        with pytest.warns(
            UserWarning, match=rf"near y, from {low:g} to {high:g}\. Scale y"
        ) as told:
            fit(net_of_one, MSE(), into, truth, epochs=1, optimizer=SGD(lr=1e-9))
        assert [warning.filename for warning in told] == [__file__]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit(model, MSE(), x, [[-1e-7], [1.0000001]], epochs=1)
        fit(Sequential(Linear(1, 1), rng=0), MSE(), x, y, epochs=1, optimizer=SGD(lr=1e-9))


BAD_OPTIONS = [
    ({"epochs": 0}, ValueError, "epochs to be a positive integer, got 0"),
    ({"epochs": 1.5}, ValueError, "epochs to be a positive integer, got 1.5"),
    ({"epochs": True}, ValueError, "epochs to be a positive integer, got True"),
    ({"batch_size": 0}, ValueError, "batch_size to be a positive integer, got 0"),
    ({"batch_size": -3}, ValueError, "batch_size to be a positive integer, got -3"),
    ({"batch_size": "all"}, ValueError, "batch_size to be a positive integer, got 'all'"),
    ({"validation": XV}, TypeError, r"validation to be a pair \(x, y\)"),
    ({"validation": (XV,)}, TypeError, r"validation to be a pair \(x, y\)"),
    ({"optimizer": "adam"}, TypeError, "an optimizer such as numnet.SGD.*, got 'adam'"),
    ({"optimizer": SGD}, TypeError, "an optimizer such as numnet.SGD.*, got <class"),
    ({"optimizer": 0.1}, TypeError, "an optimizer such as numnet.SGD.*, got 0.1"),
    ({"optimizer": SGD(line().parameters)}, ValueError, "bound to another model; make a new one"),
    ({"rng": -1}, ValueError, "non-negative integer, a numpy Generator or None, got -1"),
    ({"rng": "a"}, TypeError, "non-negative integer, a numpy Generator or None, got 'a'"),
    ({"progress": "yes"}, ValueError, "progress to be a positive integer, got 'yes'"),
    ({"progress": -1}, ValueError, "progress to be a positive integer, got -1"),
    ({"loss": "mse"}, TypeError, "expected a loss such as .*, got 'mse'"),
    ({"loss": MSE}, TypeError, r"expected a loss such as .* Write MSE\(\)"),
    ({"model": "net"}, TypeError, "expected a model such as .*, got 'net'"),
]


@pytest.mark.parametrize(("wrong", "error", "message"), BAD_OPTIONS)
def test_an_option_that_is_none_changes_nothing(wrong, error, message):
    model, optimizer = net(), SGD(lr=0.1)
    before = model.parameters.value.copy()
    good = {"model": model, "loss": SoftmaxCrossEntropy(), "optimizer": optimizer, "epochs": 2}
    with pytest.raises(error, match=message):
        fit(**good | {"x": X, "y": LABELS} | wrong)
    np.testing.assert_array_equal(model.parameters.value, before)
    assert model.output == "values"
    assert optimizer._parameters is None


def test_what_is_wrong_with_the_validation_data_is_said_of_them():
    model = Sequential(Linear(2, 2), rng=0)
    x, y = np.ones((3, 2)), np.zeros(3, int)
    for held_out in ((x, y + 2), (x[:0], y[:0]), (x[:, :1], y), (x, y[:2]), (x * np.nan, y)):
        with pytest.raises(ValueError, match=r"^validation, "):
            fit(model, SoftmaxCrossEntropy(), x, y, validation=held_out)


def test_a_model_without_parameters_is_not_trained():
    with pytest.raises(ValueError, match=r"Sequential\(Tanh\(\)\) has no parameters to train"):
        fit(Sequential(Tanh()), MSE(), np.ones((3, 2)), np.ones((3, 2)))


@pytest.mark.skipif(os.name != "posix", reason="Windows has no SIGINT for one process")
@pytest.mark.parametrize(("step", "epochs"), [(1, 0), (3, 1), (4, 2), (10, 5)])
def test_control_c_ends_the_run_after_its_step_and_draws_no_further_order(step, epochs):
    class Once(numnet.Layer):
        uses_ctx = True

        def forward(self, x, ctx):
            if ctx.train and optimizer.steps == step - 1:
                os.kill(os.getpid(), signal.SIGINT)
            return x, None

        def backward(self, dy, saved):
            return dy

    layer, x = line(), np.arange(4.0)[:, None]
    optimizer, rng, other = SGD(lr=0.01), np.random.default_rng(0), np.random.default_rng(0)
    optimizer.bind(layer.parameters)
    with pytest.warns(RuntimeWarning, match=f"interrupted after {epochs} of 5 epochs") as told:
        history = fit(Sequential(Once(), layer), MSE(), x, x, None, optimizer, 5, 2, rng)
    assert [warning.filename for warning in told] == [__file__]
    assert (history.stopped, history.epochs, optimizer.steps) == ("interrupted", epochs, step)
    for _ in range((step + 1) // 2):
        other.permutation(4)
    assert rng.random() == other.random()
