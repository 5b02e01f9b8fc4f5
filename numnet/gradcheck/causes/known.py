"""The arrays that an explanation may speak of, by the names that the caller knows them by."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..problem import Problem

Array = NDArray[Any]
PAIRS = 4
LARGEST = 1_000_000  # entries of a derived array


def known_arrays(problem: Problem, outputs: Array, dy: Any, recorded: bool) -> dict[str, Array]:
    """Inputs, dy, the outputs, what the context gives, one-hot rows and counts of integer labels.

    recorded: whether the arrays of the context, which belong to the first point, hold here.
    """
    found: dict[str, Array] = {}
    for name, value in problem.arguments.values.items():
        if name in problem.base:
            found[name] = problem.base[name]
        elif isinstance(value, np.ndarray) and value.dtype.kind in "iub":
            found[name] = value
        elif isinstance(value, (list, tuple)):
            array = np.asarray(value) if _is_regular(value) else None
            if array is not None and array.dtype.kind in "iub":
                found[name] = array
    if dy is not None:
        _add_outputs(found, problem, outputs)
    for name, value in _evaluated(problem, recorded).items():
        found.setdefault(name, value)
    _add_differences(found, list(problem.arguments.values))
    for name, value in list(found.items()):
        if value.dtype.kind in "iu" and value.ndim == 1 and value.size:
            _add_labels(found, name, value)
    return {name: value for name, value in found.items() if value.size}


def _add_outputs(found: dict[str, Array], problem: Problem, outputs: Array) -> None:
    """dy and y; their parts where there are several outputs."""
    start, several = 0, len(problem.shapes) > 1
    for k, shape in enumerate(problem.shapes):
        stop = start + int(np.prod(shape))
        for base, vector in (("dy", problem.weights), ("y", outputs)):
            if base not in problem.arguments.values:
                name = f"{base}[{k}]" if several else base
                found[name] = vector[start:stop].reshape(shape)
        start = stop


def _add_differences(found: dict[str, Array], arguments: list[str]) -> None:
    """a - b for the first pairs of arguments of one shape: a residual."""
    floats = [n for n in arguments if n in found and found[n].dtype.kind == "f"]
    pairs = [(a, b) for a, b in combinations(floats, 2) if found[a].shape == found[b].shape]
    for a, b in pairs[:PAIRS]:
        if found[a].size > 1:
            found[f"({a} - {b})"] = found[a] - found[b]


def _evaluated(problem: Problem, recorded: bool) -> dict[str, Array]:
    context: Mapping[str, Any] = problem.context
    found = {}
    for name, value in context.items():
        if callable(value):
            array = np.asarray(
                problem.arguments.invoke(value, problem.arguments.fresh(problem.base))
            )
        elif recorded:
            array = np.asarray(value)
        else:
            continue
        if array.dtype.kind == "f":
            array = array.astype(np.float64)
        if array.dtype.kind in "fiub":
            found[str(name)] = array
    return found


def _add_labels(found: dict[str, Array], name: str, labels: Array) -> None:
    """One-hot rows for every width that fits, and how often each label occurs."""
    widths, lengths = set(), set()
    for value in found.values():
        if value.dtype.kind == "f" and value.ndim and labels.min() >= 0:
            if value.ndim == 2 and len(value) == len(labels) and labels.max() < value.shape[1]:
                widths.add(value.shape[1])
            if labels.max() < len(value):
                lengths.add(len(value))
    for width in sorted(widths | lengths):
        if width * labels.size <= LARGEST:
            found[f"np.eye({width})[{name}]"] = np.eye(width)[labels]
    for length in sorted(lengths):
        counts = np.bincount(labels, minlength=length)
        found[f"np.bincount({name}, minlength={length})"] = counts.astype(np.float64)


def _is_regular(value: Any) -> bool:
    return all(isinstance(item, (int, np.integer)) for item in value)
