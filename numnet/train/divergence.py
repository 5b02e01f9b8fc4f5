"""What is said of a failed step: where a number stopped being finite, and what may help."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from .. import packing
from ..losses import Loss
from ..model import Model
from ..nonfinite import bad_gradient, bad_outputs, bad_parameter, is_finite, largest
from ..optim import Optimizer

Array = NDArray[Any]


def explain_loss(model: Model, x: Array, y_pred: Array) -> str:
    """Why the loss is not finite: a parameter, a layer's output, or the size of the outputs."""
    if found := bad_parameter(model):
        return f"{found} before the step"
    if layer := bad_outputs(model, x):
        return f"the outputs of {layer[0]} {layer[1]}. Lower lr, or scale the inputs"
    return f"the outputs reach {largest(y_pred):.3g}. Lower lr, or scale the targets"


def explain_gradient(model: Model, loss: Loss, x: Array, y: Array) -> str:
    """Why a gradient is not finite though the loss is."""
    if found := bad_parameter(model):
        return f"{found} before the step"
    if found := bad_gradient(model, loss, x, y):
        return f"{found}. Lower lr"
    # Not so in evaluation mode: the last place, which the backward pass reached first.
    bad = [
        f"{part!r}: the gradient of '{path}{name}' is not finite. Lower lr"
        for path, part, _ in packing.walk(model)
        for name, slot in part._slots.items()
        if slot.written and not is_finite(slot.grad)
    ]
    return bad[-1]


def explain_update(model: Model, optimizer: Optimizer) -> str:
    """Why the parameters are not finite after an update, given those from before it."""
    if found := bad_parameter(model):
        return f"{found} before the step"
    return f"the update by {optimizer!r} overflows. Lower lr"
