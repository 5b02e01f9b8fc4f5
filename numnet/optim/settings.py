"""What optimizers and schedules are made of: attributes that are checked whenever they are set."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any, Generic, Self, TypeVar, overload

import numpy as np

T = TypeVar("T")
Schedule = Callable[[int], float]


def number(place: str, name: str, value: Any, low: float = 0.0, below: float = np.inf) -> float:
    """`value` as a float in [low, below)."""
    real = isinstance(value, int | float | np.integer | np.floating)
    if not real or isinstance(value, bool):
        raise TypeError(f"{place}: expected {name} to be a number, got {value!r}")
    if not low <= value < below:
        upper = f" and below {below:g}" if below < np.inf else ", finite"
        raise ValueError(f"{place}: expected {name} of at least {low:g}{upper}, got {value}")
    return float(value)


class Setting(Generic[T]):
    """An attribute that holds what `check` makes of the value it is set to."""

    def check(self, place: str, name: str, value: Any) -> T:
        """The value to hold; an error that names the place if there is none."""
        raise NotImplementedError

    def __set_name__(self, owner: type, name: str) -> None:
        self.name, self.slot = name, f"_{name}"

    @overload
    def __get__(self, owner: None, kind: type) -> Self: ...
    @overload
    def __get__(self, owner: object, kind: type) -> T: ...
    def __get__(self, owner: object, kind: type) -> Any:
        return self if owner is None else getattr(owner, self.slot)

    def __set__(self, owner: object, value: Any) -> None:
        setattr(owner, self.slot, self.check(type(owner).__name__, self.name, value))


class Number(Setting[float]):
    """A float in [low, below)."""

    def __init__(self, low: float = 0.0, below: float = np.inf) -> None:
        self.low, self.below = low, below

    def check(self, place: str, name: str, value: Any) -> float:
        return number(place, name, value, self.low, self.below)


class Rate(Setting[float]):
    """A learning rate: a finite float above 0."""

    def check(self, place: str, name: str, value: Any) -> float:
        rate = number(place, name, value)
        if rate == 0:
            raise ValueError(f"{place}: expected {name} above 0, got 0")
        return rate


class Rates(Setting[float | Schedule]):
    """One learning rate, or a function that gives that of a step."""

    def check(self, place: str, name: str, value: Any) -> float | Schedule:
        return value if callable(value) else Rate().check(place, name, value)


class Pair(Setting[tuple[float, float]]):
    """Two floats in [0, 1)."""

    def check(self, place: str, name: str, value: Any) -> tuple[float, float]:
        if not (isinstance(value, tuple | list) and len(value) == 2):
            raise TypeError(f"{place}: expected {name} to be a pair of numbers, got {value!r}")
        first, second = (number(place, f"{name}[{i}]", value[i], below=1.0) for i in range(2))
        return first, second


class Count(Setting[int]):
    """An integer above 0."""

    def check(self, place: str, name: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | np.integer):
            raise TypeError(f"{place}: expected {name} to be an integer, got {value!r}")
        if value < 1:
            raise ValueError(f"{place}: expected {name} of at least 1, got {value}")
        return int(value)


class Flag(Setting[bool]):
    """True or False."""

    def check(self, place: str, name: str, value: Any) -> bool:
        if not isinstance(value, bool | np.bool_):
            raise TypeError(f"{place}: expected {name} to be True or False, got {value!r}")
        return bool(value)


class Described:
    """What has settings; its text names lr and those that are not as by default."""

    def __repr__(self) -> str:
        given = [
            f"{name}={_text(value)}"
            for name, parameter in signature(type(self)).parameters.items()
            if isinstance(getattr(type(self), name, None), Setting)
            and ((value := getattr(self, name)) != parameter.default or name == "lr")
        ]
        return f"{type(self).__name__}({', '.join(given)})"


def _text(value: Any) -> str:
    """As short as it is read back."""
    if isinstance(value, tuple):
        return f"({', '.join(map(_text, value))})"
    if isinstance(value, float):
        return short if float(short := f"{value:g}") == value else repr(value)
    return "schedule" if callable(value) and not isinstance(value, Described) else repr(value)
