from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

import numnet
from numnet.optim import Optimizer
from numnet.optim.optimizer import careful


class Descent(Optimizer):
    def _update(self, value, grad, lr):
        value -= lr * grad


def layer(value=1.0):
    return numnet.Linear(1, 1, bias=False, init=numnet.constant(value))


@pytest.mark.parametrize("make", [lambda lr: Descent(None, lr), lambda lr: numnet.SGD(lr=lr)])
def test_lr_is_a_finite_number_above_0(make):
    for wrong in (-0.1, np.nan, np.inf, float("inf"), -np.inf):
        with pytest.raises(ValueError, match=f"expected lr of at least 0, finite, got {wrong}"):
            make(wrong)
    with pytest.raises(ValueError, match="expected lr above 0, got 0"):
        make(0)
    optimizer = make(0.5)
    with pytest.raises(ValueError, match="expected lr of at least 0"):
        optimizer.lr = -1
    assert optimizer.lr == 0.5
    for wrong in ("0.1", None, True, [0.1], 1j, np.ones(1)):
        with pytest.raises(TypeError, match="expected lr to be a number, got"):
            make(wrong)
    for right in (0.5, 1, np.float32(0.5), np.int64(1)):
        assert type(make(right).lr) is float


@pytest.mark.parametrize("wrong", [-0.5, 0.5 + 0.5, 1.5, np.inf, np.nan])
def test_a_number_with_an_upper_end_lies_below_it(wrong):
    with pytest.raises(ValueError, match=f"momentum of at least 0 and below 1, got {wrong}"):
        numnet.SGD(lr=0.1, momentum=wrong)
    assert numnet.SGD(lr=0.1, momentum=0).momentum == 0.0


def test_a_schedule_is_asked_at_each_step():
    part = layer(0.0)
    asked = []

    def schedule(step):
        asked.append(step)
        return [0.5, 0.25, 0][step]

    opt = Descent(part.parameters, schedule)
    assert (opt.last_lr, opt.steps) == (0.0, 0)
    values = []
    for _ in range(3):
        opt.zero_grad()
        part.add_grad("W", np.array([[-1.0]]))
        opt.step()
        values.append((part.W.item(), opt.last_lr, opt.steps))
    assert values == [(0.5, 0.5, 1), (0.75, 0.25, 2), (0.75, 0.0, 3)]
    assert asked == [0, 1, 2]


@pytest.mark.parametrize("wrong", [-1.0, np.nan, "x", None])
def test_a_schedule_that_returns_no_rate_changes_nothing(wrong):
    part = layer()
    part.add_grad("W", np.array([[1.0]]))
    opt = numnet.SGD(part.parameters, lr=lambda step: wrong, momentum=0.9)
    with pytest.raises((TypeError, ValueError), match="SGD: expected lr"):
        opt.step()
    assert part.W.item() == 1.0
    assert opt.steps == 0


def test_it_is_bound_once():
    opt, first, second = Descent(None, 0.1), layer(), layer()
    for use in (opt.step, opt.zero_grad, lambda: opt.parameters):
        with pytest.raises(ValueError, match=r"no parameters: make it with Descent\(model.param"):
            use()
    assert opt.bind(first.parameters) is opt
    assert opt.bind(first.parameters).parameters == first.parameters
    with pytest.raises(ValueError, match="bound to another model; make a new optimizer"):
        opt.bind(second.parameters)
    assert opt.parameters == first.parameters


def test_it_takes_parameters_and_nothing_else():
    for wrong in (layer(), [layer().W], 0.1):
        with pytest.raises(
            TypeError, match=rf"SGD.* expected model.parameters or .* {type(wrong).__name__}"
        ):
            numnet.SGD(wrong)


def test_it_steps_a_part_and_leaves_the_rest():
    model = numnet.Sequential(layer(), layer(), rng=0)
    model.parameters.grad[:] = 1
    Descent(model[1].parameters, 0.5).step()
    np.testing.assert_array_equal(model.parameters.value, [1.0, 0.5])


def test_it_follows_its_model_into_a_parent():
    part = layer()
    opt = Descent(part.parameters, 0.5)
    model = numnet.Sequential(layer(3.0), part)
    model.parameters.grad[:] = 1
    opt.step()
    np.testing.assert_array_equal(model.parameters.value, [3.0, 0.5])


def test_steps_go_on_after_a_reset():
    part = layer()
    opt = numnet.SGD(part.parameters, lr=1.0, momentum=0.5)
    for expected in (0.0, -1.5):
        part.parameters.grad[:] = 1
        opt.step()
        assert part.W.item() == expected
    opt.reset()
    opt.step()
    assert part.W.item() == -2.5
    assert opt.steps == 3


def test_state_begins_anew_with_another_shape_or_dtype():
    opt = Descent(None, 0.1)
    kinds = [np.ones(3), np.ones(2), np.ones(2, np.float32), np.ones((2, 1))]
    for before in kinds:
        for after in kinds:
            opt.reset()
            opt._like("velocity", before)[...] = 7
            state = opt._like("velocity", after.copy())
            assert (state.shape, state.dtype) == (after.shape, after.dtype)
            assert (state == (7 if before is after else 0)).all()


class Careful(Optimizer):
    @careful
    def _update(self, value, grad, lr):
        move = self._like("move", value)
        np.multiply(grad, lr, out=move)
        self._take(value, np.subtract(value, move, out=move))


@pytest.mark.parametrize(("make", "copied"), [(Careful, False), (Descent, True)])
def test_a_careful_step_needs_no_copy_of_the_parameters(make, copied):
    model = numnet.Linear(300, 400).initialize(rng=0)
    opt, x, y = make(model.parameters, 0.1), np.ones((1, 300)), np.ones((1, 400))
    numnet.train_step(model, numnet.MSE(), opt, x, y)
    tracemalloc.start()
    try:
        numnet.train_step(model, numnet.MSE(), opt, x, y)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    size = model.parameters.value.nbytes
    assert peak > size if copied else peak < size / 2
