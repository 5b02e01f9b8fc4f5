"""What every engine offers to be measured, and the optimizers of those that have none."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.workloads import BETAS, EPS, MOMENTUM, Workload

Array = NDArray[Any]


@dataclass(frozen=True)
class Engine:
    """One way to train.

    Parameters
    ----------
    step : callable
        One training step; returns the loss before it, or None if that is not computed.
    reset : callable
        Go back to the start, the optimizer too.
    theta : callable
        The flat parameters as they are.
    """

    step: Callable[[], float | None]
    reset: Callable[[], object]
    theta: Callable[[], Array]


class CannotError(Exception):
    """The package cannot express the workload."""


class Flat:
    """One flat vector of parameters, one of gradients, and an optimizer's passes over them."""

    def __init__(self, workload: Workload) -> None:
        self.workload = workload
        self.start = workload.start()
        self.theta = self.start.copy()
        self.grad, self.m, self.v, self.aside = (np.zeros_like(self.theta) for _ in range(4))
        self.values = workload.split(self.theta)
        self.grads = workload.split(self.grad)
        self.steps = 0
        self.update: Callable[[], None] = self._adam if workload.adam else self._sgd

    def reset(self) -> None:
        """The start, and an optimizer that has seen nothing."""
        self.theta[...] = self.start
        self.m[...] = self.v[...] = 0
        self.steps = 0

    def engine(self, step: Callable[[], float | None]) -> Engine:
        """One that changes this vector."""
        return Engine(step, self.reset, lambda: self.theta)

    def _sgd(self) -> None:
        velocity = self.v
        velocity *= MOMENTUM
        velocity += self.grad
        np.multiply(velocity, self.workload.lr, out=self.aside)
        np.subtract(self.theta, self.aside, out=self.theta)

    def _adam(self) -> None:
        m, v, aside, (beta1, beta2) = self.m, self.v, self.aside, BETAS
        self.steps += 1
        m *= beta1
        m += np.multiply(self.grad, 1 - beta1, out=aside)
        v *= beta2
        np.multiply(self.grad, self.grad, out=aside)
        aside *= 1 - beta2
        v += aside
        np.sqrt(v, out=aside)
        # Both corrections in one number; eps stands outside of the corrected root.
        root = math.sqrt(1 - beta2**self.steps)
        aside += EPS * root
        np.divide(m, aside, out=aside)
        aside *= self.workload.lr * root / (1 - beta1**self.steps)
        np.subtract(self.theta, aside, out=self.theta)
