"""What every loss shares: validation of the truth, the calls, the divisor."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import NonFiniteError
from ..nonfinite import first_bad, is_finite, largest, overflows

Array = NDArray[Any]


class Loss:
    """Base of the losses: `forward` -> (value, saved), `backward(saved)` -> gradient to y_pred.

    Attributes
    ----------
    output : str
        What it takes the outputs for: "logits", "probabilities" or "values"; None if it does not
        say, and fit leaves `model.output` as it is.

    Examples
    --------
    >>> import numnet
    >>> loss = numnet.MSE()
    >>> loss([[1.0, 2.0]], [[1.0, 4.0]])  # (0 + 4) / 2
    2.0
    >>> value, saved = loss.forward([[1.0, 2.0]], [[1.0, 4.0]])
    >>> loss.backward(saved)  # 2 (y_pred - y_true) / 2
    array([[ 0., -2.]])
    """

    output: str | None = "values"
    # Whether several columns of logits are probabilities each of its own.
    independent: ClassVar[bool] = False
    # Whether backward takes both=True, for the gradient to y_true too.
    gives_dy_true: ClassVar[bool] = False

    def check(self, shape: tuple[int, ...], y_true: ArrayLike) -> Array:
        """Validate y_true against outputs of this shape and return it as an array."""
        raise NotImplementedError

    def _forward(self, y_pred: Array, y_true: Array, rows: int | None) -> tuple[Any, Any]:
        raise NotImplementedError

    def _backward(self, saved: Any, dy: complex) -> Any:
        raise NotImplementedError

    def backward(self, saved: Any, dy: complex = 1.0) -> Any:
        """Gradient to y_pred, times the gradient `dy` to the value."""
        # A Python number: a NumPy scalar would make float64 of float32.
        return self._backward(saved, dy if type(dy) is float else np.asarray(dy).item())

    def cast(self, y_true: Array, like: Array) -> Array:
        """Checked y_true in the real dtype that goes with `like`; class indices stay integers."""
        return real_like(y_true, like)

    def scorer(self, y_true: Array) -> Callable[[Array, Array], int] | None:
        """What counts the rightly classified rows of (y_pred, y_true), if y_true are classes."""
        return None

    def forward(
        self, y_pred: ArrayLike, y_true: ArrayLike, rows: int | None = None
    ) -> tuple[Any, Any]:
        """The value and what the backward needs.

        Parameters
        ----------
        y_pred : array_like, shape (N, C)
            Outputs.
        y_true : array_like
            The truth, see the class.
        rows : int, optional
            What the sum over the rows is divided by; N by default, the number of all rows if these
            are a part of them.

        Returns
        -------
        value : float
            Complex if y_pred is.
        saved : object
            For `backward`.

        Raises
        ------
        ValueError, TypeError
            If y_true does not fit y_pred, or rows is not a positive integer.
        """
        pred = np.asarray(y_pred)
        if pred.dtype.kind not in "fc":
            if pred.dtype.kind not in "iub":
                raise TypeError(
                    f"{self!r}: expected outputs that are numbers, got dtype {pred.dtype}"
                )
            pred = pred.astype(np.float64)
        if pred.ndim == 0:
            raise ValueError(f"{self!r}: expected outputs of one row an example, got one number")
        if rows is not None:
            if (
                isinstance(rows, bool)
                or not isinstance(rows, int | np.integer)
                or rows < min(len(pred), 1)
            ):
                raise ValueError(
                    f"{self!r}: expected rows to be the number of all rows, got {rows!r}"
                )
            # A NumPy integer would make float64 of float32.
            rows = int(rows)
        return self._forward(pred, self.check(pred.shape, y_true), rows)

    def __call__(self, y_pred: Any, y_true: Any) -> Any:
        """The value, a float, or a Tensor for a Tensor; NonFiniteError where it is not finite."""
        if hasattr(type(y_pred), "record"):
            return y_pred.record(self, y_true)
        return self.finite(y_pred, y_true)[0]

    @np.errstate(over="ignore", invalid="ignore")
    def finite(self, y_pred: ArrayLike, y_true: ArrayLike) -> tuple[Any, Any]:
        """As forward; NonFiniteError where the value is not finite."""
        # Overflow is looked for here, with a better message than NumPy's warning.
        value, saved = self.forward(y_pred, y_true)
        if not cmath.isfinite(value):
            raise NonFiniteError(f"{self!r}: {self._explain(np.asarray(y_pred), y_true, value)}")
        return value, saved

    def _explain(self, y_pred: Array, y_true: ArrayLike, value: complex) -> str:
        """Why the value is not finite."""
        if not is_finite(y_pred):
            return (
                f"expected finite outputs, got {first_bad(y_pred)}. "
                "A call of the model that made them, model(x), names the layer"
            )
        sizes = largest(y_pred), largest(np.asarray(y_true))
        dtype = y_pred.dtype if y_pred.dtype.kind in "fc" else np.dtype(np.float64)
        how = f"overflows {dtype}" if overflows(dtype, y_pred.size, *sizes) else f"is {value}"
        return (
            f"the loss {how}, from outputs up to {sizes[0]:.3g} and y_true up to {sizes[1]:.3g}. "
            "Scale both"
        )

    def _check_same(self, shape: tuple[int, ...], y_true: ArrayLike) -> Array:
        """y_true with exactly the shape of the outputs, finite; nothing is broadcast."""
        y = np.asarray(y_true)
        if y.dtype.kind not in "fiub":
            raise TypeError(f"{self!r}: expected y_true to hold real numbers, got dtype {y.dtype}")
        if y.shape != shape:
            raise ValueError(
                f"{self!r}: expected y_true of the shape of the outputs, {shape}, got {y.shape}."
                + _reshape_hint(shape, y)
            )
        with np.errstate(over="ignore", invalid="ignore"):
            finite = is_finite(y)
        if not finite:
            row = int(np.argwhere(~np.isfinite(y))[0][0])
            raise ValueError(f"{self!r}: expected finite y_true, got NaN or infinity at row {row}")
        return y

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


def real_like(y: Array, like: Array) -> Array:
    """`y` in the real dtype that goes with `like`, so that nothing becomes wider."""
    return y if y.dtype == like.dtype else y.astype(np.empty(0, like.dtype).real.dtype, copy=False)


def _reshape_hint(shape: tuple[int, ...], y: Array) -> str:
    if y.size == math.prod(shape):
        return f" Use y.reshape({', '.join(map(str, (-1, *shape[1:])))})"
    if y.ndim == 1 and len(shape) == 2 and len(y) == shape[0]:
        return f" For class labels: numnet.one_hot(y, {shape[1]})"
    return ""
