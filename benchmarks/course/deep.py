"""Row B8: a tied autoencoder of three layers against one, and its code of two as a map."""

from __future__ import annotations

from functools import cache

from matplotlib.figure import Figure

import numnet
from benchmarks.course.images import error, is_mnist, linear_limit, whole
from benchmarks.course.reconstruction import Run, Setting, both, trained
from benchmarks.course.shallow import as_reported
from benchmarks.row import Outcome, Row, markdown

WIDTHS = [784, 500, 100, 30]
FLAT = [784, 500, 100, 2]
TO_REACH, SECONDS = 0.0050, 300.0
SETTING = Setting(epochs=40, lr=0.003)
MAP_SETTING = Setting(epochs=20, lr=0.003)
QUICK = Setting(epochs=2, lr=0.003)
MAPPED = 1000  # test images on the map


@cache
def deep_run(quick: bool) -> Run:
    """784-500-100-30 and back with the transposed weights, trained."""
    model = numnet.tied_autoencoder(WIDTHS, activation="relu", rng=0, dtype="float32")
    return trained("b8", model, whole(quick), QUICK if quick else SETTING, keep=not quick)


@cache
def flat_run(quick: bool) -> Run:
    """The same with a code of two."""
    model = numnet.tied_autoencoder(FLAT, activation="relu", rng=0, dtype="float32")
    return trained("b8-map", model, whole(quick), QUICK if quick else MAP_SETTING, keep=not quick)


def deep(quick: bool) -> Outcome:
    """B8."""
    data = whole(quick)
    one, three, flat = as_reported(30, quick), deep_run(quick), flat_run(quick)
    limit = error(linear_limit(30, quick), data.x_test)
    planar = error(linear_limit(2, quick), data.x_test)
    figure = (
        f"1 layer: {both(one)}; 3 layers: {both(three)} in {three.seconds:.0f} s on one thread; "
        f"linear limit, test: {limit:.4f}"
    )
    lines = [
        [run.name, run.setting, both(run), f"{run.seconds:.0f}", run.verdict]
        for run in (one, three, flat)
    ]
    head = ("network", "training", "train / test", "seconds", "check_model")
    details = markdown(head, lines) + (
        f"\n\nThe map: codes of two numbers of the first {MAPPED} test images, by 784-500-100-2 "
        f"(error {both(flat)}) and by two principal components (test {planar:.4f})."
    )
    right = {run.verdict for run in (one, three, flat)} == {"right"}
    if is_mnist(data):
        right = right and three.test <= TO_REACH and three.seconds <= SECONDS
    return Outcome(
        figure,
        {"one": one.numbers, "three": three.numbers, "map": flat.numbers, "linear_limit": limit},
        right,
        data=data.name,
        details=details,
        pictures={"b8": code_map(quick)},
    )


def code_map(quick: bool) -> Figure:
    """The code of two of the deep net beside two principal components."""
    data = whole(quick)
    x, y = data.x_test[:MAPPED], data.y_test[:MAPPED]
    return numnet.plot.codes(
        {
            "784-500-100-2": flat_run(quick).model.encode(x),
            "principal components": linear_limit(2, quick).encode(x),
        },
        y,
        classes=data.classes,
    )


ROWS = (
    Row(
        "B8",
        "1 layer 0.0236 / 0.0234; 3 layers 0.0127 / 0.0131",
        "tied deep autoencoder, code of 30",
        deep,
    ),
)
