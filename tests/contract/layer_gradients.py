"""What holds for the gradients of every layer; a check takes a LayerCase and raises."""

from __future__ import annotations

from typing import Any

import numpy as np
from contract.cases import LayerCase, near
from contract.state import frozen
from helpers import complex_step

import numnet


def _adds_up(layer: Any) -> bool:
    """Whether one parameter is used in several places."""
    if not isinstance(layer, numnet.Sequential):
        return isinstance(layer, numnet.Module | numnet.Tied)
    return len({id(part) for part in layer}) < len(layer) or any(map(_adds_up, layer))


def a_backward_repeats_and_doubles(case: LayerCase) -> None:
    """Again on one saved: the same dx, and exactly twice the gradients."""
    layer = case.layer()
    once = case.run(layer)
    dx = layer.backpropagate(once.dy, once.saved)
    assert frozen(dx) == frozen(once.dx), "the second backward gives another dx"
    if _adds_up(layer):
        # (a + b) + a + b is rounded otherwise than 2 (a + b).
        near(layer.parameters.grad, 2 * once.grad, 4)
    else:
        assert frozen(layer.parameters.grad) == frozen(2 * once.grad), "gradients are not doubled"


def the_first_write_after_zero_grad_overwrites(case: LayerCase) -> None:
    """What stood in the gradients, NaN even, does not survive zero_grad."""
    layer = case.layer()
    grad = case.run(layer).grad
    layer.parameters.grad[:] = np.nan
    assert frozen(case.run(layer).grad) == frozen(grad), "old gradients survive zero_grad"


def backward_is_linear_in_dy(case: LayerCase) -> None:
    """dx and the gradients for 3 a + b are 3 times those for a, plus those for b."""
    layer = case.layer()
    a = case.run(layer)
    b = case.run(layer, dy=case.dy(a.y, seed=8))
    both = case.run(layer, dy=3 * a.dy + b.dy)
    near(both.dx, 3 * a.dx + b.dx)
    near(both.grad, 3 * a.grad + b.grad)


def rows_stand_alone_where_declared(case: LayerCase) -> None:
    """rowwise: the batch may be split anywhere, and the parts' gradients add up."""
    layer = case.layer()
    assert type(layer.rowwise) is bool, f"rowwise is {layer.rowwise!r}"
    if not layer.rowwise:
        return
    whole = case.run(layer)
    for cut in (0, 1, 3):
        parts = [case.run(layer, whole.x[s], whole.dy[s]) for s in (slice(cut), slice(cut, None))]
        near(np.concatenate([p.y for p in parts]), whole.y)
        near(np.concatenate([p.dx for p in parts]), whole.dx)
        near(parts[0].grad + parts[1].grad, whole.grad)


def without_dx_the_gradients_are_the_same(case: LayerCase) -> None:
    """need_dx=False returns None and gives the same bits of every gradient."""
    layer = case.layer()
    done = case.run(layer)
    layer.parameters.zero_grad()
    dx = layer.backpropagate(done.dy, done.saved, need_dx=False)
    assert dx is None, "dx was returned though not needed"
    assert frozen(layer.parameters.grad) == frozen(done.grad), "other gradients without dx"


def _complex_twin(case: LayerCase) -> tuple[Any, Any, Any]:
    layer = case.layer()
    theta = layer.parameters.value.astype(complex)
    return layer, layer.replica(theta), theta


def a_complex_step_in_x_agrees(case: LayerCase) -> None:
    """A complex x passes, and its imaginary part is the backward's dx."""
    layer, twin, _ = _complex_twin(case)
    done = case.run(layer)
    near(twin(done.x.astype(complex)), done.y.astype(complex), _units(case))
    near(done.dx, complex_step(twin, [done.x], 0, done.dy), 64)


def a_complex_step_in_the_parameters_agrees(case: LayerCase) -> None:
    """Complex parameters pass, and their imaginary part is the backward's gradient."""
    layer, _, theta = _complex_twin(case)
    done = case.run(layer)
    step = complex_step(lambda t: layer.replica(t)(done.x.astype(complex)), [theta], 0, done.dy)
    near(done.grad, step, 64)


def _units(case: LayerCase) -> float:
    # The twin computes in double precision whatever the case does.
    return 64 * float(np.finfo(case.dtype).eps / np.finfo(float).eps)


def the_checker_finds_it_right(case: LayerCase) -> None:
    """check_layer: the gradients to x and to each parameter."""
    layer = case.layer()
    report = numnet.check_layer(layer, case.x())
    assert report.verdict == "right", str(report)
    assert [f.name for f in report.findings] == ["x", *layer.parameters], "findings are missing"
