"""What holds for the steps of every optimizer; a check takes an OptimizerCase and raises."""

from __future__ import annotations

import numpy as np
from contract.cases import OptimizerCase
from contract.state import arrays_in, frozen


def the_state_keeps_the_dtype(case: OptimizerCase) -> None:
    """float32 parameters: values, gradients and all state stay float32, whatever number lr is."""
    for lr in (0.1, np.float64(0.1), np.float32(0.1), lambda step: np.float64(0.1)):
        model = case.model()
        optimizer = case.make(model.parameters, lr)
        for seed in range(2):
            case.step(optimizer, seed)
        arrays = (model.parameters.value, model.parameters.grad, *arrays_in(optimizer._state))
        kinds = {array.dtype.name for array in arrays}
        assert kinds == {case.dtype}, f"expected {case.dtype}, got {kinds}"


def views_stay_live(case: OptimizerCase) -> None:
    """A step writes into the model's own vector; names and attributes follow it."""
    model = case.model()
    value, W = model.parameters.value, model[0].W
    before = W.copy()
    case.step(case.make(model.parameters, 0.1), 0)
    assert model.parameters.value is value, "the step put another vector in place"
    assert model[0].W is W, "the step put another W in place"
    assert (before != W).all(), "the step did not reach the layer"


def gradients_are_left_as_they_are(case: OptimizerCase) -> None:
    """A step reads them only."""
    model = case.model()
    optimizer = case.make(model.parameters, 0.1)
    for seed in range(3):
        model.parameters.grad[:] = np.random.default_rng(seed).uniform(-1, 1, 26)
        before = frozen(model.parameters.grad)
        optimizer.step()
        assert frozen(model.parameters.grad) == before, "the step changed the gradients"


def a_zero_gradient_at_rest_moves_nothing(case: OptimizerCase) -> None:
    """At the first step, unless weights decay."""
    model = case.model()
    before = frozen(model.parameters.value)
    optimizer = case.make(model.parameters, 0.1)
    optimizer.zero_grad()
    optimizer.step()
    same = frozen(model.parameters.value) == before
    assert same is not case.decays, "a zero gradient moved the parameters (or decay did not)"


def the_same_steps_give_the_same_bits(case: OptimizerCase) -> None:
    """Two runs over the same gradients."""
    ends = []
    for _ in range(2):
        model = case.model()
        optimizer = case.make(model.parameters, 0.1)
        for seed in range(4):
            case.step(optimizer, seed)
        ends.append(frozen(model.parameters.value))
    assert ends[0] == ends[1], "the second run ends elsewhere"


def reset_forgets_the_state(case: OptimizerCase) -> None:
    """After reset it steps like a new one from here."""
    model = case.model()
    optimizer = case.make(model.parameters, 0.1)
    for seed in range(3):
        case.step(optimizer, seed)
    optimizer.reset()
    other = model.copy()
    fresh = case.make(other.parameters, 0.1)
    for seed in (5, 6):
        case.step(optimizer, seed)
        case.step(fresh, seed)
    assert frozen(model.parameters.value) == frozen(other.parameters.value), "something was kept"


def it_counts_its_steps(case: OptimizerCase) -> None:
    """steps and last_lr after each; a reset leaves the count."""
    optimizer = case.make(case.model().parameters, 0.25)
    seen = [optimizer.steps]
    for seed in range(3):
        case.step(optimizer, seed)
        seen.append(optimizer.steps)
    optimizer.reset()
    assert [*seen, optimizer.steps] == [0, 1, 2, 3, 3], f"counted {seen}, then {optimizer.steps}"
    assert optimizer.last_lr == 0.25, f"last_lr is {optimizer.last_lr}"


def a_schedule_is_asked_once_a_step(case: OptimizerCase) -> None:
    """With the numbers 0, 1, 2; what it returns is the step's lr, a 0 changes nothing."""
    model, asked = case.model(), []

    def schedule(step: int) -> float:
        asked.append(step)
        return (0.5, 0.25, 0)[step]

    optimizer = case.make(model.parameters, schedule)
    rates = []
    for seed in range(3):
        before = frozen(model.parameters.value)
        case.step(optimizer, seed)
        rates.append(optimizer.last_lr)
    assert asked == [0, 1, 2], f"asked for {asked}"
    assert rates == [0.5, 0.25, 0], f"stepped at {rates}"
    assert frozen(model.parameters.value) == before, "a step of lr 0 moved the parameters"
    other = case.model()
    constant = case.make(other.parameters, 0.5)
    constant.lr = 0.5
    again = case.make(case.model().parameters, lambda step: 0.5)
    for one in (constant, again):
        case.step(one, 0)
    same = frozen(again.parameters.value) == frozen(other.parameters.value)
    assert same, "a constant schedule is not the constant"


def its_memory_is_allocated_once(case: OptimizerCase) -> None:
    """State, values and gradients stand where they stood after the first step."""
    model = case.model()
    optimizer = case.make(model.parameters, 0.1)
    places = []
    for seed in range(4):
        case.step(optimizer, seed)
        held = (model.parameters.value, model.parameters.grad, *arrays_in(optimizer._state))
        places.append([(id(array), array.ctypes.data) for array in held])
    assert places[0] == places[1] == places[-1], "a step allocated its state anew"


def steps_go_downhill(case: OptimizerCase) -> None:
    """On |theta - 1|^2 / 2 the distance falls to a tenth in 400 small steps."""
    model = case.model()
    optimizer = case.make(model.parameters, 0.02)
    value = model.parameters.value
    aim = 0.0 if case.decays else 1.0
    start = np.linalg.norm(value - aim)
    for _ in range(400):
        model.parameters.grad[:] = value - aim
        optimizer.step()
    end = np.linalg.norm(value - aim)
    assert end < 0.1 * start, f"the distance went from {start:.3g} to {end:.3g}"
