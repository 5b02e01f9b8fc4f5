"""Where a number stopped being finite: the search that follows a failed step.

It runs the step again layer by layer, on a twin in evaluation mode, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import packing
from ..losses import Loss
from ..model import EVALUATION, Model

Array = NDArray[Any]


def explain_loss(model: Model, x: Array, y_pred: Array) -> str:
    """Why the loss is not finite: a parameter, a layer's output, or the size of the outputs."""
    if found := _bad_parameter(model):
        return f"{found} before the step"
    for place, layer, y, _ in _passes(model, x):
        if not _finite(y):
            return f"the outputs of {place}{layer!r} overflow. Lower lr, or scale the inputs"
    size = np.abs(y_pred[np.isfinite(y_pred)]).max(initial=0.0)
    return f"the outputs reach {size:.3g}. Lower lr, or scale the targets"


def explain_update(model: Model, loss: Loss, x: Array, y: Array, optimizer: Any) -> str:
    """Why the parameters are not finite after an update, given those from before it."""
    if found := _bad_parameter(model):
        return f"{found} before the step"
    twin = model.replica()
    steps = list(_passes(twin, x))
    y_pred = steps[-1][2] if steps else x
    dy = loss.backward(loss._forward(y_pred, y, None)[1])
    if not _finite(dy):
        size = np.abs(y_pred).max()
        return f"the gradient of {loss!r} is not finite: the outputs reach {size:.3g}. Lower lr"
    for place, layer, _, saved in reversed(steps):
        dy = layer._backward(dy, saved, True)
        bad = [n for n, g in layer.parameters.gradients.items() if not _finite(g)]
        if bad or not _finite(dy):
            which = f"of {', '.join(bad)}" if bad else "to its input"
            return f"{place}{layer!r}: the gradient {which} is not finite. Lower lr"
    return f"the update by {optimizer!r} overflows. Lower lr"


def _passes(model: Model, x: Array, place: str = "") -> Iterator[tuple[str, Model, Array, Any]]:
    """Each innermost layer of nested Sequentials: its place, itself, its outputs, what it saved."""
    layers = getattr(model, "layers", None)
    if layers is None:
        y, saved = model._forward(x, EVALUATION)
        yield place, model, y, saved
        return
    for i, layer in enumerate(layers):
        for step in _passes(layer, x, f"{place}layer {i}, "):
            yield step
            x = step[2]


def _bad_parameter(model: Model) -> str | None:
    for path, part, _ in packing.walk(model):
        for name, slot in part._slots.items():
            if not _finite(slot.value):
                index = tuple(map(int, np.argwhere(~np.isfinite(slot.value))[0]))
                value = slot.value[index]
                return f"{part!r}: parameter '{path}{name}' is {value} at {index}"
    return None


def _finite(array: Array) -> bool:
    return bool(np.isfinite(array).all())
