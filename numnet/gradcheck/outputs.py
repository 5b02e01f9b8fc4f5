"""What a forward returns, read as a tuple of arrays, with an error for what cannot be read."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def read_scalar(raw: Any, who: str) -> tuple[Array, ...]:
    """The value of a scalar function, as one array."""
    value = _read_one(raw, who)
    if value.size != 1:
        raise ValueError(
            f"{who} returned an array of shape {value.shape}; expected one number."
            " For a function with an array as its value use check_backward"
        )
    return (value,)


def read_outputs(raw: Any, who: str) -> tuple[Array, ...]:
    """The outputs of a forward: an array, a number, or a tuple of them."""
    if not isinstance(raw, tuple):
        return (_read_one(raw, who),)
    if not raw:
        raise ValueError(f"{who} returned an empty tuple; expected at least one array")
    return tuple(_read_one(part, f"{who}, output {i},") for i, part in enumerate(raw))


def _read_one(raw: Any, who: str) -> Array:
    if raw is None:
        raise TypeError(f"{who} returned None; is its return statement missing?")
    if not isinstance(raw, (np.ndarray, np.generic, float, int, complex)):
        raise TypeError(
            f"{who} returned a {type(raw).__name__}; expected an array, a number or a tuple of them"
        )
    value = np.asarray(raw)
    if value.dtype.kind not in "fciub":
        raise TypeError(
            f"{who} returned an array of dtype {value.dtype}; expected floating numbers."
            " Rows of different lengths make an array of objects"
        )
    return value


def require_real(outputs: tuple[Array, ...], who: str) -> None:
    """Refuse complex outputs of real arguments."""
    for value in outputs:
        if value.dtype.kind == "c":
            raise TypeError(
                f"{who} returned {value.dtype} for real arguments; expected real numbers."
                " Return the real and the imaginary part as two outputs"
            )


def require_same_form(outputs: tuple[Array, ...], shapes: list[tuple[int, ...]], who: str) -> None:
    """Refuse outputs whose number or shapes differ from the first call's."""
    now = [value.shape for value in outputs]
    if now != shapes:
        raise ValueError(
            f"{who} returned shapes {now} after {shapes} at the first call; the shape of the"
            " output must not depend on the values of the arguments"
        )


def as_vector(outputs: tuple[Array, ...]) -> Array:
    """All outputs in one float64 or complex128 vector."""
    complex_ = any(value.dtype.kind == "c" for value in outputs)
    dtype = np.complex128 if complex_ else np.float64
    if len(outputs) == 1:
        return outputs[0].astype(dtype).reshape(-1)
    return np.concatenate([value.astype(dtype).reshape(-1) for value in outputs])
