"""The error types of numnet, and how an error learns where it happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class DivergenceError(ArithmeticError):
    """Training produced NaN or infinity; the model holds its last finite parameters.

    Attributes
    ----------
    history : History or None
        What was recorded until then; `history.stopped` is "diverged".

    Examples
    --------
    >>> import numnet
    >>> layer = numnet.Linear(1, 1, bias=False, init=numnet.constant(1.0))
    >>> try:
    ...     numnet.fit(layer, numnet.MSE(), [[1e3]], [[0.0]], optimizer=numnet.SGD(lr=1e303))
    ... except DivergenceError as error:
    ...     print(error.history.stopped, layer.W)
    diverged [[1.]]
    """

    history: Mapping[str, Sequence[float]] | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), self.args, {"history": self.history})


class NonFiniteError(ValueError):
    """NaN or infinity was handed in, or finite numbers overflowed on the way to the result.

    Examples
    --------
    >>> import numnet
    >>> numnet.Tanh()([[1.0, float("nan")]])
    Traceback (most recent call last):
        ...
    numnet.errors.NonFiniteError: Tanh(): expected finite x, got nan at row 0, column 1. ...
    """


class FormatError(ValueError):
    """A file is not what its name or its header claims; nothing was loaded from it.

    Examples
    --------
    >>> import numnet, pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "model.npz"
    ...     _ = path.write_bytes(b"no model")
    ...     try:
    ...         numnet.load(path)
    ...     except FormatError:
    ...         print("not loaded")
    not loaded
    """


class GraphError(ValueError):
    """A backward pass was asked for that the recorded operations do not allow.

    Examples
    --------
    >>> import numnet
    >>> t = numnet.Tensor([1.0, 2.0], requires_grad=True)
    >>> (2.0 * t).backward()
    Traceback (most recent call last):
        ...
    numnet.errors.GraphError: backward: a result of shape (2,) needs dy, ...
    """


def add_place(error: Exception, place: str, name: str) -> None:
    """Put the place of an error in front of its message, which then reads from the outside in.

    Parameters
    ----------
    error : Exception
        Changed in place; raise it again.
    place : str
        Such as "layer 2".
    name : str
        What stands there; put in front too unless the message begins with it or with a place.

    Examples
    --------
    >>> error = ValueError("expected x of shape (N, 4), got (3, 5)")
    >>> add_place(error, "layer 2", "Linear(4 -> 1)")
    >>> str(error)
    'layer 2, Linear(4 -> 1): expected x of shape (N, 4), got (3, 5)'
    >>> add_place(error, "layer 0", "Sequential(...)")
    >>> str(error)
    'layer 0, layer 2, Linear(4 -> 1): expected x of shape (N, 4), got (3, 5)'
    """
    if not (error.args and isinstance(error.args[0], str)):
        error.add_note(f"raised in {place}, {name}")
        return
    message = error.args[0]
    nested = message.startswith((f"{name}:", "layer "))
    error.args = (
        f"{place}, {message}" if nested else f"{place}, {name}: {message}",
        *error.args[1:],
    )
