"""Row B9: a highway encoder, beside plain and residual ones of equally many parameters."""

from __future__ import annotations

from functools import cache

import numpy as np
from matplotlib.figure import Figure

import numnet
from benchmarks.course.deep import deep_run
from benchmarks.course.images import is_mnist, whole
from benchmarks.course.reconstruction import Run, Setting, both, trained
from benchmarks.course.shallow import as_reported
from benchmarks.row import Outcome, Row, markdown
from numnet import Tensor
from numnet.model import Model

KINDS = ("plain", "residual", "highway")
Q, WIDTH, BLOCKS = 30, 784, 2
TO_REACH = 0.0100
SETTING = Setting(epochs=10, lr=0.002)
QUICK = Setting(epochs=1, lr=0.002)


class Residual(numnet.Module):
    """Two linear maps around what is carried, differentiated by the tape.

    y = x + relu(x W1 + b1) W2 + b2
    """

    rowwise = True

    def __init__(self, width: int) -> None:
        self.c1 = numnet.Linear(width, width)
        self.c2 = numnet.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.c2(self.c1(x).relu())


def block(kind: str, width: int) -> list[Model]:
    """Two matrices of this width and two biases, as plain layers, a residual or a highway one."""
    if kind == "highway":
        return [numnet.Highway(width)]
    if kind == "residual":
        return [Residual(width)]
    return [numnet.Linear(width, width), numnet.ReLU(), numnet.Linear(width, width), numnet.ReLU()]


def encoder(kind: str, blocks: int = BLOCKS) -> numnet.Sequential:
    """So many blocks of 784 and a linear code of 30."""
    layers = [layer for _ in range(blocks) for layer in block(kind, WIDTH)]
    return numnet.Sequential(*layers, numnet.Linear(WIDTH, Q))


@cache
def kind_run(kind: str, quick: bool) -> Run:
    """A kind of encoder before a decoder of one layer, so that only the encoder can differ."""
    decoder = numnet.Sequential(numnet.Linear(Q, WIDTH), numnet.Sigmoid())
    model = numnet.Autoencoder(
        encoder(kind, 1 if quick else BLOCKS), decoder, rng=0, dtype="float32"
    )
    return trained(f"b9-{kind}", model, whole(quick), QUICK if quick else SETTING, keep=not quick)


def highways(quick: bool) -> Outcome:
    """B9."""
    data = whole(quick)
    runs = {kind: kind_run(kind, quick) for kind in KINDS}
    best = runs["highway"]
    figure = (
        ", ".join(f"{kind} {both(run)}" for kind, run in runs.items())
        + f"; each {best.setting.epochs} epochs, highway {best.seconds:.0f} s on one thread"
    )
    lines = [
        [kind, run.model.parameters.size, both(run), f"{run.seconds:.0f}", run.verdict]
        for kind, run in runs.items()
    ]
    head = ("encoder", "parameters", "train / test", "seconds", "check_model")
    right = {run.verdict for run in runs.values()} == {"right"}
    if is_mnist(data):
        right = right and best.test <= TO_REACH
    return Outcome(
        figure,
        {kind: run.numbers for kind, run in runs.items()},
        right,
        data=data.name,
        details=f"Each {best.setting}, {BLOCKS} blocks of two matrices {WIDTH} x {WIDTH} and a "
        "decoder of one layer.\n\n" + markdown(head, lines),
        pictures={"b9": picture(quick)},
    )


def picture(quick: bool) -> Figure:
    """Originals above one layer, three layers and highway, all with a code of 30."""
    data = whole(quick)
    runs = {
        "1 layer": as_reported(Q, quick),
        "3 layers": deep_run(quick),
        "highway": kind_run("highway", quick),
    }
    return numnet.plot.reconstructions(
        data.x_test,
        {name: run.model.reconstruct(data.x_test) for name, run in runs.items()},
        examples=[int(np.flatnonzero(data.y_test == digit)[0]) for digit in range(10)],
    )


ROWS = (
    Row(
        "B9",
        "0.0175 / 0.0173",
        "highway encoder, code of 30",
        highways,
    ),
)
