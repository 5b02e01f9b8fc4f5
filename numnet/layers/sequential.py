"""Layers one after the other."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from typing import Any, overload

from numpy.typing import DTypeLike, NDArray

from ..arguments import RNG, generator, real_dtype
from ..context import Context
from ..errors import add_place
from ..model import Model
from ..part import Part

Array = NDArray[Any]


class Sequential(Model):
    """Layers one after the other: the output of each is the input of the next.

    y = layer_k(... layer_1(layer_0(x)))

    Parameters
    ----------
    *layers : Layer or Module
        One may stand in several places: its gradients add up.
    rng : int, Generator or None
        Source of the initial values; fresh entropy by default.
    dtype : {"float64", "float32"}, optional
        Of the parameters and so of all that is computed; float64 by default.

    Raises
    ------
    TypeError
        If a layer is none, naming its place; if dtype is not a real floating type.

    Examples
    --------
    >>> import numnet
    >>> model = Sequential(numnet.Linear(784, 10), numnet.Tanh(), numnet.Linear(10, 3), rng=0)
    >>> model.parameters.size
    7883
    >>> len(model), model[1]
    (3, Tanh())
    >>> model.parameters["2.b"]
    array([0., 0., 0.])
    """

    def __init__(self, *layers: Model, rng: RNG = None, dtype: DTypeLike | None = None) -> None:
        for i, layer in enumerate(layers):
            if not isinstance(layer, Model):
                hint = f". Write {layer.__name__}(...)" if isinstance(layer, type) else ""
                hint = ". Write Sequential(*layers)" if isinstance(layer, list | tuple) else hint
                raise TypeError(f"Sequential, layer {i}: expected a layer, got {layer!r}{hint}")
        if rng is not None:
            self._rng = generator(rng)
        if dtype is not None:
            self._dtype = real_dtype(dtype)
        self.layers = layers

    @property
    def rowwise(self) -> bool:  # type: ignore[override]
        """Whether every layer is."""
        return all(layer.rowwise for layer in self.layers)

    def _forward(self, x: Array, ctx: Context) -> tuple[Array, list[Any]]:
        saved = []
        for i, layer in enumerate(self.layers):
            into = x.shape
            try:
                x, s = layer._forward(x, ctx)
            except (TypeError, ValueError) as error:
                add_place(error, f"layer {i}", repr(layer))
                raise
            saved.append((s, into))
        return x, saved

    def _backward(self, dy: Array, saved: list[Any], need_dx: bool) -> Array | None:
        # Below the first layer with parameters there is nothing to compute unless dx is asked for.
        last = 0 if need_dx else self._first_with_parameters()
        grad: Array | None = dy
        for i in range(len(self.layers) - 1, last - 1, -1):
            layer = self.layers[i]
            s, into = saved[i]
            try:
                grad = layer._backward(grad, s, need_dx or i > last)  # type: ignore[arg-type]
                # A dx of another shape might be broadcast further down.
                if grad is not None and getattr(grad, "shape", None) != into:
                    raise ValueError(
                        f"{layer!r}: expected backward to return dx of the shape of x, {into}, "
                        f"got {getattr(grad, 'shape', type(grad).__name__)}"
                    )
            except (TypeError, ValueError) as error:
                add_place(error, f"layer {i}", repr(layer))
                raise
        return grad if need_dx else None

    def _passes(self, x: Array, place: str = "") -> Iterator[tuple[str, Model, Array, Array, Any]]:
        if type(self)._forward is not Sequential._forward:
            # A subclass that passes x on in a way of its own.
            yield from super()._passes(x, place)
            return
        for i, layer in enumerate(self.layers):
            for step in layer._passes(x, f"{place}layer {i}, "):
                yield step
                x = step[3]

    def _first_with_parameters(self) -> int:
        for i, layer in enumerate(self.layers):
            if layer._slots or layer._has_parameters():
                return i
        return len(self.layers)

    def _last_output(self) -> str:
        return self.layers[-1].output if self.layers else "values"

    def _children(self) -> Iterator[tuple[str, Part]]:
        yield from ((str(i), layer) for i, layer in enumerate(self.layers))
        # What a subclass holds besides.
        yield from (x for x in super()._children() if not x[0].startswith("layers."))

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[Model]:
        return iter(self.layers)

    @overload
    def __getitem__(self, index: int) -> Model: ...
    @overload
    def __getitem__(self, index: slice) -> Sequential: ...
    def __getitem__(self, index: int | slice) -> Model | Sequential:
        """A layer, or a Sequential on the same layers and the same parameters."""
        if not isinstance(index, slice):
            return self.layers[index]
        view = Sequential.__new__(Sequential)
        # Past __setattr__, which would make the slice the parent of its layers.
        view.__dict__.update(
            layers=self.layers[index], _parent=lambda: self, _storage=self._storage
        )
        if not isinstance(self._views, weakref.WeakSet):
            self.__dict__["_views"] = weakref.WeakSet()
        self._views.add(view)  # type: ignore[attr-defined]
        return view

    def __repr__(self) -> str:
        return f"Sequential({', '.join(map(repr, self.layers))})"
