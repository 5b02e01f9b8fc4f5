"""What an object holds, written down so that two moments can be compared."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np

from numnet import Tensor, packing
from numnet.model import Model
from numnet.part import TRANSIENT


def checks_in(module: ModuleType) -> dict[str, Callable[[Any], None]]:
    """The checks that a module defines: its public functions."""
    return {
        name: value
        for name, value in vars(module).items()
        if inspect.isfunction(value)
        and value.__module__ == module.__name__
        and not name.startswith("_")
    }


def frozen(value: Any) -> Any:
    """`value` with the bytes of its arrays, however deep they stand."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, Tensor):
        return frozen(value.value)
    if isinstance(value, dict):
        return {key: frozen(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [frozen(item) for item in value]
    if isinstance(value, np.random.Generator):
        return repr(value.bit_generator.state)
    if value is None or isinstance(value, int | float | complex | str):
        return value
    return id(value), repr(value)


def arrays_in(value: Any) -> Iterator[Any]:
    """The arrays in `value`, however deep they stand."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, Tensor):
        yield value.value
    elif isinstance(value, dict):
        yield from arrays_in(list(value.values()))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from arrays_in(item)


def state_of(model: Model) -> Any:
    """All attributes of all parts, the parameters, the gradients as far as written, the buffers."""
    parts = [part for _, part, _ in packing.walk(model)]
    slots = model.parameters.slots().values()
    return (
        [frozen({k: v for k, v in p.__dict__.items() if k not in TRANSIENT}) for p in parts],
        frozen(model.parameters.value),
        [frozen(slot.grad) if slot.written else None for slot in slots],
    )
