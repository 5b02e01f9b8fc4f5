"""NaN and infinity at any place are caught in the same step, before a weight changes, by name."""

from __future__ import annotations

import numpy as np
import pytest

import numnet
from numnet import MSE, SGD, Linear, Sequential, SoftmaxCrossEntropy, Tanh, fit, train_step

BAD = [np.nan, np.inf, -np.inf]
X = np.array([[0.5, -1.0], [1.0, 2.0], [0.25, 0.0]])
LABELS = np.array([0, 1, 1])


class Sick(Linear):
    """A linear layer, one entry of whose gradients is bad once it is told so."""

    bad = None  # (name, index, value)

    def backward_parameters(self, dy, x):
        super().backward_parameters(dy, x)
        if self.bad is not None:
            name, index, value = self.bad
            grad = np.zeros_like(getattr(self, name))
            grad[index] = value
            self.add_grad(name, grad)


class Through(numnet.Layer):
    """The identity; one entry of the gradient to its input is bad once it is told so."""

    bad = None  # (index, value)

    def forward(self, x):
        return x.copy(), None

    def backward(self, dy, saved):
        dx = dy.copy()
        if self.bad is not None:
            dx[self.bad[0]] = self.bad[1]
        return dx


class Counts(numnet.Layer):
    """Keeps how often it was trained on in a buffer."""

    uses_ctx = True

    def __init__(self):
        self.buffers["count"] = np.zeros(1)

    def forward(self, x, ctx):
        ctx.keep(self, count=self.buffers["count"] + 1)
        return x, None

    def backward(self, dy, saved):
        return dy


class Sign(numnet.Optimizer):
    """Steps by the sign of the gradient, which hides how large it is."""

    def __init__(self, parameters=None, lr=0.1):
        super().__init__(parameters, lr)

    def _update(self, value, grad, lr):
        value -= lr * np.sign(np.nan_to_num(grad))


OPTIMIZERS = [
    lambda p: SGD(p, lr=0.1),
    lambda p: SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01),
    lambda p: SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    lambda p: SGD(p, lr=lambda step: 0.1 * (step == 0), momentum=0.9),
    Sign,
]


def flat():
    return Sequential(Sick(2, 3), Tanh(), Through(), Counts(), Sick(3, 2), rng=0)


def nested():
    inner = Sequential(Sick(2, 3), Tanh())
    return Sequential(inner, Through(), Sequential(Counts(), Sequential(Sick(3, 2))), rng=0)


def shared():
    twice = Sick(2, 2)
    return Sequential(twice, Tanh(), Through(), twice, Counts(), rng=0)


MODELS = [flat, nested, shared]


def parts(model, kind):
    """Each layer of this kind once, with its places in the model."""
    found = {}

    def visit(layers, place):
        for i, layer in enumerate(layers):
            if isinstance(layer, Sequential):
                visit(layer, f"{place}layer {i}, ")
            elif isinstance(layer, kind):
                found.setdefault(id(layer), (layer, []))[1].append(f"{place}layer {i}, {layer!r}")

    visit(model, "")
    return found.values()


class Trial:
    """A model after one good step, and what a bad one must leave."""

    def __init__(self, build, optimizer, dtype="float64"):
        self.model = build().initialize(dtype=dtype)
        self.optimizer = optimizer(self.model.parameters)
        self.step()
        self.before = self.state()

    def step(self):
        train_step(self.model, SoftmaxCrossEntropy(), self.optimizer, X, LABELS)

    def state(self):
        counts = [layer.buffers["count"].item() for layer, _ in parts(self.model, Counts)]
        o = self.optimizer
        return self.model.parameters.value.tobytes(), counts, o.steps, o.last_lr

    def fails(self):
        """The message of the step that must fail, and change nothing."""
        with pytest.raises(numnet.DivergenceError) as raised:
            self.step()
        assert self.state() == self.before
        assert self.optimizer._state == {}
        return str(raised.value)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("build", MODELS)
def test_every_entry_of_every_gradient(build, optimizer):
    trial = Trial(build, optimizer)
    for layer, places in parts(trial.model, Sick):
        for name in ("W", "b"):
            for index in np.ndindex(getattr(layer, name).shape):
                for bad in BAD:
                    layer.bad = (name, index, bad)
                    message = trial.fails()
                    assert (
                        message == f"{places[-1]}: the gradient of {name} is not finite. Lower lr"
                    )
        layer.bad = None
    # Nothing of it is left: the next step is what it would have been.
    trial.step()
    again = Trial(build, optimizer)
    again.optimizer.reset()
    again.step()
    assert trial.state() == again.state()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("build", MODELS)
def test_every_entry_of_a_gradient_handed_down(build, optimizer):
    trial = Trial(build, optimizer)
    for layer, (place,) in parts(trial.model, Through):
        for index in np.ndindex(3, 3 if build is not shared else 2):
            for bad in BAD:
                layer.bad = (index, bad)
                message = trial.fails()
                assert message == f"{place}: the gradient to its input is not finite. Lower lr"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("build", MODELS)
def test_every_entry_of_every_parameter(build, optimizer, dtype):
    trial = Trial(build, optimizer, dtype)
    model = trial.model
    for name, value in model.parameters.items():
        for index in np.ndindex(value.shape):
            for bad in BAD:
                good = value[index].copy()
                value[index] = bad
                trial.before = trial.state()
                assert f"parameter '{name}' is {bad} at {index} before the step" in trial.fails()
                value[index] = good


@pytest.mark.parametrize("bad", BAD)
def test_a_parameter_that_is_not_trained_and_whose_layer_hides_it(bad):
    # tanh of infinity is 1: nothing else shows it.
    model = Sequential(Linear(2, 3), Tanh(), Linear(3, 2), rng=0)
    optimizer = SGD(model[2:].parameters, lr=0.1)
    model[0].b[1] = bad
    before = model.parameters.value.tobytes()
    with pytest.raises(numnet.DivergenceError, match=rf"parameter '0.b' is {bad} at \(1,\) before"):
        train_step(model, SoftmaxCrossEntropy(), optimizer, X, LABELS)
    assert model.parameters.value.tobytes() == before


class Table(numnet.Layer):
    """A row of a table for each index, of which a batch uses few."""

    def __init__(self):
        self.declare(rows=np.ones((5, 2)))

    def forward(self, x):
        index = x[:, 0].astype(int)
        return self.rows[index], index

    def backward(self, dy, index):
        grad = np.zeros_like(self.rows)
        np.add.at(grad, index, dy)
        self.add_grad("rows", grad)
        return np.zeros((len(index), 1))


@pytest.mark.parametrize("bad", BAD)
def test_a_parameter_that_the_batch_does_not_use(bad):
    model = Table()
    model.rows[4, 1] = bad
    with pytest.raises(numnet.DivergenceError, match=rf"'rows' is {bad} at \(4, 1\) before"):
        train_step(model, SoftmaxCrossEntropy(), SGD(model.parameters), [[0.0], [1.0]], [0, 1])
    assert model.rows[0, 0] == 1


@pytest.mark.parametrize("function", [fit, "train_step"])
@pytest.mark.parametrize("bad", BAD)
def test_every_entry_of_x_and_y(function, bad):
    model, optimizer = Sequential(Linear(2, 2), Tanh(), rng=0), SGD(lr=0.1)
    if function == "train_step":
        optimizer.bind(model.parameters)
    before = model.parameters.value.tobytes()

    def run(loss, x, y):
        if function is fit:
            fit(model, loss, x, y, optimizer=optimizer, epochs=2)
        else:
            train_step(model, loss, optimizer, x, y)

    def refused(loss, x, y, *words):
        with pytest.raises(ValueError, match=r"finite|probabilities|in \[0, 1\]") as raised:
            run(loss, x, y)
        assert all(word in str(raised.value) for word in words)
        assert model.parameters.value.tobytes() == before
        assert optimizer.steps == 0

    for row, column in np.ndindex(3, 2):
        spoiled = X.copy()
        spoiled[row, column] = bad
        refused(SoftmaxCrossEntropy(), spoiled, LABELS, f"got {bad} at row {row}, column {column}")
        refused(MSE(), X, spoiled, "MSE()", f"row {row}")
        rows = np.eye(2)[LABELS]
        rows[row, column] = bad
        refused(SoftmaxCrossEntropy(), X, rows, "SoftmaxCrossEntropy()", f"row {row}")
        refused(numnet.BinaryCrossEntropy(from_logits=True), X, rows, "BinaryCrossEntropy(")


class Drawn(Linear):
    """Its gradient is bad in training alone, as one that depends on what a layer drew may be."""

    uses_ctx = True

    def forward(self, x, ctx):
        y, saved = super().forward(x)
        return y, (saved, ctx.train)

    def backward_parameters(self, dy, saved):
        super().backward_parameters(dy, saved[0])
        if saved[1]:
            self.add_grad("b", np.full(self.out_features, np.nan))


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_gradient_that_is_bad_in_training_alone_is_named(number):
    # Of several the last, which the backward pass reached first; a good one after them is none.
    model = Sequential(*(Drawn(2, 2) for _ in range(number)), Linear(2, 2), rng=0)
    words = rf"^Linear\(2 -> 2\): the gradient of '{number - 1}.b' is not finite"
    with pytest.raises(numnet.DivergenceError, match=words):
        train_step(model, SoftmaxCrossEntropy(), SGD(model.parameters, lr=0.1), X, LABELS)


@pytest.mark.parametrize("number", [2, 3])
def test_outputs_that_overflow_are_told_with_their_layer_its_numbers_and_what_helps(number):
    layers = (Linear(1, 1, bias=False, init=numnet.constant(1e200)) for _ in range(number))
    model = Sequential(*layers)
    with pytest.raises(
        numnet.DivergenceError,
        match=r"^the loss became inf: the outputs of layer 1, Linear\(1 -> 1, bias=False\) "
        r"overflow float64: inf at row 0, column 0, .*1e\+200\. Lower lr, or scale the inputs$",
    ):
        train_step(model, MSE(), SGD(model.parameters), [[1.0]], [[0.0]])


def test_large_finite_gradients_are_no_divergence():
    # Their squares overflow.
    model = Linear(1, 1, bias=False, init=numnet.constant(0.0))
    train_step(model, MSE(), SGD(model.parameters, lr=1e-200), [[1e100]], [[1e100]])
    assert model.W.item() == 2.0


class Halfway(numnet.Optimizer):
    """Changes half of the parameters, then raises."""

    error: BaseException | None = None

    def _update(self, value, grad, lr):
        self._like("velocity", value)[:] = 1
        value[: len(value) // 2] += 1
        if self.error is not None:
            raise self.error
        value[len(value) // 2 :] += 1


@pytest.mark.parametrize("error", [ZeroDivisionError(), KeyboardInterrupt()])
def test_an_update_that_breaks_off_is_taken_back(error):
    model = flat()
    optimizer = Halfway(model.parameters, 0.1)
    train_step(model, SoftmaxCrossEntropy(), optimizer, X, LABELS)
    before = model.parameters.value.tobytes()
    optimizer.error, optimizer.lr = error, 0.2
    with pytest.raises(type(error)):
        train_step(model, SoftmaxCrossEntropy(), optimizer, X, LABELS)
    assert model.parameters.value.tobytes() == before
    assert (optimizer.steps, optimizer.last_lr, optimizer._state) == (1, 0.1, {})
    assert model[3].buffers["count"] == 1


def test_an_update_that_overflows_counts_no_step():
    model = Linear(1, 1, bias=False, init=numnet.constant(1.0))
    optimizer = SGD(model.parameters, lr=1e308, momentum=0.9)
    with pytest.raises(numnet.DivergenceError, match="the update by SGD"):
        train_step(model, MSE(), optimizer, [[1.0]], [[100.0]])
    assert (model.W.item(), optimizer.steps, optimizer.last_lr) == (1.0, 0, 0.0)
    optimizer.lr = 0.25
    train_step(model, MSE(), optimizer, [[1.0]], [[100.0]])
    assert model.W.item() == 50.5
