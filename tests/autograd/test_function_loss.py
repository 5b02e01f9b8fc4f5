"""Functions of two tensors as losses."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from helpers import close

import numnet
from numnet.autograd.function_loss import FunctionLoss, as_loss

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(12, 4)), RNG.normal(size=(12, 3))


def square(y_pred: Any, y_true: Any) -> Any:
    return ((y_pred - y_true) ** 2).mean()


def entropy(y_pred: Any, y_true: Any) -> Any:
    p = y_pred.log_softmax(axis=1)
    return -p[np.arange(len(p)), y_true].mean()


def net() -> numnet.Sequential:
    return numnet.Sequential(numnet.Linear(4, 5), numnet.Tanh(), numnet.Linear(5, 3), rng=0)


@pytest.mark.parametrize(
    ("function", "loss", "y"),
    [
        (square, numnet.MSE(), Y),
        (entropy, numnet.SoftmaxCrossEntropy(), RNG.integers(0, 3, 12)),
    ],
)
def test_a_function_does_what_the_loss_does(function: Any, loss: numnet.Loss, y: Any):
    models = [net(), net()]
    histories = [
        numnet.fit(m, x, X, y, optimizer=numnet.SGD(lr=0.3), epochs=20, batch_size=5, rng=2)
        for m, x in zip(models, (function, loss), strict=True)
    ]
    close(models[0].parameters.value, models[1].parameters.value, 100)
    close(histories[0]["loss"], histories[1]["loss"], 10)
    assert numnet.check_model(models[0], function, X, y).verdict == "right"
    objectives = [numnet.Objective(models[0], x, X, y, l2=0.1) for x in (function, loss)]
    theta = models[0].parameters.value
    close(objectives[0](theta)[1], objectives[1](theta)[1], 10)


def test_the_output_of_the_model_is_left_as_it_is():
    model = net()
    model.output = "logits"
    numnet.fit(model, entropy, X, RNG.integers(0, 3, 12), epochs=1)
    assert model.output == "logits"


def test_one_step_and_float32():
    model = net().astype("float32")
    opt = numnet.SGD(model.parameters, lr=0.1)
    value, y_pred = numnet.train_step(model, square, opt, X, Y)
    assert isinstance(value, float)
    assert y_pred.dtype == np.float32


@pytest.mark.parametrize(
    ("function", "error", "text"),
    [
        (lambda p, t: p - t, TypeError, r"a Tensor of one number, got shape \(12, 3\)"),
        (lambda p, t: (p - t)[:0], TypeError, r"a Tensor of one number, got shape \(0, 3\)"),
        (lambda p, t: 1.0, TypeError, r"a Tensor of one number, got float"),
        (lambda p, t: np.mean(p.value), TypeError, r"a Tensor of one number, got float64"),
        (lambda p: p, TypeError, r"takes 1 positional argument"),
        (numnet.MSE, TypeError, r"got <class .*MSE'>\. Write MSE\(\)"),
        ("mse", TypeError, r"or a function of two Tensors, got 'mse'"),
    ],
)
def test_what_is_no_loss_is_named(function: Any, error: type[Exception], text: str):
    model = net()
    before = model.parameters.value.copy()
    with pytest.raises(error, match=text):
        numnet.fit(model, function, X, Y, epochs=1)
    assert (model.parameters.value == before).all()


@pytest.mark.parametrize(
    ("y", "text"),
    [
        (Y[:5], "one row an example, 12 of them, got shape (5, 3)"),
        (np.full((12, 3), np.nan), "finite y_true"),
        (np.full((12, 3), "a"), "real numbers, got dtype <U1"),
    ],
)
def test_the_truth_is_checked(y: Any, text: str):
    with pytest.raises((TypeError, ValueError), match=re.escape(text)):
        FunctionLoss(square).check((12, 3), y)


def test_a_part_of_the_rows_has_no_value_of_its_own():
    with pytest.raises(ValueError, match="a part of the rows is not known"):
        FunctionLoss(square).forward(Y, Y, rows=24)
    assert FunctionLoss(square).forward(Y, Y, rows=12)[0] == 0


def test_it_is_named_after_the_function():
    assert repr(as_loss(square)) == "square"
    loss = numnet.MSE()
    assert as_loss(loss) is loss
