"""What is no sum over rows is refused by name; so are sizes that do not add up."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shards.parts import Centered, Net, Scale

import numnet
from numnet import Linear, Sequential
from numnet.shards.summable import equally_wide, pairs, rowwise, split, summed

X = np.ones((3, 2))


@given(st.integers(1, 50), st.integers(0, 50))
def test_equal_shards_differ_by_a_row(shards, more):
    rows = shards + more
    parts = split(shards, rows)
    sizes = [part.stop - part.start for part in parts]
    assert max(sizes) - min(sizes) <= 1
    assert sum(sizes) == rows
    assert [n for part in parts for n in range(rows)[part]] == list(range(rows))


@pytest.mark.parametrize("kind", [list, tuple, np.array])
def test_sizes_as_given(kind):
    assert split(kind([2, 1, 4]), 7) == [slice(0, 2), slice(2, 3), slice(3, 7)]


@pytest.mark.parametrize(
    ("shards", "error", "message"),
    [
        (13, ValueError, "from 1 to 12 shards, one for each of the 12 rows at most, got 13"),
        (0, ValueError, "from 1 to 12 shards, .* got 0"),
        (-1, ValueError, "got -1"),
        ([12, 0], ValueError, "rows in every shard, got 0 in 1"),
        ([13, -1], ValueError, "rows in every shard, got -1 in 1"),
        ([6, 5], ValueError, r"add up to 12, got 6 \+ 5 = 11"),
        ([], ValueError, "add up to 12, got no shard = 0"),
        (True, TypeError, "the number of shards or the rows of each, got True"),
        (2.0, TypeError, "got 2.0"),
        ([6.0, 6.0], TypeError, "the rows of each"),
        ("12", TypeError, "got '12'"),
        (None, TypeError, "got None"),
    ],
)
def test_sizes_that_are_none(shards, error, message):
    with pytest.raises(error, match=message):
        split(shards, 12)


MODELS = {
    "0 of Centered": Centered(),
    "1": Sequential(Linear(4, 4), Centered()),
    "1.0": Sequential(Linear(4, 4), Sequential(Centered(), Linear(4, 3))),
    "activation": numnet.Highway(4, Centered()),
}


@pytest.mark.parametrize("place", MODELS)
def test_a_model_that_mixes_rows_is_refused_by_name(place):
    model = MODELS[place]
    at = "" if isinstance(model, Centered) else rf"{place} of {type(model).__name__}\(.*\), "
    with pytest.raises(
        ValueError, match=rf"^sharded: {at}Centered\(\): expected a model whose out"
    ):
        rowwise(model)


def test_a_module_that_does_not_say(monkeypatch):
    assert rowwise(Net()).rowwise
    monkeypatch.setattr(Net, "rowwise", False)
    with pytest.raises(ValueError, match=r"sharded: Net.*say so in its class: rowwise = True"):
        rowwise(Net())
    with pytest.raises(TypeError, match=r"expected a model such as numnet.Sequential, got 3"):
        rowwise(3)


def test_a_loss_that_is_a_function_of_all_rows():
    def largest(y_pred, y_true):
        return (y_pred - y_true).abs().max()

    with pytest.raises(ValueError, match="sharded: the value of largest for a part of the rows"):
        summed(largest)
    with pytest.raises(TypeError, match="expected a loss"):
        summed("mse")
    loss = numnet.MSE()
    assert summed(loss) is loss


def test_parts_of_the_library_are_rowwise():
    for layer in (Scale(4), Linear(4, 3), numnet.Highway(4), numnet.Tanh()):
        assert rowwise(Sequential(layer))


@pytest.mark.parametrize("kind", [list, tuple, iter])
def test_shards_are_pairs_in_whatever_they_come(kind):
    found = [(X, "y.npy"), [X, X]]
    assert pairs(kind(found)) == found
    with pytest.raises(ValueError, match=r"^sharded: expected at least one shard, got none$"):
        pairs(kind([]))


@pytest.mark.parametrize("other", [(X,), (X, X, X), [], "xy", X[:2], 3, None])
def test_what_is_no_pair_is_named(other):
    name = type(other).__name__
    with pytest.raises(TypeError, match=rf"^shard 1: expected a pair \(x, y\), got {name}$"):
        pairs([(X, X), other])


def test_rows_of_equal_shards_are_counted():
    assert equally_wide([((5, 4), (5,))]) == (5,)
    assert equally_wide([((5, 4), (5,)), ((1, 4), (1,)), ((9, 4), (9,))]) == (5, 1, 9)
    assert equally_wide([((2, 28, 27), (2, 3)), ((6, 28, 27), (6, 3))]) == (2, 6)


@pytest.mark.parametrize("width", [(3,), (5,), (), (4, 1)])
@pytest.mark.parametrize("name", ["x", "y"])
def test_a_shard_of_another_width_is_named(name, width):
    good, bad = ((5, 4), (5, 4)), (7, *width)
    found = (bad, (7, 4)) if name == "x" else ((7, 4), bad)
    text = re.escape(f"{name} of shape (N, 4) as in shard 0, got {bad}")
    with pytest.raises(ValueError, match=f"^shard 2: expected {text}$"):
        equally_wide([good, good, found])
