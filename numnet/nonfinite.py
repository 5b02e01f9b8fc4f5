"""Where a number stopped being finite: one cheap look, and the search that follows it.

The search runs the passes again layer by layer, in evaluation mode, and changes nothing.
"""

from __future__ import annotations

import cmath
import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import packing
from .errors import NonFiniteError

if TYPE_CHECKING:
    from .losses import Loss
    from .model import Model

Array = NDArray[Any]


def is_finite(array: Array) -> bool:
    """Whether every entry is finite."""
    # The dot product is one fast pass; it may overflow where the entries do not.
    flat = array.ravel("K")
    return cmath.isfinite(flat.dot(flat)) or bool(np.isfinite(array).all())


def refuse_nonfinite(x: Array, given: ArrayLike, name: str = "") -> None:
    """Raise unless every entry of x is finite: the input as given, in the model's dtype."""
    if is_finite(x):
        return
    given = np.asarray(given)
    if not is_finite(given):
        raise NonFiniteError(
            f"{name}expected finite x, got {first_bad(given)}. Remove such rows or fill them in, "
            "e.g. x[np.isfinite(x).all(axis=1)]"
        )
    raise NonFiniteError(
        f"{name}expected x within {x.dtype}, got {first_bad(x, given)}. "
        "Scale x, or use a model of float64"
    )


def first_bad(array: Array, shown: Array | None = None) -> str:
    """The first entry that is not finite, as it is there or in `shown`: nan at row 5, column 3."""
    place = tuple(map(int, np.argwhere(~np.isfinite(array))[0]))
    row = f" at row {place[0]}" if place else ""
    column = f", column {', '.join(map(str, place[1:]))}" if place[1:] else ""
    return f"{(array if shown is None else shown)[place]}{row}{column}"


def bad_parameter(model: Model) -> str | None:
    """The first parameter that is not finite."""
    for path, part, _ in packing.walk(model):
        for name, slot in part._slots.items():
            if not is_finite(slot.value):
                index = tuple(map(int, np.argwhere(~np.isfinite(slot.value))[0]))
                value = slot.value[index]
                return f"{part!r}: parameter '{path}{name}' is {value} at {index}"
    return None


def bad_outputs(model: Model, x: Array) -> tuple[str, str] | None:
    """The first layer whose outputs are not finite, and how they are not."""
    kinds: list[str] = []
    with np.errstate(all="call", under="ignore", call=lambda kind, _: kinds.append(kind)):
        for place, layer, into, y, _ in model._passes(x):
            if not is_finite(y):
                return f"{place}{layer!r}", _how(layer, into, y, kinds)
            kinds.clear()
    return None


def _how(layer: Model, x: Array, y: Array, kinds: list[str]) -> str:
    slots = packing.named_slots(layer).values()
    sizes = largest(x), max((largest(slot.value) for slot in slots), default=0.0)
    # The products of matrices overflow without a word.
    cause = kinds[0] if kinds else "overflow" if overflows(y.dtype, x.size, *sizes) else ""
    verb = f"overflow {y.dtype}" if cause == "overflow" else "are not finite"
    by = f" ({cause})" if cause not in ("", "overflow") else ""
    return (
        f"{verb}: {first_bad(y)}{by}, from inputs up to {sizes[0]:.3g}"
        + f" and parameters up to {sizes[1]:.3g}" * bool(slots)
    )


def bad_gradient(model: Model, loss: Loss, x: Array, y_true: Array) -> str | None:
    """The first gradient, on the way back, that is not finite."""
    twin = model.replica()
    steps = list(twin._passes(x))
    y_pred = steps[-1][3] if steps else x
    dy = loss.backward(loss._forward(y_pred, y_true, None)[1])
    if not is_finite(dy):
        return f"the gradient of {loss!r} is not finite: the outputs reach {largest(y_pred):.3g}"
    for place, layer, _, _, saved in reversed(steps):
        dy = layer._backward(dy, saved, True)
        bad = [n for n, g in layer.parameters.gradients.items() if not is_finite(g)]
        if bad or not is_finite(dy):
            which = f"of {', '.join(bad)}" if bad else "to its input"
            return f"{place}{layer!r}: the gradient {which} is not finite"
    return None


def largest(array: Array) -> float:
    """The largest modulus among the finite entries."""
    return float(np.abs(array[np.isfinite(array)]).max(initial=0.0))


def overflows(dtype: np.dtype[Any], terms: int, *sizes: float) -> bool:
    """Whether a sum of that many products of numbers of these sizes may exceed the dtype."""
    return max(sizes) > math.sqrt(float(np.finfo(dtype).max) / max(terms, 1))
