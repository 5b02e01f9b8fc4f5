"""The reference: the complex step where an audit admits it, else extrapolated differences."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arguments import Values
from .complexstep import STEP, ComplexStep, RefusedError
from .differences import NOTHING, Estimate, Sample, differentiate
from .moved import Moved
from .noise import SPACING, directions, measure_noise, random_direction
from .problem import Problem, Shift
from .products import chunks, length
from .rough import SURE, Rough

Array = NDArray[Any]
VOUCHED = 0.01  # the relative accuracy to which differences must confirm the complex step


class Reference:
    """Derivatives along a direction in one array, each with a bound on its error."""

    def __init__(
        self,
        problem: Problem,
        base: Array,
        rng: np.random.Generator,
        claimed: Mapping[str, Array] | None = None,
    ) -> None:
        self.problem = problem
        self._base = base
        self._rng = rng
        problem.measure = partial(measure_noise, rng=rng)
        self._complex = ComplexStep(problem, rng)
        self.kinked: set[str] = set()  # arrays along which the function has a kink at the point
        names = [name for name in problem.wrt if problem.base[name].size]
        together = problem.promoted and self._admit(names, claimed or {})
        self.analytic = {
            name: problem.promoted and (together or self._audit(name, rng)) for name in names
        }
        self._complex.audited = True
        # The rounding along directions in a whole large array; a part of it has no more.
        self.whole: dict[str, float] = {}

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
                if quick and quick.finite and name in self.whole:
                    return quick.noisier(self.whole[name])
                estimate = self._complex.full({name: direction}, quick)
                if estimate.finite:
                    return estimate
            except RefusedError:
                self.analytic[name] = False
        return self.real(name, direction)

    def jointly(self, direction: Shift, quick: Estimate | None = None) -> Estimate:
        """The complex step along several arrays at once; given a quick one, the full estimate."""
        try:
            if quick is None:
                return self._complex.quick(direction)
            return self._complex.full(direction, quick)
        except RefusedError:
            return NOTHING

    def coarse(self, name: str, direction: Array) -> tuple[Estimate, float]:
        """What a few differences say, and the jump of the slope."""
        return Rough(self.problem, self._base).coarse(name, direction)

    def finest(self, name: str, direction: Array) -> float:
        """What the bound of `coarse` cannot fall below."""
        return Rough(self.problem, self._base).finest(name, direction)

    def _relative(self, name: str) -> Array:
        """A random move of each entry by about its own magnitude."""
        base, typical = self.problem.base[name], self.problem.scale(name)
        direction = np.empty(base.shape, np.float32)
        for move, entries in chunks(direction, base):
            size = np.where(entries == 0, typical, np.abs(entries))
            move[...] = np.minimum(size, 1e30) * random_direction(move.shape, self._rng)
        return direction

    def elsewhere(self, values: Values, name: str, direction: Array) -> Estimate:
        """The estimate at a second point."""
        other = self._at(values)
        other.analytic = dict(self.analytic)
        return other.full(name, direction)

    def moved_to(self, values: Values, weights: Array) -> Reference:
        """The reference of the same problem at another point and for other weights."""
        other = self._at(values)
        other.problem.weights = weights
        other.analytic = dict(self.analytic)
        return other

    def _at(self, values: Values) -> Reference:
        other = copy.copy(self)
        other.whole = {}
        other.problem = self.problem.moved_to(values)
        other._base = other.problem.outputs
        other._complex = ComplexStep(other.problem, self._rng)
        return other

    def real(self, name: str, direction: Array, tries: int = 5) -> Estimate:
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
        scales = list(dict.fromkeys((start, 30.0 * start, 1e3 * start, 1.0, own)))
        for scale in scales[:tries]:
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
        normal = length(weights * base)

        def pair(h: float) -> Sample | None:
            moved = Moved(name, direction, h)
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
            size = max(length(weights * above), length(weights * below))
            return Sample(value, even, max(1.0, size / normal if normal else 1.0))

        moved = direction != 0
        ratios = self.problem.base[name][moved] / direction[moved]
        magnitude = float(np.abs(ratios).max(initial=0.0))
        return differentiate(pair, scale, self.problem.noise, magnitude)

    def _admit(self, names: list[str], claimed: Mapping[str, Array]) -> bool:
        """Whether complex and real differences clearly agree along a move of all arrays.

        Uphill by what is claimed, lest the terms cancel and rounding hide the rest.
        """
        direction = {name: self._relative(name) for name in names}
        for name in direction.keys() & claimed.keys():
            for move, gradient in chunks(direction[name], claimed[name]):
                np.copysign(move, gradient, out=move, where=gradient != 0)
        try:
            outputs = self._complex.terms(direction, STEP)
        except RefusedError:
            return False
        size = float(np.abs(self._base).max(initial=0.0))
        if not (np.abs(outputs.real - self._base) <= 1e-8 * size).all():
            return False
        products = self.problem.weights * outputs.imag / STEP
        sure = SURE * float(np.abs(products).sum())
        rough = Rough(self.problem, self._base)
        for step in (2.0**-13, 2.0**-21):  # many kinks nearby leave little room
            difference, jump = rough.twice(direction, step, 1.0)
            apart = abs(float(products.sum()) - difference.value)
            if apart <= difference.bound <= sure and jump <= sure and sure > 0.0:
                return True
        return False

    def _audit_elsewhere(self, name: str) -> bool:
        problem = self.problem
        moves = directions(problem, self._rng)
        values = {
            other: problem.base[other] + 0.01 / SPACING * move for other, move in moves.items()
        }
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
            self.kinked.add(name)
            # At a kink either value may be a fair one: the audit moves away from it.
            return again and self._audit_elsewhere(name)
        size = max(abs(estimate.value), abs(difference.value), estimate.terms)
        # Differences that drown in rounding cannot vouch for anything.
        apart = abs(estimate.value - difference.value)
        return apart <= estimate.bound + difference.bound and difference.bound <= VOUCHED * size
