"""What holds for the life of every layer: views, twins, copies, files, names."""

from __future__ import annotations

import copy
import gc
import pickle
import tempfile
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from contract.cases import LayerCase, near
from contract.state import frozen, state_of

import numnet
from numnet.model import Model


def _views_are_live(layer: Model, case: LayerCase) -> None:
    """One changed entry of the vector is seen under its name, at its attribute and in y."""
    value, x = layer.parameters.value, case.x()
    for i in range(value.size):
        before, y = {n: a.copy() for n, a in layer.parameters.items()}, layer(x)
        value[i] += 1
        changed = [n for n, a in layer.parameters.items() if (a != before[n]).any()]
        assert len(changed) == 1, f"entry {i} is seen in {changed}"
        *path, last = changed[0].split(".")
        owner: Any = layer
        for step in path:
            owner = owner[int(step)] if step.isdigit() else getattr(owner, step)
        where = getattr(owner, last)
        assert (where != before[changed[0]]).sum() == 1, f"{changed[0]} does not follow the vector"
        assert frozen(layer(x)) != frozen(y), f"{changed[0]} is not what the forward uses"


def parameters_are_live_views(case: LayerCase) -> None:
    """The flat vector, the names and the attributes are one memory."""
    _views_are_live(case.layer(), case)


def a_replica_shares_values_alone(case: LayerCase) -> None:
    """The same memory of values, gradients of its own."""
    layer = case.layer()
    done = case.run(layer)
    twin = layer.replica()
    assert twin is not layer, "the replica is the layer itself"
    assert twin.parameters.value.base is layer.parameters.value.base, "values are not shared"
    assert not np.shares_memory(twin.parameters.grad, layer.parameters.grad), "shared gradients"
    assert not twin.parameters.grad.any(), "a new replica has gradients"
    before = state_of(layer)
    again = case.run(twin, dy=2 * done.dy)
    near(again.grad, 2 * done.grad)
    assert frozen(again.y) == frozen(done.y), "the replica gives another y"
    assert state_of(layer) == before, "a pass of the replica changed the layer"
    if done.grad.size:
        layer.parameters.value[0] += 1
        assert frozen(twin(done.x)) == frozen(layer(done.x)), "the replica lost the values"
        _views_are_live(layer.replica(layer.parameters.value.copy()), case)


def _stands_alone(case: LayerCase, duplicate: Callable[[Model], Model]) -> None:
    layer = case.layer()
    done = case.run(layer)
    before = state_of(layer)
    other = duplicate(layer)
    assert type(other) is type(layer), f"a copy of another class, {type(other).__name__}"
    assert other is not layer, "the copy is the layer itself"
    assert repr(other) == repr(layer), f"the copy is {other!r}"
    assert list(other.parameters) == list(layer.parameters), "other names"
    assert other.parameters.dtype == case.dtype, f"a copy of dtype {other.parameters.dtype}"
    again = case.run(other)
    for one, two in zip(again, done, strict=True):
        assert frozen(one) == frozen(two), "the copy computes something else"
    _views_are_live(other, case)
    assert state_of(layer) == before, "a change of the copy reached the layer"


def a_copy_stands_alone(case: LayerCase) -> None:
    """layer.copy(): equal, live, and without a way back."""
    _stands_alone(case, lambda layer: layer.copy())


def a_deepcopy_stands_alone(case: LayerCase) -> None:
    """copy.deepcopy, alone and within a list."""
    _stands_alone(case, copy.deepcopy)
    _stands_alone(case, lambda layer: copy.deepcopy([layer])[0])


def a_pickle_stands_alone(case: LayerCase) -> None:
    """pickle, in every protocol that carries arrays."""
    for protocol in (2, pickle.HIGHEST_PROTOCOL):
        _stands_alone(case, lambda m, p=protocol: pickle.loads(pickle.dumps(m, p)))  # type: ignore[misc]


def a_copy_before_the_first_use_draws_the_same(case: LayerCase) -> None:
    """A model given a generator and its copy have the same values."""
    model = numnet.Sequential(case.make(), rng=5, dtype=case.dtype)
    other = model.copy()
    assert frozen(other.parameters.value) == frozen(model.parameters.value), "other values"


def tied_aliases_are_one(case: LayerCase) -> None:
    """In two places of a Sequential: one set of parameters, whose gradients add up."""
    layer = case.layer()
    bridge = numnet.Linear(layer(case.x()).shape[1], 3).initialize(rng=6, dtype=case.dtype)
    model = numnet.Sequential(layer, bridge, layer)
    apart = numnet.Sequential(layer.copy(), bridge.copy(), layer.copy())
    tied, free = case.run(model), case.run(apart)
    size = layer.parameters.size
    assert tied.grad.size == size + bridge.parameters.size, "the alias has parameters of its own"
    assert frozen(tied.y) == frozen(free.y), "the alias computes something else"
    near(tied.dx, free.dx)
    ends = free.grad[:size] + free.grad[-size:] if size else free.grad[:0]
    near(tied.grad[:size], ends)
    other = model.copy()
    assert other[0] is other[2], "the copy unties"


def a_file_brings_it_back(case: LayerCase) -> None:
    """save, then load into another of the same structure, or from nothing where it is numnet's."""
    layer = case.layer()
    y = layer(case.x())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.npz")
        numnet.save(layer, path)
        into = case.make().initialize(rng=7, dtype=case.dtype)
        found = [numnet.load(path, into=into)]
        assert found[0] is into, "load(into=) returned something else"
        if "Bent" not in repr(layer) and type(layer).__module__.startswith("numnet."):
            found.append(numnet.load(path))
    for other in found:
        assert repr(other) == repr(layer), f"the file gave {other!r}"
        assert frozen(other(case.x())) == frozen(y), "the file lost something"
        _views_are_live(other, case)


def its_text_names_it(case: LayerCase) -> None:
    """repr begins with the class, makes the layer where it is Python, and stands in the summary."""
    layer = case.layer()
    text = repr(layer)
    assert text.startswith(f"{type(layer).__name__}("), f"the text is {text}"
    assert repr(case.make()) == text, "the text changes with use"
    parts = list(_shown(layer))
    for part in parts if parts or hasattr(layer, "layers") else [layer]:
        assert repr(part) in str(layer), f"the summary does not name {part!r}"
    try:
        again = eval(text, dict(vars(numnet))).initialize(rng=0, dtype=case.dtype)
    except (SyntaxError, NameError):
        return
    again.parameters.value = layer.parameters.value
    near(again(case.x()), layer(case.x()))


def _shown(layer: Any) -> Iterator[Model]:
    """What the summary has a row for: the parts, those of chains within a chain one by one."""
    for _, part in layer._children():
        chain = hasattr(layer, "layers") and hasattr(part, "layers")
        yield from _shown(part) if chain else [part]


def astype_is_a_copy_of_another_dtype(case: LayerCase) -> None:
    """Everything in the other dtype, the layer as before."""
    layer = case.layer()
    before = state_of(layer)
    other = "float32" if case.dtype == "float64" else "float64"
    done = LayerCase(case.make, other).run(layer.astype(other))
    kinds = {a.dtype.name for a in (done.y, done.dx, done.grad)}
    assert kinds == {other}, f"astype({other!r}) gives {kinds}"
    assert state_of(layer) == before, "astype changed the layer"
    near(layer.astype(case.dtype)(case.x()), layer(case.x()))


def the_seed_decides_the_start(case: LayerCase) -> None:
    """initialize(rng=) gives the same bits, in place, and touches no global generator."""
    before = frozen(np.random.get_state())  # noqa: NPY002
    layer, other = case.make(), case.make().initialize(rng=3, dtype=case.dtype)
    parameters = layer.parameters
    values = [layer.initialize(seed, case.dtype).parameters.value.copy() for seed in (3, 4, 3)]
    assert frozen(values[0]) == frozen(values[2]), "the same seed gives other values"
    assert frozen(values[0]) == frozen(other.parameters.value), "another object, other values"
    assert frozen(parameters.value) == frozen(values[2]), "the window lost its model"
    assert not values[0].any() or frozen(values[0]) != frozen(values[1]), "the seed is not used"
    after = frozen(np.random.get_state())  # noqa: NPY002
    assert after == before, "the global generator was used"


def it_goes_with_its_last_reference(case: LayerCase) -> None:
    """No cycle keeps a used layer and its arrays until a collection."""
    layer = case.layer()
    case.run(layer)
    layer.replica()
    gone = weakref.ref(layer)
    gc.disable()
    try:
        del layer
        assert gone() is None, "a reference cycle keeps the layer"
    finally:
        gc.enable()
