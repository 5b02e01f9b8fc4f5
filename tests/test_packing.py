from __future__ import annotations

import gc
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import numnet
from numnet.packing import walk

WIDTH = 2


@pytest.fixture
def no_collector():
    """What is dropped has to go at once, by its reference count alone."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def linear(value=0.5):
    return numnet.Linear(WIDTH, WIDTH, init=numnet.constant(value))


def assert_one_vector(model):
    """Every parameter of every layer is a view of the model's vectors, each part of them once."""
    value, grad = model.parameters.value, model.parameters.grad
    for name, part, _ in walk(model):
        for own in part._slots:
            assert getattr(part, own) is model.parameters[name + own]
            assert np.shares_memory(getattr(part, own), value)
    marks = np.arange(value.size) + 0.5
    kept = value.copy()
    value[:] = grad[:] = marks
    for views in (model.parameters, model.parameters.gradients):
        seen = [array.ravel() for array in views.values()]
        np.testing.assert_array_equal(np.sort(np.concatenate([[], *seen])), marks)
    value[:] = kept


# Trees of layers from a small pool, so that layers and whole containers stand in several places.
trees = st.recursive(
    st.integers(0, 4), lambda inner: st.lists(inner, min_size=0, max_size=3), max_leaves=8
).map(lambda tree: tree if isinstance(tree, list) else [tree])


def build(tree, seed):
    pool = [linear(), numnet.Tanh(), linear(), numnet.Linear(WIDTH, WIDTH, bias=False)]

    def node(item):
        if isinstance(item, list):
            return numnet.Sequential(*map(node, item))
        if item == len(pool):
            pool.append(numnet.Sequential(pool[0], numnet.Softplus(), linear()))
        return pool[item]

    model = node(tree)
    rng = np.random.default_rng(seed)
    for layer in pool:
        for name in layer.parameters:
            layer.parameters[name] = rng.normal(size=layer.parameters[name].shape)
    return model


def flat_by_name(model):
    return {name: array.copy() for name, array in model.parameters.items()}


@given(trees, st.integers(0, 9))
def test_random_nestings_have_one_vector_and_right_gradients(tree, seed):
    model = build(tree, seed)
    x = np.random.default_rng(seed).normal(size=(3, WIDTH))
    y, saved = model.propagate(x)
    dy = np.random.default_rng(seed + 1).normal(size=y.shape)
    assert_one_vector(model)
    unique = {id(p): p for _, p, _ in walk(model) if isinstance(p, numnet.Linear)}
    assert model.parameters.size == sum(
        WIDTH * WIDTH + WIDTH * (p.b is not None) for p in unique.values()
    )

    model.parameters.zero_grad()
    dx = model.backpropagate(dy, saved)
    rng = np.random.default_rng(seed + 2)
    theta = model.parameters.value
    along, along_x = rng.normal(size=theta.shape), rng.normal(size=x.shape)
    twin = model.replica(theta + 1e-30j * along)
    expected = (dy * twin(x + 1e-30j * along_x)).sum().imag / 1e-30
    # A layer that stands twice is differentiated at both places.
    found = along @ model.parameters.grad + (along_x * dx).sum()
    terms = np.abs(along * model.parameters.grad).sum() + np.abs(along_x * dx).sum()
    assert abs(found - expected) <= 1e-13 * terms


@given(trees, st.integers(0, 9))
def test_copies_of_random_nestings_are_equal_and_independent(tree, seed):
    model = build(tree, seed)
    x = np.random.default_rng(seed).normal(size=(3, WIDTH))
    y, values = model(x), flat_by_name(model)
    for other in (model.copy(), pickle.loads(pickle.dumps(model)), model.replica().copy()):
        assert list(other.parameters) == list(values)
        np.testing.assert_array_equal(other(x), y)
        assert_one_vector(other)
        other.parameters.value += 1
        assert not np.shares_memory(other.parameters.value, model.parameters.value)
        for name, array in values.items():
            np.testing.assert_array_equal(other.parameters[name], array + 1)
            np.testing.assert_array_equal(model.parameters[name], array)


@given(trees, trees, st.integers(0, 9))
def test_a_parent_takes_over_its_children_with_their_values(first, second, seed):
    children = [build(first, seed), build(second, seed + 1)]
    values = [flat_by_name(child) for child in children]
    windows = [child.parameters for child in children]
    parent = numnet.Sequential(*children, children[0])
    assert_one_vector(parent)
    assert parent.parameters.size == sum(child.parameters.size for child in children)
    for i, (child, before, window) in enumerate(zip(children, values, windows, strict=True)):
        assert list(child.parameters) == list(before)
        for name, array in before.items():
            np.testing.assert_array_equal(parent.parameters[f"{i}.{name}"], array)
            np.testing.assert_array_equal(window[name], array)
    parent.parameters.value[:] = 0
    assert not any(array.any() for window in windows for array in window.values())


def test_a_layer_that_stands_twice_has_one_slot_and_accumulates():
    shared = linear()
    model = numnet.Sequential(shared, shared)
    assert list(model.parameters) == ["0.W", "0.b"]
    y, saved = model.propagate([[1.0, 0.0]])
    np.testing.assert_array_equal(y, [[0.5, 0.5]])
    model.backpropagate([[1.0, 0.0]], saved)
    # Second place: dW = a' dy with a = (1/2, 1/2); first: dW = x' (dy W').
    expected = np.add([[0.5, 0], [0.5, 0]], [[0.5, 0.5], [0, 0]])
    np.testing.assert_array_equal(model.parameters.gradients["0.W"], expected)
    np.testing.assert_array_equal(model.parameters.gradients["0.b"], [1.5, 0.5])


def test_a_layer_of_another_living_root_is_refused_and_both_are_named(no_collector):
    layer = linear()
    first = numnet.Sequential(layer, numnet.Tanh(), rng=0)
    value = first.parameters.value
    second = numnet.Sequential(numnet.ReLU(), layer)
    for use in (lambda: second.parameters.value, lambda: second(np.ones((1, 2))), second.copy):
        with pytest.raises(ValueError, match=r"belongs to .* Use layer.copy\(\)") as error:
            use()
        for name in (layer, first, second):
            assert repr(name) in str(error.value)
        del error
    assert np.shares_memory(layer.W, value)
    assert first.parameters.value is value
    copied = numnet.Sequential(numnet.ReLU(), layer.copy())
    np.testing.assert_array_equal(copied.parameters.value, value)
    value[:] = 3
    del first, use
    np.testing.assert_array_equal(second.parameters.value, np.full(6, 3.0))
    assert_one_vector(second)


@pytest.mark.parametrize(
    "use",
    [
        lambda model: model.parameters.grad,
        lambda model: model.replica(),
        lambda model: model.copy(),
        lambda model: model[0:1].parameters.value,
        lambda model: model.backpropagate(np.ones((1, 2)), model.propagate(np.ones((1, 2)))[1]),
        lambda model: numnet.Objective(model, numnet.MSE(), np.ones((1, 2)), np.ones((1, 2)))(
            model.parameters.value
        ),
        lambda model: numnet.fit(model, numnet.MSE(), np.ones((1, 2)), np.ones((1, 2)), epochs=2),
        str,
    ],
)
def test_a_used_model_holds_no_reference_cycle(no_collector, use):
    layer = linear()
    model = numnet.Sequential(layer, numnet.Sequential(numnet.Tanh()))
    use(model)
    del model
    assert_one_vector(numnet.Sequential(layer, numnet.Tanh()))


def test_a_temporary_container_does_not_take_a_layer_away():
    model = numnet.Sequential(linear(), rng=0)
    model.parameters.value[:] = 1
    kept = numnet.Sequential(model[0])
    numnet.Sequential(model[0])
    model[0].initialize(rng=1)
    assert_one_vector(model)
    with pytest.raises(ValueError, match="belongs to"):
        kept(np.ones((1, 2)))


def test_whoever_is_packed_first_owns_a_layer():
    layer = linear()
    first, second = numnet.Sequential(layer), numnet.Sequential(layer)
    second.parameters.value[:] = 2
    with pytest.raises(ValueError, match="belongs to"):
        first.parameters.value[:] = 1
    layer.initialize(rng=0)
    assert_one_vector(second)
    with pytest.raises(ValueError, match="belongs to"):
        first.parameters.value[:] = 1
    del second
    assert_one_vector(first)


def test_a_slice_shares_and_follows_a_repacking():
    model = numnet.Sequential(linear(), numnet.Tanh(), linear(), linear(), rng=0)
    view = model[1:4]
    deeper = view[1:2]
    assert [type(layer) for layer in view] == [numnet.Tanh, numnet.Linear, numnet.Linear]
    for _ in range(2):
        assert list(view.parameters) == ["1.W", "1.b", "2.W", "2.b"]
        assert np.shares_memory(view.parameters.value, model.parameters.value)
        for v in (view, deeper):
            v.parameters.value[:] = 7
            assert (model[2].W == 7).all()
            v.parameters.value[:] = 8
            assert (model.parameters["2.W"] == 8).all()
        np.testing.assert_array_equal(deeper(np.ones((1, 2))), model[2](np.ones((1, 2))))
        old = model.parameters.value
        model.layers = (*model.layers, linear())
        assert model.parameters.value is not old
        assert model.parameters.size == old.size + 6
    outer = numnet.Sequential(linear(), model)
    value = outer.parameters.value
    assert np.shares_memory(deeper.parameters.value, value)
    assert "1.5.W" in outer.parameters


def test_a_slice_has_the_gradients_of_the_model():
    model = numnet.Sequential(linear(), linear(), rng=0)
    view = model[1:]
    model.parameters.zero_grad()
    y, saved = view.propagate(np.ones((1, 2)))
    view.backpropagate(np.ones_like(y), saved)
    np.testing.assert_array_equal(model.parameters.grad, [0] * 6 + [1] * 6)
    copied = view.copy()
    copied.parameters.value[:] = 0
    assert (model[1].W == 0.5).all()
    assert model[0] is model.layers[0]
    assert len(model[5:]) == 0


def test_a_slice_keeps_its_model_alive(no_collector):
    view = numnet.Sequential(linear(), linear(), rng=0)[:1]
    assert view.parameters.value.size == 6
    view.parameters.value[:] = 2
    assert (view[0].W == 2).all()


def test_assigning_layers_unpacks_and_frees_the_removed():
    first, second, third = linear(1), linear(2), linear(3)
    model = numnet.Sequential(first, second, rng=0)
    window = model.parameters
    window.value[:] = 9
    model.layers = (first, third)
    assert list(window) == ["0.W", "0.b", "1.W", "1.b"]
    np.testing.assert_array_equal(window["1.W"], np.full((2, 2), 3))
    np.testing.assert_array_equal(window["0.W"], np.full((2, 2), 9))
    assert_one_vector(model)
    other = numnet.Sequential(second)
    np.testing.assert_array_equal(other.parameters.value, np.full(6, 9))
    assert_one_vector(other)
    window.value[:] = 1
    assert (second.W == 9).all()
    model.layers = (first,)
    assert third.initialize(dtype="float32").W.dtype == np.float32
    assert_one_vector(third)


class Branches(numnet.Layer):
    """Parts as attributes and in a list."""

    def __init__(self):
        self.first = linear()
        self.others = [linear(), numnet.Sequential(linear())]


def test_parts_stand_as_attributes_and_in_lists():
    model = Branches()
    assert list(model.parameters)[::2] == ["first.W", "others.0.W", "others.1.0.W"]
    assert_one_vector(model)
    old = model.first
    model.first = linear()
    assert_one_vector(model)
    del model.others
    assert list(model.parameters) == ["first.W", "first.b"]
    assert_one_vector(numnet.Sequential(old))
    model.first = None
    assert list(model.parameters) == []
    twin = Branches().replica()
    assert isinstance(twin.others, list)
    assert_one_vector(twin)


def test_an_inner_structural_change_reaches_the_outermost_vector():
    inner = numnet.Sequential(linear())
    outer = numnet.Sequential(numnet.Sequential(inner), rng=0)
    old = outer.parameters.value
    inner.layers = (*inner.layers, linear())
    assert outer.parameters.value.size == 2 * old.size
    assert_one_vector(outer)


def test_the_widest_dtype_wins_unless_the_root_says_otherwise():
    inner = numnet.Sequential(linear(), dtype="float32")
    assert inner.parameters.dtype == np.float32
    wide = numnet.Sequential(linear(), dtype="float64")
    assert numnet.Sequential(inner.copy(), wide.copy()).parameters.dtype == np.float64
    assert numnet.Sequential(inner.copy(), linear()).parameters.dtype == np.float32
    assert numnet.Sequential(wide, inner, dtype="float32").parameters.dtype == np.float32
    assert inner[0].W.dtype == np.float32
