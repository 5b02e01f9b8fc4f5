"""What layers and modules share: the three calls, predictions and the summary.

The three calls are doors that pack the parameters and cast the input once; behind them parts speak
`_forward(x, ctx)` and `_backward(dy, saved, need_dx)` to one another.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import kernels
from .context import Context
from .copies import Copyable
from .errors import NonFiniteError
from .nonfinite import bad_outputs, bad_parameter, is_finite, refuse_nonfinite
from .summary import table

Array = NDArray[Any]

EVALUATION = Context()
OUTPUTS = ("logits", "probabilities", "values")


class Model(Copyable):
    """A function of x and of parameters, with its gradients; the base of Layer and Module."""

    # An example's output does not depend on the other examples.
    rowwise: bool = False
    _output: str | None = None
    # Several columns of logits are one distribution, unless a loss said that each is its own.
    _independent: bool = False

    def _forward(self, x: Array, ctx: Context) -> tuple[Array, Any]:
        raise NotImplementedError

    def _backward(self, dy: Array, saved: Any, need_dx: bool) -> Array | None:
        raise NotImplementedError

    def _known(self, x: Array) -> dict[str, Array]:
        """Arrays that the formula of the backward is written in, so that the checker names them."""
        return {}

    def _passes(self, x: Array, place: str = "") -> Iterator[tuple[str, Model, Array, Array, Any]]:
        """The innermost layers in turn: place, layer, its input, its outputs, what it saved."""
        y, saved = self._forward(x, EVALUATION)
        yield place, self, x, y, saved

    # Overflow is looked for below, with a better message than NumPy's warning.
    @np.errstate(over="ignore", invalid="ignore")
    def __call__(self, x: Any) -> Any:
        """Evaluate: an array in, an array out; a Tensor in, a recorded Tensor out.

        Parameters
        ----------
        x : array_like or Tensor, shape (N, D)
            Cast to the dtype of the parameters; complex stays complex.

        Returns
        -------
        ndarray or Tensor, shape (N, C)
            The outputs.

        Raises
        ------
        NonFiniteError
            If x holds NaN or infinity, or the outputs overflow, naming the layer.
        ValueError, TypeError
            If x does not fit, naming the layer.
        """
        if hasattr(type(x), "record"):
            return x.record(self)
        data = self._cast(x, "x")
        y = self._forward(data, EVALUATION)[0]
        if not (is_finite(y) and is_finite(data)):
            self._explain(data, x)
        return y

    def propagate(self, x: ArrayLike, ctx: Context = EVALUATION) -> tuple[Array, Any]:
        """Evaluate, and keep what the backward pass needs.

        Parameters
        ----------
        x : array_like, shape (N, D)
            The input.
        ctx : Context
            By default evaluation.

        Returns
        -------
        y : ndarray, shape (N, C)
            The outputs; do not change them in place before `backpropagate`, whose `saved` may
            hold the same array.
        saved : object
            For `backpropagate`, as often as wanted.
        """
        y, saved = self._forward(self._cast(x, "x"), ctx)
        return y, (y.shape, y.dtype.kind, saved)

    def backpropagate(self, dy: ArrayLike, saved: Any, need_dx: bool = True) -> Array | None:
        """Add the parameters' gradients to `parameters.grad` and return the gradient to x.

        Parameters
        ----------
        dy : array_like, shape (N, C)
            The gradient of the loss to y.
        saved : object
            From `propagate`.
        need_dx : bool
            False leaves dx, and all work that only it needs, undone.

        Returns
        -------
        ndarray, shape (N, D), or None
            dx, or None if not needed.

        Raises
        ------
        ValueError
            If dy does not have the shape of y.
        TypeError
            If y or dy is complex and the parameters are real.
        """
        shape, kind, inner = saved
        dy = self._cast(dy, "dy")
        if dy.shape != shape:
            raise ValueError(f"{self!r}: expected dy of the shape of y, {shape}, got {dy.shape}")
        value = self._packed().value
        if value.dtype.kind == "c":
            dy = dy.astype(value.dtype, copy=False)
        elif value.size and "c" in (kind, dy.dtype.kind):
            raise TypeError(
                f"{self!r}: complex gradients do not fit its parameters of dtype {value.dtype}. "
                "Use model.replica(model.parameters.value.astype(complex))"
            )
        return self._backward(dy, inner, need_dx)

    @property
    def output(self) -> str:
        """What the outputs are: "logits", "probabilities" or "values".

        From the last layer, or set by fit from the loss.
        """
        return self._output or self._last_output()

    @output.setter
    def output(self, kind: str) -> None:
        if kind not in OUTPUTS:
            raise ValueError(f"{self!r}: expected output to be one of {OUTPUTS}, got {kind!r}")
        self._output = kind

    def _last_output(self) -> str:
        return "values"

    def predict_proba(self, x: ArrayLike) -> Array:
        """Probabilities of the classes.

        softmax of logits (sigmoid of one column); probabilities as they are

        Parameters
        ----------
        x : array_like, shape (N, D)
            The input.

        Returns
        -------
        ndarray, shape (N, C)
            Probabilities.

        Raises
        ------
        ValueError
            If the outputs are values; as in a call of the model.
        """
        y = self(x)
        if self.output == "values":
            raise ValueError(
                f"{self!r}: its outputs are values, which have no probabilities. If they are "
                'logits, fit the model with SoftmaxCrossEntropy or set model.output = "logits"'
            )
        if self.output == "probabilities":
            return y
        single = y.ndim == 1 or y.shape[1] == 1
        return kernels.sigmoid(y) if single or self._independent else kernels.softmax(y)

    def predict(self, x: ArrayLike) -> Array:
        """Class indices, or the outputs where they are values.

        Parameters
        ----------
        x : array_like, shape (N, D)
            The input.

        Returns
        -------
        ndarray, shape (N,) of int, or (N, C)
            The column of the largest output; of a single column, whether p > 1/2.

        Raises
        ------
        ValueError, TypeError
            As in a call of the model.
        """
        y = self(x)
        if self.output == "values":
            return y
        if y.ndim == 1 or y.shape[1] == 1:
            return (y.reshape(len(y)) > (0 if self.output == "logits" else 0.5)).astype(int)
        return y.argmax(axis=1)

    def __str__(self) -> str:
        return table(self)

    def _cast(self, x: ArrayLike, name: str) -> Array:
        """`x` as an array of the parameters' dtype; the only place where data are cast."""
        dtype = self._packed().value.dtype
        if type(x) is np.ndarray and x.dtype == dtype:
            return x
        if isinstance(x, np.ma.MaskedArray):
            raise TypeError(f"{self!r}: expected {name} without a mask. Use {name}.filled(value)")
        array = np.asarray(x)
        if array.dtype == dtype:
            return array
        kind = array.dtype.kind
        if kind == "c":
            return array
        if kind not in "fiub":
            raise TypeError(f"{self!r}: expected {name} to hold numbers, got dtype {array.dtype}")
        if self._storage.value.size == 0:  # type: ignore[union-attr]
            # Nothing here decides on a dtype: a floating one stays.
            return array if kind == "f" else array.astype(np.float64)
        return array.astype(np.empty(0, dtype).real.dtype, copy=False)

    def _explain(self, data: Array, x: ArrayLike) -> None:
        """Raise what says why x, cast to `data`, or its outputs are not finite."""
        refuse_nonfinite(data, x, f"{self!r}: ")
        if found := bad_parameter(self):
            raise NonFiniteError(f"{found}. Draw it anew: model.initialize()")
        name, how = bad_outputs(self, data) or (repr(self), "are not finite")
        overflow = how.startswith("overflow")
        fix = "Scale the inputs or the parameters" if overflow else "Look at its forward"
        raise NonFiniteError(f"{name}: the outputs {how}. {fix}")
