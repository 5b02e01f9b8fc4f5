"""Whether operations are recorded, and whether they are watched."""

from __future__ import annotations

from contextlib import ContextDecorator
from contextvars import ContextVar, Token
from typing import Self

# Of a thread and its tasks, so that evaluation in one leaves training in another alone.
RECORDING: ContextVar[bool] = ContextVar("recording", default=True)
WATCHING: ContextVar[bool] = ContextVar("watching", default=False)


class _Switch(ContextDecorator):
    """Sets a variable within a block, or while a decorated function runs."""

    _variable: ContextVar[bool]
    _setting: bool

    def __init__(self) -> None:
        self._tokens: list[Token[bool]] = []

    def _recreate_cm(self) -> Self:
        # A decorated function may run in several threads at once.
        return type(self)()

    def __enter__(self) -> Self:
        self._tokens.append(self._variable.set(self._setting))
        return self

    def __exit__(self, *error: object) -> None:
        self._variable.reset(self._tokens.pop())


class no_grad(_Switch):  # torch's name
    """Within it nothing is recorded: for an update by hand, or an evaluation.

    A context manager and a decorator, as in torch.

    Examples
    --------
    >>> import numnet
    >>> w = numnet.Tensor([1.0, 2.0], requires_grad=True)
    >>> (w * w).sum().backward()
    >>> with no_grad():
    ...     w -= 0.5 * w.grad
    >>> w
    Tensor([0., 0.], requires_grad=True)
    """

    _variable, _setting = RECORDING, False


class detect_anomaly(_Switch):  # torch's name
    """Within it every operation is watched: slower, for the search of a fault.

    An operation that makes NaN of numbers raises, as does a backward; so does a backward that finds
    an array changed since it was recorded, which numnet cannot see otherwise where the caller
    changed an array of his own. The messages name the operation and the line that called it.

    Examples
    --------
    >>> import numpy as np
    >>> import numnet
    >>> a = np.array([1.0, 2.0])
    >>> x = numnet.Tensor(a, requires_grad=True)
    >>> with detect_anomaly():
    ...     y = (x * x).sum()
    ...     a[0] = 5.0
    ...     y.backward()
    Traceback (most recent call last):
    numnet.errors.GraphError: ...
    """

    _variable, _setting = WATCHING, True
