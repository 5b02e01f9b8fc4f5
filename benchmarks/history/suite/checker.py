"""The checker on a layer that is right, and on a gradient that is not."""

from __future__ import annotations

from typing import Any

import numpy as np

import numnet


class Checker:
    """From the call to the report."""

    def setup(self) -> None:
        self.layer = numnet.Linear(13, 20).initialize(rng=0)
        self.x = np.random.default_rng(0).normal(size=(32, 13))

    def time_layer(self) -> None:
        numnet.check_layer(self.layer, self.x, rng=0)

    def time_wrong(self) -> None:
        numnet.check_gradient(_sum_of_squares, _without_the_two, self.x, rng=0)


def _sum_of_squares(x: Any) -> Any:
    return (x**2).sum()


def _without_the_two(x: Any) -> Any:
    return x
