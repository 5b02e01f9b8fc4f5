"""The claimed and the true gradient of one array side by side, at the point and at another."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..hygiene import copied
from ..judge import Judge
from ..locate import Evidence
from ..noise import EPS, random_direction
from ..problem import BudgetExhaustedError
from ..reference import Reference
from .known import known_arrays

Array = NDArray[Any]
ENTRIES = 200  # of the true gradient, at the point
POINTS = 2  # where a relation is confirmed
CONFIRMING = 64  # entries at each
BY_DIFFERENCES = 48  # where each takes some fifty calls of the forward
FEWEST = 12
SECONDS = 3.0  # at each point, for functions that are slow


@dataclass
class View:
    """One array at one point.

    whole is the claimed gradient; claimed and true are its entries at the flat indices `index`,
    claimed_slack and true_slack what they may be off by rounding; known holds the arrays that an
    explanation may speak of.
    """

    name: str
    reference: Reference
    dy: Any
    whole: Array
    gradients: dict[str, Array]
    known: dict[str, Array]
    index: Array
    claimed: Array
    true: Array
    claimed_slack: Array
    true_slack: Array
    eps: float
    cache: dict[Any, Any] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.whole.shape

    def at(self, array: Array) -> Array:
        """The entries of a whole array, broadcast where it must be, at the indices of the view."""
        whole = array if array.shape == self.shape else np.broadcast_to(array, self.shape)
        return whole.reshape(-1)[self.index]

    def places(self) -> tuple[Array, ...]:
        """The index along each axis of the entries."""
        return np.unravel_index(self.index, self.shape)

    def allowed(self, gain: Array | float = 1.0) -> Array:
        """What claimed - gain * true may come to where it is 0."""
        return 4.0 * (self.claimed_slack + np.abs(gain) * self.true_slack)

    def wrong(self) -> Array:
        """Which entries differ."""
        return np.abs(self.claimed - self.true) > self.allowed()


@dataclass
class Scene:
    """All that is known of one wrong array: the point of the check, and others where they exist.

    At the others every argument has moved and dy is another; again is a point where dy alone is,
    so that the plain arrays of the context hold there.
    """

    judge: Judge
    evidence: Evidence
    here: View
    others: tuple[View, ...]
    again: View | None
    rng: np.random.Generator


def look(judge: Judge, name: str, evidence: Evidence, dy: Any, rng: np.random.Generator) -> Scene:
    """Take the entries and the second point."""
    problem = judge.reference.problem
    shape = problem.base[name].shape
    index = _chosen(shape, evidence, ENTRIES, rng)
    if not judge.reference.analytic[name] and not evidence.complete:
        index = _chosen(shape, evidence, BY_DIFFERENCES, rng)
    here = _view(judge, name, judge.reference, dy, judge.claims.gradient, index, evidence, True)
    others = [_elsewhere(judge, name, here.index, dy, rng, move=True) for _ in range(POINTS)]
    plain = any(not callable(value) for value in problem.context.values())
    again = None
    if plain and dy is not None:
        again = _elsewhere(judge, name, here.index, dy, rng, move=False)
    return Scene(judge, evidence, here, tuple(v for v in others if v), again, rng)


def _view(
    judge: Judge,
    name: str,
    reference: Reference,
    dy: Any,
    gradients: dict[str, Array],
    index: Array,
    evidence: Evidence | None,
    recorded: bool,
) -> View:
    problem, whole = reference.problem, gradients[name]
    rounding = judge.claims.rounding(name).reshape(-1)
    entries = evidence.entries if evidence else None
    known = {} if entries is None else {i: k for k, i in enumerate(entries.index)}
    true, slack = np.full(index.size, np.nan), np.full(index.size, np.nan)
    ratio = judge.claims.eps[name] / EPS
    start = time.process_time()
    for k, i in enumerate(index):
        if entries is not None and int(i) in known:
            j = known[int(i)]
            true[k], slack[k] = entries.reference[j], entries.bound[j] - rounding[i]
            continue
        if k >= FEWEST and time.process_time() - start > SECONDS:
            continue
        direction = np.zeros(whole.shape)
        direction.flat[i] = 1.0
        estimate = reference.quick(name, direction)
        if estimate.finite and not estimate.slopes:
            coarse = ratio * max(estimate.noise, 4.0 * EPS * estimate.terms) if ratio > 1 else 0.0
            true[k], slack[k] = estimate.value, 16.0 * estimate.bound + coarse
    kept = np.isfinite(true) & np.isfinite(whole.reshape(-1)[index])
    index, true, slack = index[kept], true[kept], slack[kept]
    largest = float(np.abs(true).max(initial=0.0))
    return View(
        name,
        reference,
        dy,
        whole,
        gradients,
        known_arrays(problem, problem.outputs, dy, recorded),
        index,
        whole.reshape(-1)[index],
        true,
        (1.0 if recorded else 2.0) * rounding[index],
        np.maximum(slack, 0.0) + 8.0 * EPS * largest,
        EPS if problem.promoted else float(np.finfo(np.float32).eps),
    )


def _elsewhere(
    judge: Judge, name: str, index: Array, dy: Any, rng: np.random.Generator, move: bool
) -> View | None:
    """The view some per cent away, for another dy; None where there is none."""
    problem = judge.reference.problem
    if not judge.claims.repeatable:
        return None
    values = {}
    for other in problem.wrt if move else ():
        base = problem.base[other]
        change = 0.03 * problem.scale(other) * random_direction(base.shape, rng)
        values[other] = np.asarray(base + change, problem.arguments.values[other].dtype)
    upstream = redrawn(dy, rng)
    weights = problem.weights if dy is None else flattened(upstream)
    # The first ones are a random choice as all are.
    index = index[: CONFIRMING if judge.reference.analytic[name] else FEWEST]
    try:
        gradients = judge.claims.at(values, copied(upstream))
        reference = judge.reference.moved_to(values, weights)
        return _view(judge, name, reference, upstream, gradients, index, None, not move)
    except BudgetExhaustedError:
        raise
    except Exception:  # the second point may lie outside of the domain
        return None


def redrawn(dy: Any, rng: np.random.Generator) -> Any:
    """Another upstream gradient of the same form."""
    if isinstance(dy, tuple):
        return tuple(redrawn(part, rng) for part in dy)
    if isinstance(dy, np.ndarray):
        return random_direction(dy.shape, rng).astype(dy.dtype)
    return None if dy is None else type(dy)(random_direction((), rng))


def flattened(dy: Any) -> Array:
    """dy in one vector."""
    parts = dy if isinstance(dy, tuple) else (dy,)
    return np.concatenate([np.asarray(part, dtype=np.float64).reshape(-1) for part in parts])


def _chosen(
    shape: tuple[int, ...], evidence: Evidence, most: int, rng: np.random.Generator
) -> Array:
    """All entries of a small array; else those judged already and a grid of rows and columns."""
    size = int(np.prod(shape))
    if size <= most:
        return rng.permutation(size)
    lengths, room = list(shape), float(most)
    for rank, axis in enumerate(np.argsort(shape)):
        side = max(2, round(room ** (1.0 / (len(shape) - rank))))
        lengths[axis] = min(shape[axis], side)
        room = max(room / lengths[axis], 2.0)
    chosen = [rng.choice(n, k, replace=False) for n, k in zip(shape, lengths, strict=True)]
    grid = np.ravel_multi_index(np.meshgrid(*chosen, indexing="ij"), shape).reshape(-1)
    judged = np.array(evidence.entries.index, dtype=int)
    return rng.permutation(np.union1d(rng.permutation(grid)[:most], judged))
