"""A function that acts on each entry by itself: whatever is wrong then is the factor of dy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..hygiene import copied
from ..judge import Judge
from ..noise import generator, random_direction
from .elsewhere import slopes
from .view import View

Array = NDArray[Any]


def is_elementwise(view: View) -> bool:
    """Whether each output depends on the entry of the array at the same place only."""
    if "elementwise" not in view.cache:
        view.cache["elementwise"] = _is_elementwise(view)
    return bool(view.cache["elementwise"])


def _is_elementwise(view: View) -> bool:
    if "dy" not in view.known or view.known["dy"].shape != view.shape or view.whole.size < 4:
        return False
    rng = generator(0)
    direction = random_direction(view.shape, rng)
    half = rng.permutation(view.whole.size) < view.whole.size // 2
    part = direction * half.reshape(view.shape)
    whole, some = slopes(view, direction, {}), slopes(view, part, {})
    size = float(np.abs(whole).max(initial=0.0))
    return bool(np.abs(some - whole * half).max() <= 1e-6 * size and size > 0.0)


def claim_is_elementwise(judge: Judge, view: View, dy: Any, rng: np.random.Generator) -> bool:
    """Whether the claim in an entry depends on x and dy in that entry only, and is 0 for dy = 0."""
    problem = judge.reference.problem
    if not is_elementwise(view) or not judge.claims.repeatable or not isinstance(dy, np.ndarray):
        return False
    half = (rng.permutation(view.whole.size) < view.whole.size // 2).reshape(view.shape)
    base = problem.arguments.values[view.name]
    step = 0.1 * problem.scale(view.name) * random_direction(view.shape, rng)
    values = {view.name: np.where(half, base, base + step).astype(base.dtype)}
    upstream = np.where(half, dy, random_direction(dy.shape, rng)).astype(dy.dtype)
    try:
        other = judge.claims.at(values, copied(upstream))[view.name]
        zero = judge.claims.at({}, np.zeros_like(dy))[view.name]
    except (KeyError, ValueError, ArithmeticError):
        return False
    size = float(np.abs(view.whole).max(initial=0.0))
    near = np.abs(other - view.whole)[half] <= 1e-6 * size
    return bool(near.all()) and not zero.any()
