"""Modules: parameters, the pass, and that whatever takes a layer takes a module."""

from __future__ import annotations

import pickle
import threading
from typing import Any

import numpy as np
import pytest
from helpers import close

import numnet
from numnet import Linear, Module, Tensor

RNG = np.random.default_rng(0)
X = RNG.normal(size=(9, 4))
LABELS = RNG.integers(0, 3, 9)


class MLP(Module):
    """The course's network, row A20."""

    rowwise = True

    def __init__(self, hidden: int = 5) -> None:
        self.c1 = Linear(4, hidden)
        self.c2 = Linear(hidden, 3)

    def forward(self, x: Any) -> Any:
        return self.c2(self.c1(x).relu())


class Tied(Module):
    """A decoder that is the first layer's transpose, and a parameter of its own."""

    def __init__(self) -> None:
        self.c1 = Linear(4, 2)
        self.shift = Tensor(np.full(4, 0.5), requires_grad=True)

    def forward(self, x: Any) -> Any:
        return self.c1(x).tanh() @ self.c1.W.T + self.shift


def by_hand() -> numnet.Sequential:
    return numnet.Sequential(Linear(4, 5), numnet.ReLU(), Linear(5, 3))


def test_a_module_is_the_network_of_its_layers():
    module, net = MLP().initialize(rng=0), by_hand()
    net.parameters.value = module.parameters.value
    assert list(module.parameters) == ["c1.W", "c1.b", "c2.W", "c2.b"]
    close(module(X), net(X), 1)
    for loss in (numnet.SoftmaxCrossEntropy(), lambda y, t: ((y - 1) ** 2).mean()):
        found = [numnet.Objective(m, loss, X, LABELS) for m in (module, net)]
        values = [objective(module.parameters.value) for objective in found]
        close(values[0][0], values[1][0], 1)
        close(values[0][1], values[1][1], 1)


def test_training_is_the_same_as_by_hand():
    module, net = MLP().initialize(rng=0), by_hand()
    net.parameters.value = module.parameters.value
    for model in (module, net):
        optimizer = numnet.SGD(lr=0.2, momentum=0.9)
        loss = numnet.SoftmaxCrossEntropy()
        numnet.fit(model, loss, X, LABELS, optimizer=optimizer, epochs=30, batch_size=4, rng=1)
    close(module.parameters.value, net.parameters.value, 10)
    assert (module.predict(X) == net.predict(X)).all()
    assert module.output == "logits"


def test_every_gradient_is_right():
    for model in (MLP(), Tied(), numnet.Sequential(Tied(), MLP())):
        model.initialize(rng=0)
        assert numnet.check_layer(model, X).verdict == "right"
        loss: Any = numnet.MSE()
        truth = RNG.normal(size=model(X).shape)
        assert numnet.check_model(model, loss, X, truth).verdict == "right"


def test_a_penalty_inside_is_weight_decay():
    class Penalized(Module):
        def __init__(self) -> None:
            self.c1 = Linear(4, 3, bias=False)

        def forward(self, x: Any) -> Any:
            return (self.c1(x) ** 2).mean().reshape(1, 1) + 0.5 * (self.c1.W**2).sum()

    class Plain(Penalized):
        def forward(self, x: Any) -> Any:
            return (self.c1(x) ** 2).mean().reshape(1, 1)

    # The outputs are the loss: one number, of which the mean is taken.
    def itself(y: Any, t: Any) -> Any:
        return y.sum()

    one, two = Penalized().initialize(rng=0), Plain().initialize(rng=0)
    y, saved = one.propagate(X)
    one.backpropagate(np.ones((1, 1)), saved)
    y, saved = two.propagate(X)
    two.backpropagate(np.ones((1, 1)), saved)
    close(one.parameters.grad, two.parameters.grad + two.parameters.value, 10)
    assert itself(Tensor(y), None).item() == y.item()


def test_the_complex_step_goes_through():
    model = Tied().initialize(rng=0)
    objective = numnet.Objective(model, numnet.MSE(), X, X)
    theta = model.parameters.value
    grad = objective(theta)[1]
    for i in range(theta.size):
        step = np.zeros(theta.size)
        step[i] = 1e-30
        close(objective(theta + 1j * step)[0].imag / 1e-30, grad[i], 20)


def test_backward_repeats_and_need_dx_spares_the_first_layer():
    model = MLP().initialize(rng=0)
    y, saved = model.propagate(X)
    dy = RNG.normal(size=y.shape)
    dx = model.backpropagate(dy, saved)
    grad = model.parameters.grad.copy()
    assert dx is not None
    assert dx.shape == X.shape
    model.parameters.zero_grad()
    assert model.backpropagate(dy, saved, need_dx=False) is None
    close(model.parameters.grad, grad, 1)
    model.backpropagate(dy, saved)
    close(model.parameters.grad, 2 * grad, 1)


def test_dx_not_needed_is_not_computed(monkeypatch: pytest.MonkeyPatch):
    asked: list[bool] = []
    original = Linear._backward

    def spy(self: Any, dy: Any, saved: Any, need_dx: bool) -> Any:
        asked.append(need_dx)
        return original(self, dy, saved, need_dx)

    monkeypatch.setattr(Linear, "_backward", spy)
    model = MLP().initialize(rng=0)
    y, saved = model.propagate(X)
    model.backpropagate(np.ones(y.shape), saved, need_dx=False)
    assert asked == [True, False]


def test_inside_a_parameter_is_a_tensor_and_outside_an_array():
    seen: list[type] = []

    class Looking(Tied):
        def forward(self, x: Any) -> Any:
            seen.extend([type(self.c1.W), type(self.shift), type(x)])
            return super().forward(x)

    model = Looking().initialize(rng=0)
    model(X)
    assert seen == [Tensor] * 3
    assert type(model.c1.W) is type(model.shift) is np.ndarray


def test_a_call_with_a_tensor_is_recorded_on_its_tape():
    model = MLP().initialize(rng=0)
    x = Tensor(X, requires_grad=True)
    loss = numnet.SoftmaxCrossEntropy()(model(x), LABELS)
    loss.backward()
    y, saved = model.replica().propagate(X)
    value, s = numnet.SoftmaxCrossEntropy().forward(y, LABELS)
    assert loss.item() == value
    twin = model.replica()
    y, saved = twin.propagate(X)
    dx = twin.backpropagate(numnet.SoftmaxCrossEntropy().backward(s), saved)
    assert x.grad is not None
    close(x.grad.numpy(), dx, 1)
    close(model.parameters.grad, twin.parameters.grad, 1)


def test_modules_nest():
    class Outer(Module):
        def __init__(self) -> None:
            self.inner = MLP()
            self.blocks = [Linear(3, 3), numnet.Tanh(), Linear(3, 2)]

        def forward(self, x: Any) -> Any:
            x = self.inner(x)
            for block in self.blocks:
                x = block(x)
            return x

    model = Outer().initialize(rng=0)
    assert len(model.parameters) == 8
    assert numnet.check_layer(model, X).verdict == "right"


def test_context_reaches_the_layers_and_dropout():
    seen: list[bool] = []

    class Spy(numnet.Layer):
        uses_ctx = True

        def forward(self, x: Any, ctx: Any) -> Any:  # type: ignore[override]
            seen.append(ctx.train)
            return x, None

        def backward(self, dy: Any, saved: Any) -> Any:
            return dy

    class Dropping(Module):
        def __init__(self) -> None:
            self.c1, self.spy = Linear(4, 3), Spy()

        def forward(self, x: Any) -> Any:
            return self.spy(self.c1(x)).dropout(0.5)

    model = Dropping().initialize(rng=0)
    ctx = numnet.Context(train=True, rng=np.random.default_rng(0))
    y, _ = model.propagate(X, ctx)
    assert (y == 0).any()
    assert (model(X) != 0).all()
    assert seen == [True, False]
    numnet.fit(model, numnet.MSE(), X, np.ones((9, 3)), epochs=2, rng=0)
    assert seen[-2:] == [True, True]


def test_copies_and_pickles_stand_alone():
    model = Tied().initialize(rng=0)
    y = model(X)
    for other in (model.copy(), pickle.loads(pickle.dumps(model)), model.replica()):
        assert (other(X) == y).all()
    changed = model.copy()
    changed.parameters.value[:] = 0
    assert (model(X) == y).all()
    assert model.astype("float32")(X).dtype == np.float32


def test_threads_each_have_their_own_tape():
    model = MLP().initialize(rng=0)
    expected = numnet.Objective(model, numnet.SoftmaxCrossEntropy(), X, LABELS)
    theta = model.parameters.value
    right = expected(theta)[1]
    wrong: list[Any] = []

    def run() -> None:
        for _ in range(20):
            if not (expected(theta)[1] == right).all():
                wrong.append(1)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


class Broken(Module):
    """Whatever its function makes of itself and x."""

    def __init__(self, function: Any) -> None:
        self.c1 = Linear(4, 2)
        self.function = function

    def forward(self, x: Any) -> Any:
        return self.function(self, x)


def _assign(self: Any, x: Any) -> Any:
    self.h = self.c1(x)
    return self.h


@pytest.mark.parametrize(
    ("function", "error", "text"),
    [
        (_assign, AttributeError, r"Broken\.h: assigned inside forward, where it would be lost"),
        (
            lambda s, x: s.c1(x).value,
            TypeError,
            r"expected forward to return a Tensor, got ndarray",
        ),
        (lambda s, x: None, TypeError, r"expected forward to return a Tensor, got NoneType"),
        (lambda s, x: s.parameters["c1.W"], TypeError, r"Broken\.parameters: inside forward"),
        (
            lambda s, x: s.c1(x[:, :3]),
            ValueError,
            r"^c1, Linear\(4 -> 2\): expected x of shape \(N, 4\)",
        ),
        (lambda s, x: s.c1.__iadd__(1), AttributeError, r"__iadd__"),
        (lambda s, x: np.sin(x), TypeError, r"np\.sin: the tape has no gradient for it"),
        (lambda s, x: s.c1.propagate(x)[0], TypeError, r"this tensor requires a gradient"),
    ],
)
def test_what_a_forward_must_not_do(function: Any, error: type[Exception], text: str):
    model = Broken(function).initialize(rng=0)
    before = model.parameters.value.copy()
    with pytest.raises(error, match=text):
        model.propagate(X)
    with pytest.raises(error, match=text):
        numnet.fit(model, numnet.MSE(), X, np.ones((9, 2)), epochs=1)
    assert (model.parameters.value == before).all()
    assert not hasattr(model, "h")


def test_a_forward_that_is_missing():
    with pytest.raises(NotImplementedError, match=r"^Module: write forward"):
        Module()(X)


def test_a_module_without_parameters_has_nothing_to_train():
    class Square(Module):
        def forward(self, x: Any) -> Any:
            return x * x

    assert numnet.check_layer(Square(), X).verdict == "right"
    with pytest.raises(ValueError, match=r"fit: Square\(\) has no parameters to train"):
        numnet.fit(Square(), numnet.MSE(), X, X)


def test_outputs_that_depend_on_nothing_have_zero_gradient():
    model = Broken(lambda s, x: x).initialize(rng=0)
    y, saved = model.propagate(X)
    assert (model.backpropagate(2 * y, saved) == 2 * X).all()
    assert not model.parameters.grad.any()
    constant = Broken(lambda s, x: Tensor(np.ones((9, 2)))).initialize(rng=0)
    y, saved = constant.propagate(X)
    dx = constant.backpropagate(y, saved)
    assert dx is not None
    assert dx.shape == X.shape
    assert not dx.any()
    assert not constant.parameters.grad.any()


def test_a_step_leaves_no_graph_behind():
    import gc
    import weakref

    model = MLP().initialize(rng=0)
    gc.disable()
    try:
        y, saved = model.propagate(X)
        tape = weakref.ref(saved[2][1])
        model.backpropagate(y, saved)
        assert tape() is not None
        del y, saved
        assert tape() is None
    finally:
        gc.enable()
