"""The claim is the true gradient for another upstream gradient.

One that lacks a factor of the output, has one too many, was summed along an axis, or dropped.
With u = J v, the change of the outputs along v, claim . v = w . u tests any w without a further
call of the forward.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..noise import EPS
from .elsewhere import probes, slopes
from .pairs import functions_of, stretched
from .suspect import Sides, Suspect
from .view import View

Array = NDArray[Any]
LARGEST = 20_000  # outputs
Upstream = Callable[[View], Array]


def upstream_suspects(view: View) -> Iterator[Suspect]:
    """Other upstream gradients that reproduce the claim along random directions."""
    problem = view.reference.problem
    if "dy" not in view.known or view.known["dy"].size > LARGEST or not problem.promoted:
        return
    claim = probes(view)[1]
    outputs = _changes_of_outputs(view)
    for cause, text, other in _others(view):
        with np.errstate(all="ignore"):
            weights = other(view)
        if not np.isfinite(weights).all() or weights.shape != outputs.shape[1:]:
            continue
        along = outputs @ weights
        if not along.any():
            continue
        ratio = float(along @ claim) / float(along @ along)
        if np.abs(claim - ratio * along).max() > 1e-5 * np.abs(claim).max():
            continue
        if abs(ratio - 1.0) <= 1e-9:
            ratio = 1.0

        def sides(view: View, other: Upstream = other, ratio: float = ratio) -> Sides:
            _, claim, slack = probes(view)
            outputs, weights = _changes_of_outputs(view), other(view)
            rough = 64.0 * EPS if view.reference.analytic[view.name] else 1e-7
            bound = rough * np.abs(ratio) * (np.abs(outputs) @ np.abs(weights))
            return claim, ratio * (outputs @ weights), 4.0 * (slack + bound)

        times = "" if ratio == 1.0 else f", times {ratio:.6g}"
        yield Suspect(cause, sides, f"d{view.name} {text}{times}.", 0 if ratio == 1.0 else 1)


def _changes_of_outputs(view: View) -> Array:
    """J v for each probing direction, one in each row."""
    if "outputs" not in view.cache:
        view.cache["outputs"] = np.array([slopes(view, v, {}) for v in probes(view)[0]])
    found: Array = view.cache["outputs"]
    return found


def _others(view: View) -> Iterator[tuple[str, str, Upstream]]:
    shape = view.known["dy"].shape
    listed = [
        factor
        for name, array in view.known.items()
        if not name.startswith("dy")
        for label, place in stretched(name, array, shape)
        for factor in functions_of(label, name, array, place)
    ]
    for factor in sorted(listed, key=lambda f: f.cost):

        def values(view: View, factor: Any = factor) -> Array:
            return np.broadcast_to(factor.function(view.known[factor.source]), shape).reshape(-1)

        def less(view: View, values: Upstream = values) -> Array:
            return view.known["dy"].reshape(-1) / values(view)

        def more(view: View, values: Upstream = values) -> Array:
            return view.known["dy"].reshape(-1) * values(view)

        lacks = f"lacks the factor {factor.text} that dy takes on its way back"
        yield "missing-factor", lacks, less
        yield "missing-factor", f"has dy * {factor.text} where the true gradient has dy", more
    for axis in range(len(shape)):

        def summed(view: View, axis: int = axis) -> Array:
            total = view.known["dy"].sum(axis=axis, keepdims=True)
            return np.broadcast_to(total, shape).reshape(-1)

        if len(shape) > 1 and shape[axis] > 1:
            yield "wrong-axis", f"holds dy.sum({axis}) where the true gradient has dy", summed

    def ones(view: View) -> Array:
        return np.ones(int(np.prod(shape)))

    yield "missing-factor", "has no dy in it: it is the true gradient for a dy of ones", ones
