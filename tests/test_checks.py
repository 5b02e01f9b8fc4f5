"""The checker on numnet's own objects: right ones pass, planted faults do not."""

from __future__ import annotations

import numpy as np
import pytest

import numnet
from numnet import check_layer, check_model, kernels

LAYERS = {
    "Linear": lambda: numnet.Linear(3, 4),
    "no bias": lambda: numnet.Linear(3, 2, bias=False),
    "Tanh": numnet.Tanh,
    "Sigmoid": numnet.Sigmoid,
    "ReLU": numnet.ReLU,
    "LeakyReLU": lambda: numnet.LeakyReLU(0.2),
    "Softplus": numnet.Softplus,
    "Softmax": numnet.Softmax,
    "LogSoftmax": numnet.LogSoftmax,
    "Sequential": lambda: numnet.Sequential(numnet.Linear(3, 5), numnet.Tanh(), rng=0),
}
X = np.random.default_rng(1).normal(size=(5, 3))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_is_right(name: str, dtype: str) -> None:
    layer = numnet.Sequential(LAYERS[name](), rng=0, dtype=dtype)
    report = check_layer(layer, X.astype(dtype))
    assert report.verdict == "right", str(report)
    assert [finding.name for finding in report.findings] == ["x", *layer.parameters]


FAULTS = {
    "tanh_dx": ("Tanh", lambda dy, y: dy * (1 - y)),
    "sigmoid_dx": ("Sigmoid", lambda dy, y: dy * y),
    "relu_dx": ("ReLU", lambda dy, y: dy * (y <= 0)),
    "leaky_relu_dx": ("LeakyReLU", lambda dy, y, slope: dy * (y > 0)),
    "softplus_dx": ("Softplus", lambda dy, x: dy),
    "softmax_dx": ("Softmax", lambda dy, y: dy * y * (1 - y)),
    "log_softmax_dx": ("LogSoftmax", lambda dy, y: dy - np.exp(y)),
    "linear_dx": ("Linear", lambda dy, W: -(dy @ W.T)),
    "linear_dW": ("Linear", lambda dy, x, out=None: x.T @ dy / len(x)),
    "linear_db": ("Linear", lambda dy, out=None: dy.mean(axis=0)),
}


@pytest.mark.parametrize("kernel", FAULTS)
def test_a_wrong_kernel_is_found(kernel: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, fault = FAULTS[kernel]
    monkeypatch.setattr(kernels, kernel, fault)
    assert check_layer(LAYERS[name](), X).verdict == "wrong"


def test_the_ratio_of_a_forgotten_sum_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "linear_dW", lambda dy, x, out=None: x.T @ dy / len(x))
    report = check_layer(numnet.Linear(3, 4), X)
    (finding,) = [f for f in report.findings if f.verdict == "wrong"]
    assert (finding.name, finding.cause) == ("W", "scale")
    assert finding.ratio == pytest.approx(1 / len(X))


class Scale(numnet.Layer):
    def __init__(self, width: int) -> None:
        self.declare(g=np.ones(width))

    def forward(self, x):
        return x * self.g, x

    def backward(self, dy, x):
        self.add_grad("g", (dy * x).sum(0))
        return dy * self.g


class Unsummed(Scale):
    def backward(self, dy, x):
        self.add_grad("g", dy * x)
        return dy * self.g


class InPlace(Scale):
    def forward(self, x):
        x *= self.g
        return x, x.copy()


class Overwriting(Scale):
    def backward(self, dy, x):
        self.add_grad("g", (dy * x).sum(0))
        dy *= self.g
        return dy


@pytest.mark.parametrize(
    ("layer", "cause"),
    [
        (Unsummed(3), "not-reduced"),
        (InPlace(3), "mutates-input"),
        (Overwriting(3), "mutates-input"),
    ],
)
def test_a_layer_of_ones_own(layer: Scale, cause: str) -> None:
    assert check_layer(Scale(3), X)
    layer.g = [2.0, 0.5, 3.0]
    before, x = layer.parameters.value.copy(), X.copy()
    report = check_layer(layer, x)
    assert (report.verdict, report.cause) == ("wrong", cause), str(report)
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(layer.parameters.value, before)


def test_a_gradient_may_come_in_pieces() -> None:
    class InPieces(Scale):
        def backward(self, dy, x):
            for row, of_row in zip(dy, x, strict=True):
                self.add_grad("g", row * of_row)
            return dy * self.g

    assert check_layer(InPieces(3), X)
    shared = numnet.Linear(3, 3)
    assert check_layer(numnet.Sequential(shared, numnet.Tanh(), shared, rng=0), X)


LOSSES = {
    "MSE": (numnet.MSE(), np.random.default_rng(2).normal(size=(5, 2)), numnet.Tanh),
    "labels": (numnet.SoftmaxCrossEntropy(), np.array([0, 1, 1, 0, 1]), numnet.Tanh),
    "soft labels": (numnet.SoftmaxCrossEntropy(), np.full((5, 2), 0.5), numnet.ReLU),
    "probabilities": (numnet.BinaryCrossEntropy(), np.eye(2)[[0, 1, 1, 0, 1]], numnet.Sigmoid),
    "logits": (numnet.BinaryCrossEntropy(True), np.eye(2)[[0, 1, 1, 0, 1]], numnet.Softplus),
}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_is_right(name: str, dtype: str) -> None:
    loss, y, last = LOSSES[name]
    model = numnet.Sequential(
        numnet.Linear(3, 4), numnet.Tanh(), numnet.Linear(4, 2), last(), rng=0, dtype=dtype
    )
    before = model.parameters.value.copy()
    report = check_model(model, loss, X, y)
    assert report.verdict == "right", str(report)
    assert [f.name for f in report.findings] == ["0.W", "0.b", "2.W", "2.b"]
    np.testing.assert_array_equal(model.parameters.value, before)


def test_a_layer_that_changes_the_data_in_place() -> None:
    model = numnet.Sequential(InPlace(3), numnet.Linear(3, 2), rng=0)
    model[0].g = [2.0, 0.5, 3.0]
    x = X.copy()
    report = check_model(model, numnet.MSE(), x, np.zeros((5, 2)))
    assert (report.verdict, report.cause) == ("wrong", "mutates-input")
    np.testing.assert_array_equal(x, X)


def test_a_loss_that_forgets_its_divisor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "mse_dy_pred", lambda dy, e, divisor: 2 * dy * e)
    model = numnet.Sequential(numnet.Linear(3, 2), rng=0)
    report = check_model(model, numnet.MSE(), X, np.zeros((5, 2)))
    assert report.verdict == "wrong"
    assert [f.cause for f in report.findings] == ["scale", "scale"]
    assert report.findings[0].ratio == pytest.approx(10)


class NamedAsTheInput(numnet.Layer):
    def __init__(self) -> None:
        self.declare(x=np.ones(3))

    def forward(self, x):
        return x * self.x, x

    def backward(self, dy, x):
        self.add_grad("x", (dy * x).sum(0))
        return dy * self.x


def test_a_parameter_named_as_the_input_is_told_apart() -> None:
    with pytest.raises(
        ValueError, match=r"a parameter is named x.*Put the layer into a Sequential"
    ):
        check_layer(NamedAsTheInput(), X)
    with pytest.raises(ValueError, match="a parameter is named x"):
        check_model(NamedAsTheInput(), numnet.MSE(), X, X)
    report = check_layer(numnet.Sequential(NamedAsTheInput()), X)
    assert [(f.name, f.verdict) for f in report.findings] == [("x", "right"), ("0.x", "right")]


def test_bad_input() -> None:
    with pytest.raises(ValueError, match=r"Linear\(3 -> 2\): expected x of shape \(N, 3\)"):
        check_layer(numnet.Linear(3, 2), np.zeros((2, 4)))
    with pytest.raises(TypeError, match="expected a layer or a model, got 3"):
        check_layer(3, X)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no parameters; use check_layer"):
        check_model(numnet.Tanh(), numnet.MSE(), X, X)
    with pytest.raises(ValueError, match="from 0 to 1 for 2 classes"):
        check_model(numnet.Linear(3, 2), numnet.SoftmaxCrossEntropy(), X, [0, 1, 2, 0, 1])
