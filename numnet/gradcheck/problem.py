"""A function at a point, reduced to a weighted sum of its outputs that can be moved about."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arguments import Arguments, Values
from .outputs import as_vector, require_real, require_same_form

Array = NDArray[Any]
Shift = Mapping[str, Array]
EPS = float(np.finfo(np.float64).eps)


class BudgetExhaustedError(Exception):
    """The allowed number of forward calls is used up."""


class Problem:
    """The scalar sum(weights * outputs) as a function of the movable arrays.

    Parameters
    ----------
    arguments : Arguments
        The point.
    forward : callable
        forward(values) -> what the caller's function returns for these arguments.
    backward : callable
        backward(values, dy) -> the gradients as the caller's code returns them; it calls the
        forward at the same arguments first.
    read : callable
        read(raw, who) -> the outputs as a tuple of arrays.
    who : tuple of two str
        How messages call the caller's forward and backward.
    budget : int or None
        Most calls of the forward.
    """

    def __init__(
        self,
        arguments: Arguments,
        forward: Callable[[Values], Any],
        backward: Callable[[Values, Any], Any],
        read: Callable[[Any, str], tuple[Array, ...]],
        who: tuple[str, str],
        budget: int | None,
    ) -> None:
        self.arguments = arguments
        self.who = who
        self.measure: Callable[[Problem], float] = lambda problem: 0.0  # of noise, when asked for
        self.magnitude = 0.0  # of the terms of that sum
        self.weights = np.ones(1)
        self.context: Mapping[str, Any] = {}  # other arrays of the computation, or functions of at
        self.jitter: list[Array] = []  # of each output from one call to the next
        self.shapes: list[tuple[int, ...]] = []
        self.promoted = True
        self.output_eps = EPS  # the unit roundoff of the outputs at the point in float64
        self._forward = forward
        self._backward = backward
        self._read = read
        self._budget = budget
        self._spent = [0]  # shared with the same problem at other points
        self._noise: float | None = None
        self._outputs: Array | None = None
        # float32 is judged at the same point in float64.
        self.base = {
            name: arguments.values[name].astype(np.float64, copy=False)
            for name in arguments.movable
        }

    @property
    def wrt(self) -> tuple[str, ...]:
        return self.arguments.wrt

    @property
    def calls(self) -> int:
        """How often the forward has been called."""
        return self._spent[0]

    @property
    def noise(self) -> float:
        """The rounding of the weighted sum, absolute; measured when first asked for."""
        if self._noise is None:
            self._noise = self.measure(self)
        return self._noise

    @property
    def outputs(self) -> Array:
        """The outputs at the point itself, in one vector."""
        if self._outputs is None:
            self._outputs = self.terms({}, "at the point itself")
        return self._outputs

    def spend(self) -> None:
        """Count one call of the forward."""
        if self._budget is not None and self.calls >= self._budget:
            raise BudgetExhaustedError
        self._spent[0] += 1

    def moved_to(self, values: Values) -> Problem:
        """The same problem where some arrays have other values."""
        other = copy.copy(self)
        other.base = self.base | {name: v.astype(np.float64) for name, v in values.items()}
        other._outputs = None
        return other

    def run(self, values: Values) -> tuple[Array, ...]:
        """The outputs for arguments which the forward may spoil."""
        self.spend()
        return self._read(self._forward(values), self.who[0])

    def claim(self, values: Values, dy: Any) -> Any:
        """The gradients as the caller's code returns them, for arguments which it may spoil."""
        self.spend()
        return self._backward(values, dy)

    def terms(self, shift: Shift, moved: object) -> Array:
        """The outputs in one vector for arguments moved by shift (real or complex).

        str(moved) tells the reader of an error where the call took place.
        """
        return self.evaluate(self._moved(shift), frozenset(shift), moved)

    def evaluate(self, values: Values, own: frozenset[str], moved: object) -> Array:
        """The outputs in one vector where some arrays have other values; own need no copy."""
        values = self.arguments.fresh(values, own)
        complex_ = any(getattr(values[name], "dtype", None) == np.complex128 for name in own)
        try:
            outputs = self.run(values)
            if not complex_:
                require_real(outputs, self.who[0])
            if self.shapes:
                require_same_form(outputs, self.shapes, self.who[0])
        except BudgetExhaustedError:
            raise
        except Exception as error:
            error.add_note(f"raised while the gradient checker called {self.who[0]} {moved}")
            raise
        if not complex_:
            widths = [float(np.finfo(y.dtype).eps) for y in outputs if y.dtype.kind == "f"]
            self.output_eps = max([EPS, *widths])
        return as_vector(outputs)

    def _moved(self, shift: Shift) -> Values:
        values: Values = dict(self.base) if self.promoted else {}
        for name, change in shift.items():
            moved = self.base[name] + change
            if not self.promoted and moved.dtype.kind == "f":
                moved = moved.astype(self.arguments.values[name].dtype)
            values[name] = moved
        return values

    def promote(self, outputs: tuple[Array, ...]) -> None:
        """Find out whether the forward takes float64 where the caller's arrays are narrower.

        outputs are those for the caller's own arrays.
        """
        values = self.arguments.values
        if all(values[name].dtype == np.float64 for name in self.base):
            self._outputs = as_vector(outputs)
            return
        try:
            self._outputs = self.terms({}, "in float64")
        except BudgetExhaustedError:
            raise
        except Exception:
            self.promoted = False

    def sizes(self, name: str) -> Array:
        """The magnitude of each entry, a typical one for the entries 0."""
        base = self.base[name]
        return np.where(base == 0, self.scale(name), np.abs(base))

    def scale(self, name: str) -> float:
        """A typical magnitude of an array's entries, 1 where all are zero."""
        flat = self.base[name].reshape(-1)
        return float(np.sqrt(np.dot(flat, flat) / max(flat.size, 1))) or 1.0
