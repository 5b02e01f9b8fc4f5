"""The reference: the complex step where an audit admits it, else extrapolated differences."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arguments import Values
from .complexstep import ComplexStep, RefusedError
from .differences import NOTHING, Estimate, differentiate
from .noise import directions, random_direction
from .problem import Problem

Array = NDArray[Any]
VOUCHED = 0.01  # the relative accuracy to which differences must confirm the complex step


class Reference:
    """Derivatives along a direction in one array, each with a bound on its error."""

    def __init__(self, problem: Problem, base: Array, rng: np.random.Generator) -> None:
        self.problem = problem
        self._base = base
        self._rng = rng
        self._complex = ComplexStep(problem, rng)
        self.analytic = {
            name: problem.promoted and self._audit(name, rng)
            for name in problem.wrt
            if problem.base[name].size
        }
        self._complex.audited = True

    def method(self, name: str) -> str:
        """How the derivatives to this array are taken."""
        return "complex step" if self.analytic[name] else "differences"

    def quick(self, name: str, direction: Array) -> Estimate:
        """The cheapest estimate; its bound may be too small where the complex step serves."""
        if self.analytic[name]:
            try:
                return self._complex.quick({name: direction})
            except RefusedError:
                self.analytic[name] = False
        return self.real(name, direction)

    def full(self, name: str, direction: Array, quick: Estimate | None = None) -> Estimate:
        """The estimate with its honest bound."""
        if self.analytic[name]:
            try:
                estimate = self._complex.full({name: direction}, quick)
                if estimate.finite:
                    return estimate
            except RefusedError:
                self.analytic[name] = False
        return self.real(name, direction)

    def elsewhere(self, values: Values, name: str, direction: Array) -> Estimate:
        """The estimate at a second point."""
        other = self._at(values)
        other.analytic = dict(self.analytic)
        return other.full(name, direction)

    def _at(self, values: Values) -> Reference:
        other = copy.copy(self)
        other.problem = self.problem.moved_to(values)
        other._base = other.problem.terms({}, "at a second point nearby")
        other._complex = ComplexStep(other.problem, self._rng)
        return other

    def real(self, name: str, direction: Array) -> Estimate:
        """Extrapolated differences, from the first scale of x that gives a tight bound."""
        base = self.problem.base[name]
        moved = direction != 0
        sizes = np.abs(base[moved] / direction[moved])
        typical = self.problem.scale(name) / (float(np.abs(direction).max()) or 1.0)
        own = float(np.sqrt(np.mean(sizes**2))) if sizes.size else typical
        start = own if own > 1e-3 * typical else typical
        best = NOTHING
        terms: list[float] = []
        # Entries that are small beside the function's own scale leave mostly rounding, and an
        # entry far below its neighbours may have a scale of its own.
        for scale in dict.fromkeys((start, 30.0 * start, 1e3 * start, 1.0, own)):
            if not scale or (scale > max(1.0, start)):
                continue
            estimate = self._differentiate(name, direction, scale, terms)
            if estimate.bound < best.bound:
                best = estimate
            if best.slopes or best.bound <= 1e-9 * abs(best.value):
                break
            if terms and max(terms) == 0.0:
                break
        # The first step's, where rounding is least.
        total = terms[0] if terms else 0.0
        return Estimate(best.value, best.bound, 0.0, total, best.slopes)

    def _differentiate(
        self, name: str, direction: Array, scale: float, terms: list[float]
    ) -> Estimate:
        weights, base = self.problem.weights, self._base

        def pair(h: float) -> tuple[float, float] | None:
            moved = _Moved(name, direction, h)
            try:
                above = self.problem.terms({name: h * direction}, moved)
                below = self.problem.terms({name: -h * direction}, moved)
            except (ValueError, ArithmeticError):
                # Perhaps outside of the function's domain, where a smaller step is inside.
                if h < 1e-6 * scale:
                    raise
                return None
            odd = weights * (above - below)
            even = float(weights @ ((above - base) - (base - below)))
            value = float(odd.sum())
            if not (np.isfinite(value) and np.isfinite(even)):
                return None
            terms.append(float(np.abs(odd).sum()) / (2.0 * h))
            return value, even

        moved = direction != 0
        ratios = self.problem.base[name][moved] / direction[moved]
        magnitude = float(np.abs(ratios).max(initial=0.0))
        return differentiate(pair, scale, self.problem.noise, magnitude)

    def _audit_elsewhere(self, name: str) -> bool:
        problem = self.problem
        moves = directions(problem, self._rng)
        values = {other: problem.base[other] + 1e4 * move for other, move in moves.items()}
        try:
            return self._at(values)._audit(name, self._rng, again=False)
        except (ValueError, ArithmeticError):  # outside of the domain
            return False

    def _audit(self, name: str, rng: np.random.Generator, again: bool = True) -> bool:
        """Whether complex and real differences agree along a random direction."""
        # Relative to each entry, so that steps which suit one suit all.
        sizes = self.problem.sizes(name)
        direction = sizes / sizes.max() * random_direction(sizes.shape, rng)
        try:
            estimate = self._complex.full({name: direction})
            outputs = self._complex.terms({name: direction}, 2.0**-100)
        except RefusedError:
            return False
        if not estimate.finite:
            return False
        allowed = 1e-8 * np.abs(self._base) + 100.0 * self.problem.noise
        if (np.abs(outputs.real - self._base) > allowed).any():
            return False
        difference = self.real(name, direction)
        if difference.slopes:
            # At a kink either value may be a fair one: the audit moves away from it.
            return again and self._audit_elsewhere(name)
        size = max(abs(estimate.value), abs(difference.value), estimate.terms)
        # Differences that drown in rounding cannot vouch for anything.
        apart = abs(estimate.value - difference.value)
        return apart <= estimate.bound + difference.bound and difference.bound <= VOUCHED * size


class _Moved:
    """Says, only when asked, where a perturbed call took place."""

    def __init__(self, name: str, direction: Array, h: float) -> None:
        self._name, self._direction, self._h = name, direction, h

    def __str__(self) -> str:
        nonzero = np.argwhere(self._direction)
        if len(nonzero) == 1:
            index = ", ".join(str(i) for i in nonzero[0])
            place = f"{self._name}[{index}]" if index else self._name
            return f"with {place} moved by {self._h:.2g} up or down"
        return (
            f"with {self._name} moved along a random direction by up to"
            f" {self._h * float(np.abs(self._direction).max()):.2g}"
        )
