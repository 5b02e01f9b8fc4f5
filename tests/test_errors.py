from __future__ import annotations

import pickle

import pytest

import numnet
from numnet.errors import add_place


def test_the_kinds_of_errors():
    assert issubclass(numnet.DivergenceError, ArithmeticError)
    assert issubclass(numnet.FormatError, ValueError)
    assert issubclass(numnet.NonFiniteError, ValueError)
    assert numnet.DivergenceError("x").history is None


def test_a_divergence_travels_between_processes():
    error = numnet.DivergenceError("epoch 3")
    error.history = numnet.History()
    error.history.append(loss=0.5)
    error.history.stopped = "diverged"
    other = pickle.loads(pickle.dumps(error))
    assert str(other) == "epoch 3"
    assert dict(other.history) == {"loss": [0.5]}
    assert other.history.stopped == "diverged"


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("too small", "layer 2, Tanh(): too small"),
        ("Tanh(): too small", "layer 2, Tanh(): too small"),
        ("layer 0, Linear(1 -> 1): too small", "layer 2, layer 0, Linear(1 -> 1): too small"),
    ],
)
def test_a_place_stands_in_front_once(message, expected):
    error = ValueError(message, 5)
    add_place(error, "layer 2", "Tanh()")
    assert error.args == (expected, 5)


@pytest.mark.parametrize("error", [ValueError(), ValueError(3)])
def test_an_error_without_a_message_gets_a_note(error):
    args = error.args
    add_place(error, "layer 2", "Tanh()")
    assert error.args == args
    assert error.__notes__ == ["raised in layer 2, Tanh()"]


class Broken(numnet.Layer):
    def __init__(self, error):
        self.error = error

    def forward(self, x):
        if self.error == "forward":
            raise ValueError("no forward")
        return x, None

    def backward(self, dy, saved):
        raise TypeError("no backward")

    def backward_parameters(self, dy, saved):
        raise TypeError("no parameters")


def test_errors_in_both_directions_name_the_layer():
    inner = numnet.Sequential(numnet.Tanh(), Broken("forward"))
    with pytest.raises(ValueError, match=r"^layer 1, layer 1, Broken\(\): no forward$"):
        numnet.Sequential(numnet.Tanh(), inner)([[1.0]])
    inner.layers = (numnet.Linear(1, 1), Broken("backward"))
    model = numnet.Sequential(numnet.Linear(1, 1), inner)
    y, saved = model.propagate([[1.0]])
    with pytest.raises(TypeError, match=r"^layer 1, layer 1, Broken\(\): no backward$"):
        model.backpropagate(y, saved)


def test_other_errors_pass_untouched():
    class Odd(numnet.Layer):
        def forward(self, x):
            raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match=r"^mine$"):
        numnet.Sequential(Odd())([[1.0]])


@pytest.mark.parametrize("out", [None, 3, [1, 2], (1,), (1, 2, 3)])
def test_a_forward_that_returns_no_pair_is_named(out):
    class Bad(numnet.Layer):
        def forward(self, x):
            return out

    with pytest.raises(TypeError, match=r"^layer 0, Bad\(\): expected forward to return the pair"):
        numnet.Sequential(Bad())([[1.0]])
