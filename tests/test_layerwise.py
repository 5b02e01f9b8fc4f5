"""A wrong model: which layer it is, or that it is none of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import numnet
from numnet import check_model, checks, kernels, layerwise
from numnet.gradcheck import Report, check_backward, check_gradient, diagnosis

X = np.random.default_rng(1).normal(size=(5, 3))
LABELS = np.array([0, 1, 1, 0, 1])
LOSS = numnet.SoftmaxCrossEntropy()


def model(*middle: numnet.Model) -> numnet.Sequential:
    return numnet.Sequential(numnet.Linear(3, 4), *middle, numnet.Linear(4, 2), rng=0)


def test_the_layer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "tanh_dx", lambda dy, y: dy)
    report = check_model(model(numnet.Tanh()), LOSS, X, LABELS)
    assert [f.verdict for f in report] == ["wrong", "wrong", "right", "right"]
    for finding in report.findings[:2]:
        assert finding.cause == "missing-factor"
        assert finding.explanation.startswith("layer 1, Tanh() is wrong: ")
        assert finding.fix is not None
        assert finding.fix.true == "dy * (1 - y**2)"
        assert finding.explanation.endswith(f" So is d{finding.name}.")


def test_a_parameter_is_its_own_layers_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "linear_db", lambda dy, out=None: dy.mean(axis=0))
    report = check_model(model(numnet.Tanh()), LOSS, X, LABELS)
    assert [f.name for f in report if f.verdict == "wrong"] == ["0.b", "2.b"]
    assert report["2.b"].explanation.startswith("layer 2, Linear(4 -> 2) is wrong: db is 5 times")
    assert report["2.b"].ratio == 1 / 5
    assert "So is" not in report["2.b"].explanation, "it is that gradient itself"


def test_the_loss_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "mse_dy_pred", lambda dy, e, divisor: 2 * dy * e)
    report = check_model(model(numnet.Tanh()), numnet.MSE(), X, np.zeros((5, 2)))
    assert {f.cause for f in report} == {"scale"}
    assert all(f.explanation.startswith("MSE() is wrong: dy_pred is 10 times") for f in report)


def test_what_is_not_finite_is_its_fault_that_made_it_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "tanh_dx", lambda dy, y: dy * np.nan)
    monkeypatch.setattr(kernels, "linear_db", lambda dy, out=None: 2 * dy.sum(axis=0))
    report = check_model(model(numnet.Tanh()), LOSS, X, LABELS)
    assert [f.cause for f in report] == ["nonfinite", "nonfinite", None, "scale"]
    for finding in report.findings[:2]:
        assert finding.explanation.startswith("layer 1, Tanh() is wrong: ")
        assert "layer 0" not in finding.explanation


class Named(numnet.Layer):
    """Its parameter has the name that the outputs have in the check of a loss."""

    def __init__(self) -> None:
        self.declare(y_pred=[2.0, 0.5, 1.5])

    def forward(self, x):
        return x * self.y_pred, x

    def backward(self, dy, x):
        self.add_grad("y_pred", (dy * x).sum(axis=0))
        return dy * self.y_pred


def test_the_outputs_are_no_parameter_of_that_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "mse_dy_pred", lambda dy, e, divisor: 2 * dy * e)
    (finding,) = check_model(numnet.Sequential(Named()), numnet.MSE(), X, np.zeros((5, 3)))
    assert finding.explanation.startswith("MSE() is wrong: ")
    assert finding.explanation.endswith(" So is d0.y_pred.")


def test_the_calls_of_every_check_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    reports: list[Report] = []

    def counted(check: Callable[..., Report]) -> Callable[..., Report]:
        def run(*values: Any, **options: Any) -> Report:
            reports.append(check(*values, **options))
            return reports[-1]

        return run

    monkeypatch.setattr(checks, "check_gradient", counted(check_gradient))
    monkeypatch.setattr(layerwise, "check_gradient", counted(check_gradient))
    monkeypatch.setattr(layerwise, "check_backward", counted(check_backward))
    monkeypatch.setattr(kernels, "tanh_dx", lambda dy, y: dy)
    report = check_model(model(numnet.Tanh()), LOSS, X, LABELS)
    assert len(reports) == 1 + 3 + 1, "the whole, three layers, the loss"
    assert report.calls == sum(part.calls for part in reports)


def test_a_formula_is_looked_for_once_where_the_fault_is(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[str] = []
    search = diagnosis.find_expressions

    def counted(scene: Any, candidates: Any) -> Any:
        searched.append(scene.here.name)
        return search(scene, candidates)

    monkeypatch.setattr(diagnosis, "find_expressions", counted)
    monkeypatch.setattr(kernels, "tanh_dx", lambda dy, y: dy)
    report = check_model(model(numnet.Tanh()), LOSS, X, LABELS)
    assert [f.fix is not None for f in report] == [True, True, False, False]
    assert searched == ["x"], "not for the parameters of the model, whose gradients it changes"


class Doubling(numnet.Sequential):
    """Right layers, and a wrong way between them."""

    def _backward(self, dy, saved, need_dx):
        return super()._backward(2 * dy, saved, need_dx)

    def _forward(self, x, ctx):
        return super()._forward(x, ctx)


def test_a_layer_in_a_container_of_ones_own() -> None:
    report = check_model(
        numnet.Sequential(numnet.Linear(3, 4), Doubling(numnet.Linear(4, 2)), rng=0),
        LOSS,
        X,
        LABELS,
    )
    assert report.verdict == "wrong"
    assert "layer 1, " in report["0.W"].explanation


def test_the_wiring() -> None:
    chain = model(numnet.Tanh())
    backward = type(chain)._backward

    class Wired(numnet.Sequential):
        def _backward(self, dy, saved, need_dx):
            return backward(self, 2 * dy, saved, need_dx)

    wired = Wired(numnet.Linear(3, 4), numnet.Tanh(), numnet.Linear(4, 2), rng=0)
    report = check_model(wired, LOSS, X, LABELS)
    assert {f.cause for f in report} == {"scale"}
    assert "Every layer and the loss are right by themselves" in report["0.W"].explanation


def test_the_unit_at_a_kink() -> None:
    net = model(numnet.ReLU())
    net[0].b = [0.0, 0.3, -0.2, 0.1]
    x = X.copy()
    x[2] = 0.0
    report = check_model(net, LOSS, x, LABELS)
    kinked = [f for f in report if f.cause == "kink"]
    assert kinked, str(report)
    for finding in kinked:
        assert "layer 1, ReLU()" in finding.explanation
        assert "[2, 0]" in finding.explanation


def test_of_many_units_at_a_kink_three_are_named() -> None:
    x = X.copy()
    x[2] = 0.0
    (finding,) = [f for f in check_model(model(numnet.ReLU()), LOSS, x, LABELS) if f.cause]
    named = [f"layer 1, ReLU() has the kink at its input [2, {unit}] = 0" for unit in range(4)]
    assert [text in finding.explanation for text in named] == [True, True, True, False]


@pytest.mark.parametrize("scale", [2.0**-30, 1.0, 2.0**30])
def test_a_unit_is_at_a_kink_within_a_millionth_of_its_scale(scale: float) -> None:
    units = np.array([[1.0, 0.0, 2.0**-25, -(2.0**-25)], [2.0**-21, -(2.0**-21), 2.0**-10, -1.0]])
    (place,) = layerwise._places(numnet.ReLU(), scale * units)
    found = [text.partition("[")[2].partition("]")[0] for text in layerwise._kinks(place)]
    assert found == ["0, 1", "0, 2", "0, 3"]
