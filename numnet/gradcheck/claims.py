"""The claimed gradients, and how much of them is rounding."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arguments import Values
from .hygiene import Hygiene
from .problem import BudgetExhaustedError, Problem
from .rounding import cast, fits, moved, one_ulp, precision, real64
from .structure import StructureError, match_gradients, read_gradient

Array = NDArray[Any]
MOVES = 3
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
        self._moves: dict[str, list[Array]] = {name: [] for name in self.gradient}
        if state.repeatable:
            for _ in range(MOVES):
                self._move(state.dy, rng)
        self._dy = state.dy
        self._wide: dict[str, Array] | None = None
        self.repeatable = state.repeatable
        self._steady = {name: self._rounding(name) for name in self.gradient}

    def at(self, values: Values, dy: Any) -> dict[str, Array]:
        """The gradients elsewhere; those of another shape are left out."""
        arguments = self.problem.arguments
        fresh = arguments.fresh(values)
        given = match_gradients(self.problem.claim(fresh, dy), arguments, self.problem.who[1])
        found = {}
        for name, raw in given.items():
            value = read_gradient(raw, name, self.problem.who[1])
            shape = self.problem.base[name].shape
            if value is not None and fits(value, shape):
                found[name] = np.array(real64(value)).reshape(shape)
        return found

    def adopt(self, name: str, gradient: Array) -> None:
        """Judge this gradient in place of the one that was returned, which has another shape."""
        self.gradient[name] = gradient
        self._moves[name] = []
        self._wide = {}
        largest = float(np.abs(gradient).max(initial=0.0))
        self._steady[name] = np.full(gradient.shape, 64.0 * self.eps[name] * largest)

    def rounding(self, name: str) -> Array:
        """Of each entry."""
        return self._steady[name]

    def rounding_along(self, name: str, direction: Array) -> float:
        """Of the sum of gradient * direction."""
        products = self.gradient[name] * direction
        floor = 4.0 * self.eps[name] * float(np.linalg.norm(products))
        steady = ~self.jumps(name)
        sums = [abs(float((move * steady * direction).sum())) for move in self._moves[name]]
        return SAFETY * max(sums, default=0.0) + floor

    def jumps(self, name: str) -> Array:
        """The entries that an ulp changes by far more than rounding: a branch of the claim."""
        gradient = self.gradient[name]
        if not self._moves[name]:
            return np.zeros(gradient.shape, bool)
        limit = 1e5 * self.eps[name] ** 0.9 * float(np.abs(gradient).max(initial=0.0))
        with np.errstate(invalid="ignore"):
            spread = np.max(np.abs(self._moves[name]), axis=0)
        return spread > np.maximum(limit, 1e-3 * np.maximum(np.abs(gradient), spread))

    def nearby(self, name: str) -> list[Array]:
        """The claimed gradients one ulp away."""
        return [self.gradient[name] + move for move in self._moves[name]]

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
            for dtype in (np.dtype(np.longdouble), np.dtype(np.float64)):
                # On some machines longdouble is float64.
                wider = float(np.finfo(dtype).eps) < max(self.eps.values())
                if wider and self.repeatable and not self._wide:
                    self._wide = self._widened(dtype)
        return self._wide.get(name)

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

    def _rounding(self, name: str) -> Array:
        gradient = self.gradient[name]
        largest = float(np.abs(gradient[np.isfinite(gradient)]).max(initial=0.0))
        floor = np.full(gradient.shape, 4.0 * self.eps[name] * largest)
        if not self._moves[name]:
            return floor
        with np.errstate(invalid="ignore"):
            spread = np.max(np.abs(self._moves[name]), axis=0)
        steady = ~self.jumps(name) & np.isfinite(spread)
        spread = np.where(steady, spread, 0.0)
        # An entry may be spared by luck: none is thought better than the array at large.
        typical = float(np.sqrt((spread**2).sum() / max(int(steady.sum()), 1)))
        return floor + SAFETY * np.maximum(spread, typical)

    def _move(self, dy: Any, rng: np.random.Generator) -> None:
        arguments = self.problem.arguments
        values = {name: one_ulp(arguments.values[name], rng) for name in self.problem.wrt}
        try:
            gradients = self.at(values, moved(dy, rng))
        except BudgetExhaustedError:
            raise
        except (ValueError, ArithmeticError, StructureError):  # at the edge of the domain
            return
        for name, gradient in gradients.items():
            if name in self._moves:
                with np.errstate(invalid="ignore"):
                    self._moves[name].append(gradient - self.gradient[name])
