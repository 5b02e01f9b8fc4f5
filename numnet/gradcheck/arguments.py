"""What the caller passes as `at`: named arguments, which of them move, and copies for each call."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Values = dict[str, Any]


@dataclass(frozen=True)
class Arguments:
    """The point of a check.

    style says how a function takes them: "one" f(x), "sequence" f(*at), "mapping" f(**at).
    scalars were no arrays and are passed as numbers; wrt are differentiated; every floating
    array may be moved.
    """

    values: Values
    style: str
    scalars: frozenset[str]
    movable: tuple[str, ...]
    wrt: tuple[str, ...]

    def fresh(
        self, values: Mapping[str, Any] | None = None, own: frozenset[str] = frozenset()
    ) -> Values:
        """Copies for one call, so that nothing which the function does reaches the caller.

        own names those that were made for this call alone.
        """
        source = self.values if values is None else {**self.values, **values}
        return {
            name: np.array(value) if isinstance(value, np.ndarray) and name not in own else value
            for name, value in source.items()
        }

    def invoke(self, fun: Callable[..., Any], values: Values, *first: Any) -> Any:
        """fun(*first, the arguments in the caller's style)."""
        given = {
            name: value[()] if name in self.scalars else value for name, value in values.items()
        }
        if self.style == "mapping":
            return fun(*first, **given)
        return fun(*first, *given.values())


def read_arguments(
    at: Any,
    wrt: Sequence[str | int] | str | int | None,
    names: Sequence[str] | str | None,
    fun: Callable[..., Any],
    who: str,
) -> Arguments:
    """Sort out `at`; who ("check_gradient") opens the messages."""
    if isinstance(at, Mapping):
        style, items = "mapping", list(at.values())
        labels = [str(key) for key in at]
        if names is not None:
            raise ValueError(f"{who}: at is a dict, whose keys are the names; leave names out")
    elif isinstance(at, (tuple, list)):
        style, items = "sequence", list(at)
        labels = _labels(names, len(items), fun, who)
    else:
        style, items = "one", [at]
        labels = _labels(names, 1, fun, who)
    if not items:
        raise ValueError(f"{who}: at is empty; expected at least one array to differentiate")
    values: Values = {}
    scalars = set()
    for label, item in zip(labels, items, strict=True):
        value, number = _as_array(item)
        values[label] = value
        if number:
            scalars.add(label)
    movable = tuple(name for name, value in values.items() if _is_floating(value))
    chosen = _chosen(wrt, values, movable, who)
    for name in chosen:
        if not np.isfinite(values[name]).all():
            raise ValueError(f"{who}: {name} holds NaN or infinity; expected a finite point")
    if not any(values[name].size for name in chosen):
        raise ValueError(f"{who}: at is empty: {_described(values)} hold no entry to differentiate")
    return Arguments(values, style, frozenset(scalars), movable, chosen)


def _as_array(item: Any) -> tuple[Any, bool]:
    """A private copy where item is numeric, and whether it came as a number and not an array."""
    if isinstance(item, np.ndarray):
        return np.array(item, subok=False), False
    if isinstance(item, (float, np.floating)):
        return np.array(item), True
    if isinstance(item, (list, tuple)):
        try:
            value = np.array(item)
        except ValueError:
            return item, False
        return (value, False) if _is_floating(value) else (item, False)
    return item, False


def _is_floating(value: Any) -> bool:
    return isinstance(value, np.ndarray) and np.issubdtype(value.dtype, np.floating)


def _labels(
    names: Sequence[str] | str | None, count: int, fun: Callable[..., Any], who: str
) -> list[str]:
    if names is not None:
        labels = [names] if isinstance(names, str) else [str(name) for name in names]
        if len(labels) != count or len(set(labels)) != count:
            raise ValueError(
                f"{who}: expected {count} different names, one for each argument in at,"
                f" got {labels}"
            )
        return labels
    try:
        parameters = list(inspect.signature(fun).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    plain = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if len(plain) >= count:
        return plain[:count]
    return ["x"] if count == 1 else [f"x{i}" for i in range(count)]


def _chosen(
    wrt: Sequence[str | int] | str | int | None,
    values: Values,
    movable: tuple[str, ...],
    who: str,
) -> tuple[str, ...]:
    if wrt is None:
        if not movable:
            raise TypeError(
                f"{who}: at holds no floating array, got {_described(values)}. {_remedy(values)}"
            )
        return movable
    wanted = [wrt] if isinstance(wrt, (str, int)) else list(wrt)
    labels = list(values)
    chosen = []
    for key in wanted:
        if isinstance(key, (int, np.integer)) and -len(labels) <= key < len(labels):
            name = labels[key]
        elif isinstance(key, str) and key in values:
            name = key
        else:
            raise ValueError(f"{who}: wrt names {key!r}, but at holds {', '.join(labels)}")
        if name not in movable:
            raise TypeError(
                f"{who}: cannot differentiate with respect to {_described({name: values[name]})}."
                f" {_remedy({name: values[name]})}"
            )
        if name not in chosen:
            chosen.append(name)
    if not chosen:
        raise ValueError(f"{who}: wrt is empty; expected at least one of {', '.join(labels)}")
    return tuple(chosen)


def _remedy(values: Values) -> str:
    if any(isinstance(v, np.ndarray) and v.dtype.kind == "c" for v in values.values()):
        return "A complex array is checked as two: its real and its imaginary part"
    return "A derivative needs a point that can move by less than 1: pass .astype(float)"


def _described(values: Values) -> str:
    parts = []
    for name, value in values.items():
        if isinstance(value, np.ndarray):
            parts.append(f"{name} {value.dtype}{value.shape}")
        else:
            parts.append(f"{name} ({type(value).__name__})")
    return ", ".join(parts)
