"""Central differences, extrapolated to step 0, with a bound; and the two one-sided slopes.

D(h) = (f(h) - f(-h)) / 2h = f' + c h^2 + ...   extrapolated by Richardson's tableau
S(h) = (f(h) - 2 f(0) + f(-h)) / h = f'' h + ...  tends to 0 unless f has a kink at 0

A difference of order 2 sees the mean of the two slopes at a kink, whatever the extrapolation.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from .noise import EPS


class Sample(NamedTuple):
    """f(h) - f(-h), f(h) - 2 f(0) + f(-h), and the rounding of f there over that at 0."""

    odd: float
    even: float
    growth: float = 1.0


Pair = Callable[[float], Sample | None]  # None: outside of the function's domain
ROWS = 34
COLUMNS = 7
RESTARTS = 8
CLOSER = 0.0137  # no power of two


@dataclass(frozen=True)
class Estimate:
    """A directional derivative with a bound on its error.

    noise is the rounding of the derivative in float64 (0: not known), terms the sum of the
    magnitudes that were added up, slopes the one-sided derivatives where the function has a kink
    at the point.
    """

    value: float
    bound: float
    noise: float = 0.0
    terms: float = 0.0
    slopes: tuple[float, float] | None = None

    @property
    def finite(self) -> bool:
        return math.isfinite(self.value) and math.isfinite(self.bound)

    def noisier(self, noise: float) -> Estimate:
        """The same with the rounding inside the function, measured elsewhere."""
        return replace(self, bound=self.bound + noise, noise=max(self.noise, noise))


NOTHING = Estimate(math.nan, math.inf)


@dataclass
class _Best:
    value: float = math.nan
    error: float = math.inf
    rounding: float = math.inf
    coarse: float = math.nan  # D(h) of its row
    curvatures: tuple[tuple[float, float], ...] = ()  # (h, S(h)) of the rows behind it


def differentiate(pair: Pair, scale: float, noise: float, magnitude: float) -> Estimate:
    """The derivative at 0 from a first step of about scale / 8.

    noise is the absolute rounding of f, magnitude that of the arguments over the direction: the
    moved arguments are rounded too.
    """
    # No round number, lest the steps agree with the period of the function.
    step = 0.1137 * scale
    for _ in range(RESTARTS):
        best = _tableau(pair, step, noise, magnitude)
        nearer = _disagreeing(pair, best, noise, magnitude) if best.curvatures else None
        if nearer is not None:
            step = nearer
            continue
        jump, doubt = _jump(best, noise)
        if jump == 0.0 or not math.isfinite(best.error):
            break
        center, half, h = best.value, 0.5 * abs(jump), best.curvatures[-1][0]
        if half * h < 40.0 * noise:  # too near to the noise to be called a kink
            return Estimate(center, half + 2.0 * best.error, best.rounding)
        resolved = _walk_down(pair, h, jump, noise)
        if resolved is None:
            sides = (center - half, center + half)
            return Estimate(center, half + 2.0 * best.error + doubt, best.rounding, slopes=sides)
        step = resolved
    else:
        return NOTHING
    return Estimate(best.value, 2.0 * best.error, best.rounding)


def _tableau(pair: Pair, step: float, noise: float, magnitude: float) -> _Best:
    """Halve the step until rounding outweighs what extrapolation still gains."""
    best = _Best()
    previous: list[float] = []
    curvatures: list[tuple[float, float]] = []
    stale = 0
    for _ in range(ROWS):
        sample = pair(step)
        if sample is None:  # outside of the function's domain
            previous, curvatures = [], []
            step *= 0.25
            continue
        row = [sample.odd / (2.0 * step)]
        for m, coarse in enumerate(previous[:COLUMNS]):
            row.append(row[m] + (row[m] - coarse) / (4.0 ** (m + 1) - 1.0))
        curvatures.append((step, sample.even / step))
        rounding = sample.growth * noise / step + EPS * (1.0 + magnitude / step) * abs(row[-1])
        stale += 1
        if math.isfinite(best.error) and _contradicted(best, row[0], step, rounding):
            best, previous, curvatures = _Best(), row[:1], curvatures[-1:]
            step *= 0.5
            continue
        if len(curvatures) >= 3:
            for m in range(1, len(row)):
                # Each column against the one before, in this row and in the last: the error of
                # the lower order, which is larger than that of the value.
                error = max(abs(row[m] - row[m - 1]), abs(row[m] - previous[m - 1]))
                if m < len(previous):
                    error = max(error, abs(row[m] - previous[m]))
                error += 1.5 * rounding
                if error < best.error:
                    best = _Best(row[m], error, rounding, row[0], tuple(curvatures[-3:]))
                    stale = 0
        previous = row
        if len(curvatures) >= 5 and math.isfinite(best.error):
            small = best.error < 1e-7 * abs(best.value)
            if (small and stale >= 2) or rounding > 5.0 * best.error:
                break
            if best.error <= 6.0 * best.rounding and stale >= 1:
                break
        step *= 0.5
    return best


def _contradicted(best: _Best, slope: float, h: float, rounding: float) -> bool:
    """Whether D at a smaller step disagrees beyond its rounding.

    An oscillation may be in tune with the halved steps, and what is steep looks flat from afar.
    """
    nearer = min(1.0, 4.0 * (h / best.curvatures[-1][0]) ** 2)
    allowed = 2.0 * best.error + nearer * abs(best.coarse - best.value) + 1.5 * rounding
    return abs(slope - best.value) > allowed


def _disagreeing(pair: Pair, best: _Best, noise: float, magnitude: float) -> float | None:
    """A much smaller step that disagrees, if there is one."""
    h = best.curvatures[-1][0]
    for _ in range(4):
        h *= CLOSER
        sample = pair(h)
        if sample is None:
            continue
        rounding = sample.growth * noise / h + EPS * (1.0 + magnitude / h) * abs(best.value)
        if _contradicted(best, sample.odd / (2.0 * h), h, rounding):
            return h
    return None


def _jump(best: _Best, noise: float) -> tuple[float, float]:
    """The difference of the one-sided slopes where S(h) does not tend to 0, else 0; its doubt."""
    if len(best.curvatures) < 3:
        return 0.0, 0.0
    (_, s0), (_, s1), (h, s2) = best.curvatures
    first, second = 2.0 * s1 - s0, 2.0 * s2 - s1
    limit = (8.0 * second - first) / 7.0
    uncertainty = abs(second - first) + 8.0 * noise / h + 1e-9 * abs(best.value)
    return (limit, uncertainty) if abs(limit) > 4.0 * uncertainty else (0.0, 0.0)


def _walk_down(pair: Pair, h: float, jump: float, noise: float) -> float | None:
    """A step at which the jump is resolved as steep but smooth, or None where it stays."""
    while 4.0 * noise / h < 0.05 * abs(jump) and h > 1e-300:
        sample = pair(h)
        if sample is not None and abs(sample.even / h - jump) > 0.4 * abs(jump):
            return h
        h *= 0.125
    return None
