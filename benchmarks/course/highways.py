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
SETTING = Setting(epochs=16, lr=0.002)
ABLATION = Setting(epochs=8, lr=0.002)
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


def encoder(kind: str) -> numnet.Sequential:
    """Two blocks of 784 and a linear code of 30."""
    blocks = [layer for _ in range(BLOCKS) for layer in block(kind, WIDTH)]
    return numnet.Sequential(*blocks, numnet.Linear(WIDTH, Q))


def one_layer_decoder() -> numnet.Sequential:
    """30 - 784, so that only the encoder can differ."""
    return numnet.Sequential(numnet.Linear(Q, WIDTH), numnet.Sigmoid())


def highway_decoder() -> numnet.Sequential:
    """30 - 784 and a highway layer, as the encoder has them."""
    return numnet.Sequential(numnet.Linear(Q, WIDTH), numnet.Highway(WIDTH), numnet.Sigmoid())


@cache
def highway_run(quick: bool) -> Run:
    """Highway layers in encoder and decoder, trained."""
    model = numnet.Autoencoder(encoder("highway"), highway_decoder(), rng=0, dtype="float32")
    return trained("b9", model, whole(quick), QUICK if quick else SETTING, keep=not quick)


def ablation(quick: bool) -> dict[str, Run]:
    """Each kind of encoder before the same decoder of one layer, on the same budget."""
    setting = QUICK if quick else ABLATION
    return {
        kind: trained(
            f"b9-{kind}",
            numnet.Autoencoder(encoder(kind), one_layer_decoder(), rng=0, dtype="float32"),
            whole(quick),
            setting,
            keep=not quick,
        )
        for kind in KINDS
    }


def highways(quick: bool) -> Outcome:
    """B9."""
    data = whole(quick)
    best, kinds = highway_run(quick), ablation(quick)
    runs = {"highway encoder and decoder": best} | {
        f"{kind} encoder, decoder of one layer": run for kind, run in kinds.items()
    }
    figure = (
        f"highway: {both(best)} in {best.seconds:.0f} s on one thread; before a decoder of one "
        "layer, after as many epochs: " + ", ".join(f"{k} {both(run)}" for k, run in kinds.items())
    )
    lines = [
        [name, run.model.parameters.size, run.setting, both(run), f"{run.seconds:.0f}", run.verdict]
        for name, run in runs.items()
    ]
    head = ("network", "parameters", "training", "train / test", "seconds", "check_model")
    right = {run.verdict for run in runs.values()} == {"right"}
    if is_mnist(data):
        right = right and best.test <= TO_REACH
    return Outcome(
        figure,
        {name: run.numbers for name, run in runs.items()},
        right,
        data=data.name,
        details=markdown(head, lines),
        pictures={"b9": picture(quick)},
    )


def picture(quick: bool) -> Figure:
    """Originals above one layer, three layers and highway, all with a code of 30."""
    data = whole(quick)
    runs = {
        "1 layer": as_reported(Q, quick),
        "3 layers": deep_run(quick),
        "highway": highway_run(quick),
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
