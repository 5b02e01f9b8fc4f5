"""Layers and losses that are called with tensors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from helpers import close

import numnet
from numnet import Linear, Tensor

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(6, 4)), RNG.normal(size=(6, 3))
LABELS = RNG.integers(0, 3, 6)


def test_a_layer_is_one_operation_whose_gradients_add_up():
    layer = Linear(4, 3).initialize(rng=0)
    x = Tensor(X, requires_grad=True)
    ((layer(x) + 2 * layer(x)) ** 2).sum().backward()
    y = X @ layer.W + layer.b
    dy = 2 * 3 * y
    assert x.grad is not None
    close(x.grad.numpy(), 3 * dy @ layer.W.T, 100)
    close(layer.parameters.gradients["W"], 3 * X.T @ dy, 500)
    close(layer.parameters.gradients["b"], 3 * dy.sum(0), 100)


def test_parameters_need_no_gradient_of_x():
    layer = Linear(4, 3).initialize(rng=0)
    y = layer(Tensor(X))
    assert y.requires_grad
    y.sum().backward()
    close(layer.parameters.gradients["W"], X.T @ np.ones((6, 3)), 20)
    assert not numnet.Tanh()(Tensor(X)).requires_grad


@pytest.mark.parametrize(
    ("loss", "truth"),
    [
        (numnet.MSE(), Y),
        (numnet.SoftmaxCrossEntropy(), LABELS),
        (numnet.BinaryCrossEntropy(from_logits=True), (Y > 0).astype(float)),
    ],
)
def test_a_loss_of_a_tensor_is_a_tensor(loss: Any, truth: Any):
    y = Tensor(Y * 2, requires_grad=True)
    value = loss(y, truth)
    assert value.item() == loss(Y * 2, truth)
    assert value.shape == ()
    (3 * value).backward()
    assert y.grad is not None
    close(y.grad.numpy(), 3 * loss.backward(loss.forward(Y * 2, truth)[1]), 4)
    assert loss(Tensor(Y), Tensor(truth)).requires_grad is False


def test_only_mse_has_a_gradient_to_the_truth():
    a, b = Tensor(X, requires_grad=True), Tensor(2 * X, requires_grad=True)
    numnet.MSE()(a, b).backward()
    assert a.grad is not None
    assert b.grad is not None
    assert (a.grad.numpy() == -b.grad.numpy()).all()
    only = Tensor(2 * X, requires_grad=True)
    numnet.MSE()(Tensor(X), only).backward()
    assert only.grad is not None
    assert (only.grad.numpy() == b.grad.numpy()).all()
    truth = Tensor(np.full((6, 4), 0.5), requires_grad=True)
    with pytest.raises(TypeError, match=r"^BinaryCrossEntropy.* has no gradient to y_true"):
        numnet.BinaryCrossEntropy(from_logits=True)(a, truth)


def test_float32_stays_float32():
    layer = Linear(4, 3).initialize(rng=0, dtype="float32")
    x = Tensor(X.astype("float32"), requires_grad=True)
    value = numnet.MSE()(layer(x), Y)
    value.backward()
    assert x.grad is not None
    assert value.dtype == x.grad.dtype == np.float32
    wide = Tensor(X, requires_grad=True)
    layer(wide).sum().backward()
    assert wide.grad is not None
    assert wide.grad.dtype == np.float64


def test_nothing_is_recorded_under_no_grad():
    layer = Linear(4, 3).initialize(rng=0)
    with numnet.no_grad():
        assert not layer(Tensor(X, requires_grad=True)).requires_grad
        assert not numnet.MSE()(Tensor(X, requires_grad=True), X).requires_grad


def test_errors_are_those_of_the_layer_and_the_loss():
    with pytest.raises(ValueError, match=r"^Linear\(4 -> 3\): expected x of shape \(N, 4\)"):
        Linear(4, 3)(Tensor(Y, requires_grad=True))
    with pytest.raises(ValueError, match=r"^MSE\(\): expected y_true of the shape"):
        numnet.MSE()(Tensor(Y, requires_grad=True), Y[:2])
    with pytest.raises(numnet.NonFiniteError, match=r"MSE\(\)"):
        numnet.MSE()(Tensor(np.full((2, 2), 1e200), requires_grad=True), np.zeros((2, 2)))


@pytest.mark.parametrize("changed", ["leaf", "input", "result"])
def test_what_was_changed_before_the_backward_is_noticed(changed: str):
    layer = Linear(4, 3).initialize(rng=0)
    leaf = Tensor(X.copy(), requires_grad=True)
    x = leaf if changed == "leaf" else leaf * 1.0
    y = layer(x)
    loss = (y * y).sum()
    with numnet.no_grad():
        tensor = {"leaf": leaf, "input": x.detach(), "result": y.detach()}[changed]
        tensor += 1.0
    # The product is the first to go back, and the result of the layer is its argument.
    named = "multiply" if changed == "result" else r"Linear\(4 -> 3\)"
    with pytest.raises(numnet.GraphError, match=f"^{named}: an argument was changed in place"):
        loss.backward()


@pytest.mark.parametrize("changed", [0, 1])
def test_a_loss_notices_what_was_changed_since_and_not_what_was_before(changed: int):
    both = Tensor(X.copy(), requires_grad=True), Tensor(2 * X)
    seen = both[changed].detach()
    seen += 1.0
    numnet.MSE()(*both).backward()
    assert both[0].grad is not None
    close(both[0].grad.numpy(), 2 * (both[0].value - both[1].value) / X.size, 4)
    loss = numnet.MSE()(*both)
    seen += 1.0
    with pytest.raises(numnet.GraphError, match=r"^MSE\(\): an argument was changed in place"):
        loss.backward()


def test_watched_gradients_of_parameters_are_added_once():
    layer = Linear(4, 3).initialize(rng=0)
    with numnet.detect_anomaly():
        layer(Tensor(X)).sum().backward()
    close(layer.parameters.gradients["b"], np.full(3, 6.0), 4)


def test_a_wrong_dx_is_refused():
    class Short(numnet.Layer):
        def forward(self, x: Any) -> Any:  # type: ignore[override]
            return x * 2, None

        def backward(self, dy: Any, saved: Any) -> Any:
            return dy.sum(0)

    x = Tensor(X, requires_grad=True)
    with pytest.raises(ValueError, match=r"^Short\(\): .* argument 0 .* \(6, 4\), got \(4,\)"):
        Short()(x).sum().backward()
    assert x.grad is None


def test_an_error_of_a_loss_names_it() -> None:
    class Torn(numnet.MSE):
        def _backward(self, saved: Any, dy: complex) -> Any:
            raise ValueError("torn")

    with pytest.raises(ValueError, match="torn") as caught:
        Torn()(Tensor(X, requires_grad=True), X).backward()
    assert caught.value.__notes__ == ["raised in the backward of Torn() to argument 0"]
