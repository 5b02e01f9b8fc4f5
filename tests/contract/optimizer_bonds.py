"""What holds between every optimizer and its model, and what it refuses."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
from contract.cases import OptimizerCase, near
from contract.state import arrays_in, frozen

import numnet


def it_is_bound_once(case: OptimizerCase) -> None:
    """Without parameters each use is refused; bound to one model, another is."""
    optimizer, model, other = case.make(None, 0.1), case.model(), case.model()
    for use in (optimizer.step, optimizer.zero_grad, lambda: optimizer.parameters):
        _refused(use, f"{optimizer!r} has no parameters")
    assert optimizer.bind(model.parameters) is optimizer, "bind returned something else"
    optimizer.bind(model.parameters)
    _refused(lambda: optimizer.bind(other.parameters), f"{optimizer!r} is bound to another model")
    assert optimizer.parameters == model.parameters, "a refused bind took effect"
    for wrong in (model, [model[0].W], 3):
        _refused(lambda w=wrong: case.make(w, 0.1), "expected model.parameters")  # type: ignore[misc]


def a_wrong_lr_is_refused(case: OptimizerCase) -> None:
    """Anything but a finite number above 0, at making and at setting."""
    optimizer = case.make(None, 0.1)
    for wrong in (0, -0.1, np.nan, np.inf, "0.1", None, True, [0.1]):
        _refused(lambda w=wrong: case.make(None, w), "expected lr")  # type: ignore[misc]
        _refused(lambda w=wrong: setattr(optimizer, "lr", w), "expected lr")  # type: ignore[misc]
    assert optimizer.lr == 0.1, "a refused lr took effect"


def a_schedule_that_fails_changes_nothing(case: OptimizerCase) -> None:
    """A rate that is none is refused before the step."""
    model = case.model()
    optimizer = case.make(model.parameters, lambda step: np.nan)
    before = frozen(model.parameters.value)
    _refused(lambda: case.step(optimizer, 0), "expected lr")
    assert frozen(model.parameters.value) == before, "a refused step moved the parameters"
    assert optimizer.steps == 0, "a refused step counted"
    assert not list(arrays_in(optimizer._state)), "a refused step left state"


def a_part_is_stepped_alone(case: OptimizerCase) -> None:
    """On a layer of a model: it moves as it would by itself, the rest stays, zero_grad too."""
    model = case.model()
    alone = model[2].copy()
    model.parameters.grad[:] = 1
    rest = frozen(model[0].parameters.value)
    optimizer, other = case.make(model[2].parameters, 0.1), case.make(alone.parameters, 0.1)
    for seed in range(2):
        case.step(optimizer, seed)
        case.step(other, seed)
    assert frozen(model[0].parameters.value) == rest, "another part moved"
    assert frozen(model[2].parameters.value) == frozen(alone.parameters.value), "moved otherwise"
    optimizer.zero_grad()
    assert (model[0].parameters.grad == 1).all(), "another part's gradients were forgotten"
    assert not model[2].parameters.grad.any(), "gradients survive zero_grad"


def it_follows_its_model_into_a_parent(case: OptimizerCase) -> None:
    """Packed into a larger model later, it steps the slice there, its state kept."""
    model, other = case.model(), case.model()
    moved, stayed = case.make(model.parameters, 0.1), case.make(other.parameters, 0.1)
    case.step(moved, 0)
    case.step(stayed, 0)
    parent = numnet.Sequential(numnet.Linear(3, 3), model, rng=0, dtype=case.dtype)
    rest = frozen(parent[0].parameters.value)
    case.step(moved, 1)
    case.step(stayed, 1)
    assert frozen(parent[0].parameters.value) == rest, "the parent's other layer moved"
    assert frozen(parent[1].parameters.value) == frozen(other.parameters.value), "state was lost"


def it_is_copied_with_its_model(case: OptimizerCase) -> None:
    """deepcopy and pickle of the pair: the copies go on as the originals, and apart from them."""
    model = case.model()
    optimizer = case.make(model.parameters, 0.1)
    case.step(optimizer, 0)
    moves: tuple[Callable[[Any], Any], ...] = (
        copy.deepcopy,
        lambda pair: pickle.loads(pickle.dumps(pair)),
    )
    pairs = [move((model, optimizer)) for move in moves if not callable(optimizer.lr)]
    case.step(optimizer, 1)
    for other, twin in pairs:
        assert twin.parameters == other.parameters, "the copy steps another model"
        case.step(twin, 1)
        near(other.parameters.value, model.parameters.value, 0)
    assert [twin.steps for _, twin in pairs] == [2, 2], "the count was lost"


def its_text_names_it(case: OptimizerCase) -> None:
    """repr makes it again where lr is a number."""
    optimizer = case.make(None, 0.125)
    names = dict(vars(numnet)) | {type(optimizer).__name__: type(optimizer)}
    again = eval(repr(optimizer), names)
    assert type(again) is type(optimizer), f"the text makes a {type(again).__name__}"
    case.make(None, lambda step: 0.1).__repr__()
    other, model = case.model(), case.model()
    again.bind(other.parameters)
    again.lr = optimizer.lr
    optimizer.bind(model.parameters)
    for seed in range(2):
        case.step(again, seed)
        case.step(optimizer, seed)
    same = frozen(other.parameters.value) == frozen(model.parameters.value)
    assert same, f"{optimizer!r} leaves out what matters"


def _refused(call: Callable[[], Any], text: str) -> None:
    try:
        call()
    except (TypeError, ValueError) as error:
        assert text in str(error), f"expected an error with {text!r}, got {error}"  # noqa: PT017
        return
    raise AssertionError(f"nothing was refused where {text!r} was expected")
