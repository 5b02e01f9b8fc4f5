"""What the strategies promise holds for all that they draw, and what they should reach they do."""

from __future__ import annotations

import inspect
import itertools
import subprocess
import sys
from random import Random
from typing import Any

import hypothesis
import numpy as np
import pytest
from helpers import untraced
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import numnet
from numnet.model import Model
from numnet.testing import arrays, assert_gradients, labels, layers, shapes, strategies, upstream


@untraced
def find(strategy: Any, wanted: Any, **more: Any) -> Any:
    """What is drawn and wanted; the same at each run."""
    return hypothesis.find(strategy, wanted, random=Random(0), **more)


def reached(strategy, wanted):
    """Something that is drawn and wanted, not made smaller."""
    return find(strategy, wanted, settings=settings(max_examples=20_000, phases=[Phase.generate]))


@given(shapes(dims=3, least=0, most=2))
def test_shapes_have_their_axes(shape) -> None:
    assert len(shape) == 3
    assert all(0 <= length <= 2 for length in shape)


def test_shapes_are_matrices_of_one_to_four_by_default() -> None:
    for shape in ((1, 1), (4, 4), (1, 4)):
        assert reached(shapes(), lambda s, wanted=shape: s == wanted) == shape


@given(shapes())
def test_shapes_by_default_are_no_others(shape) -> None:
    assert len(shape) == 2
    assert all(1 <= length <= 4 for length in shape)


@given(arrays(shape=(2, 1)), labels(N=2, C=3), upstream(shape=2), layers(D=1))
def test_every_argument_may_be_named(x, y, dy, layer) -> None:
    assert (x.shape, y.shape, dy.shape, layer(x).shape[0]) == ((2, 1), (2,), (2,), 2)


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
    assert (np.abs(x) <= 3 + 4).all(), "within 3 of the kink farthest off"


@given(arrays(9, kinks=(0.0, 2 / 64)))
def test_off_one_kink_is_not_onto_another(x) -> None:
    assert (np.minimum(np.abs(x), np.abs(x - 2 / 64)) >= 1 / 64).all()


@pytest.mark.parametrize("side", [-1, 1])
def test_arrays_reach_both_sides_of_a_kink(side) -> None:
    assert reached(arrays(1), lambda x: side * x[0] > 2.5).shape == (1,)
    assert reached(arrays(1, kinks=(4.0,)), lambda x: side * (x[0] - 4) > 2.5).shape == (1,)


# 1 is the number that Hypothesis tries first.
AT_THE_MARGIN, TOO_NEAR = 1 - 1 / 64, 1 - 1 / 64 + 2.0**-13


def test_the_margin_itself_is_room_enough() -> None:
    assert strategies._off(1.0, (AT_THE_MARGIN,)) == 1.0
    assert strategies._off(1.0, (TOO_NEAR,)) == TOO_NEAR + 2 / 64


def test_a_number_stays_on_its_side_of_the_kink() -> None:
    for kink in (-1.5, 0.0, 1.5):
        for side in (-1, 1):
            assert strategies._off(kink + side * 2.0**-13, (kink,)) == kink + side * 2 / 64


@given(arrays(20, kinks=(TOO_NEAR,)))
def test_a_little_less_is_not(x) -> None:
    assert not (x == 1).any()


@given(arrays(9, kinks=()), arrays(9, kinks=(), where="anywhere"))
def test_a_function_may_have_no_kink(away, anywhere) -> None:
    assert (np.abs([away, anywhere]) <= 3).all()


def test_a_place_is_its_word_and_no_object() -> None:
    def word(text: str) -> str:
        return "".join(list(text))

    assert reached(arrays(2, where=word("anywhere")), lambda x: 0 < abs(x[0]) < 1 / 64).any()
    assert reached(arrays(1, where=word("on")), lambda x: True)[0] == 0
    for kinks in ((), (0.0,)):
        assert reached(arrays(1, kinks=kinks, where=word("away")), lambda x: x[0] > 0).all()
    with pytest.raises(ValueError, match="at least one kink"):
        arrays(2, kinks=(), where=word("on"))


@given(arrays(6, where="".join(["a", "way"])))
def test_away_is_away_whoever_says_it(x) -> None:
    assert (np.abs(x) >= 1 / 64).all()


@given(arrays(shapes(), kinks=(0.0, 1.0), where="on"))
def test_arrays_stand_on_a_kink(x) -> None:
    on = (x == 0.0) | (x == 1.0)
    assert on.any()
    assert (np.minimum(np.abs(x), np.abs(x - 1.0))[~on] >= 1 / 64).all()


def test_each_kink_and_each_place_is_reached() -> None:
    for kink in (0.0, 1.0):
        for place in range(3):
            strategy = arrays(3, kinks=(0.0, 1.0), where="on")
            found = reached(strategy, lambda x, k=kink, i=place: x[i] == k and (x == k).sum() == 1)
            assert found[place] == kink


def test_arrays_anywhere_come_near_a_kink() -> None:
    assert reached(arrays(2, where="anywhere"), lambda x: 0 < abs(x[0]) < 1 / 64).shape == (2,)


def test_an_empty_array_has_no_kink_to_stand_on() -> None:
    assert reached(arrays((0, 2), where="on"), lambda x: True).shape == (0, 2)


@given(labels(6, 3), labels(6, 3, rows=True))
def test_labels_fit_the_losses(y, rows) -> None:
    loss = numnet.SoftmaxCrossEntropy()
    loss.check((6, 3), y)
    loss.check((6, 3), rows)
    assert rows.shape == (6, 3)
    assert ((rows == 0) | (rows == 1)).all()


@pytest.mark.parametrize("C", [1, 2, 3, 4])
def test_every_class_is_drawn(C) -> None:
    for c in range(C):
        assert reached(labels(2, C), lambda y, c=c: y[1] == c)[1] == c


@given(st.integers(1, 5).flatmap(lambda C: st.tuples(st.just(C), labels(9, C))))
def test_no_other_class_is_drawn(case) -> None:
    C, y = case
    assert ((y >= 0) & (y < C)).all()


@given(upstream((3, 2), dtype="float32"))
def test_upstream_gradients_are_not_blind(dy) -> None:
    assert (dy.shape, dy.dtype) == ((3, 2), np.float32)
    assert (np.abs(dy) >= 0.5).all()
    assert (np.abs(dy) <= 1).all()
    assert len(np.unique(dy)) == 6


def test_every_pattern_of_signs_is_drawn() -> None:
    for signs in itertools.product((-1, 1), repeat=3):
        dy = reached(upstream(3), lambda dy, s=signs: (np.sign(dy) == s).all())
        np.testing.assert_array_equal(np.sign(dy), signs)


@pytest.mark.parametrize("fits", [lambda size: size < 0.6, lambda size: size > 0.9])
def test_magnitudes_are_spread(fits) -> None:
    assert reached(upstream(1), lambda dy: fits(abs(dy[0]))).shape == (1,)


@given(upstream(shapes()))
def test_upstream_gradients_take_a_strategy_of_shapes(dy) -> None:
    assert dy.ndim == 2


@untraced
@settings(max_examples=30)
@given(layers(3), arrays((4, 3)))
def test_every_layer_is_right(layer, x) -> None:
    report = assert_gradients(layer, x, undecided="ignore")
    assert report.findings[0].name == "x"


def test_every_kind_of_layer_is_drawn() -> None:
    public = [getattr(numnet.layers, name) for name in numnet.layers.__all__]
    kinds = {kind for kind in public if inspect.isclass(kind) and issubclass(kind, Model)}
    kinds.remove(numnet.Layer)
    for kind in kinds:
        assert isinstance(reached(layers(3), lambda layer, k=kind: type(layer) is k), kind)


def widths(layer) -> list[int]:
    parts = [layer, *getattr(layer, "layers", ())]
    return [part.out_features for part in parts if isinstance(part, numnet.Linear)]


@pytest.mark.parametrize("kind", [numnet.Linear, numnet.Sequential])
@pytest.mark.parametrize("width", [1, 4])
def test_narrow_and_wide_layers_are_drawn(kind, width) -> None:
    def wanted(layer) -> bool:
        return isinstance(layer, kind) and widths(layer)[0] == width

    assert wanted(reached(layers(3), wanted))


@given(layers(3))
def test_no_layer_is_wider_than_its_check_is_quick(layer) -> None:
    assert all(1 <= width <= 4 for width in widths(layer))
    assert layer(np.ones((2, 3))).shape[0] == 2


@pytest.mark.parametrize("sign", [-1, 1])
def test_the_initial_values_are_drawn(sign) -> None:
    def wanted(layer) -> bool:
        return isinstance(layer, numnet.Linear) and sign * layer.W[0, 0] > 0

    assert wanted(reached(layers(2), wanted))


@given(layers(3, smooth=True))
def test_smooth_layers_have_no_kink(layer) -> None:
    assert "ReLU" not in repr(layer)


@settings(max_examples=10)
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
        (lambda: arrays(2, dtype=complex), TypeError, "complex128"),
        (lambda: arrays(2, dtype=bool), TypeError, "bool"),
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
