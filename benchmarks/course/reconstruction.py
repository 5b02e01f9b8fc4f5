"""An autoencoder proved, trained, measured and kept: what rows B6 to B9 do with each network."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import numnet
from benchmarks.course.images import error
from numnet.atomic import write_atomically

Array = NDArray[Any]

# Models and curves of full runs; models of this size are not for the repository.
KEPT = Path("numnet-out", "course")
ROWS_PROVED = 4
MSE = numnet.MSE()
Fresh = Callable[[Array, np.random.Generator], Array]


@dataclass(frozen=True)
class Setting:
    """Adam along one cycle of the learning rate, whose largest is `lr`."""

    epochs: int
    lr: float
    batch: int = 128
    weight_decay: float = 0.0
    seed: int = 0

    def optimizer(self, N: int) -> numnet.Optimizer:
        """For N training images; without weight decay AdamW is Adam."""
        steps = self.epochs * math.ceil(N / self.batch)
        return numnet.AdamW(lr=numnet.OneCycle(self.lr, steps), weight_decay=self.weight_decay)

    def __str__(self) -> str:
        decay = f", weight decay {self.weight_decay:g}" if self.weight_decay else ""
        return (
            f"{self.epochs} epochs, batch {self.batch}, lr up to {self.lr:g}{decay}, "
            f"seed {self.seed}"
        )


@dataclass(frozen=True)
class Run:
    """A trained autoencoder and what became known of it.

    `train` and `test` are errors per pixel after the last epoch; `curve` has those of each epoch,
    the training one as trained. Seconds are of the processor, on one thread as many as on the wall.
    """

    name: str
    model: numnet.Autoencoder
    setting: Setting
    train: float
    test: float
    seconds: float
    curve: dict[str, list[float]]
    verdict: str
    proof_seconds: float

    @property
    def numbers(self) -> dict[str, Any]:
        """All but the model, ready for JSON."""
        return {
            "train": self.train,
            "test": self.test,
            "seconds": round(self.seconds, 1),
            "epochs": self.setting.epochs,
            "seed": self.setting.seed,
            "setting": str(self.setting),
            "parameters": self.model.parameters.size,
            "check_model": self.verdict,
            "check_seconds": round(self.proof_seconds, 2),
            "curve": {key: [round(v, 6) for v in values] for key, values in self.curve.items()},
        }


def trained(
    name: str,
    model: numnet.Autoencoder,
    data: numnet.data.Dataset,
    setting: Setting,
    keep: bool,
    fresh: Fresh | None = None,
) -> Run:
    """Prove the gradients of a model, train it to return its input, and measure it.

    `fresh(x, rng)` makes the training images of each epoch of those that are given. With `keep`
    the model and its curve are saved in KEPT, by the name.
    """
    start = time.process_time()
    verdict = proved(model, data.x_train)
    proof = time.process_time()
    optimizer = setting.optimizer(len(data.x_train))
    rng = np.random.default_rng(setting.seed)
    curve: dict[str, list[float]] = {"train": [], "test": []}
    # One fit an epoch is one fit of all, since optimizer and generator go on.
    for _ in range(setting.epochs):
        x = data.x_train if fresh is None else fresh(data.x_train, rng)
        history = numnet.fit(
            model,
            MSE,
            x,
            x,
            validation=(data.x_test, data.x_test),
            optimizer=optimizer,
            epochs=1,
            batch_size=setting.batch,
            rng=rng,
            progress=False,
        )
        curve["train"] += history["loss"]
        curve["test"] += history["val_loss"]
    end = time.process_time()
    run = Run(
        name,
        model,
        setting,
        error(model, data.x_train),
        error(model, data.x_test),
        end - proof,
        curve,
        verdict,
        proof - start,
    )
    if keep:
        KEPT.mkdir(parents=True, exist_ok=True)
        numnet.save(model, KEPT / f"{name}.npz")
        text = json.dumps(run.numbers, indent=1) + "\n"
        write_atomically(KEPT / f"{name}.json", text.encode())
    return run


def proved(model: numnet.Autoencoder, x: Array) -> str:
    """What check_model says of the gradients in float64, on a few images."""
    few = x[:ROWS_PROVED].astype(np.float64)
    return numnet.check_model(model.astype("float64"), MSE, few, few).verdict


def both(run: Run) -> str:
    """Its errors as the reports tell theirs."""
    return f"{run.train:.4f} / {run.test:.4f}"
