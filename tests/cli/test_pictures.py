"""The pictures of the main job: which there are, and what they show of a large network."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from numnet import Linear, ReLU, Sequential, data
from numnet.cli import pictures
from numnet.data import Dataset
from numnet.train import History

NAMES = ["weights.png", "confusion-matrix.png", "misclassified.png"]


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return data.load_digits(classes=(0, 1))


@pytest.mark.parametrize(("hidden", "shown"), [(3, 3), (64, 64), (65, 64), (80, 64)])
def test_the_first_64_units_are_shown(
    hidden: int, shown: int, digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[tuple[Any, Any]] = []

    def weights(W: Any, shape: Any) -> None:
        drawn.append((W, shape))

    monkeypatch.setattr(pictures.plot, "weights", weights)
    monkeypatch.setattr(pictures, "png", lambda figure: b"")
    model = Sequential(Linear(64, hidden), ReLU(), Linear(hidden, 2), rng=0)
    model.output = "logits"
    assert [name for name, _ in pictures.draw(model, digits, History())] == NAMES
    ((W, shape),) = drawn
    np.testing.assert_array_equal(W, model.parameters["0.W"][:, :shown])
    assert shape == (8, 8)
