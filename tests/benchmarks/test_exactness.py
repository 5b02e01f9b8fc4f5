"""Row A12's comparison sees planted faults, and passes for the right formulas."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import numnet
from benchmarks.course import exactness
from benchmarks.course.exactness import BOUND, by_hand, distance, worst_distances

Gradients = dict[str, np.ndarray]


def small() -> tuple[numnet.Sequential, np.ndarray, np.ndarray]:
    init = numnet.normal(0.5)
    model = numnet.Sequential(
        numnet.Linear(5, 4, init=init, bias_init=init),
        numnet.Tanh(),
        numnet.Linear(4, 3, init=init, bias_init=init),
        rng=0,
    )
    return model, np.random.default_rng(1).standard_normal((6, 5)), np.array([0, 1, 2, 2, 1, 1])


def worst() -> float:
    return max(max(v) for v in worst_distances(*small()).values())


def test_the_right_formulas_are_equal() -> None:
    assert worst() <= BOUND


def no_tanh(g: Gradients, x: np.ndarray, a1: np.ndarray) -> None:
    g["delta2"] = g["delta2"] / (1 - a1**2)
    g["dW1"] = x.T @ g["delta2"]


def a_mean(g: Gradients, x: np.ndarray, a1: np.ndarray) -> None:
    g["db2"] = g["db2"] / len(x)


def transposed(g: Gradients, x: np.ndarray, a1: np.ndarray) -> None:
    g["dW2"] = g["dW2"][::-1]


def one_entry(g: Gradients, x: np.ndarray, a1: np.ndarray) -> None:
    g["dW1"][2, 1] *= 1 + 1e-9


def not_a_number(g: Gradients, x: np.ndarray, a1: np.ndarray) -> None:
    g["delta3"][0, 0] = np.nan


def not_reduced(g: Gradients, x: np.ndarray, a1: np.ndarray) -> None:
    g["db1"] = g["delta2"]


@pytest.mark.parametrize(
    "fault", [no_tanh, a_mean, transposed, one_entry, not_a_number, not_reduced]
)
def test_a_planted_fault_is_seen(
    fault: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(x: np.ndarray, t: np.ndarray, *values: np.ndarray) -> Gradients:
        g = by_hand(x, t, *values)
        fault(g, x, np.tanh(x @ values[0] + values[1]))
        return g

    monkeypatch.setattr(exactness, "by_hand", faulty)
    assert worst() > BOUND


def test_a_fault_in_the_layers_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    right = exactness.by_layers
    monkeypatch.setattr(
        exactness, "by_layers", lambda *a: {k: 1.001 * v for k, v in right(*a).items()}
    )
    assert worst() > BOUND


def test_distance() -> None:
    one, zero = np.ones(2), np.zeros(2)
    assert distance(one, one + 1e-3, 10 * one) == pytest.approx(1e-4)
    assert distance(zero, zero, zero) == 0
    assert distance(one, zero, zero) == np.inf
    assert distance(one, one[:1], one) == np.inf
