"""Points at which some mistakes cannot be seen: warnings, and only where something is hidden."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .claims import Claims
from .hygiene import Hygiene
from .judge import Judge
from .noise import random_direction
from .problem import BudgetExhaustedError, Problem
from .products import inner

Array = NDArray[Any]
SATURATED = 1e-9
LARGE = 1 << 16  # entries, of which more are random numbers if anything is


def blind_spots(problem: Problem, state: Hygiene, claims: Claims) -> Iterator[str]:
    """Sentences about the arrays at hand."""
    arguments = problem.arguments.values
    first = next(iter(arguments.values()))
    if isinstance(first, np.ndarray) and first.ndim > 1 and first.shape[0] == 1:
        yield (
            f"{next(iter(arguments))} has one row: a sum and a mean over the rows are the same"
            " there; take several"
        )
    for name, gradient in claims.gradient.items():
        value = problem.base[name]
        if 1 < value.size <= LARGE and value.any():
            yield from _regular(name, value)
        yield from _unrepeated(name, gradient, arguments)
    for y in state.outputs:
        if y.size > 1 and y.dtype.kind == "f":
            flat = int((np.abs(np.abs(y) - 1.0) < SATURATED).sum())
            if 2 * flat >= y.size:
                yield (
                    f"{flat} of {y.size} outputs of {problem.who[0]} are saturated at 1 or -1,"
                    " where a gradient is almost 0; take smaller inputs"
                )


def _regular(name: str, value: Array) -> Iterator[str]:
    """An array that some move of its entries does not change."""
    if np.all(value == value.flat[0]):
        yield (
            f"all entries of {name} are {value.flat[0]:.4g}: entries that are mixed up, and units"
            " that are alike, do not show; take random ones"
        )
    elif value.ndim == 2 and value.shape[0] == value.shape[1] and np.array_equal(value, value.T):
        yield f"{name} is symmetric: a forgotten transpose of it does not show; take a random one"
    elif value.ndim == 2 and min(value.shape) > 1 and np.all(value == value[:, :1]):
        yield f"the columns of {name} are equal: units that are mixed up do not show"


def _unrepeated(name: str, gradient: Array, arguments: dict[str, Any]) -> Iterator[str]:
    """Rows that are looked up, each once: writing a gradient there is as good as adding to it."""
    if gradient.ndim < 2 or not gradient.size:
        return
    used = np.flatnonzero(gradient.reshape(len(gradient), -1).any(axis=1))
    for key, value in arguments.items():
        if not (isinstance(value, np.ndarray) and value.dtype.kind in "iu" and value.size > 1):
            continue
        if used.size < len(gradient) and np.array_equal(used, np.sort(value, axis=None)):
            yield (
                f"{key} names no row of {name} twice: whether the gradient adds up at repeated"
                " rows does not show; repeat one"
            )


def hidden_at_zero(judge: Judge, state: Hygiene, rng: np.random.Generator) -> Iterator[str]:
    """Arrays that are 0 everywhere, and whose gradient is wrong as soon as they are not."""
    claims, problem = judge.claims, judge.reference.problem
    zeros = [n for n in claims.gradient if problem.base[n].size and not problem.base[n].any()]
    zeros = [n for n in zeros if judge.reference.analytic[n] and n not in judge.reference.kinked]
    if not zeros or not claims.repeatable:
        return
    values = {n: 0.1 * random_direction(problem.base[n].shape, rng) for n in zeros}
    values = {n: v.astype(problem.arguments.values[n].dtype) for n, v in values.items()}
    try:
        gradients = claims.at(values, state.dy)
        for name in zeros:
            direction = random_direction(problem.base[name].shape, rng)
            estimate = judge.reference.elsewhere(values, name, direction)
            size = math.sqrt(inner(gradients[name], gradients[name]))
            error = abs(inner(gradients[name], direction) - estimate.value)
            coarse = 1e5 * claims.eps[name] * (size + estimate.terms) + 1e2 * estimate.bound
            if error > coarse + 1e2 * claims.rounding_along(name, direction):
                yield (
                    f"{name} is 0 everywhere, and where it is not d{name} is wrong: is the"
                    " gradient of a penalty on it missing, or too large?"
                )
    except BudgetExhaustedError:
        raise
    except Exception:  # the other point may lie outside of the domain
        return
