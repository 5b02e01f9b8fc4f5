"""Copies with values of their own, and twins that share values or are bound to others."""

from __future__ import annotations

import copy
import itertools
import weakref
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from . import packing
from .arguments import real_dtype
from .parameters import Storage
from .part import TRANSIENT, Part, parts_in

Array = NDArray[Any]


class Copyable(Part):
    """A part that can be copied, pickled and replicated."""

    _layout: Layout | None = None

    def copy(self) -> Self:
        """An independent model of the same structure and values.

        Examples
        --------
        >>> part = Copyable()
        >>> part.declare(g=[1.0])
        >>> other = part.copy()
        >>> other.g[0] = 5
        >>> part.g
        array([1.])
        """
        return copy.deepcopy(self)

    def astype(self, dtype: DTypeLike) -> Self:
        """A copy whose parameters have another dtype.

        Examples
        --------
        >>> part = Copyable()
        >>> part.declare(g=[1.0])
        >>> part.astype("float32").g.dtype
        dtype('float32')
        """
        kind = real_dtype(dtype)
        new = self.copy()
        new.__dict__["_dtype"] = kind
        return new

    def replica(self, values: ArrayLike | None = None) -> Self:
        """A twin on the same values, or on others of any dtype, with gradients of its own.

        One for each thread, made when the model is complete.

        Parameters
        ----------
        values : array_like, shape (size,), optional
            Taken as they are, complex included, and not copied where they are an array.

        Raises
        ------
        ValueError
            If the shape is not that of `parameters.value`.

        Examples
        --------
        >>> part = Copyable()
        >>> part.declare(g=[1.0, 2.0])
        >>> part.replica(np.array([3.0, 4.0 + 1j])).g
        array([3.+0.j, 4.+1.j])
        """
        own = self.parameters
        new = own.value if values is None else np.asarray(values)
        if new.shape != (own.size,) or new.dtype.kind not in "fc":
            raise ValueError(
                f"{self!r}.replica: expected floating or complex values of shape {(own.size,)}, "
                f"got {new.dtype} of shape {new.shape}"
            )
        return self._current_layout().twin(self, new)  # type: ignore[return-value]

    def _current_layout(self) -> Layout:
        if self._layout is None or self._layout.storage is not self._packed():
            self.__dict__["_layout"] = Layout(self)
        return self._layout  # type: ignore[return-value]

    def __getstate__(self) -> dict[str, Any]:
        self._packed()
        state = {k: v for k, v in self.__dict__.items() if k not in (*TRANSIENT, *self._slots)}
        state["_held"] = {name: slot.value for name, slot in self._slots.items()}
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        for value in state.values():
            for part in parts_in(value):
                part.__dict__["_parent"] = weakref.ref(self)

    def __copy__(self) -> Self:
        return self.copy()


class Layout:
    """Where the parts of a packed model stand, so that a twin is made without a walk."""

    def __init__(self, model: Part) -> None:
        self.storage = model._packed()
        found = [(path, p) for path, p, _ in packing.walk(model)]
        parts = [p for _, p in found]
        self.paths = [path.removesuffix(".") for path, _ in found]
        number = {id(p): i for i, p in enumerate(parts)}
        # One behind the other, also where something stands between them in the model's vector.
        slots = [slot for part in parts for slot in part._slots.values()]
        slots.sort(key=lambda slot: (slot.start, slot.stop))
        ends = itertools.accumulate((s.stop - s.start for s in slots), initial=0)
        starts = {s.start: at for s, at in zip(slots, ends, strict=False)}
        # Without the model itself, which holds this layout: a cycle would outlive its last use.
        self.inner = parts[1:]
        self.places = [[(n, starts[s.start], s.shape) for n, s in p._slots.items()] for p in parts]
        self.links = [_links(p, number) for p in parts]
        # Twins for recording that wait for their next use.
        self.spare: list[Any] = []

    def twin(self, model: Part, value: Array) -> Part:
        """A model of the same structure on `value`, with gradients of its own."""
        twins: list[Part] = []
        for part in (model, *self.inner):
            new = object.__new__(type(part))
            new.__dict__.update(part.__dict__)
            twins.append(new)
        storage = Storage(value, twins[0])
        for new, places in zip(twins, self.places, strict=True):
            state = new.__dict__
            state["_parent"] = state["_layout"] = None
            state["_views"] = ()
            new._bind(storage, {name: storage.add(start, shape) for name, start, shape in places})
        self.link(twins)
        return twins[0]

    def link(self, twins: list[Part]) -> None:
        """Let the attributes that hold parts hold the twins of them."""
        for new, links in zip(twins, self.links, strict=True):
            state = new.__dict__
            for attribute, where in links:
                if isinstance(where, int):
                    state[attribute] = twins[where]
                else:
                    old = state[attribute]
                    state[attribute] = type(old)(
                        x if i is None else twins[i] for x, i in zip(old, where, strict=True)
                    )


def _links(part: Part, number: dict[int, int]) -> list[tuple[str, Any]]:
    """The attributes that hold parts: (name, index), or (name, indices) for a list or tuple."""
    links: list[tuple[str, Any]] = []
    for name, value in part.__dict__.items():
        if id(value) in number:
            links.append((name, number[id(value)]))
        elif isinstance(value, list | tuple) and any(id(x) in number for x in value):
            links.append((name, [number.get(id(x)) for x in value]))
    return links
