"""What a pass through a model may know beside its input."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Context:
    """Evaluation or training, a source of randomness, and the new state that layers hand over.

    Parameters
    ----------
    train : bool
        False by default; only fit passes True.
    rng : Generator, optional
        What layers that draw (dropout) draw from.

    Examples
    --------
    >>> import numnet
    >>> class Mean(numnet.Layer):
    ...     uses_ctx = True
    ...     def __init__(self): self.buffers["mean"] = np.zeros(2)
    ...     def forward(self, x, ctx):
    ...         ctx.keep(self, mean=x.mean(0))
    ...         return x - self.buffers["mean"], None
    ...     def backward(self, dy, saved): return dy
    >>> layer, ctx = Mean(), Context(train=True)
    >>> y, saved = layer.propagate(np.array([[1.0, 3.0]]), ctx)
    >>> layer.buffers["mean"]
    array([0., 0.])
    >>> ctx.commit()
    >>> layer.buffers["mean"]
    array([1., 3.])
    """

    __slots__ = ("_kept", "rng", "train")

    def __init__(self, train: bool = False, rng: np.random.Generator | None = None) -> None:
        self.train = train
        self.rng = rng
        self._kept: list[tuple[dict[str, Array], dict[str, Array]]] = []

    def keep(self, layer: Any, **state: Array) -> None:
        """Hand over the new value of buffers that `layer` has; it takes effect at `commit`.

        Without effect in evaluation, of which nothing remains.
        """
        unknown = set(state) - set(layer.buffers)
        if unknown:
            raise ValueError(f"{layer!r}: no buffer {', '.join(sorted(unknown))} to keep")
        if self.train:
            self._kept.append((layer.buffers, state))

    def commit(self) -> None:
        """Give every layer the state that it handed over, once a step."""
        for buffers, state in self._kept:
            buffers.update(state)
        self._kept.clear()
