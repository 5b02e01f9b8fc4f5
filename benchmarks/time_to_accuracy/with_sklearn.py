"""scikit-learn's MLPClassifier, an epoch a call of partial_fit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.time_to_accuracy.settings import Setting
from benchmarks.time_to_accuracy.training import Array
from numnet.data import Dataset


def sklearn(setting: Setting, data: Dataset, seed: int) -> Iterator[Array]:
    """Without a penalty."""
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier(
        hidden_layer_sizes=setting.hidden,
        solver="adam" if setting.adam else "sgd",
        alpha=0,
        batch_size=setting.batch,
        learning_rate_init=setting.lr,
        random_state=seed,
    )

    def epochs() -> Iterator[Array]:
        while True:
            model.partial_fit(data.x_train, data.y_train, classes=np.arange(len(data.classes)))
            yield model.predict(data.x_test)

    return epochs()
