"""What of a history can be drawn: the losses and the accuracies, one number an epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def read_curves(
    history: Mapping[str, Sequence[float]], prefixes: tuple[str, ...]
) -> tuple[dict[str, Array], dict[str, Array]]:
    """The losses and the accuracies that a history holds, by prefix."""
    if not isinstance(history, Mapping):
        raise TypeError(
            "learning_curves: expected history to be a mapping such as "
            f'{{"loss": [0.7, 0.5]}}, got {type(history).__name__}'
        )
    found = {
        name: {p: _numbers(p + name, history[p + name]) for p in prefixes if p + name in history}
        for name in ("loss", "accuracy")
    }
    if not found["loss"]:
        raise ValueError(
            'learning_curves: expected "loss" or "val_loss" in history, '
            f"got the keys {sorted(map(str, history))}"
        )
    lengths = {p + name: len(v) for name, curves in found.items() for p, v in curves.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"learning_curves: expected one number an epoch in each, got {lengths}")
    if 0 in lengths.values():
        raise ValueError("learning_curves: expected at least one epoch in history, got none")
    for prefix, values in found["accuracy"].items():
        if ((values < 0) | (values > 1)).any():
            raise ValueError(
                f'learning_curves: expected "{prefix}accuracy" in [0, 1], '
                f"got {values.min():g} to {values.max():g}. Divide percentages by 100"
            )
    return found["loss"], found["accuracy"]


def _numbers(name: str, values: Sequence[float]) -> Array:
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(
            f'learning_curves: expected "{name}" to be one number an epoch, got shape {array.shape}'
        )
    if array.dtype.kind not in "fiu":
        raise TypeError(f'learning_curves: expected numbers in "{name}", got dtype {array.dtype}')
    return array.astype(float)
