"""Which layer is to blame: each one, and the loss, checked by itself at its place in a model."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import packing
from .gradcheck import Finding, Report, check_backward, check_gradient
from .layers import Sequential
from .losses import Loss
from .model import EVALUATION, Model
from .parameters import Slot
from .part import Part

Array = NDArray[Any]
HYGIENE = ("mutates-input", "accumulates", "nonfinite", "dtype", "shape", "not-reduced")
NEAR = 2.0**-20  # of the scale of an input: how far a kink is looked for


@dataclass
class Place:
    """A layer where it stands: what messages call it, its input."""

    label: str
    layer: Model
    x: Array


def check_part(layer: Model, point: dict[str, Array], rng: Any, budget: int | None) -> Report:
    """The backward of a layer against its forward, at x and the parameters in point."""

    def forward(**arrays: Array) -> tuple[Array, Any]:
        twin = layer.replica(flat(arrays))
        y, saved = twin.propagate(arrays["x"])
        return y, (twin, saved)

    def backward(dy: Array, saved: Any) -> dict[str, Array]:
        twin, inner = saved
        twin.parameters.zero_grad()
        misfits = _collect_misfits(twin)
        dx = twin.backpropagate(dy, inner)
        return {"x": dx} | {n: g.copy() for n, g in twin.parameters.gradients.items()} | misfits

    known = layer._known(point["x"])
    return check_backward(
        forward, backward, point, context=known, rng=rng, budget=budget, with_saved=True
    )


def blamed(
    report: Report, model: Model, loss: Loss, x: Array, y_true: Array, rng: Any, budget: int | None
) -> Report:
    """The report of a model whose gradient is not right, with the layer that is to blame."""
    twin = model.replica(model.parameters.value)
    places = list(_places(twin, np.array(x)))
    if any(finding.verdict == "wrong" for finding in report):
        checks = [check_part(p.layer, point_of(p.layer, p.x), rng, budget) for p in places]
        y = twin._forward(np.array(x), EVALUATION)[0]
        final = _check_loss(loss, y, y_true, rng, budget)
        slots = twin.parameters.slots()
        found = tuple(_retold(f, slots[f.name], places, checks, final, loss) for f in report)
        calls = report.calls + final.calls + sum(check.calls for check in checks)
        return dataclasses.replace(report, findings=found, calls=calls)
    units = [text for place in places for text in _kinks(place)]
    found = tuple(
        dataclasses.replace(f, explanation=f"{f.explanation} {'; '.join(units[:3])}.")
        if f.cause == "kink" and units
        else f
        for f in report
    )
    return dataclasses.replace(report, findings=found)


def _retold(
    finding: Finding,
    slot: Slot,
    places: list[Place],
    checks: list[Report],
    final: Report,
    loss: Loss,
) -> Finding:
    """The finding on a parameter with the cause that a layer of it, or one behind it, shows."""
    if finding.verdict != "wrong":
        return finding
    sources: list[tuple[str, Finding]] = []
    for place, check in zip(places, checks, strict=True):
        behind = ["x"] if sources else []
        # More than one layer has it where it is shared or tied.
        names = [n for n, s in place.layer.parameters.slots().items() if s is slot] + behind
        sources += [(place.label, check[name]) for name in names]
    sources.append((repr(loss), final["y_pred"]))
    wrong = [(label, found) for label, found in sources if found.verdict == "wrong"]
    if finding.cause in HYGIENE:
        wrong = [(label, found) for label, found in wrong if found.cause == finding.cause]
        if not wrong:
            return finding
    if not wrong:
        text = (
            f"{finding.explanation} Every layer and the loss are right by themselves: the gradient"
            " is lost or changed on its way between them."
        )
        return dataclasses.replace(finding, explanation=text)
    label, found = wrong[0]
    passed = "" if found is sources[0][1] else f" So is d{finding.name}."
    others = "".join(f" {place} is wrong too." for place, _ in wrong[1:])
    return dataclasses.replace(
        finding,
        cause=found.cause,
        alternatives=found.alternatives,
        ratio=found.ratio if finding.ratio is None else finding.ratio,
        explanation=f"{label} is wrong: {found.explanation}{passed}{others}",
        fix=found.fix,
    )


def _check_loss(loss: Loss, y: Array, y_true: Array, rng: Any, budget: int | None) -> Report:
    def value(y_pred: Array) -> Any:
        return loss._forward(y_pred, y_true, None)[0]

    def gradient(y_pred: Array) -> Any:
        return loss.backward(loss._forward(y_pred, y_true, None)[1])

    return check_gradient(value, gradient, y, names=["y_pred"], rng=rng, budget=budget)


def _places(model: Model, x: Array, label: str = "") -> Iterator[Place]:
    """The layers of a chain in turn; any other model is one layer."""
    if not isinstance(model, Sequential) or type(model)._forward is not Sequential._forward:
        yield Place(f"{label}{model!r}", model, x)
        return
    for i, layer in enumerate(model):
        yield from _places(layer, x, f"{label}layer {i}, ")
        x = layer._forward(np.array(x), EVALUATION)[0]


def _kinks(place: Place) -> Iterator[str]:
    """The units of an elementwise layer whose two one-sided slopes differ."""
    x = np.asarray(place.x, np.float64)
    if len(place.layer.parameters) or x.dtype != place.x.dtype:
        return
    h = NEAR * (float(np.abs(x).max(initial=0.0)) or 1.0)
    bends = []
    for step in (h, h / 8.0):
        y, above, below = (
            place.layer._forward(x + move, EVALUATION)[0] for move in (0.0, step, -step)
        )
        if y.shape != x.shape:
            return
        bends.append(np.abs((above - y) - (y - below)) / step)
    bent = (bends[0] > 1e-3) & (bends[1] > 0.5 * bends[0])
    for index in np.argwhere(bent):
        where = ", ".join(str(int(i)) for i in index)
        yield f"{place.label} has the kink at its input [{where}] = {x[tuple(index)]:.6g}"


def point_of(model: Model, x: Array) -> dict[str, Array]:
    """The input and the parameters by name, as the arguments of a check."""
    if "x" in model.parameters:
        raise ValueError(
            f"{model!r}: a parameter is named x, as the input is in a report. "
            "Put the layer into a Sequential, where it is 0.x"
        )
    # In the order of the vector, which for a layer on another's parameters is not that of its own.
    slots = sorted(model.parameters.slots().items(), key=lambda named: named[1].start)
    return {"x": x} | {name: slot.value for name, slot in slots}


def flat(arrays: dict[str, Array]) -> Array:
    """The parameters among the arguments as one vector, in their order."""
    pieces = [np.ravel(array) for name, array in arrays.items() if name != "x"]
    return np.concatenate(pieces) if pieces else np.zeros(0)


def _collect_misfits(twin: Model) -> dict[str, Array]:
    """Where gradients of a wrong shape will stand, which add_grad would refuse, by name."""
    misfits: dict[str, Array] = {}
    for path, part, _ in packing.walk(twin):

        def add_grad(name: str, grad: Array, part: Part = part, path: str = path) -> None:
            if np.shape(grad) == part._slot(name).shape:
                type(part).add_grad(part, name, grad)
            else:
                misfits[path + name] = np.array(grad)

        part.__dict__["add_grad"] = add_grad
    return misfits
