"""The four pictures of the main job, as PNG bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator

from matplotlib.figure import Figure

from .. import plot
from ..data import Dataset
from ..layers import Sequential
from ..train import History

# More hidden units than these are not shown: the picture would no longer be legible.
UNITS = 64


def draw(model: Sequential, data: Dataset, history: History) -> Iterator[tuple[str, bytes]]:
    """File name and content of each picture."""
    proba = model.predict_proba(data.x_test)
    predicted = proba.argmax(axis=1)
    if history.epochs:
        yield "learning-curves.png", png(plot.learning_curves(history))
    W = model.parameters["0.W"][:, :UNITS]
    yield "weights.png", png(plot.weights(W, shape=data.images_train.shape[1:]))
    yield (
        "confusion-matrix.png",
        png(plot.confusion_matrix(data.y_test, predicted, classes=data.classes)),
    )
    yield (
        "misclassified.png",
        png(
            plot.misclassified(
                data.images_test, data.y_test, predicted, classes=data.classes, proba=proba
            )
        ),
    )


def png(figure: Figure) -> bytes:
    """The file that a figure becomes."""
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=120)
    return content.getvalue()
