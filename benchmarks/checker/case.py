"""What a case of the bank is: a forward, a claimed gradient, and what a teacher would say."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

Function = Callable[..., Any]

# The words of the checker's table of causes; "unknown" alone where none of the others fits.
WORDS = """scale sign missing-factor missing-term partial zeros wrong-axis not-reduced shape
transposed flipped swapped accumulates mutates-input nondeterministic dtype nonfinite kink
unknown"""
CAUSES = frozenset(WORDS.split())


@dataclass(frozen=True)
class Case:
    """A function, the gradient claimed for it and the verdict that is expected.

    Parameters
    ----------
    name, family : str
        The name is unique in the bank.
    forward, backward : callable
        As `check_backward` or `check_gradient` takes them. Of a layer or a model both are a
        function without arguments that makes it: `layer`, or `(model, loss)`.
    at : callable
        From a Generator to the point, in any of the forms that the checker takes; of a layer x,
        of a model (x, y).
    kind : {"backward", "gradient", "layer", "model"}
    expected : frozenset of str
        The verdicts that are right answers, and "raises" where an error that says why is one too.
    causes : frozenset of str
        The causes that a teacher would accept.
    array : str, optional
        The array whose finding bears the cause; by default the first wrong one.
    truth : callable, optional
        The right backward, of a mistake.
    wrt : tuple of str, optional
        The arguments to differentiate; by default every floating one.
    context : callable, optional
        From the arguments to the arrays that a teacher would pass beside them, by name.
    with_saved : bool
        forward returns (y, saved) and backward takes saved.
    shows : bool
        Whether the point can show the mistake; where it cannot, a warning is expected and the
        verdict is not counted.
    difficult : bool
        A right case of its own, and not the right version of mistakes.
    fresh : callable, optional
        Makes a new (forward, backward) where they have a state; `forward` and `backward` are then
        read for their signatures only.
    smooth : bool
        Whether the forward has a derivative at the point.
    tolerance : float
        How far from the truth an independent difference may be, relative to the terms' size.
    note : str
        Why the expected verdict is what it is, where that is no matter of course.
    """

    name: str
    family: str
    forward: Function
    backward: Function
    at: Callable[[np.random.Generator], Any]
    kind: str = "backward"
    expected: frozenset[str] = frozenset({"right"})
    causes: frozenset[str] = frozenset()
    array: str | None = None
    truth: Function | None = None
    wrt: tuple[str, ...] | None = None
    context: Callable[..., dict[str, Any]] | None = None
    with_saved: bool = False
    shows: bool = True
    difficult: bool = False
    fresh: Callable[[], tuple[Function, Function]] | None = None
    smooth: bool = True
    tolerance: float = 1e-6
    note: str = ""

    @property
    def mistake(self) -> bool:
        """Whether it is a mistake, be it one that the point can show or not."""
        return self.truth is not None

    def wrong(
        self, name: str, causes: str, claimed: Function | Mapping[str, Function], **changes: Any
    ) -> Case:
        """This case with a mistake: a whole backward, or the gradients to some arrays by name.

        The causes stand in one text; `changes` are fields of the case, such as another `at`.
        """
        told: dict[str, Any] = {"expected": frozenset({"wrong"})}
        told["causes"] = frozenset(causes.split())
        if isinstance(claimed, Mapping):
            told["array"] = next(iter(claimed))
            claimed = _partly(self, claimed)
        changes = {**told, "truth": self.backward, "difficult": False, **changes}
        return replace(self, name=f"{self.name}: {name}", backward=claimed, **changes)

    def functions(self) -> tuple[Function, Function]:
        """Forward and backward, new ones where they have a state."""
        return self.fresh() if self.fresh else (self.forward, self.backward)

    def point(self, seed: int = 0) -> Any:
        """The point, the same for the same seed."""
        # Not default_rng(seed): a checker that draws dy from that would draw the point once more.
        return self.at(np.random.default_rng([2718, seed]))

    def named(self, point: Any) -> dict[str, Any]:
        """The arguments at a point by the names that the forward gives them."""
        return named(self.forward, point)


def named(forward: Function, point: Any) -> dict[str, Any]:
    """The arguments of a call of forward by name.

    Examples
    --------
    >>> named(lambda x, w: x * w, (2.0, 3.0))
    {'x': 2.0, 'w': 3.0}
    """
    if isinstance(point, dict):
        return dict(point)
    values = tuple(point) if isinstance(point, tuple | list) else (point,)
    return dict(inspect.signature(forward).bind(*values).arguments)


def _partly(case: Case, claimed: Mapping[str, Function]) -> Function:
    """The right backward with the gradients to some arrays replaced."""
    right, order = case.backward, list(inspect.signature(case.forward).parameters)
    unknown = [name for name in claimed if name not in order]
    if unknown:
        raise ValueError(f"{case.name}: no argument {unknown[0]!r}, there are {order}")

    @functools.wraps(right)
    def backward(*args: Any, **kwargs: Any) -> Any:
        gradients = right(*args, **kwargs)
        if isinstance(gradients, dict):
            return gradients | {n: f(*args, **kwargs) for n, f in claimed.items()}
        if not isinstance(gradients, tuple | list):
            return claimed[order[0]](*args, **kwargs)
        replaced = list(gradients)
        for name, function in claimed.items():
            replaced[order.index(name)] = function(*args, **kwargs)
        return tuple(replaced)

    return backward


def differentiable(case: Case, point: Any) -> list[str]:
    """The names of the arguments to differentiate at a point, in the order of the call.

    Examples
    --------
    >>> square = Case("square", "all", lambda x, n: x**2, lambda dy, x, n: 2 * x * dy, None)
    >>> differentiable(square, (np.ones(2), 3))
    ['x']
    """
    given = case.named(point)
    if case.wrt is not None:
        return [name for name in given if name in case.wrt]
    return [name for name, value in given.items() if np.asarray(value).dtype.kind == "f"]


def alone(gradient: Function) -> Function:
    """A backward of two arguments of which only the first has a gradient."""

    @functools.wraps(gradient)
    def backward(*args: Any) -> Any:
        return gradient(*args), None

    return backward
