"""What holds for the passes through every layer; a check takes a LayerCase and raises."""

from __future__ import annotations

from typing import Any

import numpy as np
from contract.cases import LayerCase, near
from contract.state import arrays_in, frozen, state_of
from helpers import LAYOUTS, laid_out

import numnet


def outputs_and_gradients_keep_the_dtype(case: LayerCase) -> None:
    """float32 in: y, dx, the parameters and their gradients are float32."""
    layer = case.layer()
    done = case.run(layer)
    found = {k: getattr(done, k).dtype.name for k in ("y", "dx", "grad")}
    found["parameters"] = layer.parameters.value.dtype.name
    assert set(found.values()) == {case.dtype}, f"expected {case.dtype}, got {found}"


def saved_arrays_keep_the_dtype(case: LayerCase) -> None:
    """Nothing wider than the input waits for the backward."""
    saved = case.run(case.layer()).saved
    kinds = {a.dtype.name for a in arrays_in(saved) if a.dtype.kind in "fc"}
    assert kinds <= {case.dtype}, f"expected saved arrays of {case.dtype}, got {kinds}"


def arrays_handed_in_are_untouched(case: LayerCase) -> None:
    """Neither pass changes x or dy; the backward leaves what was saved."""
    layer, x = case.layer(), case.x()
    y, saved = layer.propagate(x)
    assert frozen(x) == frozen(case.x()), "the forward changed x"
    dy, before = case.dy(y), frozen(saved)
    layer.backpropagate(dy, saved)
    assert frozen(dy) == frozen(case.dy(y)), "the backward changed dy"
    assert frozen(saved) == before, "the backward changed what was saved"
    assert frozen(x) == frozen(case.x()), "the backward changed x"


def read_only_arrays_serve(case: LayerCase) -> None:
    """x and dy that must not be written to give the same bits."""
    layer = case.layer()
    done = case.run(layer)
    for array in (done.x, done.dy):
        array.flags.writeable = False
    again = case.run(layer, done.x, done.dy)
    assert frozen(again.y) == frozen(done.y), "another y from a read-only x"
    assert frozen(again.dx) == frozen(done.dx), "another dx from a read-only dy"


def any_layout_in_memory_serves(case: LayerCase) -> None:
    """Transposed, strided and reversed arrays give the same up to rounding."""
    layer = case.layer()
    done = case.run(layer)
    for layout in LAYOUTS:
        again = case.run(layer, laid_out(done.x, layout), laid_out(done.dy, layout))
        for one, other in ((again.y, done.y), (again.dx, done.dx), (again.grad, done.grad)):
            near(one, other)


def no_rows_are_no_error(case: LayerCase) -> None:
    """N = 0: empty y and dx with the right columns, zero gradients."""
    layer = case.layer()
    some, none = case.run(layer), case.run(layer, case.x(0))
    assert none.y.shape == (0, *some.y.shape[1:]), f"y of no rows has shape {none.y.shape}"
    assert none.dx.shape == (0, 3), f"dx of no rows has shape {none.dx.shape}"
    assert not none.grad.any(), "no rows give a gradient"


def a_single_row_keeps_its_axes(case: LayerCase) -> None:
    """N = 1: y (1, C) and dx (1, D)."""
    layer = case.layer()
    one = case.run(layer, case.x(1))
    assert one.y.shape == (1, *case.run(layer).y.shape[1:]), f"y of one row is {one.y.shape}"
    assert one.dx.shape == (1, 3), f"dx of one row is {one.dx.shape}"
    assert np.isfinite(one.y).all(), "y of one row is not finite"


def two_passes_at_once_do_not_mix(case: LayerCase) -> None:
    """The same layer used twice: each backward knows its own forward, the gradients add up."""
    layer = case.layer()
    first, second = case.run(layer, case.x(5)), case.run(layer, case.x(4, seed=9))
    layer.parameters.zero_grad()
    _, one = layer.propagate(first.x)
    _, other = layer.propagate(second.x)
    dx = layer.backpropagate(first.dy, one)
    assert frozen(dx) == frozen(first.dx), "the second forward changed the first backward"
    layer.backpropagate(second.dy, other)
    near(layer.parameters.grad, first.grad + second.grad)


def a_forward_leaves_no_trace(case: LayerCase) -> None:
    """No attribute, parameter, gradient or buffer changes, in training neither before commit."""
    layer = case.layer()
    case.run(layer)
    before = state_of(layer)
    other = case.x(4, seed=10)
    layer(other)
    layer.propagate(other)
    layer.propagate(other, numnet.Context(train=True, rng=np.random.default_rng(0)))
    assert state_of(layer) == before, "a forward changed the layer"


def a_backward_changes_gradients_alone(case: LayerCase) -> None:
    """Attributes, parameters and buffers are as before."""
    layer = case.layer()
    done = case.run(layer)
    attributes, value, _ = state_of(layer)
    layer.backpropagate(done.dy, done.saved)
    assert state_of(layer)[:2] == (attributes, value), "a backward changed the layer"


def a_call_is_the_forward(case: LayerCase) -> None:
    """layer(x) is the y of propagate(x), every time, for lists too."""
    layer, x = case.layer(), case.x()
    y = layer.propagate(x)[0]
    for value in (layer(x), layer(x), layer.propagate(x)[0]):
        assert frozen(value) == frozen(y), "a call gives another y"
    near(layer(x.tolist()), y.astype(layer(x.tolist()).dtype), units=1e10)


def a_wrong_shape_is_refused_by_name(case: LayerCase) -> None:
    """dy that does not fit y, x that is not numbers: the error begins with the layer."""
    layer = case.layer()
    done = case.run(layer)
    for call in (
        lambda: layer.backpropagate(done.dy[:-1], done.saved),
        lambda: layer(np.array([["a", "b", "c"]])),
    ):
        message = _refusal(call)
        assert message.startswith(f"{layer!r}: expected"), f"not named: {message}"


def a_wrong_width_is_refused_by_place(case: LayerCase) -> None:
    """Where x of 3 columns fits and 4 do not: an error with the place; else the same columns."""
    layer = numnet.Sequential(numnet.Tanh(), case.layer())
    wide = np.ones((5, 4), case.dtype)
    if layer.parameters.size or not len(layer[1](wide)) == 5 == len(wide):
        message = _refusal(lambda: layer(wide))
        assert message.startswith("layer 1, "), f"no place: {message}"
        assert "(5, 4)" in message, f"no shape: {message}"
    else:
        assert layer(wide).shape == (5, 4), "columns were lost"


def _refusal(call: Any) -> str:
    try:
        call()
    except (TypeError, ValueError) as error:
        return str(error)
    raise AssertionError("a wrong shape was accepted")
