"""How the operators of Python become operations, and what they do in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import GraphError
from .modes import RECORDING
from .recorded import Recorded
from .tape import ARRAYS, add_operands, plain

Array = NDArray[Any]
NUMBERS = (Recorded, int, float, complex)


def operand(other: Any) -> Any:
    """What stands beside a tensor: a tensor, a number or an array of numbers."""
    if isinstance(other, NUMBERS):
        return other
    if isinstance(other, list | tuple):
        other = np.asarray(other)
    if isinstance(other, ARRAYS):
        return plain(other, "beside a tensor")
    return NotImplemented


def binary(operation: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    """The method of an operator whose left side is the tensor."""

    def method(self: Any, other: Any) -> Any:
        if type(other) is not type(self):
            other = operand(other)
            if other is NotImplemented:
                return other
        return operation(self, other)

    return method


def reflected(operation: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    """The method of an operator whose right side is the tensor."""

    def method(self: Any, other: Any) -> Any:
        other = operand(other)
        return other if other is NotImplemented else operation(other, self)

    return method


def comparison(compare: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    """The method of a comparison: a tensor of bools, which has no gradient.

    Complex entries are compared by their real parts, so that the complex step follows the branch
    taken.
    """

    def method(self: Any, other: Any) -> Any:
        other = operand(other)
        if other is NotImplemented:
            return other
        a, b = self._array, other._array if isinstance(other, Recorded) else other
        try:
            return self._make(np.asarray(compare(a.real, b.real)))
        except ValueError as error:
            add_operands(error, compare.__name__, [a, b])
            raise

    return method


def in_place(operation: Callable[..., Any], ufunc: Any, sign: str) -> Callable[[Any, Any], Any]:
    """The method of an operator such as +=: on what no backward can need."""

    def method(self: Any, other: Any) -> Any:
        other = operand(other)
        if other is NotImplemented:
            return other
        if isinstance(other, Recorded):
            if other._requires_grad and RECORDING.get() and not self._requires_grad:
                # A sum begun from a constant: the name stands for a new tensor, which is recorded.
                return operation(self, other)
            other = other._array
        refuse_in_place(self, f"{sign}=", f"a = a {sign} b")
        try:
            ufunc(self._array, other, out=self._array, casting="same_kind")
        except (TypeError, ValueError) as error:
            add_operands(error, f"{sign}=", [self._array, other])
            raise
        self._note_change()
        return self

    return method


def refuse_in_place(tensor: Recorded, what: str, instead: str) -> None:
    """Raise if a change in place would make a gradient wrong."""
    if tensor._node is not None:
        raise GraphError(
            f"{what}: this tensor is the result of a recorded operation ({tensor._node.name}) and "
            f"cannot be changed in place. Write {instead}"
        )
    if tensor._requires_grad and RECORDING.get():
        raise GraphError(
            f"{what}: this tensor requires a gradient and cannot be changed in place while "
            f"operations are recorded. To update it, write `with numnet.no_grad():` around, or "
            f"change its .data; otherwise {instead}"
        )
