"""The cheapest test of a backward: it is linear in dy, and 0 where dy is."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .claims import Claims
from .hygiene import Hygiene
from .noise import random_direction
from .problem import BudgetExhaustedError
from .products import chunks

Array = NDArray[Any]
FIRST, SECOND = -2.0, 0.5  # exact in any type


def find_nonlinear(claims: Claims, state: Hygiene, rng: np.random.Generator) -> None:
    """Record in state the arrays whose gradient is no linear function of dy."""
    if state.dy is None or not claims.repeatable or not claims.gradient:
        return
    other = _mapped(state.dy, lambda dy: random_direction(np.shape(dy), rng))
    mixed = _mapped(state.dy, lambda dy, more: FIRST * dy + SECOND * more, other)
    try:
        zero = claims.at({}, _mapped(state.dy, lambda dy: 0.0 * dy))
        second, sum_ = claims.at({}, other), claims.at({}, mixed)
    except BudgetExhaustedError:
        raise
    except Exception:  # what it cannot take there is no fault
        return
    for name, first in claims.gradient.items():
        if not all(name in g and np.isfinite(g[name]).all() for g in (zero, second, sum_)):
            continue
        fault = _fault(name, claims, first, zero[name], second[name], sum_[name])
        if fault:
            state.nonlinear[name] = fault


def _fault(
    name: str, claims: Claims, first: Array, zero: Array, second: Array, both: Array
) -> tuple[str, str] | None:
    # A gradient may be all rounding, of the terms of the function itself.
    problem = claims.problem
    terms = 64.0 * claims.eps[name] * problem.magnitude / problem.scale(name)
    rounding = claims.rounding(name) + terms
    if _exceeds(zero, rounding):
        if not _exceeds(zero - first, rounding):
            return "missing-factor", f"d{name} is the same whatever dy is; it must be linear in dy"
        return "missing-term", f"d{name} is not 0 where dy is 0: it has a term without dy"
    if _exceeds(both - FIRST * first - SECOND * second, rounding):
        return (
            "missing-factor",
            f"d{name} is not linear in dy: for a dy1 + b dy2 it is not a times that for dy1 plus"
            " b times that for dy2",
        )
    return None


def _exceeds(difference: Array, rounding: Array) -> bool:
    return any(bool((np.abs(d) > 16.0 * r).any()) for d, r in chunks(difference, rounding))


def _mapped(dy: Any, make: Any, *others: Any) -> Any:
    """make(dy, *others) for each part, in dy's form and type."""
    if isinstance(dy, tuple):
        return tuple(_mapped(part, make, *rest) for part, *rest in zip(dy, *others, strict=True))
    made = make(dy, *others)
    if isinstance(dy, np.ndarray):
        return np.asarray(made).astype(dy.dtype)
    return type(dy)(made)
