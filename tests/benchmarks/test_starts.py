"""Rows A18 to A20: networks side by side, each curve from its own labels, the rows themselves."""

from __future__ import annotations

import dataclasses
from functools import partial

import numpy as np
import pytest

import numnet
from benchmarks.course import objects, starts, tensors
from benchmarks.course.starts import COURSE, PROPER, STARTS, as_written, measured
from benchmarks.course.tensors import course_update, descended, drawn, probabilities, standing


def data() -> numnet.data.Dataset:
    return numnet.data.load_digits(classes=(0, 1, 2), dtype="float32")


@pytest.mark.parametrize("setting", [COURSE, PROPER, ("tanh", "1e-2")])
def test_together_is_alone_by_the_course_s_lines(setting: tuple[str, str]) -> None:
    together = measured(data(), setting, 3, 0.3, (40,))[40]
    alone = [as_written(data(), setting, seed, 0.3, 40) for seed in range(3)]
    assert [loss for _, _, loss in together] == pytest.approx(alone, rel=1e-4)


def test_groups_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = measured(data(), PROPER, 5, 0.3, (3, 10))
    monkeypatch.setattr(starts, "GROUP", 2)
    np.testing.assert_allclose(
        measured(data(), PROPER, 5, 0.3, (3, 10))[10], at_once[10], rtol=1e-4, equal_nan=False
    )


def test_a_pixel_seen_in_the_test_alone_keeps_its_weights_and_counts() -> None:
    digits = data()
    blank = digits.x_train.copy()
    blank[:, 20] = 0
    digits = dataclasses.replace(digits, x_train=blank)
    parameters = drawn(*STARTS["he"], [0, 1], 64)
    before = parameters[0].value.copy()
    found = descended(digits, parameters, "relu", lambda W: partial(course_update, W, 0.3), (5,))
    np.testing.assert_array_equal(parameters[0].value[20], before[20])
    assert (parameters[0].value[21] != before[21]).any()
    assert found[5] == standing(digits, parameters, "relu")


def test_each_accuracy_is_of_its_own_labels() -> None:
    digits = data()
    parameters = drawn(*STARTS["he"], [0, 1], 64)
    update = lambda W: partial(course_update, W, 0.3)  # noqa: E731
    right = descended(digits, parameters, "relu", update, (100,))[100]
    with numnet.no_grad():
        p = probabilities(digits.x_test, parameters, "relu").value
    for r, (train, test, _) in enumerate(right):
        assert train > 95
        assert test == pytest.approx(100 * numnet.accuracy(digits.y_test, p[r].argmax(axis=1)))
    other = dataclasses.replace(digits, y_test=(digits.y_test + 1) % 3)
    for (train, test, _), (same, wrong, _) in zip(
        right, standing(other, parameters, "relu"), strict=True
    ):
        assert same == train
        assert wrong <= 100 - test


def test_a_wrong_gradient_is_seen_beside_the_course_s_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    right = tensors.safe_loss
    monkeypatch.setattr(tensors, "safe_loss", lambda p, t: right(p, t) * 1.1)
    together = measured(data(), PROPER, 1, 0.3, (40,))[40][0][2]
    assert abs(together / 1.1 / as_written(data(), PROPER, 0, 0.3, 40) - 1) > 1e-2


def test_an_update_is_a_step_and_leaves_no_gradient() -> None:
    pair = [numnet.Tensor([2.0], requires_grad=True), numnet.Tensor([4.0], requires_grad=True)]
    for passed in (1, 2):
        sum((W * W).sum() for W in pair).backward()  # type: ignore[union-attr]
        course_update(pair, 0.25)
        for W, start in zip(pair, (2.0, 4.0), strict=True):
            assert W.item() == start / 2**passed
            assert W.grad is not None
            assert W.grad.item() == 0


def test_an_update_without_gradient_is_refused() -> None:
    with pytest.raises(ValueError, match="no gradient"):
        course_update([numnet.Tensor([1.0], requires_grad=True)], 0.1)


def test_the_row_of_random_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starts, "SHORT", 5)
    monkeypatch.setattr(starts, "MARKS", (2, 5))
    outcome = starts.random_starts(quick=True)
    assert outcome.right
    assert set(outcome.numbers["long"]) == {"relu, 1e-2", "relu, he"}
    assert "embedded digits" in outcome.data
    monkeypatch.setattr(starts, "as_written", lambda *arguments: 0.5)
    assert not starts.random_starts(quick=True).right


def test_the_module_in_float32_is_that_in_float64() -> None:
    outcome = objects.module_object(quick=True)
    assert outcome.right
    runs = outcome.numbers["runs"]
    assert runs["safe, float32"]["train"] > 90
    assert runs["safe, float32"]["loss"] == pytest.approx(
        runs["as written, float64"]["loss"], rel=1e-2
    )


def test_the_report_s_module_is_refused() -> None:
    assert "expected x of shape (N, 100), got (2, 3)" in objects.refusal()


def test_the_optimizer_object_is_momentum() -> None:
    digits = data()
    mine, theirs = (drawn(*STARTS["1e-2"], [0], 64) for _ in range(2))
    velocity = [np.zeros(W.shape, np.float32) for W in theirs]

    def by_hand(parameters: list[numnet.Tensor]) -> object:
        def step() -> None:
            for v, W in zip(velocity, parameters, strict=True):
                assert W.grad is not None
                v *= objects.MOMENTUM
                v[...] += W.grad.value
                W.data -= np.float32(objects.SGD_STEP) * v
                W.grad.data.zero_()

        velocity[0] = np.zeros(parameters[0].shape, np.float32)
        return step

    descended(digits, mine, "tanh", objects.sgd, (10,))
    descended(digits, theirs, "tanh", by_hand, (10,))  # type: ignore[arg-type]
    for a, b in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(a.value, b.value, rtol=1e-4, atol=1e-6, equal_nan=False)
