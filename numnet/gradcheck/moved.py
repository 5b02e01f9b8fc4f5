"""Where a perturbed call took place, for the note of what it raises."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Moved:
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
