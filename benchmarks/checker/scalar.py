"""A case in the form that other checkers take: positional floating arguments, all else fixed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.checker.case import Case, Function, differentiable, named


class NotApplicable(Exception):
    """A checker has no way to take the case."""


@dataclass
class Plain:
    """A forward of floating arrays alone, and the gradients claimed for these.

    Parameters
    ----------
    names : list of str
        Of the differentiated arguments.
    values : list of ndarray
        The point.
    forward : callable
        forward(*values) -> array.
    backward : callable
        backward(dy, *values) -> list of arrays, None for a gradient that is None.
    """

    names: list[str]
    values: list[Any]
    forward: Function
    backward: Function


def plain(case: Case) -> Plain:
    """The case with its structure taken away.

    Raises
    ------
    NotApplicable
        If it is one of layers or models, or its output is a tuple.
    """
    if case.kind not in ("backward", "gradient"):
        raise NotApplicable("a layer or a model of numnet")
    point = case.point()
    forward, backward = case.functions()
    given, names = named(forward, point), differentiable(case, point)
    order, by_name = list(given), isinstance(point, dict)

    def arguments(values: Any) -> dict[str, Any]:
        return given | dict(zip(names, values, strict=True))

    def call(function: Function, *first: Any, values: Any) -> Any:
        filled = arguments(values)
        return function(*first, **filled) if by_name else function(*first, *filled.values())

    def run(*values: Any) -> Any:
        y = call(forward, values=values)
        return np.asarray(y[0] if case.with_saved else y)

    def claim(dy: Any, *values: Any) -> list[Any]:
        if case.kind == "gradient":
            found = call(backward, values=values)
        elif case.with_saved:
            found = backward(dy, call(forward, values=values)[1])
        else:
            found = call(backward, dy, values=values)
        found = _listed(found, point, order)
        factor = dy if case.kind == "gradient" else None
        chosen = [found[order.index(name)] for name in names]
        chosen = [np.array(g) if isinstance(g, list) else g for g in chosen]
        return [g if g is None or factor is None else factor * np.asarray(g) for g in chosen]

    if isinstance(call(forward, values=[given[name] for name in names]), tuple) and (
        not case.with_saved
    ):
        raise NotApplicable("several outputs")
    if case.fresh:
        forward, backward = case.functions()  # that call was not the checker's
    return Plain(names, [np.array(given[name]) for name in names], run, claim)


def _listed(found: Any, point: Any, order: list[str]) -> list[Any]:
    if isinstance(point, dict):
        return [found.get(name) for name in order]
    gradients = list(found) if isinstance(point, tuple | list) else [found]
    if len(gradients) != len(order):
        raise ValueError(f"{len(gradients)} gradients for {len(order)} arguments")
    return gradients
