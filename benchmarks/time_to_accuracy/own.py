"""numnet: fit, an epoch a call."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

import numnet
from benchmarks.time_to_accuracy.settings import Setting
from benchmarks.time_to_accuracy.training import Array
from numnet.data import Dataset


def layers(setting: Setting, data: Dataset, seed: int) -> Iterator[Array]:
    """With what fit does for everyone: its checks, the training accuracy."""
    rng = np.random.default_rng(seed)
    x, y = data.x_train, data.y_train
    widths = (x.shape[1], *setting.hidden, len(data.classes))
    parts: list[numnet.Layer] = []
    for D, Q in pairwise(widths):
        parts += [numnet.Linear(D, Q), numnet.ReLU()]
    model = numnet.Sequential(*parts[:-1], rng=rng, dtype="float32")
    loss = numnet.SoftmaxCrossEntropy()
    lr = setting.schedule(len(x)) if setting.epochs else setting.lr
    optimizer: numnet.Optimizer
    if setting.adam:
        optimizer = numnet.Adam(model.parameters, lr=lr)
    else:
        optimizer = numnet.SGD(model.parameters, lr=lr, momentum=0.9)

    def epochs() -> Iterator[Array]:
        while True:
            numnet.fit(
                model,
                loss,
                x,
                y,
                optimizer=optimizer,
                epochs=1,
                batch_size=setting.batch,
                rng=rng,
                progress=False,
            )
            yield model.predict(data.x_test)

    return epochs()
