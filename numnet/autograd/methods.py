"""The operations as operators and methods of a tensor."""

from __future__ import annotations

import math
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike

from ..errors import GraphError
from . import arithmetic, choosing, elementwise, normalizers, products, reductions, shaping
from .operators import binary, comparison, in_place, reflected, refuse_in_place
from .recorded import Recorded
from .tape import add_operands
from .words import instead_of


class Methods(Recorded):
    """What can be computed of a tensor; each formula stands with its operation."""

    __slots__ = ()

    # --- operators

    __add__, __radd__ = binary(arithmetic.add), reflected(arithmetic.add)
    __sub__, __rsub__ = binary(arithmetic.subtract), reflected(arithmetic.subtract)
    __mul__, __rmul__ = binary(arithmetic.multiply), reflected(arithmetic.multiply)
    __truediv__, __rtruediv__ = binary(arithmetic.divide), reflected(arithmetic.divide)
    __pow__, __rpow__ = binary(arithmetic.power), reflected(arithmetic.power)
    __matmul__, __rmatmul__ = binary(products.matmul), reflected(products.matmul)
    __neg__ = arithmetic.negative
    __abs__ = elementwise.absolute
    __lt__, __le__ = comparison(np.less), comparison(np.less_equal)
    __gt__, __ge__ = comparison(np.greater), comparison(np.greater_equal)
    __eq__, __ne__ = comparison(np.equal), comparison(np.not_equal)
    __hash__ = Recorded.__hash__
    __iadd__ = in_place(arithmetic.add, np.add, "+")
    __isub__ = in_place(arithmetic.subtract, np.subtract, "-")
    __imul__ = in_place(arithmetic.multiply, np.multiply, "*")
    __itruediv__ = in_place(arithmetic.divide, np.divide, "/")

    def __getattr__(self, name: str) -> Any:
        # Reached only for what is not there.
        raise AttributeError(f"a Tensor has no {name!r}{instead_of(name)}")

    def __pos__(self) -> Self:
        return self

    # --- functions of each entry

    exp, log, sqrt = elementwise.exp, elementwise.log, elementwise.sqrt
    tanh, sigmoid, softplus = elementwise.tanh, elementwise.sigmoid, elementwise.softplus
    relu, leaky_relu, abs = elementwise.relu, elementwise.leaky_relu, elementwise.absolute
    clip, maximum, minimum = choosing.clip, choosing.maximum, choosing.minimum

    # --- reductions

    sum, mean, prod = reductions.sum, reductions.mean, reductions.prod
    var, std, norm = reductions.var, reductions.std, reductions.norm
    max, min = reductions.max, reductions.min
    softmax, log_softmax = normalizers.softmax, normalizers.log_softmax
    logsumexp, dropout = normalizers.logsumexp, normalizers.dropout

    def argmax(self, axis: int | None = None, keepdims: bool = False) -> Self:
        """Where the largest entry stands; it has no gradient."""
        return self._make(np.asarray(np.argmax(self._array.real, axis=axis, keepdims=keepdims)))

    # --- shapes

    def reshape(self, *shape: Any) -> Any:
        """The same entries in another shape: `reshape(2, -1)` or `reshape((2, -1))`."""
        return shaping.reshape(self, shape[0] if len(shape) == 1 else shape)

    def flatten(self, start: int = 0) -> Any:
        """All axes from `start` on as one: `x.flatten(1)` makes rows of images."""
        kept = self._array.shape[:start]
        return shaping.reshape(self, (*kept, math.prod(self._array.shape[len(kept) :])))

    def transpose(self, *axes: Any) -> Any:
        """The axes reversed, or in the order of a tuple; two integers swap two axes, as in torch.

        Raises
        ------
        ValueError
            For `transpose(0, 1)` of a matrix, which NumPy and torch take for different things.
        """
        rank = self._array.ndim
        if len(axes) != 2:
            return shaping.transpose(self, axes[0] if len(axes) == 1 else axes or None)
        if rank == 2 and axes[0] % 2 == 0:
            raise ValueError(
                "transpose(0, 1) leaves a matrix as it is in NumPy and swaps its axes in torch. "
                "Write .T, or transpose((0, 1)) for NumPy's meaning"
            )
        order = np.arange(rank)
        try:
            order[axes[0]], order[axes[1]] = order[axes[1]], order[axes[0]]
        except IndexError as error:
            add_operands(error, f"transpose{axes}", [self._array])
            raise
        return shaping.transpose(self, tuple(order.tolist()))

    @property
    def T(self) -> Any:
        """The axes reversed."""
        return shaping.transpose(self)

    def __getitem__(self, key: Any) -> Any:
        return shaping.index(self, _plain(key))

    def __setitem__(self, key: Any, new: Any) -> None:
        refuse_in_place(self, "t[...] =", "numpy.where(mask, new, t)")
        if isinstance(new, Recorded):
            if new._requires_grad:
                raise GraphError(
                    "t[...] = new: new requires a gradient, which would be lost. Build the tensor "
                    "with numpy.stack or numpy.concatenate, or write new.detach()"
                )
            new = new._array
        self._array[_plain(key)] = new
        self._note_change()

    def zero_(self) -> Self:
        """Fill with 0 in place, as in torch: `w.grad.data.zero_()`."""
        refuse_in_place(self, "zero_()", "a = 0 * a")
        self._array.fill(0)
        self._note_change()
        return self

    def astype(self, dtype: DTypeLike) -> Any:
        """In another floating dtype; the gradient goes back in this one."""
        return shaping.astype(self, np.dtype(dtype))


def _plain(key: Any) -> Any:
    """An index of arrays for one of tensors."""
    if isinstance(key, tuple):
        return tuple(_plain(part) for part in key)
    return key._array if isinstance(key, Recorded) else key
