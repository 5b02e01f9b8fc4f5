"""Faults that need no derivative: found first, each under its own name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arguments import Values
from .problem import Problem
from .products import chunks
from .structure import StructureError, match_gradients, read_gradient

Array = NDArray[Any]


@dataclass
class Hygiene:
    """What the first calls showed.

    faults holds (cause, sentence) by the name of the array; gradients are those of the first
    call as they came, kept are private copies of them.
    """

    outputs: tuple[Array, ...] = ()
    dy: Any = None
    faults: dict[str, tuple[str, str]] = field(default_factory=dict)
    nonlinear: dict[str, tuple[str, str]] = field(default_factory=dict)
    undecided: tuple[str, str] | None = None
    warnings: list[str] = field(default_factory=list)
    gradients: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)
    repeatable: bool = True

    def blame(self, names: tuple[str, ...], cause: str, sentence: str) -> None:
        """Record a fault; the first one of an array stands."""
        for name in names:
            self.faults.setdefault(name, (cause, sentence))


def run_forward(problem: Problem, state: Hygiene) -> None:
    """Call the forward twice: it should repeat itself, be finite and leave its arguments alone."""
    who = problem.who[0]
    values = problem.arguments.fresh()
    # Copies, since the forward may hand out memory that its next call overwrites.
    state.outputs = tuple(np.array(y) for y in problem.run(values))
    _blame_changed(problem, state, problem.arguments.values, values, who)
    del values
    again = problem.run(problem.arguments.fresh())
    if [y.shape for y in again] != [y.shape for y in state.outputs]:
        state.undecided = (
            "nondeterministic",
            f"{who} returned another shape at a second call with the same arguments",
        )
        return
    for first, second in zip(state.outputs, again, strict=True):
        if not np.isfinite(first).all():
            index = np.argwhere(~np.isfinite(first))[0]
            state.undecided = (
                "nonfinite",
                f"{who} returned {first[tuple(index)]} at {_at(index)}; no derivative exists",
            )
        elif _differ(first, second):
            state.undecided = (
                "nondeterministic",
                f"{who} returned another value at a second call with the same arguments, by up to"
                f" {np.abs(first - second).max():.2g}. Draw random numbers outside and pass them"
                " in, or seed a generator inside",
            )
        elif first.dtype.kind != "c":
            problem.jitter.append(np.abs(np.subtract(first, second, dtype=np.float64)).reshape(-1))


def run_backward(problem: Problem, state: Hygiene) -> None:
    """Call the backward twice: it should repeat itself and leave its arguments and dy alone."""
    who = problem.who[1]
    values, dy = problem.arguments.fresh(), copied(state.dy)
    raw = problem.claim(values, dy)
    state.gradients = _matched(raw, problem, state)
    state.kept = {name: _kept(g) for name, g in state.gradients.items()}
    _blame_changed(problem, state, problem.arguments.values, values, who)
    if _any_changed(state.dy, dy):
        state.blame(
            problem.wrt,
            "mutates-input",
            f"{who} changes dy in place, so whoever uses dy after it gets the wrong one;"
            " work on a copy",
        )
    del values, raw
    again = _matched(problem.claim(problem.arguments.fresh(), copied(state.dy)), problem, state)
    for name, first in state.kept.items():
        second = again.get(name)
        if first is None or second is None or first.shape != second.shape:
            changed = (first is None) != (second is None) or first is not None
            ratio = ""
        else:
            changed = _differ(first, second)
            ratio = _ratio(first, second) if changed else ""
        if changed:
            state.repeatable = False
        if changed and not (state.undecided and state.undecided[0] == "nondeterministic"):
            state.blame(
                (name,),
                "accumulates",
                f"d{name} has another value at a second call with the same arguments{ratio}."
                " Start from zeros at each call, and draw nothing at random in the backward",
            )
    state.gradients = {
        name: first
        for name, first in state.gradients.items()
        if first is not None and np.may_share_memory(first, again[name])
    }


def overwritten(state: Hygiene) -> list[str]:
    """The gradients of the first call that later calls have changed."""
    return [name for name, g in state.gradients.items() if not _same(g, state.kept[name])]


def copied(dy: Any) -> Any:
    """dy for one call."""
    if isinstance(dy, tuple):
        return tuple(copied(part) for part in dy)
    return np.array(dy) if isinstance(dy, np.ndarray) else dy


def _matched(raw: Any, problem: Problem, state: Hygiene) -> Values:
    who = problem.who[1]
    try:
        given = match_gradients(raw, problem.arguments, who)
    except StructureError as error:
        state.blame(problem.wrt, "shape", str(error))
        return dict.fromkeys(problem.wrt)
    for name, gradient in given.items():
        if isinstance(gradient, np.ndarray) and gradient.dtype.kind in "iub":
            state.blame(
                (name,),
                "dtype",
                f"d{name} has dtype {gradient.dtype}, which cuts off what follows the point."
                " Make the buffer with np.zeros(shape), not with zeros_like of an integer array",
            )
        elif _is_half(gradient) and not _is_half(problem.arguments.values[name]):
            state.blame(
                (name,),
                "dtype",
                f"d{name} has dtype {gradient.dtype}, which keeps three digits; make its buffer"
                f" {problem.arguments.values[name].dtype}",
            )
        elif isinstance(gradient, np.ndarray) and gradient.dtype.kind == "c":
            state.blame(
                (name,), "dtype", f"d{name} has dtype {gradient.dtype}; expected real numbers"
            )
    return {name: read_gradient(gradient, name, who) for name, gradient in given.items()}


def _is_half(array: Any) -> bool:
    return isinstance(array, np.ndarray) and array.dtype == np.float16


def _kept(gradient: Any) -> Any:
    return None if gradient is None else np.array(gradient)


def _blame_changed(
    problem: Problem, state: Hygiene, before: Mapping[str, Any], after: Values, who: str
) -> None:
    for name, value in before.items():
        if isinstance(value, np.ndarray) and _differ(value, after[name], exactly=True):
            names = (name,) if name in problem.wrt else problem.wrt
            state.blame(
                names,
                "mutates-input",
                f"{who} changes its argument {name} in place; work on a copy",
            )


def _any_changed(before: Any, after: Any) -> bool:
    if isinstance(before, tuple):
        return any(_any_changed(b, a) for b, a in zip(before, after, strict=True))
    return isinstance(before, np.ndarray) and _differ(before, after, exactly=True)


def _differ(first: Array, second: Array, exactly: bool = False) -> bool:
    """Whether two arrays of one shape differ by more than rounding in another order."""
    if _same(first, second):
        return False
    if exactly or first.shape != second.shape or first.dtype.kind not in "fc":
        return True
    allowed = 64 * np.finfo(first.dtype).eps * float(np.abs(first).max(initial=0.0))
    with np.errstate(invalid="ignore"):
        return not bool((np.abs(first - second) <= allowed).all())


def _same(first: Any, second: Any) -> bool:
    """Whether two arrays, or None and None, are equal; NaN is equal to NaN."""
    if first is None or second is None:
        return first is second
    first, second = np.asarray(first), np.asarray(second)
    return first.shape == second.shape and all(
        bool(((x == y) | ((x != x) & (y != y))).all()) for x, y in chunks(first, second)
    )


def _ratio(first: Array, second: Array) -> str:
    if np.any(first) and np.allclose(second, 2.0 * first, rtol=1e-6, atol=0.0):
        return " (twice the first: it adds to what the last call left)"
    return ""


def _at(index: Array) -> str:
    return f"[{', '.join(str(i) for i in index)}]" if len(index) else "its only entry"
