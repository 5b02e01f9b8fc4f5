"""A gradient of another shape: the true one after a move, or any other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .judge import Judge
from .locate import examine
from .problem import BudgetExhaustedError
from .report import Finding

Floats = NDArray[np.float64]


def other_shapes(judge: Judge, name: str, raw: Floats, rng: np.random.Generator) -> Finding:
    """The finding on a gradient whose shape is not its array's."""
    shape = judge.reference.problem.base[name].shape
    told = f"d{name} has shape {raw.shape}, {name} has {shape}"
    cause, advice = "shape", "expected the shape of the array"
    for candidate, gradient, remedy in _moves(raw, shape):
        judge.claims.adopt(name, gradient)
        try:
            evidence = examine(judge, name, rng)
        except BudgetExhaustedError:
            break
        states = set(evidence.entries.state)
        if states <= {"right", "kink"} and not evidence.failed:
            cause, advice = candidate, remedy
            break
    return Finding(name, "wrong", cause, explanation=f"{told}: {advice}.", shape=shape)


def _moves(raw: Floats, shape: tuple[int, ...]) -> list[tuple[str, Floats, str]]:
    """The moves that lead to the right shape: cause, gradient after it, what to change."""
    moves: list[tuple[str, Floats, str]] = []
    if not np.isfinite(raw).all() or 0 in shape:
        return moves
    if raw.size == int(np.prod(shape)):
        if raw.ndim > 1 and raw.shape == shape[::-1]:
            moves.append(("transposed", raw.T, "it is the transpose of the true gradient"))
        same = "its values are right; reshape it"
        moves.append(("shape", raw.reshape(shape), same))
    elif raw.size > int(np.prod(shape)):
        axes = _summed_axes(raw.shape, shape)
        if axes is not None:
            remedy = f"sum it over axis {' and '.join(map(str, axes))}, along which it is shared"
            moves.append(("not-reduced", raw.sum(axes).reshape(shape), remedy))
    return moves


def _summed_axes(raw: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """The axes that broadcasting shape to raw made or stretched."""
    extra = len(raw) - len(shape)
    if extra < 0:
        return None
    axes = list(range(extra))
    for axis, length in enumerate(shape):
        if raw[extra + axis] != length:
            if length != 1:
                return None
            axes.append(extra + axis)
    return tuple(axes)
