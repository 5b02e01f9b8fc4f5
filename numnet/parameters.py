"""One flat vector of values and one of gradients, with named views.

An optimizer step, scipy.optimize, a file and a check each deal with one array; a layer sees its own
part of it under the names that it declared.
"""

from __future__ import annotations

import itertools
import math
import weakref
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from .part import Part

Array = NDArray[Any]


class Slot:
    """The place of one parameter in the flat vectors.

    `written` tells whether the gradient holds anything since the last zero_grad: the first write
    overwrites, later ones add, so that no pass over the vector is spent on zeros.
    """

    __slots__ = ("grad", "shape", "start", "stop", "value", "written")

    def __init__(self, storage: Storage, start: int, shape: tuple[int, ...]) -> None:
        self.start = start
        self.shape = shape
        self.stop = start + math.prod(shape)
        self.value: Array = storage.value[start : self.stop].reshape(shape)
        self.grad: Array = storage.grad[start : self.stop].reshape(shape)
        self.written = False

    def read_grad(self) -> Array:
        """The gradient, zero where nothing was written; later writes add to it."""
        if not self.written:
            self.grad.fill(0)
            self.written = True
        return self.grad


class Storage:
    """The two flat vectors of one packed model, and that model, held weakly.

    `changes` counts what was assigned to attributes of its parts, which twins have copies of.
    """

    __slots__ = ("changes", "grad", "root", "slots", "value")

    def __init__(self, value: Array, root: Part) -> None:
        self.value = value
        self.grad: Array = np.empty_like(value)
        self.root = weakref.ref(root)
        self.slots: list[Slot] = []
        self.changes = 0

    def add(self, start: int, shape: tuple[int, ...]) -> Slot:
        slot = Slot(self, start, shape)
        self.slots.append(slot)
        return slot

    def read_grad(self) -> Array:
        for slot in self.slots:
            slot.read_grad()
        return self.grad


class _Names(Mapping[str, Array]):
    """Views by name; what `Parameters.gradients` returns."""

    def __init__(self, slots: dict[str, Slot]) -> None:
        self._slots = slots

    def __getitem__(self, name: str) -> Array:
        return _find(self._slots, name).read_grad()

    def __iter__(self) -> Iterator[str]:
        return iter(self._slots)

    def __len__(self) -> int:
        return len(self._slots)


class Window:
    """The slots of one model by name, and its slice of the flat vectors if it is one."""

    __slots__ = ("grad", "slots", "value")

    def __init__(self, storage: Storage, slots: dict[str, Slot]) -> None:
        self.slots = slots
        self.value: Array | None = None
        self.grad: Array | None = None
        places = sorted((s.start, s.stop) for s in slots.values())
        if all(a[1] == b[0] for a, b in itertools.pairwise(places)):
            ends = slice(places[0][0], places[-1][1]) if places else slice(0)
            self.value, self.grad = storage.value[ends], storage.grad[ends]


class Parameters(Mapping[str, Array]):
    """The parameters of a model: a mapping from names to views, and flat vectors of all of them.

    It is a window that follows its model: when the model is packed anew, perhaps into a parent's
    vector, value, grad and the views are those of the new place.

    Examples
    --------
    >>> import numnet
    >>> p = numnet.Linear(2, 1, init=numnet.constant(0.0)).parameters
    >>> list(p), p.value
    (['W', 'b'], array([0., 0., 0.]))
    >>> p["W"] = [[1], [2]]
    >>> p.value
    array([1., 2., 0.])
    """

    __slots__ = ("_model",)

    def __init__(self, model: Part) -> None:
        self._model = model

    def __eq__(self, other: object) -> bool:
        # Of arrays there would be no single answer.
        return isinstance(other, Parameters) and other._model is self._model

    def __hash__(self) -> int:
        return hash((Parameters, id(self._model)))

    def _window(self) -> Window:
        model = self._model
        window = model.__dict__["_window"] = Window(model._packed(), model._named_slots())
        return window

    def slots(self) -> dict[str, Slot]:
        """The places by name."""
        return (self._model._window or self._window()).slots

    @property
    def value(self) -> Array:
        """All values, shape (size,): a view, or set from an array of that shape."""
        value = (self._model._window or self._window()).value
        return self._torn() if value is None else value

    @value.setter
    def value(self, new: ArrayLike) -> None:
        target = self.value
        target[...] = fitting(new, target, "parameters.value")

    @property
    def grad(self) -> Array:
        """All gradients, shape (size,), a view; zero where no backward pass wrote."""
        window = self._model._window or self._window()
        for slot in window.slots.values():
            if not slot.written:
                slot.read_grad()
        return self._torn() if window.grad is None else window.grad

    def _torn(self) -> NoReturn:
        raise ValueError(
            f"{self._model!r}: its parameters are not one slice of the enclosing model's vector, "
            "because one of its layers stands elsewhere too. Use the enclosing model's "
            "parameters, or the names"
        )

    @property
    def gradients(self) -> Mapping[str, Array]:
        """The gradients by name, as views."""
        return _Names(self.slots())

    @property
    def size(self) -> int:
        """The number of values."""
        return sum(slot.value.size for slot in self.slots().values())

    @property
    def dtype(self) -> np.dtype[Any]:
        """That of values and gradients."""
        return self._model._packed().value.dtype

    def zero_grad(self) -> None:
        """Forget the gradients: the next backward pass overwrites them."""
        for slot in self.slots().values():
            slot.written = False

    def __call__(self) -> Parameters:
        """Return itself, so that torch's `model.parameters()` works."""
        return self

    def __getitem__(self, name: str) -> Array:
        return _find(self.slots(), name).value

    def __setitem__(self, name: str, new: ArrayLike) -> None:
        target = self[name]
        target[...] = fitting(new, target, f"parameters[{name!r}]")

    def __iter__(self) -> Iterator[str]:
        return iter(self.slots())

    def __len__(self) -> int:
        return len(self.slots())

    def __repr__(self) -> str:
        shapes = ", ".join(f"{name} {slot.shape}" for name, slot in self.slots().items())
        return f"Parameters({self.size} values: {shapes})"


def _find(slots: dict[str, Slot], name: str) -> Slot:
    try:
        return slots[name]
    except KeyError:
        raise KeyError(f"no parameter {name!r}; there are {', '.join(slots) or 'none'}") from None


def fitting(new: ArrayLike, target: Array, place: str) -> Array:
    """`new` as an array, if it has the shape of `target` and holds numbers."""
    array = np.asarray(new)
    if array.shape != target.shape:
        raise ValueError(f"{place}: expected shape {target.shape}, got {array.shape}")
    if array.dtype.kind not in "fiub" and not np.can_cast(array.dtype, target.dtype, "same_kind"):
        raise TypeError(f"{place}: expected numbers of dtype {target.dtype}, got {array.dtype}")
    return array
