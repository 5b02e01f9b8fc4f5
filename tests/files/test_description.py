from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import numnet
from numnet import FormatError, layers
from numnet.files.description import PLAIN, build, describe, shapes

inits = st.sampled_from(
    [numnet.glorot(5 / 3), numnet.he(), numnet.normal(1e-2), numnet.constant(0.5)]
)
biases = st.sampled_from([numnet.constant(0.0), numnet.normal(0.1)])
linears = st.builds(
    numnet.Linear, st.integers(1, 3), st.integers(1, 3), st.booleans(), inits, biases
)
plain = st.sampled_from(sorted(PLAIN)).map(lambda name: PLAIN[name]())
shares = st.floats(0, 1, exclude_max=True).map(numnet.Dropout)
highways = st.builds(numnet.Highway, st.integers(1, 3), plain, st.floats(-3, 3))
leaves = linears | plain | st.floats(0, 1).map(numnet.LeakyReLU) | shares | highways
pools = st.lists(leaves, min_size=1, max_size=4)


def nested(pool):
    return st.recursive(
        st.sampled_from(pool),
        lambda inner: st.lists(inner, max_size=3).map(lambda found: numnet.Sequential(*found)),
        max_leaves=6,
    )


@given(pools.flatmap(nested))
def test_building_what_was_described(model):
    found = json.loads(json.dumps(describe(model), allow_nan=False))
    other = build(found)
    assert repr(other) == repr(model)
    assert describe(other) == found
    assert shapes(other) == {name: array.shape for name, array in other.parameters.items()}
    assert list(other.parameters) == list(model.parameters)
    np.testing.assert_array_equal(
        other.initialize(rng=0).parameters.value, model.initialize(rng=0).parameters.value
    )


@pytest.mark.filterwarnings("ignore:Autoencoder. the code has")
@given(linears, plain, st.booleans(), st.booleans())
def test_a_tie_is_described_by_the_number_of_its_source(first, middle, deep, whole):
    inner = numnet.Sequential(middle, first) if deep else first
    kind = numnet.Autoencoder if whole else numnet.Sequential
    model = kind(inner, numnet.Tied(first))
    found = json.loads(json.dumps(describe(model), allow_nan=False))
    assert found["layer"] == kind.__name__
    assert found["layers"][1] == {"layer": "Tied", "source": {"again": 3 if deep else 1}}
    other = build(found)
    source = other[0][1] if deep else other[0]
    assert type(other) is kind
    assert other[1].source is source
    assert repr(other) == repr(model)
    assert list(other.parameters) == list(model.parameters)


def test_a_tie_to_a_layer_within_a_highway():
    highway = numnet.Highway(2)
    model = numnet.Sequential(highway, numnet.Tied(highway.gate))
    other = build(describe(model))
    assert other[1].source is other[0].gate
    assert other[0].gate.bias_init == layers.constant(-1.0)


def test_a_tied_layer_alone_describes_its_source():
    found = describe(numnet.Tied(numnet.Linear(2, 1)))
    assert found == {"layer": "Tied", "source": LINEAR}
    assert repr(build(found)) == "Tied(1 -> 2)"


def test_outputs_and_shared_containers_are_described():
    inner = numnet.Sequential(numnet.Linear(2, 2), numnet.Tanh())
    model = numnet.Sequential(inner, numnet.ReLU(), inner)
    inner.output = "logits"
    model.output = "probabilities"
    model._independent = True
    other = build(describe(model))
    assert other[0] is other[2]
    assert other[0].output == "logits"
    assert (other.output, other._independent) == ("probabilities", True)


class Own(numnet.Tanh):
    pass


class Tanh(numnet.Layer):
    """A user's layer that bears the name of one of numnet's."""


class OwnSequential(numnet.Sequential):
    pass


@pytest.mark.parametrize("own", [Own(), Tanh(), OwnSequential()])
def test_a_layer_of_the_users_own_is_not_described(own):
    assert describe(own) is None
    assert describe(numnet.Sequential(numnet.Linear(1, 1), numnet.Sequential(own))) is None


def test_an_initial_value_of_the_users_own_is_left_out():
    def ones(rng, shape):
        return np.ones(shape)

    found = describe(numnet.Linear(2, 1, init=ones, bias_init=ones))
    assert (found["init"], found["bias_init"]) == (None, None)
    assert build(found).init == layers.glorot()
    assert build(found).bias_init == layers.constant(0.0)


LINEAR = describe(numnet.Linear(2, 1))
TIED = describe(numnet.Tied(numnet.Linear(2, 1)))
HIGHWAY = describe(numnet.Highway(2))
PAIR = describe(numnet.Autoencoder(numnet.Linear(2, 1), numnet.Linear(1, 2)))
EVERY = [LINEAR, describe(numnet.LeakyReLU()), describe(numnet.Dropout()), TIED, HIGHWAY]
EVERY += [{"layer": name} for name in PLAIN] + [describe(numnet.Sequential()), PAIR]
NAMES = [layer["layer"] for layer in EVERY]


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        "Tanh",
        3,
        {},
        {"layer": "Layer"},
        {"layer": "__import__"},
        {"layer": ["Tanh"]},
        {"layer": "Sequential"},
        {"layer": "Sequential", "layers": 3},
        {"layer": "Sequential", "layers": ["Tanh"]},
        {"layer": "Sequential", "layers": [{"again": 5}]},
        {"layer": "Sequential", "layers": [{"layer": "Tanh"}, {"again": -1}]},
        {"layer": "Sequential", "layers": [{"layer": "Tanh"}, {"again": "x"}]},
        {"again": 0},
        {"layer": "Sequential", "layers": [{"again": 0}]},
        {"layer": "Sequential", "layers": [{"layer": "Sequential", "layers": [{"again": 1}]}]},
        {"layer": "LeakyReLU"},
        {"layer": "LeakyReLU", "slope": 2},
        {"layer": "LeakyReLU", "slope": "x"},
        LINEAR | {"in_features": -1},
        LINEAR | {"in_features": 2.5},
        LINEAR | {"init": ["eval", 1]},
        LINEAR | {"init": ["normal", -1]},
        LINEAR | {"init": ["normal"]},
        {key: value for key, value in LINEAR.items() if key != "bias"},
        {"layer": "Dropout"},
        {"layer": "Dropout", "p": 1},
        {"layer": "Autoencoder", "layers": []},
        {"layer": "Autoencoder", "layers": [LINEAR]},
        {"layer": "Autoencoder", "layers": [LINEAR, LINEAR, LINEAR]},
        {"layer": "Tied"},
        {"layer": "Tied", "source": None},
        {"layer": "Tied", "source": {"layer": "Tanh"}},
        {"layer": "Tied", "source": {"again": 0}},
        {"layer": "Tied", "source": TIED},
        {"layer": "Sequential", "layers": [TIED]},
        {"layer": "Sequential", "layers": [LINEAR, TIED]},
        {"layer": "Sequential", "layers": [{"layer": "Tied", "source": {"again": 2}}, LINEAR]},
        {"layer": "Sequential", "layers": [LINEAR, {"layer": "Tied", "source": {"again": 0}}]},
        {"layer": "Sequential", "layers": [LINEAR, {"layer": "Tied", "source": {"again": -1}}]},
        HIGHWAY | {"width": 3},
        HIGHWAY | {"width": -1},
        HIGHWAY | {"gate": LINEAR},
        HIGHWAY | {"gate": {"layer": "Tanh"}},
        HIGHWAY | {"transform": HIGHWAY["transform"] | {"bias": False}},
        HIGHWAY | {"activation": "tanh"},
        {key: value for key, value in HIGHWAY.items() if key != "transform"},
    ],
)
def test_what_describes_no_model_is_refused(wrong):
    with pytest.raises(FormatError, match="the description of the model is not valid"):
        build(wrong)


# All that any of them takes; of what several take, the last.
OPTIONS = {key: value for layer in EVERY for key, value in layer.items() if key != "layer"}


@pytest.mark.parametrize("name", NAMES)
def test_each_name_is_one_of_a_layer(name):
    assert type(build(OPTIONS | {"layer": name})).__name__ == name


@given(st.text(max_size=12).filter(lambda name: name not in NAMES))
def test_no_other_name_is_one_of_a_layer(name):
    with pytest.raises(FormatError, match="not valid"):
        build(OPTIONS | {"layer": name})


def test_a_description_without_end_is_refused():
    deep = {"layer": "Tanh"}
    for _ in range(100_000):
        deep = {"layer": "Sequential", "layers": [deep]}
    with pytest.raises(FormatError, match="not valid"):
        build(deep)
