"""The complex step: f'(x) = Im f(x + i h) / h, without a subtraction and so without its rounding.

W. Squire and G. Trapp, Using complex variables to estimate derivatives of real functions,
SIAM Review 40 (1998). It is exact to rounding where the function is analytic, and silently wrong
where a step of it drops the imaginary part: `reference.py` audits it before it is believed.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arguments import Values
from .differences import NOTHING, Estimate
from .noise import EPS, along, directions
from .problem import BudgetExhaustedError, Problem, Shift

Array = NDArray[Any]
STEP = 2.0**-100
TINY = float(np.finfo(np.float64).tiny)  # below it numbers lose digits


class RefusedError(Exception):
    """The function does not take complex arguments."""


class ComplexStep:
    """Directional derivatives of a problem by the complex step."""

    def __init__(self, problem: Problem, rng: np.random.Generator) -> None:
        self.problem = problem
        self.audited = False  # until then a warning that an imaginary part is dropped is an error
        self._rng = rng
        self._move: dict[str, Array] = {}  # made when noise is measured
        # The rounding of a linear function shows only when the step is not a power of two.
        self._factors = rng.uniform(1.0, 2.0, size=16)
        self._step = STEP
        for name in problem.wrt:
            sizes = np.abs(problem.base[name])
            if (sizes > 0).any():
                self._step = min(self._step, 1e-20 * float(sizes[sizes > 0].min()))
        self._step = max(self._step, 1e-150)

    def terms(self, direction: Shift, step: float, shift: Shift | None = None) -> Array:
        """The outputs at x + shift + i step direction, as one complex vector."""
        values = self._values(direction, step, shift or {})
        try:
            if self.audited:
                return self._evaluate(values)
            with warnings.catch_warnings():
                warnings.simplefilter("error", np.exceptions.ComplexWarning)
                return self._evaluate(values)
        except BudgetExhaustedError:
            raise
        except Exception as error:
            raise RefusedError(str(error)) from error

    def _evaluate(self, values: Values) -> Array:
        own = frozenset(values)
        return self.problem.evaluate({**self.problem.base, **values}, own, "with complex arguments")

    def _values(self, direction: Shift, step: float, shift: Shift) -> Values:
        """The arrays that move, made in one piece."""
        values: Values = {}
        for name in {**direction, **shift}:
            values[name] = z = self.problem.base[name].astype(np.complex128)
            if name in shift:
                z.real += shift[name]
            if name in direction:
                np.multiply(direction[name], step, out=z.imag, dtype=np.float64)
        return values

    def quick(self, direction: Shift) -> Estimate:
        """One call; the bound covers the rounding of the last sum only."""
        products = self.problem.weights * (self.terms(direction, self._step).imag / self._step)
        terms = float(np.abs(products).sum())
        value = float(products.sum())
        return (
            Estimate(value, 4.0 * EPS * terms + TINY / self._step, 0.0, terms)
            if np.isfinite(value)
            else NOTHING
        )

    def full(self, direction: Shift, quick: Estimate | None = None) -> Estimate:
        """The bound covers the rounding inside the function, measured at points nearby."""
        quick = quick or self.quick(direction)
        if not quick.finite:
            return NOTHING

        def evaluate(shift: Shift, k: int) -> float:
            step = self._step * float(self._factors[k])
            try:
                return float(self.problem.weights @ self.terms(direction, step, shift).imag) / step
            except RefusedError:
                return np.nan

        self._move = self._move or directions(self.problem, self._rng)
        scattered = along(evaluate, self._move)
        if not np.isfinite(scattered):
            return NOTHING
        noise = 16.0 * scattered + 4.0 * EPS * quick.terms + TINY / self._step
        return Estimate(quick.value, noise, noise, quick.terms)
