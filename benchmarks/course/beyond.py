"""Beyond the course: 1000-500-250-30, and what closes the gap between training and test."""

from __future__ import annotations

from functools import partial

import numpy as np
from matplotlib.figure import Figure

import numnet
from benchmarks.course.images import is_mnist, whole
from benchmarks.course.reconstruction import Run, Setting, both, trained
from benchmarks.course.warps import warped
from benchmarks.row import Outcome, Row, markdown
from numnet.plot.style import BLUE, VERMILLION, Picture, dressed

WIDTHS, QUICK_WIDTHS = [784, 1000, 500, 250, 30], [784, 200, 60, 30]
HINTON, TO_REACH, SECONDS = 0.00383, 0.0038, 1200.0
SETTING = Setting(epochs=55, lr=0.002)
QUICK = Setting(epochs=1, lr=0.002)


def network(quick: bool) -> numnet.Autoencoder:
    """Tied weights, relu, a linear code of 30."""
    widths = QUICK_WIDTHS if quick else WIDTHS
    return numnet.tied_autoencoder(widths, activation="relu", rng=0, dtype="float32")


def beyond(quick: bool) -> Outcome:
    """The widths of Hinton and Salakhutdinov, with warped images and without."""
    data = whole(quick)
    train = partial(trained, data=data, keep=not quick)
    runs = {
        "images as they are": train(
            "beyond-plain", network(quick), setting=QUICK if quick else SETTING
        ),
        "warped anew each epoch": train(
            "beyond", network(quick), setting=QUICK if quick else SETTING, fresh=warped
        ),
    }
    plain, best = runs.values()
    figure = (
        f"{both(best)} in {best.seconds / 60:.0f} minutes on one thread, training images warped "
        f"anew each epoch; {both(plain)} without"
    )
    lines = [
        [name, run.setting, both(run), f"{run.test / run.train:.2f}", f"{run.seconds:.0f}"]
        for name, run in runs.items()
    ]
    head = ("training images", "training", "train / test", "test / train", "seconds")
    details = markdown(head, lines) + (
        f"\n\ncheck_model, before training: {best.verdict}. Hinton and Salakhutdinov 2006: "
        f"{HINTON} on the test images. A warp turns, slants, stretches and moves an image a "
        "little: what it takes away is learning the training images by heart."
    )
    right = {run.verdict for run in runs.values()} == {"right"}
    if is_mnist(data):
        right = right and best.test <= TO_REACH and best.seconds <= SECONDS
    return Outcome(
        figure,
        {name: run.numbers for name, run in runs.items()},
        right,
        data=data.name,
        details=details,
        pictures={"beyond": picture(runs)},
    )


def picture(runs: dict[str, Run]) -> Figure:
    """Test and training error of each epoch."""
    figure = Picture(6.4, 3.8, layout="constrained")
    ax = dressed(figure.add_subplot())
    for (name, run), colour in zip(runs.items(), (VERMILLION, BLUE), strict=True):
        for what, dashes in (("train", "--"), ("test", "-")):
            epochs = np.arange(1, len(run.curve[what]) + 1)
            ax.plot(epochs, run.curve[what], dashes, color=colour, label=f"{name}: {what}")
    ax.axhline(HINTON, color="#808080", linewidth=0.8, label="Hinton and Salakhutdinov 2006, test")
    ax.set(xlabel="epoch", ylabel="mean squared error per pixel", yscale="log")
    ax.legend(frameon=False, fontsize=8)
    return figure


ROWS = (
    Row(
        "beyond",
        f"Hinton and Salakhutdinov 2006: {HINTON} on the test images",
        "tied 1000-500-250-30",
        beyond,
    ),
)
