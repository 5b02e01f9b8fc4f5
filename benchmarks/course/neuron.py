"""Row B4: one linear neuron on tensors reaches the optimum of least squares."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from benchmarks.course.housing import Regression, sets
from benchmarks.course.tensors import course_update
from benchmarks.row import Outcome, Row, markdown
from numnet import Tensor
from numnet.plot.style import BLUE, INK, VERMILLION, Picture, dressed

Array = NDArray[Any]

REACHED = 1e-6
SLACK = 1.5  # the passes that the curvatures ask for, and half as many more


def affine_optimum(data: Regression) -> tuple[float, float]:
    """Training and test MSE of the least squares fit to the training set."""
    from scipy.linalg import lstsq

    def with_one(x: Array) -> Array:
        return np.column_stack([x, np.ones(len(x))])

    theta = lstsq(with_one(data.x_train), data.y_train)[0]
    pairs = ((data.x_train, data.y_train), (data.x_test, data.y_test))
    train, test = (float(np.mean((with_one(x) @ theta - y) ** 2)) for x, y in pairs)
    return train, test


def curvatures(data: Regression) -> Array:
    """The eigenvalues of the loss's Hessian in w and b, ascending: 2/N A'A, A = (x, 1)."""
    A = np.column_stack([data.x_train, np.ones(len(data.x_train))])
    return np.linalg.eigvalsh(2 / len(A) * A.T @ A)


def mse(data_x: Array, data_y: Array, w: Tensor, b: Tensor) -> Tensor:
    """mean((x w + b - y)^2)"""
    return ((data_x @ w + b - data_y) ** 2).mean()


def descended(data: Regression, lr: float, passes: int) -> tuple[list[float], list[float]]:
    """Training and test loss before each pass, from 0."""
    w = Tensor(np.zeros((data.x_train.shape[1], 1)), requires_grad=True)
    b = Tensor(np.zeros(1), requires_grad=True)
    train, test = [], []
    for _ in range(passes):
        loss = mse(data.x_train, data.y_train, w, b)
        loss.backward()
        train.append(float(loss.item()))
        test.append(float(mse(data.x_test, data.y_test, w.detach(), b.detach()).item()))
        course_update([w, b], lr)
    return train, test


def neuron(data: Regression) -> dict[str, Any]:
    """Descent with step 1 / L for as long as the curvatures L to m ask for, and where it ends."""
    best_train, best_test = affine_optimum(data)
    low, high = (float(e) for e in curvatures(data)[[0, -1]])
    # What is above the optimum shrinks by (1 - m / L)^2 a pass, and begins below mean(y^2).
    above = float(np.mean(data.y_train**2)) / best_train
    predicted = math.log(above / REACHED) / -2 / math.log1p(-low / high)
    train, test = descended(data, 1 / high, math.ceil(SLACK * predicted))
    first = next((i for i, v in enumerate(train) if v <= best_train * (1 + REACHED)), None)
    return {
        "train": train[-1],
        "test": test[-1],
        "optimum_train": best_train,
        "optimum_test": best_test,
        "above_train": train[-1] / best_train - 1,
        "above_test": test[-1] / best_test - 1,
        "condition": high / low,
        "passes": len(train),
        "passes_to_reach": first,
        "passes_at_most": math.ceil(predicted),
        "curves": (train, test),
    }


def one_neuron(quick: bool) -> Outcome:
    """B4."""
    found = {data.name: neuron(data) for data in sets()}
    curves = {name: run.pop("curves") for name, run in found.items()}
    units = {data.name: data.unit for data in sets()}
    right = all(
        max(abs(run["above_train"]), abs(run["above_test"])) <= REACHED
        and run["passes_to_reach"] is not None
        and run["passes_to_reach"] <= run["passes_at_most"]
        for run in found.values()
    )
    name, run = next(iter(found.items()))
    lines = [
        [
            name,
            f"{run['train']:.5f} / {run['test']:.5f}",
            f"{run['optimum_train']:.5f} / {run['optimum_test']:.5f}",
            f"{run['above_train']:+.0e} / {run['above_test']:+.0e}",
            f"{run['condition']:.0f}",
            f"{run['passes_to_reach']}",
            run["passes_at_most"],
        ]
        for name, run in found.items()
    ]
    head = (
        "data",
        "MSE, train / test",
        "of least squares",
        "above it",
        "L / m",
        "passes to 1e-6",
        "at most, by L and m",
    )
    return Outcome(
        f"{name.split(',')[0]}: MSE {run['train']:.4f} / {run['test']:.4f}, "
        f"{run['above_train']:+.0e} / {run['above_test']:+.0e} of least squares; 1e-6 reached "
        f"after {run['passes_to_reach']} passes",
        found,
        right=right,
        data="; ".join(found),
        details="Full-batch descent from 0 with step 1 / L, L and m the largest and the "
        "smallest curvature of the loss. MSE "
        + ", ".join(f"{unit} ({name.split(',')[0]})" for name, unit in units.items())
        + f".\n\n{markdown(head, lines)}",
        pictures={"b4": picture(name, run, *curves[name])},
    )


def picture(name: str, run: dict[str, Any], train: list[float], test: list[float]) -> Figure:
    """Both curves with their optima, and how far the first is above its own."""
    figure = Picture(9.0, 3.6, layout="constrained")
    left, right = (dressed(figure.add_subplot(1, 2, i)) for i in (1, 2))
    passes = np.arange(1, len(train) + 1)
    for label, values, colour, line in (
        ("train", train, BLUE, "-"),
        ("test", test, VERMILLION, "--"),
    ):
        left.plot(passes, values, line, color=colour, label=label)
        left.axhline(run[f"optimum_{label}"], color=colour, linestyle=":", linewidth=1)
        # Below 1e-13 there is rounding only.
        gap = np.maximum(np.abs(np.array(values) / run[f"optimum_{label}"] - 1), 1e-13)
        right.plot(passes, gap, line, color=colour, label=label, linewidth=1)
    right.axhline(REACHED, color=INK, linewidth=0.8)
    left.set(xlabel="pass", ylabel="MSE", xscale="log", title="dotted: least squares")
    right.set(
        xlabel="pass",
        ylabel="|MSE / least squares' - 1|",
        yscale="log",
        title="distance to least squares; black line: 1e-6",
    )
    figure.suptitle(name, fontsize=10)
    for ax in (left, right):
        ax.title.set_fontsize(9)
        ax.legend(fontsize=8, frameon=False)
    return figure


ROWS = (Row("B4", "train and test curves", "one linear neuron against least squares", one_neuron),)
