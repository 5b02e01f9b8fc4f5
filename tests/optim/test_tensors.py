"""Optimizers of tensors of one's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from helpers import close

import numnet
from numnet import Tensor
from numnet.optim.tensors import TensorList

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(8, 3)), RNG.normal(size=(8, 2))
MAKERS = {
    "SGD": lambda p: numnet.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01),
    "RMSprop": lambda p: numnet.RMSprop(p, lr=0.01, momentum=0.5),
    "Adam": lambda p: numnet.Adam(p, lr=0.01, amsgrad=True),
    "AdamW": lambda p: numnet.AdamW(p, lr=0.01),
}


def loss_of(W: Any, b: Any) -> Any:
    return ((Tensor(X) @ W + b - Y) ** 2).mean()


@pytest.mark.parametrize("name", MAKERS)
def test_the_steps_are_those_of_a_model(name: str):
    layer = numnet.Linear(3, 2).initialize(rng=0)
    W, b = (Tensor(a.copy(), requires_grad=True) for a in (layer.W, layer.b))
    own, model = MAKERS[name]([W, b]), MAKERS[name](layer.parameters)
    for _ in range(20):
        own.zero_grad()
        loss_of(W, b).backward()
        own.step()
        numnet.train_step(layer, numnet.MSE(), model, X, Y)
    close(np.concatenate([W.value.ravel(), b.value]), layer.parameters.value, 200)
    assert own.steps == 20


def test_the_update_of_the_course():
    W, b = Tensor(np.ones((3, 2)), requires_grad=True), Tensor(np.zeros(2), requires_grad=True)
    V, c = Tensor(np.ones((3, 2)), requires_grad=True), Tensor(np.zeros(2), requires_grad=True)
    optimizer = numnet.SGD([W, b], lr=0.1)
    for _ in range(5):
        optimizer.zero_grad()
        loss_of(W, b).backward()
        optimizer.step()
        loss_of(V, c).backward()
        for t in (V, c):
            assert t.grad is not None
            t.data -= 0.1 * t.grad.data
            t.grad.data.zero_()
    assert (W.value == V.value).all()
    assert (b.value == c.value).all()


def test_zero_grad_and_tensors_without_gradient():
    W, unused = Tensor([1.0, 2.0], requires_grad=True), Tensor([3.0], requires_grad=True)
    optimizer = numnet.SGD([W, unused], lr=0.5, weight_decay=0.1)
    (W * W).sum().backward()
    optimizer.step()
    assert W.value == pytest.approx([-0.05, -0.1])
    assert unused.item() == 3, "what has no gradient is left as it is"
    optimizer.zero_grad()
    assert W.grad is None


def test_the_gradient_of_what_has_none_is_0():
    W, unused = Tensor([1.0, 2.0], requires_grad=True), Tensor([3.0, 0.0], requires_grad=True)
    (W * W).sum().backward()
    assert list(TensorList([W, unused]).grad) == [2, 4, 0, 0]


def test_hundreds_of_tensors():
    tensors = [Tensor(1.0, requires_grad=True) for _ in range(300)]
    assert list(TensorList(tensors).value) == [1.0] * 300


def test_each_tensor_keeps_its_dtype_and_memory():
    array = np.ones(2, "float32")
    W, b = Tensor(array, requires_grad=True), Tensor(1.0, requires_grad=True)
    optimizer = numnet.SGD([W, b], lr=0.25)
    ((W * W).sum() * b).backward()
    optimizer.step()
    assert W.dtype == np.float32
    assert b.shape == ()
    assert list(array) == [0.5, 0.5]
    assert b.item() == 0.5


def test_a_step_that_overflows_changes_nothing():
    W = Tensor([1.0], requires_grad=True)
    optimizer = numnet.SGD([W], lr=1e300)
    (W * 1e300).sum().backward()
    with pytest.raises(numnet.DivergenceError), np.errstate(over="ignore"):
        optimizer.step()
    assert W.item() == 1
    assert optimizer.steps == 0


def test_a_step_between_forward_and_backward_is_noticed():
    W = Tensor([1.0], requires_grad=True)
    optimizer = numnet.SGD([W], lr=0.1)
    (W * W).sum().backward()
    loss = (W * W).sum()
    optimizer.step()
    with pytest.raises(numnet.GraphError, match="changed in place"):
        loss.backward()


LEAF = Tensor([1.0], requires_grad=True)


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ([], ValueError, "SGD, parameters: expected at least one Tensor"),
        ([LEAF, LEAF], ValueError, "SGD, .* one stands twice"),
        ([LEAF * 2], ValueError, "SGD, .* tensor 0 is the result of an operation"),
        ([Tensor([1.0])], TypeError, "SGD, .* tensor 0 requires no gradient"),
        ([np.ones(2)], TypeError, r"SGD, .* expected model\.parameters .* ndarray at 0"),
        (LEAF, TypeError, "SGD: expected model.parameters or a list of Tensors, got Tensor"),
        (np.ones(2), TypeError, "got ndarray"),
    ],
)
def test_what_cannot_be_stepped_is_named(given: Any, error: type[Exception], text: str):
    with pytest.raises(error, match=f"^{text}" if text[0] == "S" else text):
        numnet.SGD(given, lr=0.1)


def test_a_model_has_an_optimizer_of_its_own():
    optimizer = numnet.SGD([LEAF], lr=0.1)
    layer = numnet.Linear(3, 2)
    with pytest.raises(ValueError, match=r"steps a list of Tensors\. Make one for the model"):
        numnet.fit(layer, numnet.MSE(), X, Y, optimizer=optimizer, epochs=1)
