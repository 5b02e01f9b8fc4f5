"""Rows B6 to B9: what is trained, measured and told, right and with planted faults."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import ndimage

import numnet
from benchmarks.course import (
    between,
    beyond,
    deep,
    highways,
    images,
    reconstruction,
    shallow,
    warps,
)
from benchmarks.course.reconstruction import Setting, trained
from numnet.data import Dataset

SIDE = 6
D = SIDE * SIDE
SHORT = Setting(epochs=3, lr=0.01, batch=16)


@pytest.fixture
def data() -> Dataset:
    rng = np.random.default_rng(0)
    x = rng.random((60, D)).astype(np.float32)
    y = np.arange(60) % 10
    return Dataset("noise", x[:40], y[:40], x[40:], y[40:], tuple(range(10)), (SIDE, SIDE))


def small(seed: int = 0) -> numnet.Autoencoder:
    return numnet.tied_autoencoder([D, 8, 3], rng=seed, dtype="float32")


def test_one_fit_an_epoch_is_one_fit(data: Dataset) -> None:
    run, model = trained("", small(), data, SHORT, keep=False), small()
    history = numnet.fit(
        model,
        numnet.MSE(),
        data.x_train,
        data.x_train,
        validation=(data.x_test, data.x_test),
        optimizer=numnet.Adam(lr=numnet.OneCycle(0.01, 9)),
        epochs=3,
        batch_size=16,
        rng=0,
    )
    np.testing.assert_array_equal(run.model.parameters.value, model.parameters.value)
    assert run.curve == {"train": history["loss"], "test": history["val_loss"]}
    assert run.test == pytest.approx(history["val_loss"][-1], rel=1e-5)
    assert run.verdict == "right"


def test_fresh_images_are_trained_on_and_the_given_ones_measured(data: Dataset) -> None:
    def black(x: Any, rng: np.random.Generator) -> Any:
        asked.append(x)
        return np.zeros_like(x)

    asked: list[Any] = []
    run = trained("", small(), data, SHORT, keep=False, fresh=black)
    assert len(asked) == SHORT.epochs
    assert all(x is data.x_train for x in asked)
    assert run.train == pytest.approx(images.error(run.model, data.x_train))
    # Of black images 1/4 at the start, of the noise 1/12.
    assert run.curve["train"][0] == pytest.approx(1 / 4, abs=0.03)


def test_model_and_curve_are_kept(
    data: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconstruction, "KEPT", tmp_path / "a" / "b")
    run = trained("it", small(), data, SHORT, keep=True)
    again = numnet.load(tmp_path / "a" / "b" / "it.npz")
    np.testing.assert_array_equal(again(data.x_test), run.model(data.x_test))
    numbers = json.loads((tmp_path / "a" / "b" / "it.json").read_text())
    assert numbers == run.numbers
    assert (numbers["epochs"], numbers["seed"], numbers["check_model"]) == (3, 0, "right")
    assert numbers["seconds"] >= 0
    assert [len(numbers["curve"][part]) for part in ("train", "test")] == [3, 3]


@pytest.mark.parametrize(
    "model",
    [
        shallow.one_layer(2, "sigmoid", "tied, scaled"),
        numnet.Autoencoder(
            numnet.Sequential(highways.Residual(784), numnet.Linear(784, 2)), numnet.Linear(2, 784)
        ),
    ],
)
def test_networks_with_layers_of_their_own_are_kept_too(model: Any, tmp_path: Path) -> None:
    numnet.save(model, tmp_path / "model.npz")
    x, before = np.eye(3, 784), model.parameters.value.copy()
    expected = model(x)
    model.parameters.value = 0 * before
    numnet.load(tmp_path / "model.npz", into=model)
    np.testing.assert_array_equal(model(x), expected)


def test_the_error_is_a_mean_over_all_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "CHUNK", 3)
    x = np.random.default_rng(0).random((10, 4)).astype(np.float32)
    by_hand = np.mean((x.astype(float) ** 2 - x) ** 2)
    assert images.error(lambda part: part**2, x) == pytest.approx(by_hand, rel=1e-6)


def test_without_mnist_the_row_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMNET_DATA_DIR", str(tmp_path))
    images.whole.cache_clear()
    try:
        data = images.whole(False)
    finally:
        images.whole.cache_clear()
    assert not images.is_mnist(data)
    assert data.x_train.shape[1] == 784
    assert "for MNIST set NUMNET_DATA_DIR" in data.name
    assert "for MNIST" not in images.whole(True).name


@pytest.mark.parametrize("part", [shallow.Gain(), highways.Residual(3)])
def test_the_rows_own_layers_are_right(part: Any) -> None:
    x = np.random.default_rng(0).standard_normal((5, 3))
    report = numnet.check_layer(numnet.Sequential(part, rng=0), x)
    assert report.verdict == "right", report


def test_a_scale_without_gradient_is_seen_before_training(
    data: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgotten(self: shallow.Gain, dy: Any, x: Any) -> Any:
        self.add_grad("g", np.zeros(1))
        return dy * self.g

    monkeypatch.setattr(shallow.Gain, "backward", forgotten)
    first = numnet.Linear(D, 3)
    model = numnet.Autoencoder(first, numnet.Sequential(shallow.Gain(), numnet.Tied(first)), rng=0)
    assert reconstruction.proved(model, data.x_train) == "wrong"


def test_kinds_of_encoders_have_equally_many_parameters() -> None:
    sizes = {
        kind: sum(numnet.Sequential(*highways.block(kind, 7)).parameters.size for _ in range(2))
        for kind in highways.KINDS
    }
    assert set(sizes.values()) == {4 * (7 * 7 + 7)}


def test_a_residual_begins_with_what_it_carries() -> None:
    layer = highways.Residual(3).initialize(rng=0)
    layer.c2.W[...] = 0
    x = np.random.default_rng(0).standard_normal((2, 3))
    np.testing.assert_array_equal(layer(x), x)


@pytest.mark.parametrize("seed", range(5))
def test_a_warp_is_that_of_an_image_library(seed: int) -> None:
    image = np.random.default_rng(seed).random((9, 9))
    matrix = warps.warp(np.random.default_rng(seed), 9, affine=0.3, shift=2.0)
    drawn = np.random.default_rng(seed)
    A = np.eye(2) + drawn.uniform(-0.3, 0.3, (2, 2))
    offset = 4 - A @ [4, 4] + drawn.uniform(-2.0, 2.0, (2, 1))[:, 0]
    expected = ndimage.affine_transform(image, A, offset, order=1, mode="grid-constant")
    found = (matrix @ image.ravel()).reshape(9, 9)
    np.testing.assert_allclose(found, expected, atol=1e-6, equal_nan=False)


def test_every_image_is_warped_once_and_stays_an_image(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warps, "GROUP", 4)
    x = np.zeros((10, 81), np.float32)
    x[:, 40] = np.linspace(0.1, 1, 10)  # a dot in the middle, a brightness for each image
    before = x.copy()
    y = warps.warped(x, np.random.default_rng(0))
    np.testing.assert_array_equal(x, before)
    assert y.dtype == np.float32
    assert 0 <= y.min() <= y.max() <= 1
    # What is left of the dot is as bright as its image; no image is another's.
    shares = y.sum(axis=1) / x.sum(axis=1)
    assert (np.abs(shares - 1) < 0.5).all()
    assert len(np.unique(shares.round(4))) > 1
    white = warps.warped(np.ones((8, 81), np.float32), np.random.default_rng(0))
    assert white.max() <= 1


def test_the_turn_is_where_the_probabilities_cross() -> None:
    class Identity(numnet.Layer):
        rowwise = True

        def forward(self, x: Any) -> Any:
            return x, None

        def backward(self, dy: Any, saved: Any) -> Any:
            return dy

    class Seen:
        """Column 2 and 7 of the code are the logits of a 2 and a 7."""

        def predict_proba(self, z: Any) -> Any:
            return z

    model = numnet.Autoencoder(numnet.Sequential(Identity()), numnet.Sequential(Identity()))
    x = np.zeros((6, 10))
    y = np.array([2, 2, 2, 7, 7, 7])
    x[:3, 2] = 1.0, 1.0, 0.0  # the third 2 is not seen as one
    x[2, 7] = 1.0
    x[3:, 7] = 1.0, 0.5, 1.0
    found = between.turns(model, Seen(), x, y)  # type: ignore[arg-type]
    # (1 - t) 1 = t 1 at 1/2; (1 - t) 1 = t / 2 at 2/3.
    np.testing.assert_allclose(found[:2], [1 / 2, 2 / 3], atol=1e-12)
    assert np.isnan(found[2])


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few of the embedded digits, so that the rows run in a second."""
    data = images.whole(True)
    few = dataclasses.replace(
        data,
        x_train=data.x_train[:200],
        y_train=data.y_train[:200],
        x_test=data.x_test[:200],
        y_test=data.y_test[:200],
    )
    cached = (
        shallow.as_reported,
        deep.deep_run,
        deep.flat_run,
        between.classifier,
        highways.kind_run,
        images.linear_limit,
    )
    for module in (images, shallow, deep, between, highways, beyond):
        monkeypatch.setattr(module, "whole", lambda quick: few)
    monkeypatch.setattr(reconstruction, "proved", lambda model, x: "right")
    for function in cached:
        function.cache_clear()
    yield
    for function in cached:
        function.cache_clear()


@pytest.mark.usefixtures("tiny")
def test_the_rows_run_and_tell() -> None:
    one, three, turn = shallow.shallow(True), deep.deep(True), between.between(True)
    assert one.right
    assert three.right
    assert turn.right
    assert "code 10: " in one.figure
    assert "Why the report's network stays above" in one.details
    assert set(one.numbers["ablation"]) == {
        f"{coupling}, {code}" for coupling in shallow.COUPLINGS for code in shallow.CODE_ACTIVATIONS
    }
    json.dumps([one.numbers, three.numbers, turn.numbers], allow_nan=False)
    assert set(one.pictures) == {"b6"}
    assert set(three.pictures) == {"b8"}


@pytest.mark.usefixtures("tiny")
def test_a_gradient_that_is_not_right_makes_no_row_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconstruction, "proved", lambda model, x: "undecided")
    assert not beyond.beyond(True).right
    assert not shallow.shallow(True).right


@pytest.mark.parametrize(("test", "seconds", "right"), [(0.0049, 90.0, True),
                                                        (0.0051, 90.0, False),
                                                        (0.0049, 301.0, False)])  # fmt: skip
@pytest.mark.usefixtures("tiny")
def test_on_mnist_the_figure_decides(
    test: float, seconds: float, right: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = dataclasses.replace(deep.deep_run(True), test=test, seconds=seconds)
    monkeypatch.setattr(deep, "deep_run", lambda quick: run)
    monkeypatch.setattr(deep, "is_mnist", lambda data: True)
    assert deep.deep(True).right is right
