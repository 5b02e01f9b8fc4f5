"""What owns parameters: declares them, keeps its arrays when they are assigned to."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Collection, Container, Iterator
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from . import packing
from .arguments import RNG, generator, real_dtype
from .parameters import Parameters, Slot, Storage, Window, fitting

Array = NDArray[Any]
Start = ArrayLike | Callable[[np.random.Generator], ArrayLike]
# Where a part stands, which is not for copies.
TRANSIENT = ("_storage", "_slots", "_parent", "_window", "_layout", "_views")


class Part:
    """A model or a part of one; the parameters that it declared are attributes of it."""

    _storage: Storage | None = None
    _parent: Callable[[], Part | None] | None = None
    _window: Window | None = None
    _rng: np.random.Generator | None = None
    _dtype: np.dtype[Any] | None = None
    # Slices of this model: containers on the same parts, which follow it when it is packed anew.
    _views: Collection[Part] = ()
    _starts: dict[str, Any]
    _slots: dict[str, Slot]
    _held: dict[str, Array]
    buffers: dict[str, Array]

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        # State is made here so that a user's __init__ need not call super().__init__().
        if cls.__init__ is object.__init__ and (args or kwargs):
            raise TypeError(f"{cls.__name__}() takes no arguments")
        self = super().__new__(cls)
        self.__dict__.update(_starts={}, _slots={}, _held={}, buffers={})
        return self

    def declare(self, **starts: Start) -> None:
        """Declare parameters by name: an array, or a picklable function of a Generator.

        Parameters
        ----------
        **starts : array_like or callable
            The initial value, or what draws it when the model is first used.

        Raises
        ------
        ValueError
            If a name is taken, or a value is not finite.
        TypeError
            If a value is not an array of numbers.

        Examples
        --------
        >>> part = Part()
        >>> part.declare(g=[1.0, 2.0])
        >>> part.g
        array([1., 2.])
        """
        for name, start in starts.items():
            if name in self._starts or name in self.__dict__ or hasattr(type(self), name):
                raise ValueError(f"{type(self).__name__}: the name {name!r} is taken")
            if not callable(start):
                start = np.array(start)
                if start.dtype.kind not in "fiu":
                    raise TypeError(
                        f"{type(self).__name__}: expected {name} to be an array of numbers or a "
                        f"function of a Generator, got dtype {start.dtype}"
                    )
                if not np.isfinite(start).all():
                    raise ValueError(f"{type(self).__name__}: expected {name} to be finite")
            self._starts[name] = start
        packing.unpack(self)

    def initialize(self, rng: RNG = None, dtype: DTypeLike | None = None) -> Self:
        """Draw all parameters anew, in place.

        Parameters
        ----------
        rng : int, Generator or None
            Seed or source; by default that of the nearest enclosing model that was given one,
            else fresh entropy.
        dtype : {"float32", "float64"}, optional
            Of the parameters, for the outermost model only.

        Returns
        -------
        Part
            Itself.

        Raises
        ------
        ValueError
            If dtype is given for a part of a larger model.
        TypeError
            If dtype is not a real floating type.

        Examples
        --------
        >>> import numnet
        >>> net = numnet.Sequential(numnet.Linear(2, 1)).initialize(rng=0)
        >>> bool((net[0].W == net.initialize(rng=0)[0].W).all())
        True
        """
        if dtype is not None:
            if packing.home(self) is not self:
                raise ValueError(
                    f"{self!r}: dtype belongs to the whole model. Initialize {packing.home(self)!r}"
                )
            self.__dict__["_dtype"] = real_dtype(dtype)
        for _, part, _ in packing.walk(self):
            if rng is not None:
                part._rng = None
            for name in part._starts:
                part.__dict__.pop(name, None)
            part._slots.clear()
            part._held.clear()
        if rng is not None:
            self._rng = generator(rng)
        packing.unpack(self)
        packing.pack(self)
        return self

    @property
    def parameters(self) -> Parameters:
        """The flat vectors and the named views; see `numnet.Parameters`."""
        return Parameters(self)

    def add_grad(self, name: str, grad: Array) -> None:
        """Add `grad` to the gradient of the parameter `name`; the first after zero_grad overwrites.

        Raises
        ------
        ValueError
            If the shape is not that of the parameter.
        TypeError
            If it is complex and the parameter is real.

        Examples
        --------
        >>> part = Part()
        >>> part.declare(g=[1.0, 2.0])
        >>> part.add_grad("g", np.array([3.0, 4.0]))
        >>> part.add_grad("g", np.array([1.0, 1.0]))
        >>> part.parameters.grad
        array([4., 5.])
        """
        slot = self._slots.get(name) or self._slot(name)
        if grad is slot.grad:
            slot.written = True
            return
        if np.shape(grad) != slot.shape:
            raise ValueError(
                f"{self!r}: expected the gradient of {name} to have its shape {slot.shape}, "
                f"got {np.shape(grad)}"
            )
        if np.iscomplexobj(grad) and slot.grad.dtype.kind != "c":
            raise TypeError(
                f"{self!r}: the gradient of {name} is complex, and the parameter is "
                f"{slot.grad.dtype}; take its real part"
            )
        if slot.written:
            slot.grad += grad
        else:
            slot.grad[...] = grad
            slot.written = True

    def grad_slot(self, name: str) -> Array | None:
        """Where a kernel may write the gradient of `name` (out=), or None if it has to be added."""
        slot = self._slots.get(name) or self._slot(name)
        return None if slot.written else slot.grad

    def _check_place(self, root: Part, before: Container[int]) -> None:
        """Raise if this part may not stand in `root` behind those parts, given by their ids."""

    def _children(self) -> Iterator[tuple[str, Part]]:
        """The parts that this one holds as attributes or in lists, with their names."""
        # A copy: what is done with a child may pack it, which sets attributes here.
        for name, value in list(self.__dict__.items()):
            if isinstance(value, Part):
                yield name, value
            elif isinstance(value, list | tuple):
                yield from ((f"{name}.{i}", x) for i, x in enumerate(value) if isinstance(x, Part))

    def _packed(self) -> Storage:
        """The flat vectors, made at the first use."""
        if self._storage is None:
            packing.pack(self)
        return self._storage  # type: ignore[return-value]

    def _has_parameters(self) -> bool:
        return bool(self._slots) or any(part._slots for _, part, _ in packing.walk(self))

    def _named_slots(self) -> dict[str, Slot]:
        return packing.named_slots(self)

    def _slot(self, name: str) -> Slot:
        slot = self._slots.get(name)
        if slot is not None:
            return slot
        if name in self._starts:
            packing.pack(self)
            return self._slots[name]
        have = f"there is {', '.join(self._slots)}" if self._slots else "it has none"
        raise ValueError(f"{self!r}: no parameter {name!r}, {have}. Use declare({name}=...)")

    def _bind(self, storage: Storage, slots: dict[str, Slot]) -> None:
        """Take up a place in `storage`: what the names of the parameters now mean."""
        state = self.__dict__
        state["_storage"], state["_slots"], state["_window"] = storage, slots, None
        for name, slot in slots.items():
            state[name] = slot.value

    def __getattr__(self, name: str) -> Any:
        # Reached only for what is not there: a declared parameter before its first use.
        if name in self.__dict__.get("_starts", ()):
            return self._slot(name).value
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self._starts:
            target = self._slot(name).value
            target[...] = fitting(value, target, f"{self!r}.{name}")
            return
        for part in parts_in(value) if name not in TRANSIENT else ():
            # There would be no outermost model.
            if packing.holds(part, self):
                raise ValueError(
                    f"{type(self).__name__}.{name}: expected a part that does not hold this one, "
                    f"got {type(part).__name__}. Keep weakref.ref(model) instead"
                )
        old = self.__dict__.get(name)
        object.__setattr__(self, name, value)
        if name in TRANSIENT:
            return
        if self._storage is not None:
            self._storage.changes += 1
        if (held := parts_in(value)) or parts_in(old):
            self._adopt(held)
            self._release(parts_in(old))

    def __delattr__(self, name: str) -> None:
        if name in self._starts:
            raise AttributeError(f"{self!r}: the parameter {name!r} cannot be deleted")
        old = self.__dict__.get(name)
        object.__delattr__(self, name)
        self._release(parts_in(old))

    def _adopt(self, parts: list[Part]) -> None:
        for part in parts:
            parent = part._parent and part._parent()
            # A part stays with the one that holds it until another is packed.
            if parent is None or all(child is not part for _, child in parent._children()):
                part.__dict__["_parent"] = weakref.ref(self)
        packing.unpack(self)

    def _release(self, parts: list[Part]) -> None:
        """Let go of parts that stood here, unless they stand here under another name."""
        kept = {id(part) for _, part in self._children()}
        for part in parts:
            if id(part) not in kept and part._parent is not None and part._parent() is self:
                part.__dict__["_parent"] = None
        packing.unpack(self)


def parts_in(value: Any) -> list[Part]:
    if isinstance(value, Part):
        return [value]
    return [x for x in value if isinstance(x, Part)] if isinstance(value, list | tuple) else []
