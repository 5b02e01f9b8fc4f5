"""Row B5: whether the test loss of Linear(20) - tanh - Linear(1) rises again, by its examples.

Network and loss are written on tensors; the test curve is the mean squared error of the test set.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

import numnet
from benchmarks.course.housing import Regression, sets
from benchmarks.course.neuron import affine_optimum
from benchmarks.row import Outcome, Row, markdown
from numnet import Tensor
from numnet.plot.style import BLUE, INK, ORANGE, VERMILLION, Picture, dressed

Array = NDArray[Any]

HIDDEN = 20
LR = 0.01
FEW = (1000, 200, 50)
PASSES, SEEDS = 2000, 5
RISES = 0.01  # the last test loss above the lowest, from which on it counts


class Curve(numnet.Module):
    """The course's network of one hidden layer."""

    def __init__(self, inputs: int) -> None:
        self.c1 = numnet.Linear(inputs, HIDDEN)
        self.c2 = numnet.Linear(HIDDEN, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.c2(self.c1(x).tanh())


def squared_error(y_pred: Tensor, y_true: Tensor) -> Tensor:
    """mean((y^ - y)^2)"""
    return ((y_pred - y_true) ** 2).mean()


def trained(data: Regression, seed: int, passes: int) -> tuple[Array, Array]:
    """Training and test loss, one a pass, of full-batch Adam from Glorot's start."""
    model = Curve(data.x_train.shape[1]).initialize(rng=seed, dtype="float32")
    history = numnet.fit(
        model,
        squared_error,
        data.x_train,
        data.y_train,
        validation=(data.x_test, data.y_test),
        optimizer=numnet.Adam(lr=LR),
        epochs=passes,
        progress=False,
    )
    return np.array(history["loss"]), np.array(history["val_loss"])


def rise(test: Array) -> float:
    """How far the last test loss is above the lowest.

    Examples
    --------
    >>> rise(np.array([4.0, 2.0, 3.0]))
    0.5
    """
    return float(test[-1] / test.min() - 1)


def measured(data: Regression, seeds: int, passes: int) -> dict[str, Any]:
    """Curves of each seed, and the answer that they give."""
    curves = [trained(data, seed, passes) for seed in range(seeds)]
    rises = [rise(test) for _, test in curves]
    return {
        "train": [float(train[-1]) for train, _ in curves],
        "test": [float(test[-1]) for _, test in curves],
        "lowest_test": [float(test.min()) for _, test in curves],
        "lowest_at": [int(test.argmin()) + 1 for _, test in curves],
        "rise": rises,
        "rises": bool(np.median(rises) > RISES),
        "curves": curves,
    }


def does_it_rise(quick: bool) -> Outcome:
    """B5."""
    passes, seeds = (300, 2) if quick else (PASSES, SEEDS)
    found: dict[str, dict[int, dict[str, Any]]] = {}
    linear: dict[str, float] = {}
    pictures: dict[str, Figure] = {}
    for data in sets()[: 1 if quick else None]:
        sizes = (len(data.x_train), *FEW)
        found[data.name] = {n: measured(data.first(n), seeds, passes) for n in sizes}
        linear[data.name] = affine_optimum(data)[1]
        curves = {n: run.pop("curves") for n, run in found[data.name].items()}
        short = "b5" if not pictures else "b5-generated"
        pictures[short] = picture(data, curves, linear[data.name])
    name, runs = next(iter(found.items()))
    most, least = (runs[n] for n in (max(runs), min(runs)))
    return Outcome(
        f"{name.split(',')[0]}, {seeds} seeds, {passes} passes: test MSE ends "
        f"{100 * max(most['rise']):.1f} % at most above its lowest: it "
        f"{'rises' if most['rises'] else 'does not rise'} again with {max(runs)} examples; with "
        f"{min(runs)} it {'rises' if least['rises'] else 'does not'}, by "
        f"{100 * min(least['rise']):.0f} to {100 * max(least['rise']):.0f} %; MSE "
        f"{np.median(most['train']):.3f} / {np.median(most['test']):.3f}",
        {
            "passes": passes,
            "seeds": seeds,
            "runs": {
                data: {str(n): run for n, run in runs.items()} for data, runs in found.items()
            },
            "linear_test": linear,
        },
        right=quick or all(not r[max(r)]["rises"] and r[min(r)]["rises"] for r in found.values()),
        data="; ".join(found),
        details=f"Full-batch Adam, lr {LR:g}, {passes} passes, {seeds} seeds, float32; medians, "
        "and of the rise lowest to highest. It rises where the median of the last test loss over "
        f"the lowest is above {100 * RISES:.0f} %. Least squares: "
        + ", ".join(f"{v:.3f} on the test of {n.split(',')[0]}" for n, v in linear.items())
        + f".\n\n{_table(found)}",
        pictures=pictures,
    )


def _table(found: dict[str, dict[int, dict[str, Any]]]) -> str:
    head = ("data", "examples", "train", "test", "lowest test", "at pass", "rise", "rises again?")
    return markdown(
        head,
        [
            [
                name.split(",")[0],
                n,
                *(f"{np.median(run[key]):.4f}" for key in ("train", "test", "lowest_test")),
                f"{np.median(run['lowest_at']):.0f}",
                f"{100 * np.median(run['rise']):.1f} % ({100 * min(run['rise']):.1f} to "
                f"{100 * max(run['rise']):.1f})",
                "yes" if run["rises"] else "no",
            ]
            for name, runs in found.items()
            for n, run in runs.items()
        ],
    )


def picture(
    data: Regression, curves: dict[int, list[tuple[Array, Array]]], linear: float
) -> Figure:
    """One panel for each number of examples: every seed's training and test curve."""
    figure = Picture(3.2 * len(curves), 3.4, layout="constrained")
    axes = [dressed(ax) for ax in figure.subplots(1, len(curves), sharex=True, sharey=True)]
    for ax, (n, runs) in zip(axes, curves.items(), strict=True):
        for train, test in runs:
            passes = np.arange(1, len(train) + 1)
            ax.plot(passes, train, color=BLUE, linewidth=0.8)
            ax.plot(passes, test, "--", color=VERMILLION, linewidth=0.8)
            lowest = int(test.argmin())
            ax.plot(lowest + 1, test[lowest], "o", color=ORANGE, markersize=4, zorder=3)
        ax.axhline(linear, color=INK, linewidth=0.8, linestyle=":")
        ax.set(xlabel="pass", xscale="log", yscale="log", title=f"{n} training examples")
        ax.title.set_fontsize(9)
    # What the training loss does far below is not the question.
    low = min(float(test.min()) for runs in curves.values() for _, test in runs)
    axes[0].set(ylim=(low / 3, 6 * linear), xlim=(10, None))
    first = axes[0]
    for label, look in (
        ("train", {"color": BLUE}),
        ("test", {"color": VERMILLION, "linestyle": "--"}),
        ("lowest test", {"color": ORANGE, "marker": "o", "linestyle": "", "markersize": 4}),
        ("least squares, test", {"color": INK, "linestyle": ":", "linewidth": 0.8}),
    ):
        first.plot([], [], label=label, **look)
    first.legend(fontsize=8, frameon=False)
    first.set(ylabel=f"MSE, {data.unit}")
    figure.suptitle(data.name.split(",")[0], fontsize=10)
    return figure


ROWS = (
    Row(
        "B5",
        "train and test curves; the test loss does not rise again",
        "Linear(20) - tanh - Linear(1): does the test loss rise again?",
        does_it_rise,
    ),
)
