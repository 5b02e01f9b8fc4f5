"""The claimed gradients, and how much of them is rounding."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arguments import Values
from .hygiene import Hygiene
from .noise import EPS
from .problem import BudgetExhaustedError, Problem
from .products import chunks, inner, largest, norm_of_product
from .rounding import cast, fits, moved, one_ulp, precision, real64
from .structure import StructureError, match_gradients, read_gradient

Array = NDArray[Any]
MOVES = 3
LARGE = 1 << 18  # of so many entries one move tells enough, and memory counts
SAFETY = 8.0


class Claims:
    """The gradients of the first call, and what moving every argument by one ulp does to them.

    The rounding of right code grows with the terms that it adds up, not with their sum: moving
    the arguments by a unit in the last place shows it.
    """

    def __init__(self, problem: Problem, state: Hygiene, rng: np.random.Generator) -> None:
        self.problem = problem
        self.gradient: dict[str, Array] = {}
        self.eps: dict[str, float] = {}
        for name, raw in state.kept.items():
            if raw is not None and fits(raw, problem.base[name].shape):
                self.gradient[name] = real64(raw).reshape(problem.base[name].shape)
            self.eps[name] = precision(raw)
        self._dy = state.dy
        self._wide: dict[str, Array] | None = None
        self.repeatable = state.repeatable
        self._narrow = sum(g.size for g in self.gradient.values()) > LARGE
        # In units of the rounding of the largest entry, which suits float32.
        self._unit = {n: self.eps[n] * largest(g) or 1.0 for n, g in self.gradient.items()}
        self._moves: dict[str, list[Array]] = {name: [] for name in self.gradient}
        if state.repeatable:
            for _ in range(1 if self._narrow else MOVES):
                self._move(state.dy, rng)
        # Entries that an ulp changes by far more than rounding: where, and each move's change.
        self._jumps = {name: self._take_out_jumps(name) for name in self.gradient}

    def _returned(self, values: Values, dy: Any, own: frozenset[str] = frozenset()) -> Values:
        arguments, who = self.problem.arguments, self.problem.who[1]
        given = match_gradients(
            self.problem.claim(arguments.fresh(values, own), dy), arguments, who
        )
        return {name: read_gradient(raw, name, who) for name, raw in given.items()}

    def at(self, values: Values, dy: Any) -> dict[str, Array]:
        """The gradients elsewhere; those of another shape are left out."""
        found = {}
        for name, value in self._returned(values, dy).items():
            shape = self.problem.base[name].shape
            if value is not None and fits(value, shape):
                found[name] = np.array(real64(value)).reshape(shape)
        return found

    def adopt(self, name: str, gradient: Array) -> None:
        """Judge this gradient in place of the one that was returned, which has another shape."""
        self.gradient[name] = gradient
        self._moves[name] = []
        self._jumps[name] = (np.zeros(0, int), [])
        self._unit[name] = 8.0 * self.eps[name] * largest(gradient)
        self._wide = {}

    def rounding(self, name: str) -> Array:
        """Of each entry."""
        floor = 4.0 * self.eps[name] * largest(self.gradient[name])
        if not self._moves[name]:
            return np.full(self.gradient[name].shape, floor + SAFETY * self._own_unit(name))
        spread = np.max(np.abs(self._moves[name]), axis=0).astype(np.float64)
        # An entry may be spared by luck: none is thought better than the array at large.
        steady = spread.size - self._jumps[name][0].size
        typical = math.sqrt(inner(spread, spread) / max(steady, 1))
        rounding: Array = floor + SAFETY * self._unit[name] * np.maximum(spread, typical)
        return rounding

    def rounding_along(self, name: str, direction: Array) -> float:
        """Of the sum of gradient * direction."""
        return self.rounding_together({name: direction})

    def rounding_together(self, directions: Mapping[str, Array]) -> float:
        """Of the sum over several arrays of gradient * direction."""
        floor, sums, scattered = 0.0, [0.0] * MOVES, 0.0
        for name, direction in directions.items():
            product = norm_of_product(self.gradient[name], direction)
            floor = math.hypot(floor, 4.0 * self.eps[name] * product)
            for k, move in enumerate(self._moves[name]):
                sums[k] += self._unit[name] * inner(move, direction)
                if self._narrow:  # one move may by luck cancel
                    size = self._unit[name] * norm_of_product(move, direction)
                    scattered = math.hypot(scattered, size)
        return SAFETY * max(scattered, *map(abs, sums)) + floor

    def jumps(self, name: str) -> Array:
        """The entries that an ulp changes by far more than rounding: a branch of the claim."""
        found = np.zeros(self.gradient[name].shape, bool)
        found.flat[self._jumps[name][0]] = True
        return found

    def nearby(self, name: str) -> list[Array]:
        """The claimed gradients one ulp away."""
        places, changes = self._jumps[name]
        near = [self.gradient[name] + self._unit[name] * move for move in self._moves[name]]
        for gradient, change in zip(near, changes, strict=True):
            gradient.flat[places] = self.gradient[name].flat[places] + change
        return near

    def nearby_along(self, name: str, direction: Array) -> list[float]:
        """The claimed derivative along a direction, one ulp away."""
        return [float((g * direction).sum()) for g in self.nearby(name)]

    def wide(self, name: str) -> Array | None:
        """What the same code returns in a wider type: the claim without its rounding.

        1 - tanh(z)**2 of a saturated unit, say, is all rounding, and yet the right formula. None
        where the code does not keep a wider type, or there is none.
        """
        if self._wide is None:
            self._wide = {}
            narrowest = max(self.eps.values())
            wider: type[np.floating[Any]] = np.float64 if narrowest > EPS else np.longdouble
            # On some machines longdouble is float64.
            if float(np.finfo(wider).eps) < narrowest and self.repeatable:
                self._wide = self._widened(np.dtype(wider))
        return self._wide.get(name)

    def in_double(self, name: str) -> Claims | None:
        """The claim on a narrow array as the same code makes it in float64; None: it does not."""
        wide = self.wide(name) if self.eps[name] > EPS else None
        if wide is None:
            return None
        other = copy.copy(self)
        other.gradient, other.eps = self.gradient | {name: wide}, self.eps | {name: EPS}
        other._unit = self._unit | {name: self._unit[name] * EPS / self.eps[name]}
        other._wide = {}
        return other

    def _widened(self, dtype: np.dtype[Any]) -> dict[str, Array]:
        arguments = self.problem.arguments
        values = {name: arguments.values[name].astype(dtype) for name in arguments.movable}
        try:
            raw = self.problem.claim(arguments.fresh(values), cast(self._dy, dtype))
            given = match_gradients(raw, arguments, self.problem.who[1])
        except BudgetExhaustedError:
            raise
        except Exception:  # the code does not take this type
            return {}
        found = {}
        for name, gradient in self.gradient.items():
            wide = given[name]
            if getattr(wide, "dtype", None) == dtype and fits(np.asarray(wide), gradient.shape):
                found[name] = np.asarray(wide).astype(np.float64).reshape(gradient.shape)
        return found

    def _own_unit(self, name: str) -> float:
        """What stands for the spread of a gradient that was adopted; nothing for another's."""
        return self._unit[name] if self._wide == {} else 0.0

    def _take_out_jumps(self, name: str) -> tuple[Array, list[Array]]:
        moves, unit = self._moves[name], self._unit[name]
        limit = 1e5 * self.eps[name] ** 0.9 * largest(self.gradient[name])
        found, start = [], 0
        for gradient, *parts in chunks(self.gradient[name], *moves) if moves else ():
            with np.errstate(invalid="ignore", over="ignore"):
                spread = np.max(np.abs(parts), axis=0).astype(np.float64) * unit
                calm = spread <= np.maximum(limit, 1e-3 * np.maximum(np.abs(gradient), spread))
            found.append(start + np.flatnonzero(~calm))
            start += gradient.size
        places = np.concatenate(found) if found else np.zeros(0, int)
        changes = [unit * move.flat[places].astype(np.float64) for move in moves]
        for move in moves:
            move.flat[places] = 0.0
        return places, changes

    def _move(self, dy: Any, rng: np.random.Generator) -> None:
        problem = self.problem
        values = {name: one_ulp(problem.arguments.values[name], rng) for name in problem.wrt}
        try:
            given = self._returned(values, moved(dy, rng), frozenset(values))
        except BudgetExhaustedError:
            raise
        except (ValueError, ArithmeticError, StructureError):  # at the edge of the domain
            return
        except Exception as error:
            error.add_note(
                f"raised while the gradient checker called {problem.who[1]} with every argument"
                " moved by about one unit in the last place"
            )
            raise
        for name, move in self._moves.items():
            raw = given[name]
            if raw is None or not fits(raw, self.gradient[name].shape):
                continue
            change = np.empty(self.gradient[name].shape, np.float32 if self._narrow else np.float64)
            with np.errstate(all="ignore"):
                for new, old, out in chunks(np.real(raw), self.gradient[name], change):
                    out[...] = (new - old) / self._unit[name]
            move.append(change)
