"""What the strategies promise holds for all that they draw, and what they should reach they do."""

from __future__ import annotations

import inspect
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import find, given
from hypothesis import strategies as st

import numnet
from numnet.model import Model
from numnet.testing import arrays, assert_gradients, labels, layers, shapes, upstream


@given(shapes(dims=3, least=0, most=2))
def test_shapes_have_their_axes(shape) -> None:
    assert len(shape) == 3
    assert all(0 <= length <= 2 for length in shape)


@given(arrays((4, 3)))
def test_arrays_keep_away_from_a_kink(x) -> None:
    assert x.shape == (4, 3)
    assert x.dtype == np.float64
    assert (np.abs(x) >= 1 / 64).all()
    assert (np.abs(x) <= 3).all()


@given(arrays(5, kinks=(-1.0, 4.0), dtype="float32"))
def test_arrays_keep_away_from_every_kink(x) -> None:
    assert x.dtype == np.float32
    assert (np.abs(x + 1) >= 1 / 64).all()
    assert (np.abs(x - 4) >= 1 / 64).all()


@given(arrays(shapes(), kinks=(0.0, 1.0), where="on"))
def test_arrays_stand_on_a_kink(x) -> None:
    on = (x == 0.0) | (x == 1.0)
    assert on.any()
    assert (np.minimum(np.abs(x), np.abs(x - 1.0))[~on] >= 1 / 64).all()


def test_each_kink_and_each_place_is_reached() -> None:
    for kink in (0.0, 1.0):
        for place in range(3):
            strategy = arrays(3, kinks=(0.0, 1.0), where="on")
            found = find(strategy, lambda x, k=kink, i=place: x[i] == k and (x == k).sum() == 1)
            assert found[place] == kink


def test_arrays_anywhere_come_near_a_kink() -> None:
    assert find(arrays(2, where="anywhere"), lambda x: 0 < abs(x[0]) < 1 / 64).shape == (2,)


def test_an_empty_array_has_no_kink_to_stand_on() -> None:
    assert find(arrays((0, 2), where="on"), lambda x: True).shape == (0, 2)


@given(labels(6, 3), labels(6, 3, rows=True))
def test_labels_fit_the_losses(y, rows) -> None:
    loss = numnet.SoftmaxCrossEntropy()
    loss.check((6, 3), y)
    loss.check((6, 3), rows)
    assert rows.shape == (6, 3)
    assert ((rows == 0) | (rows == 1)).all()


def test_every_class_is_drawn() -> None:
    for c in range(3):
        assert find(labels(2, 3), lambda y, c=c: y[1] == c)[1] == c


@given(upstream((3, 2), dtype="float32"))
def test_upstream_gradients_are_not_blind(dy) -> None:
    assert (dy.shape, dy.dtype) == ((3, 2), np.float32)
    assert (np.abs(dy) >= 0.5).all()
    assert (np.abs(dy) <= 1).all()
    assert len(np.unique(dy)) == 6


@given(upstream(shapes()))
def test_upstream_gradients_take_a_strategy_of_shapes(dy) -> None:
    assert dy.ndim == 2


@given(layers(3), arrays((4, 3)))
def test_every_layer_is_right(layer, x) -> None:
    report = assert_gradients(layer, x, undecided="ignore")
    assert report.findings[0].name == "x"


def test_every_kind_of_layer_is_drawn() -> None:
    public = [getattr(numnet.layers, name) for name in numnet.layers.__all__]
    kinds = {kind for kind in public if inspect.isclass(kind) and issubclass(kind, Model)}
    kinds.remove(numnet.Layer)
    for kind in kinds:
        assert isinstance(find(layers(3), lambda layer, k=kind: type(layer) is k), kind)


@given(layers(3, smooth=True))
def test_smooth_layers_have_no_kink(layer) -> None:
    assert "ReLU" not in repr(layer)


@given(st.data())
def test_what_is_drawn_makes_a_broken_layer_fail(data) -> None:
    class Forgetful(numnet.Layer):
        def forward(self, x):
            return np.maximum(x, 0.0), x

        def backward(self, dy, x):
            return dy

    x = np.abs(data.draw(arrays((2, 2))))
    x[0, 0] *= -1
    with pytest.raises(AssertionError, match="wrong"):
        assert_gradients(Forgetful(), x)


@pytest.mark.parametrize(
    ("make", "error", "word"),
    [
        (lambda: arrays(2, where="near"), ValueError, "'near'"),
        (lambda: arrays(2, kinks=(), where="on"), ValueError, "at least one kink"),
        (lambda: arrays(2, dtype="int64"), TypeError, "int64"),
    ],
)
def test_what_makes_no_sense_is_refused(make, error, word) -> None:
    with pytest.raises(error, match=word):
        make()


WITHOUT = """
import sys
sys.modules["hypothesis"] = None
import numnet
numnet.fit
try:
    numnet.testing
except ImportError as error:
    print(error)
"""


def test_only_testing_needs_hypothesis_and_says_so() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True
    )
    assert 'pip install "numnet[test]"' in done.stdout
