"""The walk over a model: one flat vector for all that it holds, and twins on other vectors.

Tying is object identity: a part that stands in several places is visited once.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .parameters import Slot, Storage

if TYPE_CHECKING:
    from .part import Part

Array = NDArray[Any]


def walk(model: Part) -> Iterator[tuple[str, Part, np.random.Generator | None]]:
    """Each part once, outermost first: its path, itself, the nearest generator given around it."""
    seen: set[int] = set()
    stack: list[tuple[str, Part, np.random.Generator | None]] = [("", model, None)]
    while stack:
        path, part, rng = stack.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        rng = part._rng if part._rng is not None else rng
        yield path, part, rng
        stack += [(f"{path}{name}.", child, rng) for name, child in part._children()][::-1]


def home(part: Part) -> Part:
    """The outermost model around `part`."""
    while (parent := part._parent and part._parent()) is not None:
        part = parent
    return part


def pack(part: Part) -> None:
    """Give the outermost model around `part` one flat vector; values that exist are kept."""
    root = home(part)
    parts = list(walk(root))
    members = {id(p) for _, p, _ in parts}
    before: set[int] = set()
    for _, p, _ in parts:
        p._check_place(root, before)
        before.add(id(p))
        owner = p._storage.root() if p._storage is not None else None
        if owner is not None and id(owner) not in members and holds(owner, p):
            raise ValueError(
                f"{p!r} belongs to {owner!r} and cannot also be packed into {root!r}. "
                "Use layer.copy() for a second one with the same values"
            )
    values = _values(parts)
    storage = Storage(np.empty(sum(v.size for _, _, v in values), _dtype(root, parts)), root)
    start = 0
    slots: dict[int, dict[str, Slot]] = {key: {} for key in members}
    for p, name, value in values:
        slot = storage.add(start, value.shape)
        slot.value[...] = value
        slots[id(p)][name] = slot
        start = slot.stop
    for _, p, _ in parts[::-1]:
        p._bind(storage, slots[id(p)])
        p._held.clear()
        for view in slices(p):
            view._bind(storage, {})
        # Changes below reach the model that owns the vector, whatever held the part before. The
        # first that holds it is the one that it stays with: a tied layer may go before it does.
        for _, child in p._children():
            child.__dict__["_parent"] = weakref.ref(p)


def unpack(part: Part) -> None:
    """Note that the structure around `part` changed: pack again at the next use."""
    above: Part | None = part
    while above is not None:
        for stale in (above, *slices(above)):
            stale._storage = stale._window = None
        above = above._parent and above._parent()


def slices(part: Part) -> Iterator[Part]:
    """The living slices of `part`, and those of its slices."""
    for view in part._views:
        yield view
        yield from slices(view)


def holds(model: Part, part: Part) -> bool:
    """Whether `part` stands somewhere in `model`."""
    return any(p is part for _, p, _ in walk(model))


def named_slots(model: Part) -> dict[str, Slot]:
    """The slots of a packed model by their names within it, "0.W" for the W of its layer 0."""
    return {f"{path}{name}": s for path, p, _ in walk(model) for name, s in p._slots.items()}


def _values(
    parts: list[tuple[str, Part, np.random.Generator | None]],
) -> list[tuple[Part, str, Array]]:
    """The value of every parameter: as it stands, else drawn from its start."""
    values = []
    fresh: np.random.Generator | None = None
    for path, p, rng in parts:
        for name, start in p._starts.items():
            if name in p._slots:
                value = p._slots[name].value
            elif name in p._held:
                value = p._held[name]
            elif callable(start):
                if rng is None:
                    fresh = rng = fresh or np.random.default_rng()
                value = np.asarray(start(rng))
                if value.dtype.kind not in "fiu":
                    raise TypeError(
                        f"{path}{name}: expected its start to return an array of numbers, "
                        f"got dtype {value.dtype}"
                    )
            else:
                value = start
            values.append((p, name, value))
    return values


def _dtype(root: Part, parts: list[tuple[str, Part, np.random.Generator | None]]) -> Any:
    """The root's dtype if given, else the widest that a part was given or has, else float64."""
    if root._dtype is not None:
        return root._dtype
    found = [p._dtype for _, p, _ in parts if p._dtype is not None]
    found += [s.value.dtype for _, p, _ in parts for s in p._slots.values()]
    found += [v.dtype for _, p, _ in parts for v in p._held.values()]
    return np.result_type(*found) if found else np.dtype(np.float64)
