"""Rows B4 and B5: the data, the optimum, and the answers, right and with planted faults."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.course import housing, neuron, overfitting
from benchmarks.course.housing import Regression, california, generated, standardised
from numnet import Tensor
from numnet.data.california import COLUMNS
from numnet.errors import FormatError


def small() -> Regression:
    return generated(200)


def write(folder: Path, text: str) -> None:
    path = folder / "california" / "cal_housing.data"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_the_file_is_read_where_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NUMNET_DATA_DIR", raising=False)
    assert california() is None
    monkeypatch.setenv("NUMNET_DATA_DIR", str(tmp_path))
    assert california() is None
    table = np.random.default_rng(0).random((20, 9))
    lines = [",".join(f"{v:.6f}" for v in row) for row in table]
    write(tmp_path, "\n".join([",".join(COLUMNS), *lines, ""]))
    data = california()
    assert data is not None
    assert (data.x_train.shape, data.x_test.shape) == ((16, 8), (4, 8))
    values = np.sort(np.concatenate([data.y_train, data.y_test]).ravel())
    np.testing.assert_allclose(values, np.sort(table[:, 8]) / 1e5, atol=1e-10, equal_nan=False)
    assert housing.sets()[0].name.startswith("California")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a,b\n1,2\n",
        ",".join(COLUMNS) + "\n1,2\n",
        ",".join(COLUMNS) + "\n" + "x," * 8 + "x\n",
        ",".join(COLUMNS) + "\n" + "1," * 8 + "nan\n",
    ],
)
def test_another_file_is_refused(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMNET_DATA_DIR", str(tmp_path))
    write(tmp_path, text)
    with pytest.raises(FormatError, match="cal_housing"):
        california()


def test_inputs_are_scaled_by_the_training_set_alone() -> None:
    x = np.random.default_rng(0).random((50, 2))
    data = standardised("", x, x[:, :1], "")
    np.testing.assert_allclose(data.x_train.mean(axis=0), 0, atol=1e-14, equal_nan=False)
    np.testing.assert_allclose(data.x_train.std(axis=0), 1, atol=1e-14, equal_nan=False)
    assert abs(data.x_test.mean(axis=0)).max() > 1e-3
    assert len(np.unique(np.concatenate([data.y_train, data.y_test]))) == 50
    assert len(data.first(7).x_train) == 7
    assert len(data.first(7).x_test) == 10


def test_the_generated_set_is_friedman_s() -> None:
    data = generated()
    best = neuron.affine_optimum(data)
    # Least squares cannot reach the sine and the square; the noise has variance 1.
    assert 5 < best[1] < 8


def test_the_optimum_is_one() -> None:
    data = small()
    w = np.linalg.pinv(np.column_stack([data.x_train, np.ones(160)])) @ data.y_train
    for x, y, best in (
        (data.x_train, data.y_train, neuron.affine_optimum(data)[0]),
        (data.x_test, data.y_test, neuron.affine_optimum(data)[1]),
    ):
        assert np.mean((x @ w[:-1] + w[-1] - y) ** 2) == pytest.approx(best, rel=1e-12)


@pytest.fixture
def one_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (neuron, overfitting):
        monkeypatch.setattr(module, "sets", lambda: [small()])


@pytest.mark.usefixtures("one_set")
def test_the_neuron_reaches_both_optima() -> None:
    outcome = neuron.one_neuron(quick=True)
    assert outcome.right
    (run,) = outcome.numbers.values()
    assert run["train"] == pytest.approx(run["optimum_train"], rel=1e-6)
    assert run["test"] == pytest.approx(run["optimum_test"], rel=1e-6)


def no_bias(parameters: Sequence[Tensor], epsilon: float) -> None:
    w, b = parameters
    assert w.grad is not None
    assert b.grad is not None
    w.data -= epsilon * w.grad.data
    w.grad.data.zero_()


def accumulated(parameters: Sequence[Tensor], epsilon: float) -> None:
    for w in parameters:
        assert w.grad is not None
        w.data -= epsilon * w.grad.data


def too_short(parameters: Sequence[Tensor], epsilon: float) -> None:
    for w in parameters:
        assert w.grad is not None
        w.data -= epsilon / 2 * w.grad.data
        w.grad.data.zero_()


@pytest.mark.usefixtures("one_set")
@pytest.mark.parametrize("fault", [no_bias, accumulated, too_short])
def test_a_wrong_update_is_seen(fault: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neuron, "course_update", fault)
    assert not neuron.one_neuron(quick=True).right


@pytest.mark.usefixtures("one_set")
def test_a_test_curve_from_the_training_set_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    right = neuron.descended

    def report_s(data: Regression, lr: float, passes: int) -> tuple[list[float], list[float]]:
        train, _ = right(data, lr, passes)
        return train, train

    monkeypatch.setattr(neuron, "descended", report_s)
    assert not neuron.one_neuron(quick=True).right


def test_the_test_curve_is_of_the_test_s_labels() -> None:
    data = small()
    shifted = dataclasses.replace(data, y_test=data.y_test + 1000)
    (train, test), (same, far) = (overfitting.trained(d, 0, 3) for d in (data, shifted))
    np.testing.assert_array_equal(train, same)
    assert (far > 9e5).all()
    assert (test < 1e3).all()


def test_few_examples_make_the_test_loss_rise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overfitting, "LR", 0.1)
    run = overfitting.measured(small().first(20), seeds=1, passes=300)
    assert run["rises"]
    assert run["lowest_at"][0] < 300
    assert run["rise"][0] == pytest.approx(run["test"][0] / run["lowest_test"][0] - 1)


@pytest.mark.parametrize(
    ("most", "least", "right"),
    [(0.0, 0.5, True), (0.5, 0.5, False), (0.0, 0.0, False)],
)
@pytest.mark.usefixtures("one_set")
def test_the_answer_is_the_measurement_s(
    most: float, least: float, right: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trained(data: Regression, seed: int, passes: int) -> tuple[np.ndarray, np.ndarray]:
        last = least if len(data.x_train) == 50 else most
        return np.array([3.0, 2.0, 1.0]), np.array([2.0, 1.0, 1.0 + last])

    monkeypatch.setattr(overfitting, "trained", trained)
    monkeypatch.setattr(overfitting, "FEW", (50,))
    outcome = overfitting.does_it_rise(quick=False)
    assert outcome.right is right
    assert ("it does not rise" in outcome.figure) is (most == 0)
