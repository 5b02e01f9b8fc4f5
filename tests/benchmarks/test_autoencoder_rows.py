"""Rows B6 to B9 and beyond: what makes them right, on made-up runs."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import numnet
from benchmarks.course import between, beyond, deep, highways, images, remedies, shallow
from benchmarks.course.reconstruction import Run, Setting
from benchmarks.row import Outcome
from numnet.data import Dataset

X = np.random.default_rng(0).random((10, 784)).astype(np.float32)
MNIST = Dataset("MNIST, made up", X, np.arange(10), X, np.arange(10), tuple(range(10)), (28, 28))
ROWS = {
    "B6": shallow.shallow,
    "B8": deep.deep,
    "B9": highways.highways,
    "beyond": beyond.beyond,
    "gap": remedies.gap,
}
CACHED = (shallow.as_reported, deep.deep_run, deep.flat_run, highways.kind_run)


class Scene(SimpleNamespace):
    """What runs are told to have come to, by name, and those that were asked for."""

    told: dict[str, dict[str, Any]]
    asked: list[tuple[str, Setting, bool]]
    data: Dataset

    def trained(
        self, name: str, model: Any, data: Any, setting: Setting, keep: bool, fresh: Any = None
    ) -> Run:
        self.asked.append((name, setting, keep))
        curve = {part: [0.002, 0.001] for part in ("train", "test")}
        run = Run(name, model, setting, 0.001, 0.002, 1.0, curve, "right", 0.1)
        return dataclasses.replace(run, **self.told.get(name, {}))

    def row(self, name: str, quick: bool = False) -> Outcome:
        for function in CACHED:
            function.cache_clear()
        return ROWS[name](quick)


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    made = Scene(told={"gap-warps": {"test": 0.001}}, asked=[], data=MNIST)
    for module in (images, shallow, deep, between, highways, beyond, remedies):
        monkeypatch.setattr(module, "whole", lambda quick: made.data)
    for module in (shallow, deep, highways, beyond, remedies):
        monkeypatch.setattr(module, "trained", made.trained)
    for module in (shallow, deep):
        monkeypatch.setattr(module, "linear_limit", lambda Q, quick: shallow.one_layer(Q))
    # Few units, as nothing is trained.
    monkeypatch.setattr(deep, "WIDTHS", [784, 4, 30])
    monkeypatch.setattr(deep, "FLAT", [784, 4, 2])
    monkeypatch.setattr(beyond, "WIDTHS", [784, 4, 30])
    monkeypatch.setattr(highways, "BLOCKS", 1)
    yield made
    for function in CACHED:
        function.cache_clear()


@pytest.fixture
def without_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """They take longer than the rest."""
    for module in (shallow, highways, beyond):
        monkeypatch.setattr(module, "picture", lambda runs: None)
    monkeypatch.setattr(deep, "code_map", lambda quick: None)


@pytest.mark.parametrize("name", ROWS)
def test_a_row_is_right_where_its_runs_are(name: str, scene: Scene) -> None:
    outcome = scene.row(name)
    assert outcome.right
    assert outcome.data.startswith(MNIST.name)
    assert "0.0010 / 0.0020" in outcome.figure
    assert json.loads(json.dumps(outcome.numbers, allow_nan=False))
    for figure in outcome.pictures.values():
        assert figure.axes


@pytest.mark.usefixtures("without_pictures")
def test_full_runs_are_kept_each_under_a_name_of_its_own(scene: Scene) -> None:
    seen: dict[str, Setting] = {}
    for name in ROWS:
        scene.asked.clear()
        scene.row(name)
        for run, setting, keep in scene.asked:
            assert keep
            # A row may show again what another trained, by the same name and setting.
            assert seen.setdefault(run, setting) == setting
    scene.asked.clear()
    for name in ROWS:
        scene.row(name, quick=True)
    assert not any(keep for *_, keep in scene.asked)


UNPROVED = [("B6", "b6-code-10"), ("B6", "b6-untied-relu"), ("B6", "b6-best"), ("B8", "b8"),
            ("B8", "b8-map"), ("B9", "b9-plain"), ("B9", "b9-highway"), ("beyond", "beyond-plain"),
            ("beyond", "beyond"), ("gap", "gap-none")]  # fmt: skip


@pytest.mark.usefixtures("without_pictures")
@pytest.mark.parametrize(("row", "run"), UNPROVED)
def test_a_network_that_is_not_proved_makes_its_row_not_right(
    row: str, run: str, scene: Scene
) -> None:
    scene.told[run] = scene.told.get(run, {}) | {"verdict": "undecided"}
    assert not scene.row(row).right
    scene.data = dataclasses.replace(MNIST, name="digits")
    assert not scene.row(row).right


LIMITS = [
    ("B6", "b6-code-30", {"test": 0.0226}, {"test": 0.0227}),
    ("B6", "b6-code-30", {"seconds": 60.0}, {"seconds": 61.0}),
    ("B6", "b6-best", {"test": 0.0105}, {"test": 0.0106}),
    ("B8", "b8", {"test": 0.0050}, {"test": 0.0051}),
    ("B8", "b8", {"seconds": 300.0}, {"seconds": 301.0}),
    ("B9", "b9-highway", {"test": 0.0100}, {"test": 0.0101}),
    ("beyond", "beyond", {"test": 0.0038}, {"test": 0.0039}),
    ("beyond", "beyond", {"seconds": 1200.0}, {"seconds": 1201.0}),
    ("gap", "gap-warps", {"test": 0.0019}, {"test": 0.0021}),
    ("gap", "gap-decay", {"test": 0.0011}, {"test": 0.0009}),
]


@pytest.mark.usefixtures("without_pictures")
@pytest.mark.parametrize(("row", "run", "good", "bad"), LIMITS)
def test_the_figures_to_reach_decide_on_mnist_alone(
    row: str, run: str, good: dict[str, float], bad: dict[str, float], scene: Scene
) -> None:
    for change, right in ((good, True), (bad, False)):
        scene.told[run] = change
        assert scene.row(row).right is right
    scene.data = dataclasses.replace(MNIST, name="digits")
    assert scene.row(row).right


@cache
def exact() -> numnet.Autoencoder:
    """Ten images are of nine components: blends of codes are blends of images."""
    return numnet.pca_autoencoder(X, 9)


class Nearest:
    """Sure of the digit whose image is nearest; a 2 may be further away than it is."""

    def __init__(self, further: float) -> None:
        self.further = further

    def __call__(self, x: Any) -> Any:
        distances = np.square(x[:, None] - X).sum(axis=2)
        distances[:, between.PAIR[0]] += self.further
        return -distances

    def predict_proba(self, x: Any) -> Any:
        e = np.exp(self(x) - self(x).max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(("at", "right"), [(0.5, True), (0.42, True), (0.25, False), (0.65, False)])
def test_a_2_becomes_a_7_in_the_middle_or_the_row_is_not_right(
    at: float, right: bool, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = SimpleNamespace(model=exact())
    monkeypatch.setattr(between, "as_reported", lambda Q, quick: run)
    monkeypatch.setattr(between, "deep_run", lambda quick: run)
    # At lambda t the distances are t^2 L and (1 - t)^2 L.
    a, b = X[list(between.PAIR)]
    net = Nearest((1 - 2 * at) * float(np.square(a - b).sum()))
    monkeypatch.setattr(between, "classifier", lambda quick: net)
    outcome = between.between(False)
    assert outcome.right is right
    for net_of in ("1 layer", "3 layers"):
        numbers = outcome.numbers[net_of]
        assert (numbers["pairs"], numbers["seen as 2 and 7"]) == (1, 1)
        assert numbers["quartiles"] == pytest.approx([at] * 3, abs=0.05)
        assert numbers["between 0.4 and 0.6"] == float(right)
        assert np.shape(numbers["shown"]) == (11, 2)
    assert outcome.numbers["accuracy"] == 1
    assert set(outcome.pictures) == {"b7"}
    json.dumps(outcome.numbers, allow_nan=False)


@pytest.mark.parametrize("name", ["MNIST, made up", "digits"])
def test_pairs_that_nobody_sees_prove_nothing(
    name: str, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    grey = numnet.Autoencoder(numnet.Linear(784, 1), numnet.Linear(1, 784), dtype="float32", rng=0)
    grey.parameters.value = np.zeros(grey.parameters.size)
    run = SimpleNamespace(model=grey)
    monkeypatch.setattr(between, "as_reported", lambda Q, quick: run)
    monkeypatch.setattr(between, "deep_run", lambda quick: run)
    monkeypatch.setattr(between, "classifier", lambda quick: Nearest(0.0))
    scene.data = dataclasses.replace(MNIST, name=name)
    outcome = between.between(False)
    assert outcome.right == (name == "digits")
    assert "sees no pair" in outcome.figure


def test_the_first_of_several_turns_counts() -> None:
    class Wavering:
        """Ahead of the 2 by -1, 1, -1, 1, ... from step to step."""

        step = -1

        def predict_proba(self, x: Any) -> Any:
            self.step += 1
            p = np.full((len(x), 10), 0.0)
            p[:, 7] = self.step % 2
            p[:, 2] = 1 - self.step % 2
            return p

    class Even(Wavering):
        def predict_proba(self, x: Any) -> Any:
            return np.full((len(x), 10), 0.1)

    class Flip(Wavering):
        """Wavering, and a 7 in the end."""

        def predict_proba(self, x: Any) -> Any:
            p = super().predict_proba(x)
            return p if self.step < 10 else np.eye(10)[[7] * len(x)]

    for net, expected in ((Flip(), 0.05), (Wavering(), np.nan), (Even(), np.nan)):
        found = between.turns(exact(), net, X, np.arange(10))  # type: ignore[arg-type]
        np.testing.assert_allclose(found, [expected])


def test_a_setting_is_adam_on_one_cycle() -> None:
    setting = Setting(epochs=3, lr=0.1, batch=4, weight_decay=0.01, seed=2)
    optimizer = setting.optimizer(10)
    assert repr(optimizer) == repr(numnet.AdamW(lr=numnet.OneCycle(0.1, 9), weight_decay=0.01))
    assert str(setting) == "3 epochs, batch 4, lr up to 0.1, weight decay 0.01, seed 2"
    assert str(Setting(3, 0.1)) == "3 epochs, batch 128, lr up to 0.1, seed 0"


def test_mnist_is_named_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def load_mnist(dtype: str) -> Dataset:
        asked.append(dtype)
        return dataclasses.replace(MNIST, name="a file")

    monkeypatch.setattr(numnet.data, "load_mnist", load_mnist)
    found = images.whole.__wrapped__(False)
    assert found.name == "MNIST, 60000 training and 10000 test images"
    assert found.x_train is X
    assert images.is_mnist(found)
    assert asked == ["float32"]


@pytest.mark.parametrize(
    ("coupling", "more"), [("tied", 0), ("tied, scaled", 1), ("untied", 784 * 3)]
)
@pytest.mark.parametrize("code", shallow.CODE_ACTIVATIONS)
def test_the_networks_of_one_layer_differ_in_what_is_told(
    code: str, coupling: str, more: int
) -> None:
    model = shallow.one_layer(3, code, coupling)
    assert model.parameters.size == 784 * 3 + 3 + 784 + more
    assert model.parameters.dtype == np.float32
    assert model.output == "probabilities"
    W, b = (model.parameters[f"0.0.{name}"] for name in ("W", "b"))
    z = X @ W + b
    expected = {"sigmoid": 1 / (1 + np.exp(-z)), "relu": np.maximum(z, 0), "linear": z}[code]
    np.testing.assert_allclose(model.encode(X), expected, atol=1e-5)


def test_a_code_at_its_ends_is_told_from_one_in_the_middle() -> None:
    model = shallow.one_layer(2)
    W = np.zeros((784, 2))
    W[:2] = [[3.0, 0.0], [4.0, 0.0]]
    model.parameters["0.0.W"] = W
    model.parameters["0.0.b"] = [-100.0, 0.0]
    found = shallow.code_spread(SimpleNamespace(model=model), X)  # type: ignore[arg-type]
    deviation = (3 * X[:, 0] + 4 * X[:, 1]).std() / 2
    assert found == pytest.approx(
        {"saturated": 0.5, "deviation of z": deviation, "length of a column": 2.5}, rel=1e-4
    )


def test_a_training_is_told_once_for_all_codes_that_had_it() -> None:
    one, other = (SimpleNamespace(setting=Setting(epochs, 0.1)) for epochs in (1, 2))
    table: Any = {("tied", "a"): one, ("untied", "a"): one, ("tied", "b"): other, ("x", "c"): one}
    assert shallow.trainings(table) == f"a and c: {one.setting}; b: {other.setting}"
