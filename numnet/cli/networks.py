"""The networks of `numnet autoencoder`: a deep one, one of one layer, a map, a classifier."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from ..data import Dataset
from ..layers import Autoencoder, Linear, ReLU, Sequential, pca_autoencoder, tied_autoencoder
from ..losses import MSE, Loss, SoftmaxCrossEntropy
from ..optim import Adam, OneCycle
from ..train import History
from . import job

Array = NDArray[Any]

PLANE = 2  # numbers of a code that is drawn as a point
LR, BATCH = 0.01, 64
UNITS = 64  # of the classifier


@dataclass(frozen=True)
class Net:
    """A network, and what it learns to make of the images."""

    name: str
    model: Any
    loss: Loss
    y_train: Array
    y_test: Array

    def prove(self, images: Dataset, brief: bool) -> int:
        """As every job does; with `brief` in a line."""
        name = self.name if brief else ""
        return job.prove(self.model, self.loss, images.x_train, self.y_train, name)

    def train(self, images: Dataset, epochs: int, seed: int, **settings: Any) -> History:
        """By Adam along one cycle of the learning rate."""
        print(f"\ntraining {self.name}, for {job.epochs(epochs)} ...", flush=True)
        steps = epochs * math.ceil(len(images.x_train) / BATCH)
        history = job.train(
            self.model,
            self.loss,
            images.x_train,
            self.y_train,
            epochs,
            validation=(images.x_test, self.y_test),
            optimizer=Adam(lr=OneCycle(LR, steps)),
            batch_size=BATCH,
            rng=seed,
            **settings,
        )
        if not history.stopped:
            print(f"trained in {job.seconds(history)}")
        return history


@dataclass(frozen=True)
class Networks:
    """The four that are trained."""

    deep: Net
    shallow: Net
    flat: Net
    classifier: Net

    @property
    def all(self) -> tuple[Net, ...]:
        """In the order in which they are proved."""
        return self.deep, self.shallow, self.flat, self.classifier


def make(images: Dataset, code: int, seed: int) -> Networks:
    """The networks for a code of this width, untrained.

    Raises
    ------
    ValueError
        If the code is not narrower than an image, naming the option.
    """
    D, C = images.x_train.shape[1], len(images.classes)
    if code >= D:  # of which the library warns
        raise ValueError(
            f"--code: expected fewer numbers than the {D} pixels of an image, got {code}: with as "
            "many a network that copies its input is without error, and the code says nothing"
        )
    classifier = Net(
        f"classifier, {_joined([D, UNITS, C])}",
        Sequential(Linear(D, UNITS), ReLU(), Linear(UNITS, C), rng=seed),
        SoftmaxCrossEntropy(),
        images.y_train,
        images.y_test,
    )
    return Networks(
        _autoencoder("deep", _deep(D, code), images, seed),
        _autoencoder("one layer", [D, code], images, seed),
        _autoencoder("deep", _deep(D, PLANE), images, seed),
        classifier,
    )


def linear_limit(images: Dataset, code: int) -> Autoencoder:
    """The best linear one."""
    return pca_autoencoder(images.x_train, code)


def _deep(D: int, code: int) -> list[int]:
    # No layer on the way is narrower than the code.
    return [D, max(128, 4 * code), max(64, 2 * code), code]


def _autoencoder(role: str, widths: Sequence[int], images: Dataset, seed: int) -> Net:
    model = tied_autoencoder(widths, rng=seed)
    return Net(f"{role}, {_joined(widths)}", model, MSE(), images.x_train, images.x_test)


def _joined(widths: Sequence[int]) -> str:
    return "-".join(map(str, widths))
