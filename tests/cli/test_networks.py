"""The networks of `numnet autoencoder`: their widths, and what each learns."""

from __future__ import annotations

import numpy as np
import pytest

import numnet
from numnet.cli import networks
from numnet.data import Dataset


@pytest.fixture(scope="module")
def images() -> Dataset:
    rng = np.random.default_rng(0)
    x, y = rng.uniform(size=(30, 80)), np.arange(30) % 3
    return Dataset("noise", x, y, x[:9], y[:9], ("a", "b", "c"), (8, 10))


@pytest.mark.parametrize(
    ("code", "widths"),
    [(1, "80-128-64-1"), (32, "80-128-64-32"), (33, "80-132-66-33"), (79, "80-316-158-79")],
)
def test_no_layer_is_narrower_than_the_code(code: int, widths: str, images: Dataset) -> None:
    made = networks.make(images, code, seed=0)
    assert [net.name for net in made.all] == [
        f"deep, {widths}", f"one layer, 80-{code}", "deep, 80-128-64-2", "classifier, 80-64-3",
    ]  # fmt: skip
    for net, width in zip(made.all, (code, code, 2), strict=False):
        assert net.model.encode(images.x_test).shape == (9, width)
        assert net.model(images.x_test).shape == (9, 80)
        sizes = [layer.out_features for layer in net.model.encoder.layers[::2]]
        assert net.name.split(", ")[1] == "-".join(map(str, [80, *sizes]))
    assert made.classifier.model(images.x_test).shape == (9, 3)


def test_each_learns_its_own(images: Dataset) -> None:
    made = networks.make(images, 4, seed=0)
    for net in made.all[:3]:
        assert net.y_train is images.x_train
        assert net.y_test is images.x_test
        assert isinstance(net.loss, numnet.MSE)
    assert made.classifier.y_train is images.y_train
    assert made.classifier.y_test is images.y_test
    assert isinstance(made.classifier.loss, numnet.SoftmaxCrossEntropy)


def test_the_decoders_are_tied(images: Dataset) -> None:
    made = networks.make(images, 4, seed=0)
    assert list(made.shallow.model.parameters) == ["0.0.W", "0.0.b", "1.0.b"]
    assert sum(name.endswith("W") for name in made.deep.model.parameters) == 3


def test_the_seed_makes_all_of_them(images: Dataset) -> None:
    a, b, c = (networks.make(images, 4, seed).all for seed in (1, 1, 2))
    for one, same, other in zip(a, b, c, strict=True):
        np.testing.assert_array_equal(one.model.parameters.value, same.model.parameters.value)
        assert (one.model.parameters.value != other.model.parameters.value).any()


@pytest.mark.parametrize("code", [80, 81])
def test_a_code_as_wide_as_an_image_is_refused(code: int, images: Dataset) -> None:
    with pytest.raises(
        ValueError, match=rf"^--code: expected fewer numbers than the 80 .* {code}: "
    ):
        networks.make(images, code, seed=0)


def test_the_limit_is_of_the_training_images(images: Dataset) -> None:
    limit, other = networks.linear_limit(images, 3), numnet.pca_autoencoder(images.x_train, 3)
    np.testing.assert_array_equal(limit.parameters.value, other.parameters.value)


@pytest.mark.parametrize("batch", [7, 64])
def test_the_rate_runs_through_one_cycle(
    batch: int, images: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(networks, "BATCH", batch)
    rates: list[float] = []
    right = numnet.OneCycle.__call__

    def recorded(schedule: numnet.OneCycle, step: int) -> float:
        rates.append(right(schedule, step))
        return rates[-1]

    monkeypatch.setattr(numnet.OneCycle, "__call__", recorded)
    net = networks.make(images, 4, seed=0).shallow
    history = net.train(images, 10, seed=0, progress=False)
    steps = 10 * (5 if batch == 7 else 1)  # of 30 rows
    assert rates == [right(numnet.OneCycle(networks.LR, steps), step) for step in range(steps)]
    assert history.epochs == 10
    assert len(history["val_loss"]) == 10


@pytest.mark.parametrize("stopped", [None, "interrupted"])
def test_the_time_is_told_of_whole_trainings(
    stopped: str | None,
    images: Dataset,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def train(*values: object, **settings: object) -> numnet.History:
        history = numnet.History()
        history.append(seconds=2.0)
        history.append(seconds=1.25)
        history.stopped = stopped
        return history

    monkeypatch.setattr(networks.job, "train", train)
    networks.make(images, 4, seed=0).shallow.train(images, 1, seed=0)
    said = "" if stopped else "trained in 3.2 s\n"
    assert capsys.readouterr().out == f"\ntraining one layer, 80-4, for 1 epoch ...\n{said}"
