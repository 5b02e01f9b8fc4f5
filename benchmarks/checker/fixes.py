"""Whether the expressions that a report shows as a fix are true: evaluated at another point."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from benchmarks.checker.case import Case, Function

SEED = 4711
RELATIVE = 1e-9


def _softmax(x: Any) -> Any:
    return special.softmax(x, axis=-1)


# What an expression may use beside the arrays of the case and NumPy's own functions.
FUNCTIONS: dict[str, Any] = {
    "np": np,
    "sigmoid": special.expit,
    "erf": special.erf,
    "softmax": _softmax,
    "log_softmax": lambda x: special.log_softmax(x, axis=-1),
    **{name: getattr(np, name) for name in ("tanh", "exp", "log", "sqrt", "sign", "abs", "where")},
}


def true(case: Case, array: str, claimed: str, truth: str) -> bool | None:
    """Whether both expressions give what the case's claim and its right version give.

    At a point that no checker has seen, with an upstream gradient drawn anew. An expression that
    cannot be evaluated is not true. None of a model, whose fix speaks of arrays within it.
    """
    if case.truth is None or case.kind == "model":
        return None
    with np.errstate(all="ignore"):
        sides = _layer(case) if case.kind == "layer" else _function(case)
        return all(
            _agrees(text, space, gradients[array])
            for text, (space, gradients) in zip((claimed, truth), sides, strict=True)
        )


def _function(case: Case) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """The arrays that expressions may name and the gradients, of the claim and of the truth."""
    point = case.point(SEED)
    given = case.named(point)
    forward, backward = case.functions()
    by_name = isinstance(point, dict)

    def call(function: Function, *first: Any) -> Any:
        return function(*first, **given) if by_name else function(*first, *given.values())

    def gradients(function: Function) -> dict[str, Any]:
        if case.kind == "gradient":
            found = call(function)
        else:
            found = function(dy, saved) if case.with_saved else call(function, dy)
        if by_name:
            return dict(found)
        return dict(zip(given, found if isinstance(point, tuple | list) else [found], strict=True))

    y, saved = call(forward) if case.with_saved else (call(forward), None)
    dy = tuple(map(_upstream, y)) if isinstance(y, tuple) else _upstream(y)
    space: dict[str, Any] = FUNCTIONS | {
        "N": len(np.atleast_1d(next(iter(given.values())))),
        "y": y,
    }
    space |= {"dy": dy} if case.kind == "backward" else {}
    space |= (case.context(**given) if case.context is not None else {}) | given
    return [(space, gradients(function)) for function in (backward, case.truth or backward)]


def _layer(case: Case) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """The same of a layer, whose parameters are named as in its report."""
    sides, x = [], case.point(SEED)
    for make in (case.backward, case.truth or case.backward):
        layer = make()
        y, saved = layer.propagate(x)
        dy = _upstream(y)
        layer.parameters.zero_grad()
        dx = layer.backpropagate(dy, saved)
        space = FUNCTIONS | {"N": len(x), "x": x, "y": y, "dy": dy} | dict(layer.parameters)
        sides.append((space, {"x": dx} | dict(layer.parameters.gradients)))
    return sides


def _upstream(y: Any) -> Any:
    dtype = np.asarray(y).dtype
    return np.random.default_rng(SEED).normal(size=np.shape(y)).astype(dtype)


def _agrees(text: str, space: dict[str, Any], expected: Any) -> bool:
    try:
        value = np.broadcast_to(eval(text, {"__builtins__": {}}, space), np.shape(expected))
    except Exception:  # whatever is wrong with it, the reader cannot use it
        return False
    size = np.abs(expected).max(initial=0.0)
    return bool(np.abs(value - expected).max(initial=0.0) <= RELATIVE * max(size, 1e-300))
