"""What Python and NumPy ask of a tensor: its length, its number, an array, a copy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import GraphError
from .methods import Methods
from .protocols import call_function, call_ufunc

Array = NDArray[Any]


class Conversions(Methods):
    """A tensor where Python or NumPy expect a number, a sequence or an array."""

    __slots__ = ()

    def item(self) -> Any:
        """The value of a tensor of one entry, as a number of Python."""
        return self._array.item()

    def __len__(self) -> int:
        return len(self._array)

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self._array)))

    def __bool__(self) -> bool:
        return bool(self._array)

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __complex__(self) -> complex:
        return complex(self.item())

    def __index__(self) -> int:
        return self._array.__index__()

    def __format__(self, spec: str) -> str:
        return format(self.item() if spec and not self._array.ndim else str(self), spec)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        if self._requires_grad:
            raise TypeError(
                "this tensor requires a gradient, which NumPy's array would not carry on. Use a "
                "method of Tensor, or t.value or t.detach() where no gradient is wanted"
            )
        return np.array(self._array, dtype, copy=copy)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Any:
        return call_ufunc(ufunc, method, inputs, keywords)

    def __array_function__(self, function: Any, types: Any, arguments: Any, keywords: Any) -> Any:
        return call_function(function, arguments, keywords)

    def __reduce__(self) -> Any:
        if self._node is not None:
            raise GraphError(
                "copy, pickle: this tensor is the result of recorded operations. Use t.detach()"
            )
        grad = None if self._grad is None else self._grad._array
        return type(self), (self._array.copy(), self._requires_grad), grad

    def __setstate__(self, grad: Array) -> None:
        self._grad = self._make(np.array(grad))

    def __repr__(self) -> str:
        text = np.array2string(self._array, separator=", ", prefix="Tensor(")
        if self._array.dtype not in (np.float64, np.int64, np.bool_, np.complex128):
            text += f", dtype={self._array.dtype}"
        if self._node is not None:
            text += f", operation={self._node.name}"
        elif self._requires_grad:
            text += ", requires_grad=True"
        return f"Tensor({text})"
