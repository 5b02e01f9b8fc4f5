from __future__ import annotations

import copy

import numpy as np
import pytest

import numnet


@pytest.mark.parametrize(
    ("made", "name", "right", "wrong"),
    [
        (numnet.SGD(), "momentum", 0.5, 2),
        (numnet.SGD(), "weight_decay", 0, -1),
        (numnet.SGD(), "nesterov", False, 1),
        (numnet.SGD(), "lr", 1, 0),
        (numnet.Adam(), "betas", (0.5, 0.5), (0.5, 1)),
        (numnet.Adam(), "betas", (0.5, 0.25), (0.5,)),
        (numnet.Adam(), "betas", (0.25, 0.5), (0.5, 0.5, 0.5)),
        (numnet.Adam(), "betas", (0.25, 0.75), 0.5),
        (numnet.AdamW(), "eps", 1e-3, np.nan),
        (numnet.AdamW(), "amsgrad", np.True_, "yes"),
        (numnet.RMSprop(), "alpha", np.float32(0.5), 1),
        (numnet.RMSprop(), "centered", True, None),
        (numnet.StepDecay(1, 2), "every", np.int32(3), 0),
        (numnet.StepDecay(1, 2), "gamma", 0.5, 1),
        (numnet.WarmUp(1, 2), "then", numnet.StepDecay(1, 2), 0),
        (numnet.OneCycle(1, 2), "div_factor", 1, 0.5),
    ],
)
def test_what_is_set_later_is_checked_too(made, name, right, wrong):
    made = copy.copy(made)
    setattr(made, name, right)
    assert getattr(made, name) == right
    with pytest.raises((TypeError, ValueError), match=f"{type(made).__name__}: expected {name}"):
        setattr(made, name, wrong)
    assert getattr(made, name) == right


def test_what_is_set_later_takes_effect():
    layer = numnet.Linear(1, 1, bias=False, init=numnet.constant(1.0))
    opt = numnet.SGD(layer.parameters, lr=0.5)
    opt.weight_decay = 1
    opt.momentum = np.float32(0.5)
    for expected in (0.5, 0.0):
        layer.parameters.grad[:] = 0
        opt.step()
        assert layer.W.item() == expected
    assert repr(opt) == "SGD(lr=0.5, momentum=0.5, weight_decay=1)"


def test_two_hold_their_own():
    first, second = numnet.SGD(momentum=0.5), numnet.SGD(momentum=0.25)
    assert (first.momentum, second.momentum) == (0.5, 0.25)
    assert type(numnet.SGD.momentum.below) is float


def test_its_text_is_as_short_as_it_is_read_back():
    assert repr(numnet.AdamW()) == "AdamW(lr=0.001)"
    assert repr(numnet.Adam(betas=(0.5, 0.999))) == "Adam(lr=0.001, betas=(0.5, 0.999))"
    for third in (1 / 3, 2 / 3):  # of which six digits are too few and too many
        assert repr(numnet.SGD(lr=third)) == f"SGD(lr={third!r})"
    assert repr(numnet.SGD(lr=lambda step: 0.5)) == "SGD(lr=schedule)"
    assert repr(numnet.SGD(lr=numnet.StepDecay(1, 2))) == "SGD(lr=StepDecay(lr=1, every=2))"


class Halving(numnet.SGD):
    """With a signature of its own."""

    def __init__(self, momentum=0.5):
        super().__init__(lr=0.5, momentum=momentum)


def test_a_class_of_one_s_own_shows_what_it_takes():
    assert repr(Halving()) == "Halving()"
    assert repr(Halving(0.25)) == "Halving(momentum=0.25)"


def test_without_its_base_it_says_what_is_missing():
    class Forgetful(numnet.SGD):
        def __init__(self):
            pass

    with pytest.raises(AttributeError, match="_lr"):
        _ = Forgetful().lr
