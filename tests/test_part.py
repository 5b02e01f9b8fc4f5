from __future__ import annotations

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import numnet
from numnet.part import Part


class Scale(numnet.Layer):
    """The user's layer of the contract; no super().__init__()."""

    def __init__(self, width):
        self.declare(g=np.ones(width))

    def forward(self, x):
        return x * self.g, x

    def backward(self, dy, x):
        self.add_grad("g", (dy * x).sum(0))
        return dy * self.g


def net(**options):
    return numnet.Sequential(numnet.Linear(4, 3), numnet.Tanh(), numnet.Linear(3, 2), **options)


def values(model):
    return model.parameters.value.copy()


def test_declared_starts_are_arrays_or_functions_of_a_generator():
    part = Part()
    part.declare(a=[1, 2], b=lambda rng: rng.normal(size=(2, 2)))
    start = np.array([3.0])
    part.declare(c=start)
    start[0] = 99
    assert part.a.dtype == np.float64
    assert part.b.shape == (2, 2)
    assert part.c[0] == 3
    part.c[0] = 4
    assert start[0] == 99
    assert list(part.parameters) == ["a", "b", "c"]


def test_declaring_after_the_first_use_keeps_the_values():
    layer = Scale(2)
    layer.g = [2.0, 3.0]
    layer.declare(h=[4.0])
    np.testing.assert_array_equal(layer.parameters.value, [2, 3, 4])


@pytest.mark.parametrize(
    ("start", "error", "message"),
    [
        ("abc", TypeError, "expected g to be an array of numbers or a function of a Generator"),
        (1j, TypeError, "expected g to be an array of numbers"),
        (None, TypeError, "expected g to be an array of numbers"),
        ([1.0, np.nan], ValueError, "expected g to be finite"),
    ],
)
def test_a_start_that_is_none_is_refused(start, error, message):
    with pytest.raises(error, match=message):
        Part().declare(g=start)


def test_names_are_declared_once():
    layer = Scale(2)
    for name in ("g", "parameters", "copy"):
        with pytest.raises(ValueError, match=f"Scale: the name '{name}' is taken"):
            layer.declare(**{name: [1.0]})


def test_a_start_that_draws_no_numbers_is_named():
    layer = numnet.Linear(1, 1, init=lambda rng, shape: np.array("x"))
    with pytest.raises(TypeError, match=r"0\.W: expected its start to return an array of numbers"):
        _ = numnet.Sequential(layer).parameters.value


def test_wrong_attributes():
    layer = Scale(2)
    with pytest.raises(AttributeError, match="'Scale' object has no attribute 'missing'"):
        _ = layer.missing
    with pytest.raises(AttributeError, match="the parameter 'g' cannot be deleted"):
        del layer.g
    with pytest.raises(ValueError, match=r"Scale\(\)\.g: expected shape \(2,\), got \(3,\)"):
        layer.g = np.ones(3)
    with pytest.raises(ValueError, match=r"no parameter 'h', there is g\. Use declare\(h=\.\.\.\)"):
        layer.add_grad("h", np.ones(2))
    with pytest.raises(TypeError, match=r"Tanh\(\) takes no arguments"):
        numnet.Tanh(3)


def test_a_gradient_of_the_wrong_shape_is_refused_unseen():
    layer = Scale(2)
    layer.add_grad("g", np.ones(2))
    for wrong in (np.ones(3), np.ones((1, 2)), 1.0):
        with pytest.raises(ValueError, match=r"gradient of g to have its shape \(2,\), got \("):
            layer.add_grad("g", wrong)
    np.testing.assert_array_equal(layer.parameters.grad, [1, 1])


def test_grad_slot_is_where_the_first_write_goes():
    layer = Scale(2)
    slot = layer.grad_slot("g")
    slot[:] = 5
    layer.add_grad("g", slot)
    assert layer.grad_slot("g") is None
    np.testing.assert_array_equal(layer.parameters.grad, [5, 5])
    assert np.shares_memory(slot, layer.parameters.grad)
    layer.parameters.zero_grad()
    assert layer.grad_slot("g") is slot


def test_the_same_seed_gives_the_same_bits():
    first, second, other = net(rng=7), net(rng=7), net(rng=8)
    np.testing.assert_array_equal(values(first), values(second))
    assert not np.array_equal(values(first), values(other))
    assert not np.array_equal(values(net()), values(net()))
    np.testing.assert_array_equal(values(net().initialize(rng=7)), values(first))
    np.testing.assert_array_equal(values(net(rng=np.random.default_rng(7))), values(first))


def test_the_nearest_enclosing_generator_draws():
    alone = values(net(rng=1))
    for outer in (None, 2):
        inner = net(rng=1)
        model = numnet.Sequential(numnet.Linear(4, 4), inner, rng=outer)
        _ = model.parameters.value
        np.testing.assert_array_equal(values(inner), alone)
    # Without one of its own, that of the model around draws in order.
    rng = np.random.default_rng(2)
    limit = np.sqrt(6 / 8)
    expected = rng.uniform(-limit, limit, (4, 4))
    inner = net()
    model = numnet.Sequential(numnet.Linear(4, 4), inner, rng=2)
    np.testing.assert_array_equal(model.parameters["0.W"], expected)
    np.testing.assert_array_equal(inner[0].W, rng.uniform(-np.sqrt(6 / 7), np.sqrt(6 / 7), (4, 3)))


def test_initialize_redraws_in_place_and_reproducibly():
    model = numnet.Sequential(numnet.Linear(4, 4), net(rng=5), rng=0)
    window, first = model.parameters, values(model)
    assert model.initialize() is model
    assert not np.array_equal(window.value, first)
    model.initialize(rng=0)
    redrawn = values(model)
    # A seed is for all of it: the inner model's own generator is forgotten.
    np.testing.assert_array_equal(redrawn[:20], first[:20])
    assert not np.array_equal(redrawn[20:], first[20:])
    np.testing.assert_array_equal(values(model.initialize(rng=0)), redrawn)
    model[0].W[0, 0] = 3
    assert window.value[0] == 3


def test_initialize_of_a_part_leaves_the_rest():
    model = net(rng=0)
    before = values(model)
    model[2].b = [1.0, 2.0]
    model[2].initialize()
    np.testing.assert_array_equal(values(model)[:15], before[:15])
    assert not np.array_equal(model[2].W, before[15:21].reshape(3, 2))
    np.testing.assert_array_equal(model[2].b, [0, 0])
    assert np.shares_memory(model[2].W, model.parameters.value)


def test_initialize_with_a_dtype():
    model = net(rng=0)
    assert model.initialize(rng=0, dtype="float32").parameters.dtype == np.float32
    assert model(np.ones((1, 4))).dtype == np.float32
    with pytest.raises(ValueError, match=r"dtype belongs to the whole model. Initialize Sequ"):
        model[0].initialize(dtype="float64")
    with pytest.raises(TypeError, match="expected float32 or float64, got float16"):
        model.initialize(dtype="float16")
    assert model.parameters.dtype == np.float32


@pytest.mark.parametrize("rng", [-1, "seed", 1.5])
def test_a_seed_that_is_none_is_refused(rng):
    model = net(rng=0)
    before = values(model)
    for make in (lambda: net(rng=rng), lambda: model.initialize(rng=rng)):
        with pytest.raises((TypeError, ValueError), match="rng: expected a non-negative integer"):
            make()
    np.testing.assert_array_equal(values(model), before)


@pytest.mark.parametrize(
    "duplicate",
    [
        lambda model: model.copy(),
        copy.copy,
        copy.deepcopy,
        lambda model: pickle.loads(pickle.dumps(model)),
        lambda model: model.astype("float64"),
        lambda model: pickle.loads(pickle.dumps(model.copy())),
    ],
)
def test_copies_are_equal_and_live_on_their_own(duplicate):
    shared = Scale(4)
    model = numnet.Sequential(shared, net(), shared.copy(), rng=3)
    model.layers = (shared, model[1], numnet.Linear(2, 4), shared)
    for given in (model, model[1], model[:2], shared):
        x = np.linspace(-1, 1, 8).reshape(2, 4)
        y, before = given(x), values(given)
        other = duplicate(given)
        assert type(other) is type(given)
        np.testing.assert_array_equal(other(x), y)
        np.testing.assert_array_equal(other.parameters.value, before)
        other.parameters.value[:] = 0
        np.testing.assert_array_equal(values(given), before)
        window = other.parameters
        window.value[-1] = 5
        assert [*window.values()][-1].flat[-1] == 5
    twice = duplicate(model)
    assert twice[0] is twice[3]
    assert twice[0] is not shared
    np.testing.assert_array_equal(values(twice.initialize(rng=1)), values(model.initialize(rng=1)))


def test_a_copy_continues_the_generator_of_the_model():
    model = net(rng=0)
    _ = model.parameters.value
    other = model.copy()
    np.testing.assert_array_equal(values(other.initialize()), values(model.initialize()))
    # A part of a copy, too, draws from the generator around it.
    other = model.copy()
    other[0].initialize()
    np.testing.assert_array_equal(values(other), values(model[0].initialize() and model))


def test_astype_returns_a_copy():
    model = net(rng=0)
    narrow = model.astype("float32")
    assert narrow.parameters.dtype == narrow[0].W.dtype == np.float32
    np.testing.assert_array_equal(narrow.parameters.value, values(model).astype(np.float32))
    assert model.parameters.dtype == np.float64
    assert narrow.copy().astype("float64").parameters.dtype == np.float64
    for wrong in ("int64", "float16", "complex128"):
        with pytest.raises(TypeError, match=f"expected float32 or float64, got {wrong}"):
            model.astype(wrong)


def test_a_replica_shares_the_values_and_has_its_own_gradients():
    model = numnet.Sequential(net(), Scale(2), rng=0)
    twin = model.replica()
    assert np.shares_memory(twin.parameters.value, model.parameters.value)
    assert twin[0][0] is not model[0][0]
    model.parameters.value[0] = 9
    assert twin[0][0].W[0, 0] == 9
    y, saved = twin.propagate(np.ones((1, 4)))
    twin.backpropagate(np.ones_like(y), saved)
    assert twin.parameters.grad.all()
    assert not model.parameters.grad.any()
    # What is done to the structure of a twin does not reach the model.
    layers, window = model.layers, model.parameters.value
    twin.layers = twin.layers[:1]
    twin.initialize(rng=1)
    assert model.layers == layers
    assert model.parameters.value is window
    assert window[0] == 9
    assert model[0].parameters == layers[0].parameters


def test_a_replica_binds_other_values_without_copying():
    model = net(rng=0)
    theta = values(model) + 1e-30j
    twin = model.replica(theta)
    assert np.shares_memory(twin.parameters.value, theta)
    assert twin(np.ones((1, 4))).dtype == np.complex128
    assert model.parameters.dtype == np.float64
    assert model.replica(theta.real.astype(np.float32)).parameters.dtype == np.float32
    for wrong in (theta[1:], theta[:, None], np.arange(23)):
        with pytest.raises(ValueError, match=r"replica: expected floating or complex values of"):
            model.replica(wrong)


def test_a_replica_of_a_part_and_of_a_slice():
    model = numnet.Sequential(numnet.Linear(4, 4), net(), rng=0)
    for part in (model[1], model[1:], model[1][2:]):
        theta = values(part) * 2
        twin = part.replica(theta)
        np.testing.assert_array_equal(
            np.concatenate([*map(np.ravel, twin.parameters.values())]), theta
        )
        assert np.shares_memory(part.replica().parameters.value, model.parameters.value)


def test_a_replica_sees_what_changed_since_the_last():
    model = numnet.Sequential(numnet.LeakyReLU(0.5), numnet.Linear(1, 1), rng=0)
    model.replica()
    model[0].slope = 0.25
    assert model.replica()[0].slope == 0.25
    model.layers = (model[1], numnet.Linear(1, 1))
    assert model.replica().parameters.size == 4
    model.parameters.value = [2, 0, 3, 0]
    np.testing.assert_array_equal(model.replica()([[1.0]]), [[6.0]])


def test_replicas_serve_threads():
    model = net(rng=0)
    rng = np.random.default_rng(1)
    parts = [(rng.normal(size=(5, 4)), rng.normal(size=(5, 2))) for _ in range(8)]

    def gradient(twin, x, dy):
        total = np.zeros(model.parameters.size)
        for _ in range(50):
            twin.parameters.zero_grad()
            _, saved = twin.propagate(x)
            twin.backpropagate(dy, saved, need_dx=False)
            total += twin.parameters.grad
        return total

    expected = [gradient(model.replica(), *part) for part in parts]
    before = values(model)
    twins = [model.replica() for _ in parts]
    with ThreadPoolExecutor(4) as pool:
        found = [
            pool.submit(gradient, twin, *part) for twin, part in zip(twins, parts, strict=True)
        ]
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_array_equal(one.result(), other)
    np.testing.assert_array_equal(values(model), before)


def test_one_model_evaluates_in_many_threads():
    model = net(rng=0)
    xs = np.random.default_rng(1).normal(size=(16, 5, 4))
    expected = [model(x) for x in xs]
    with ThreadPoolExecutor(4) as pool:
        for y, other in zip(pool.map(model, xs), expected, strict=True):
            np.testing.assert_array_equal(y, other)


@pytest.mark.parametrize("name", ["_slots", "buffers", "W"])
def test_a_name_that_an_attribute_has_is_taken(name):
    part = Part()
    part.W = np.ones(2)
    with pytest.raises(ValueError, match=f"the name '{name}' is taken"):
        part.declare(**{name: [1.0]})


class Pair(Part):
    """Holds two parts under names."""

    def __init__(self, first, second):
        self.first, self.second = first, second


def test_a_part_that_is_let_go_stands_on_its_own():
    first, second, third = Scale(2), Scale(3), Scale(4)
    pair = Pair(first, second)
    assert pair.parameters.size == 5
    pair.first = third
    first.g[:] = 5.0
    assert first.parameters.value.tolist() == [5, 5]
    assert pair.parameters.value.tolist() == [1] * 7
    del pair.second
    assert second.parameters.size == 3
    assert pair.parameters.size == 4
    for part in (first, second):
        part.initialize(dtype="float32")
        assert part.parameters.dtype == np.float32
    assert pair.parameters.dtype == np.float64


def test_a_part_that_still_stands_under_another_name_is_not_let_go():
    scale = Scale(2)
    pair = Pair(scale, scale)
    pair.first = Scale(3)
    scale.g = np.full(2, 2.0)
    assert sorted(pair.parameters.value) == [1, 1, 1, 2, 2]
    assert np.shares_memory(scale.g, pair.parameters.value)


def test_gradients_of_what_stands_deeper_are_not_left_out():
    inner = numnet.Sequential(numnet.Sequential(numnet.Linear(4, 3)), numnet.Tanh())
    model = numnet.Sequential(inner, numnet.Linear(3, 2), rng=0)
    y, saved = model.propagate(np.ones((1, 4)))
    model.parameters.zero_grad()
    model.backpropagate(np.ones_like(y), saved, need_dx=False)
    assert all(gradient.any() for gradient in model.parameters.gradients.values())


def test_a_complex_gradient_of_a_real_parameter_is_refused() -> None:
    part = Part()
    part.declare(g=[1.0, 2.0])
    with pytest.raises(TypeError, match=r"the gradient of g is complex.*take its real part"):
        part.add_grad("g", np.array([1.0, 1.0j]))


def test_a_layer_of_a_replica_belongs_to_the_replica():
    replica = net(rng=0).replica()
    with pytest.raises(ValueError, match="belongs to"):
        _ = numnet.Sequential(replica[0]).parameters.value
