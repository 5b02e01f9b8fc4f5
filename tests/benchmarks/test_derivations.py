"""Row A15-17's comparison sees planted faults; what the guard of 1e-16 does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from benchmarks.course import derivations, guard
from benchmarks.course.derivations import BOUND, another_gradient, worst_distances
from benchmarks.course.tensors import course_loss, safe_loss
from numnet import Tensor

Gradients = dict[str, np.ndarray]


def problem() -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    rng = np.random.default_rng(0)
    shapes = ((5, 4), (4,), (4, 3), (3,))
    values = [0.5 * rng.standard_normal(shape) for shape in shapes]
    return rng.standard_normal((6, 5)), np.eye(3)[[0, 1, 2, 2, 1, 1]], values


def worst() -> float:
    return max(max(v) for v in worst_distances(*problem()).values())


def test_the_three_derivations_agree() -> None:
    assert worst() <= BOUND


def one_entry(g: Gradients) -> None:
    g["dW1"][2, 1] *= 1 + 1e-9


def a_sum(g: Gradients) -> None:
    g["db2"] *= 6


def transposed(g: Gradients) -> None:
    g["dW2"] = g["dW2"].T


def kept(g: Gradients) -> None:
    g["dW2"] += g["dW2"]


@pytest.mark.parametrize("by", ["by_tape", "by_layers", "by_complex_step"])
@pytest.mark.parametrize("fault", [one_entry, a_sum, transposed, kept])
def test_a_fault_in_any_of_the_three_is_seen(
    by: str, fault: Callable[[Gradients], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    right: Callable[..., Any] = getattr(derivations, by)

    def faulty(*arguments: Any) -> Gradients:
        found = {name: g.copy() for name, g in right(*arguments).items()}
        fault(found)
        return found

    monkeypatch.setattr(derivations, by, faulty)
    assert worst() > BOUND


def test_another_loss_on_the_tape_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derivations, "course_loss", lambda p, t: -(t * p.log()).sum() / len(t))
    assert worst() > BOUND


def test_y_hat_minus_y_is_the_gradient_of_the_cross_entropy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ratio, angle = another_gradient(*problem())
    assert ratio > 1.2
    assert angle > 0.1
    monkeypatch.setattr(derivations, "course_loss", lambda p, t: -(t * p.log()).sum() / len(t))
    assert another_gradient(*problem()) == pytest.approx((1, 0), abs=1e-5)


def test_the_safe_form_is_the_same_loss() -> None:
    rng = np.random.default_rng(0)
    z, t = 3 * rng.standard_normal((7, 3)), np.eye(3)[rng.integers(0, 3, 7)]
    both = []
    for loss in (course_loss, safe_loss):
        Z2 = Tensor(z, requires_grad=True)
        value = loss(Z2.softmax(), t)
        value.backward()
        assert Z2.grad is not None
        both.append(np.append(Z2.grad.numpy(), value.item()))
    np.testing.assert_allclose(*both, rtol=1e-12, atol=1e-14, equal_nan=False)


def test_the_safe_form_is_right_in_float32_where_the_written_one_is_not() -> None:
    Z2, t = guard.wrong_example(20, "float32")
    safe_loss(Z2.softmax(), t).backward()
    assert Z2.grad is not None
    true = guard.true_gradient(20)
    np.testing.assert_allclose(Z2.grad.numpy(), true, rtol=1e-5, equal_nan=False)
    assert np.linalg.norm(guard.course_gradient(20, "float32")) > 1e6 * np.linalg.norm(true)


@pytest.mark.parametrize("gap", [0.0, 3.0])
def test_the_true_gradient_is_that_of_the_complex_step(gap: float) -> None:
    t = np.array([0.0, 1.0, 0.0])

    def loss(z: np.ndarray) -> complex:
        p = np.exp(z) / np.exp(z).sum()
        return complex(-(t * np.log(p) + (1 - t) * np.log(1 - p)).sum())

    z = np.array([gap, 0, 0])
    expected = [loss(z + 1e-30j * e).imag / 1e-30 for e in np.eye(3)]
    np.testing.assert_allclose(guard.true_gradient(gap)[0], expected, rtol=1e-13, equal_nan=False)


def test_what_the_guard_does() -> None:
    numbers, told = guard.guarded()
    assert guard.unmoved("float32") == pytest.approx(1.9e-9, rel=0.05)
    ratios = {dtype: numbers[dtype]["ratios"] for dtype in guard.DTYPES}
    assert ratios["float32"]["5"] == pytest.approx(1, abs=1e-3)
    assert ratios["float32"]["18"] > 1e7
    assert ratios["float64"]["18"] == pytest.approx(1, abs=1e-6)
    assert ratios["float64"]["60"] < 1e-9
    assert "| 18 |" in told
