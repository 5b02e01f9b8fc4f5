"""What a module refuses to hold: parameters that it would not train, or not as they are meant."""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..part import Part
from .recorded import Recorded

Array = NDArray[Any]

# The arrays that a module's parameters were made from, of which it keeps copies.
_given: weakref.WeakKeyDictionary[Part, dict[str, weakref.ref[Array]]] = weakref.WeakKeyDictionary()


def refuse_shared(module: Part, name: str, array: Array) -> None:
    """Raise if a parameter is to be made from memory that another one was made from.

    Raises
    ------
    ValueError
        If so: the two copies would not stay equal.
    """
    given = _given.setdefault(module, {})
    for other, place in given.items():
        old = place()
        if old is not None and np.shares_memory(old, array):
            raise ValueError(
                f"{type(module).__name__}.{name}: shares memory with {other}, and a module keeps a "
                f"copy of each, which would not stay equal. Use self.{other} in both places, or "
                "give it an array of its own"
            )
    given[name] = weakref.ref(array)


def refuse_unseen(module: Part, name: str, value: Any) -> None:
    """Raise if a container holds what is trained only as an attribute or in a list of layers.

    Raises
    ------
    TypeError
        If so.
    """
    if isinstance(value, list | tuple) and any(_trained(x) for x in value):
        raise TypeError(
            f"{type(module).__name__}.{name}: a {type(value).__name__} of tensors would not be "
            "trained. Give each a name of its own: self.w0 = ..., self.w1 = ..."
        )
    if isinstance(value, dict | set) and any(
        isinstance(x, Part) or _trained(x)
        for x in (value.values() if isinstance(value, dict) else value)
    ):
        raise TypeError(
            f"{type(module).__name__}.{name}: what a {type(value).__name__} holds would not be "
            "trained. Use a list of layers, or an attribute for each"
        )


def _trained(value: Any) -> bool:
    return isinstance(value, Recorded) and value.requires_grad
