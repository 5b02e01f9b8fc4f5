"""Single entries of a gradient: the claim beside the reference, and a verdict on each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .claims import Claims
from .differences import Estimate
from .noise import EPS
from .reference import Reference

Array = NDArray[Any]
SMALL = 64  # up to so many entries are looked at one by one
FEW = 1  # scales of x that differences try where the complex step is only to be confirmed
UNSEEN = 32.0  # roundings of the function's value in float64, which no float32 shows
CONFIRMED = 4  # wrong entries in a row that real differences must confirm


@dataclass
class Entries:
    """Some entries of one array, by flat index.

    state is "right", "wrong", "kink" (right, at a kink), "tie" (undecided: a kink where the claim
    lies outside of the one-sided slopes) or "nonfinite" (the reference is).
    """

    shape: tuple[int, ...]
    index: list[int] = field(default_factory=list)
    claimed: list[float] = field(default_factory=list)
    reference: list[float] = field(default_factory=list)
    bound: list[float] = field(default_factory=list)
    terms: list[float] = field(default_factory=list)  # the magnitudes behind each reference
    state: list[str] = field(default_factory=list)
    methods: set[str] = field(default_factory=set)
    slopes: dict[int, tuple[float, float]] = field(default_factory=dict)  # at kinks
    excused: bool = False  # an entry is all rounding, and right in a wider type

    def add(self, index: int, claimed: float, estimate: Estimate, bound: float, state: str) -> None:
        """Record one entry."""
        self.index.append(index)
        self.claimed.append(claimed)
        self.reference.append(estimate.value)
        self.bound.append(bound)
        self.terms.append(estimate.terms)
        self.state.append(state)
        if estimate.slopes:
            self.slopes[index] = estimate.slopes

    def count(self, state: str) -> int:
        return self.state.count(state)

    def errors(self) -> Array:
        """|claimed - reference|, infinite where one of them is not finite."""
        with np.errstate(invalid="ignore"):
            error = np.abs(np.array(self.claimed) - np.array(self.reference))
        return np.where(np.isnan(error), np.inf, error)

    def worst(self, state: str) -> int | None:
        """The position in these lists of the entry of this state that is furthest off."""
        places = [k for k, s in enumerate(self.state) if s == state]
        return max(places, key=lambda k: self.errors()[k]) if places else None

    def where(self, k: int) -> tuple[int, ...]:
        return tuple(int(i) for i in np.unravel_index(self.index[k], self.shape))


class Judge:
    """Compares claims with the reference, along directions and in single entries."""

    def __init__(self, claims: Claims, reference: Reference) -> None:
        self.claims = claims
        self.reference = reference

    def tolerance(self, name: str, estimate: Estimate, rounding: float) -> float:
        """The bound of the reference and the rounding of the claim, which may be in float32."""
        ratio = self.claims.eps[name] / EPS
        coarse = ratio * max(estimate.noise, 4.0 * EPS * estimate.terms) if ratio > 1 else 0.0
        return estimate.bound + rounding + coarse

    def only_rounding(
        self, name: str, direction: Array, estimate: Estimate, tolerance: float
    ) -> float:
        """The rounding of a claim that in a wider type agrees with the reference, else 0."""
        claimed = self.claims.gradient[name]
        if abs(float((claimed * direction).sum()) - estimate.value) <= tolerance:
            return 0.0
        wide = self.claims.wide(name)
        if wide is None:
            return 0.0
        cost = abs(float(((claimed - wide) * direction).sum()))
        # The wider type has a rounding of its own, at most a thousandth of the narrower one's; and
        # a saturated unit may lose even there what the value of the function never shows: the
        # derivative of tanh(z) at z = 20 is 2e-17, and 1 - y^2 is 0.
        problem = self.reference.problem
        relative = float(np.abs(direction).max()) / problem.scale(name)
        allowed = 0.01 * cost + 4.0 * self.claims.eps[name] * float(
            np.abs(wide).max() * np.abs(direction).max()
        )
        allowed += UNSEEN * EPS * problem.magnitude * relative
        error = abs(float((wide * direction).sum()) - estimate.value)
        return cost + allowed if error <= tolerance + allowed else 0.0

    def entries(self, name: str, indices: list[int]) -> Entries:
        """Judge these entries one by one."""
        gradient = self.claims.gradient[name]
        roundings = self.claims.rounding(name).reshape(-1)
        claimed = gradient.reshape(-1)
        found = Entries(gradient.shape)
        plain = 0  # wrong ones in a row
        for i in indices:
            direction = np.zeros(gradient.shape)
            direction.flat[i] = 1.0
            claim, rounding = float(claimed[i]), float(roundings[i])
            estimate = self.reference.quick(name, direction)
            tolerance = self.tolerance(name, estimate, rounding)
            if plain == CONFIRMED and abs(claim - estimate.value) > 100.0 * found.bound[-1]:
                # Wrong like all that were looked at closely before: no need to do so again.
                found.add(i, claim, estimate, max(tolerance, found.bound[-1]), "wrong")
                continue
            if not abs(claim - estimate.value) <= tolerance:
                estimate = self.reference.full(name, direction, estimate)
                tolerance = self.tolerance(name, estimate, rounding)
                excess = self.only_rounding(name, direction, estimate, tolerance)
                tolerance += excess
                found.excused |= excess > 0.0
            if not estimate.finite:
                state = "nonfinite"
            elif abs(claim - estimate.value) <= tolerance and not estimate.slopes:
                slopes = self._slopes(name, direction) if gradient.size <= SMALL else None
                estimate = replace(estimate, slopes=slopes)
                state = "kink" if slopes else "right"
            else:
                estimate, tolerance, state = self._suspect(name, i, direction, estimate, rounding)
                plain = plain + 1 if state == "wrong" else 0
            found.add(i, claim, estimate, tolerance, state)
            found.methods.add(self.reference.method(name))
        return found

    def _suspect(
        self, name: str, i: int, direction: Array, estimate: Estimate, rounding: float
    ) -> tuple[Estimate, float, str]:
        """A difference above the bound: a kink, a reference that fails here, or a wrong claim."""
        claim = float(self.claims.gradient[name].reshape(-1)[i])
        if not np.isfinite(claim):
            return estimate, self.tolerance(name, estimate, rounding), "wrong"
        near = [float(g.reshape(-1)[i]) for g in self.claims.nearby(name)]
        tolerance = self.tolerance(name, estimate, rounding)
        error = abs(claim - estimate.value)
        limit = min(4.0 * tolerance, 0.1 * error)
        if any(abs(g - estimate.value) <= limit for g in near):
            tied = True  # one ulp away the claim agrees
        else:
            tied = False
            if self.beyond_doubt(name, direction, estimate, error):
                return estimate, tolerance, "wrong"
        real = self.reference.real(name, direction, FEW)
        if real.slopes:
            low, high = real.slopes
            margin = real.bound - 0.5 * (high - low) + rounding
            inside = low - margin <= claim <= high + margin
            return real, real.bound + rounding, "kink" if inside else "tie"
        if real.finite and abs(real.value - estimate.value) > real.bound + estimate.bound:
            # The complex step passed its audit and yet fails in this entry.
            estimate, tolerance = real, real.bound + rounding
            if abs(claim - real.value) <= tolerance:
                return estimate, tolerance, "right"
        return estimate, tolerance, "tie" if tied else "wrong"

    def _slopes(self, name: str, direction: Array) -> tuple[float, float] | None:
        """The one-sided slopes at a kink that the complex step does not notice."""
        reference = self.reference
        if name not in reference.kinked or not reference.analytic[name]:
            return None
        rough, jump = reference.coarse(name, direction)
        if jump <= rough.bound:
            return None
        return reference.real(name, direction, FEW).slopes

    def beyond_doubt(self, name: str, direction: Array, estimate: Estimate, error: float) -> bool:
        """Whether rough differences show that the complex step is right and that no kink is here.

        The error must be large beside all that is rough about them.
        """
        if self.reference.finest(name, direction) > 0.1 * error:
            return False
        return self.roughly(name, direction, estimate) <= 0.1 * error

    def roughly(self, name: str, direction: Array, estimate: Estimate) -> float:
        """How closely rough differences confirm the complex step; infinite where they do not."""
        if not self.reference.analytic[name]:
            return np.inf
        rough, jump = self.reference.coarse(name, direction)
        confirmed = abs(rough.value - estimate.value) <= rough.bound + estimate.bound
        return rough.bound + jump if confirmed else np.inf
