"""Rows A13 and A14 (a), (b): descent from the course's start, with the course's two steps."""

from __future__ import annotations

import contextlib
import io
import re
from typing import Any

import numpy as np
from matplotlib.figure import Figure

import numnet
from benchmarks.course.digits import three_digits
from benchmarks.course.network import course_network
from benchmarks.row import Outcome, Row
from numnet.plot.style import BLUE, VERMILLION, Picture, dressed

# The course's steps are for the gradient summed over the examples: times N for the mean's.
YOYO, CONVERGING = 1e-3, 1e-5


def descend(
    data: numnet.data.Dataset, step: float, passes: int, progress: bool | int = False
) -> tuple[numnet.Sequential, numnet.History]:
    """The course's network after so many full-batch passes with its step for summed gradients."""
    model = course_network(0, dtype="float32")
    history = numnet.fit(
        model,
        numnet.SoftmaxCrossEntropy(),
        data.x_train,
        data.y_train,
        validation=(data.x_test, data.y_test),
        optimizer=numnet.SGD(lr=step * len(data.x_train)),
        epochs=passes,
        progress=progress,
    )
    return model, history


def accuracies(
    model: numnet.Sequential | numnet.Module, data: numnet.data.Dataset
) -> tuple[float, float]:
    """In %: on the training and on the test images, each from its own labels."""
    pairs = ((data.x_train, data.y_train), (data.x_test, data.y_test))
    train, test = (100 * numnet.accuracy(y, model.predict(x)) for x, y in pairs)
    return train, test


def displayed_loss(model: numnet.Sequential, data: numnet.data.Dataset) -> float:
    """The loss that the course displays, not the one that it descends."""
    y = numnet.one_hot(data.y_train, len(data.classes))
    return float(numnet.BinaryCrossEntropy()(model.predict_proba(data.x_train), y))


def curves(quick: bool) -> Outcome:
    """A13: training and test curves, a line every 100 passes."""
    data = three_digits((0, 1, 2), "float32")
    passes = 200 if quick else 1000
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        model, history = descend(data, CONVERGING, passes, progress=100)
    train, test = accuracies(model, data)
    lines = re.findall(r"(?m)^epoch .*$", printed.getvalue())
    return Outcome(
        f"loss {history['loss'][0]:.4f} to {history['loss'][-1]:.4f}, test "
        f"{history['val_loss'][-1]:.4f}; accuracy {train:.2f} / {test:.2f} % after {passes} passes",
        {
            "passes": passes,
            "loss": history["loss"][-1],
            "test_loss": history["val_loss"][-1],
            "train": train,
            "test": test,
        },
        right=history["loss"][-1] < history["loss"][0],
        data=data.name,
        details="Step 1e-5 on the summed gradient, from the course's start, float32. The line "
        "printed every 100 passes; here 'val' is the test set, with its own labels:\n\n```\n"
        + "\n".join(lines)
        + "\n```",
        pictures={"a13": _learning_curves(history)},
    )


def _learning_curves(history: numnet.History) -> Figure:
    figure = numnet.plot.learning_curves(history)
    # What was held out here is the test set itself.
    for legend in (ax.get_legend() for ax in figure.axes):
        for text in legend.get_texts() if legend else ():
            text.set_text(text.get_text().replace("validation", "test"))
    return figure


def two_steps(data: numnet.data.Dataset, passes: int) -> tuple[dict[str, Any], Figure]:
    """A14 (a) and (b): the step that yo-yos and the step that converges."""
    numbers: dict[str, Any] = {}
    histories = {}
    for name, step in (("yoyo", YOYO), ("converging", CONVERGING)):
        model, history = descend(data, step, passes)
        train, test = accuracies(model, data)
        loss = np.array(history["loss"])
        numbers[name] = {
            "step_summed": step,
            "lr": step * len(data.x_train),
            "train": train,
            "test": test,
            "loss": float(loss[-1]),
            "displayed_loss": displayed_loss(model, data),
            "passes_that_raise_the_loss_percent": float(100 * np.mean(np.diff(loss) > 0)),
            "highest_loss": float(loss.max()),
            "lowest_accuracy_of_the_last_half": 100 * min(history["accuracy"][passes // 2 :]),
        }
        histories[name] = history
    return numbers, _two_steps_picture(histories)


def _two_steps_picture(histories: dict[str, numnet.History]) -> Figure:
    figure = Picture(9.0, 3.6, layout="constrained")
    left, right = (dressed(figure.add_subplot(1, 2, i)) for i in (1, 2))
    looks = {"yoyo": (VERMILLION, "s", f"{YOYO:g}"), "converging": (BLUE, "o", f"{CONVERGING:g}")}
    for name, (colour, marker, step) in looks.items():
        history = histories[name]
        passes = np.arange(1, history.epochs + 1)
        look: dict[str, Any] = {
            "color": colour,
            "marker": marker,
            "markevery": 0.1,
            "markersize": 4,
        }
        left.plot(passes, history["loss"], label=f"step {step}", linewidth=0.8, **look)
        right.plot(passes, 100 * np.array(history["val_accuracy"]), linewidth=0.8, **look)
    left.set(xlabel="pass", ylabel="training loss", xscale="log", yscale="log")
    right.set(xlabel="pass", ylabel="test accuracy (%)", xscale="log")
    left.legend(title="on the summed gradient", fontsize=8, title_fontsize=8, frameon=False)
    return figure


ROWS = (
    Row(
        "A13", "no figure: its 'test' curve is the training set's", "train and test curves", curves
    ),
)
