"""The entries behind a failing direction, found by halving."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .differences import Estimate
from .judge import Judge
from .products import inner

Array = NDArray[Any]
CROWD = 16  # so many failing blocks at once mean that most entries are wrong
Block = tuple[int, int, float, float]  # start, stop, error, tolerance


def halve(judge: Judge, name: str, direction: Array, whole: Estimate) -> list[int] | None:
    """The entries behind a failing direction; None where there are too many, or none is found."""
    search = _Search(judge, name, direction)
    total = search.claim(0, direction.size) - whole.value
    blocks = [(0, direction.size, total, whole.bound)]
    leaves: list[int] = []
    while blocks:
        halves = [half for block in blocks for half in search.split(*block)]
        failing = [h for h in halves if not abs(h[2]) <= h[3] + 0.25 * whole.bound]
        leaves += [start for start, stop, _, _ in failing if stop - start == 1]
        blocks = [h for h in failing if h[1] - h[0] > 1]
        if len(blocks) + len(leaves) > CROWD:
            return None
    return leaves or None


class _Search:
    """The errors of blocks of entries along one direction."""

    def __init__(self, judge: Judge, name: str, direction: Array) -> None:
        self._judge, self._name, self._direction = judge, name, direction

    def claim(self, start: int, stop: int) -> float:
        gradient = self._judge.claims.gradient[self._name].reshape(-1)
        return inner(gradient[start:stop], self._direction.reshape(-1)[start:stop])

    def split(self, start: int, stop: int, error: float, tolerance: float) -> list[Block]:
        """Both halves; the error of the second is what is left of the whole, where that is clear.

        Real differences are not exact enough for that.
        """
        middle = (start + stop) // 2
        first = self._error(start, middle, error)
        rest = error - first[2]
        known = tolerance + first[3]
        if self._judge.reference.analytic[self._name] and not known < abs(rest) <= 4.0 * known:
            return [first, (middle, stop, rest, known)]
        return [first, self._error(middle, stop, error)]

    def _error(self, start: int, stop: int, wanted: float) -> Block:
        """Claimed minus reference, and its tolerance; infinite at a kink."""
        judge, name = self._judge, self._name
        part = np.zeros(self._direction.shape, self._direction.dtype)
        part.flat[start:stop] = self._direction.flat[start:stop]
        rounding = judge.claims.rounding_along(name, part)
        if not judge.reference.analytic[name]:
            estimate, jump = judge.reference.coarse(name, part)
            if estimate.bound + rounding + jump > 0.05 * abs(wanted):
                estimate = judge.reference.quick(name, part)
        else:
            estimate = judge.reference.quick(name, part)
        error = math.inf if estimate.slopes else self.claim(start, stop) - estimate.value
        return start, stop, error, judge.tolerance(name, estimate, rounding)
