"""Row B3: three Linear layers on random data reach the optimum of least squares."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

import numnet
from benchmarks.course.regression import least_squares, reduced_rank
from benchmarks.row import Outcome, Row, markdown
from numnet.plot.style import BLUE, INK, ORANGE, VERMILLION, Picture, dressed

Array = NDArray[Any]

N, D, C = 200, 8, 4
WIDE, NARROW = (10, 6), (6, 2)
REACHED = 1e-6
FIRST = 300  # plain passes before the spectrum is taken
PASSES = 1500


def random_data() -> tuple[Array, Array]:
    """Inputs of unequal deviations, and targets that a linear map explains in part."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((N, D)) * np.geomspace(1, 0.25, D)
    return x, x @ rng.standard_normal((D, C)) / np.sqrt(D) + 0.5 * rng.standard_normal((N, C))


def three_layers(widths: tuple[int, int]) -> numnet.Sequential:
    """D - widths - C without activations, from Glorot's start."""
    sizes = (D, *widths, C)
    return numnet.Sequential(*map(numnet.Linear, sizes[:-1], sizes[1:]), rng=0)


def hessian_eigenvalues(model: numnet.Sequential, x: Array, y: Array) -> Array:
    """Those of the loss at the parameters, ascending, by complex steps of the gradient."""
    objective, theta = numnet.Objective(model, numnet.MSE(), x, y), model.parameters.value
    H = np.empty((theta.size, theta.size))
    for i, direction in enumerate(np.eye(theta.size)):
        H[i] = objective(theta + 1e-30j * direction)[1].imag / 1e-30
    return np.linalg.eigvalsh((H + H.T) / 2)


def heavy_ball(eigenvalues: Array) -> tuple[float, float]:
    """Polyak's step and momentum for a quadratic with these curvatures; flat ones are left out.

    lr = (2 / (sqrt L + sqrt m))^2, momentum = ((sqrt L - sqrt m) / (sqrt L + sqrt m))^2

    Examples
    --------
    >>> heavy_ball(np.array([0.0, 1.0, 9.0]))
    (0.25, 0.25)
    """
    largest = float(eigenvalues.max())
    smallest = float(eigenvalues[eigenvalues > FLAT * largest].min())
    high, low = np.sqrt(largest), np.sqrt(smallest)
    return float((2 / (high + low)) ** 2), float(((high - low) / (high + low)) ** 2)


# Of the stack's curvatures those below this share belong to the directions that rescale one layer
# against the next, along which the loss does not change.
FLAT = 1e-3


def train(widths: tuple[int, int], x: Array, y: Array, passes: int) -> dict[str, Any]:
    """Plain descent, then the heavy ball that the spectrum asks for; and plain descent alone."""
    model, loss = three_layers(widths), numnet.MSE()
    lr = 1 / hessian_eigenvalues(model, x, y).max()

    def descend(optimizer: numnet.SGD, m: numnet.Sequential, epochs: int) -> list[float]:
        return numnet.fit(m, loss, x, y, optimizer=optimizer, epochs=epochs, progress=False)["loss"]

    losses = descend(numnet.SGD(lr=lr), model, FIRST)
    plain = losses + descend(numnet.SGD(lr=lr), model.copy(), passes - FIRST)
    # The step stands at the edge of what L allows, and L still grows a little on the way.
    step, momentum = heavy_ball(1.2 * hessian_eigenvalues(model, x, y))
    losses = losses + descend(numnet.SGD(lr=step, momentum=momentum), model, passes - FIRST)
    return {
        "losses": losses,
        "plain": plain,
        "first": lr,
        "lr": step,
        "momentum": momentum,
        "sizes": (D, *widths, C),
    }


def three_linear(quick: bool) -> Outcome:
    """B3."""
    x, y = random_data()
    optima = {"wide": least_squares(x, y), "narrow": reduced_rank(x, y, min(NARROW))[2]}
    runs = {"wide": train(WIDE, x, y, PASSES), "narrow": train(NARROW, x, y, PASSES)}
    above = {name: runs[name]["losses"][-1] / optima[name] - 1 for name in runs}
    numbers: dict[str, Any] = {}
    lines = []
    for name, widths in (("wide", WIDE), ("narrow", NARROW)):
        run, best = runs[name], optima[name]
        first = next(
            (i + 1 for i, v in enumerate(run["losses"]) if v <= best * (1 + REACHED)), None
        )
        plain = next((i + 1 for i, v in enumerate(run["plain"]) if v <= best * (1 + REACHED)), None)
        numbers[name] = {
            "widths": run["sizes"],
            "optimum": best,
            "above_optimum": above[name],
            "passes_to_reach": first,
            "plain_passes_to_reach": plain,
            "lr": run["lr"],
            "momentum": run["momentum"],
            "first_lr": run["first"],
        }
        kind = "least squares" if name == "wide" else f"rank {min(widths)}, closed form"
        shape = "-".join(map(str, run["sizes"]))
        lines.append(
            [
                shape,
                kind,
                f"{best:.6f}",
                f"{above[name]:+.1e}",
                first or "not reached",
                plain or "not reached",
                f"{run['lr']:.3f}",
                f"{run['momentum']:.3f}",
            ]
        )
    head = (
        "widths",
        "optimum",
        "its MSE",
        "final loss against it",
        "passes to 1e-6",
        "plain descent alone",
        "lr",
        "momentum",
    )
    right = all(abs(v) <= REACHED for v in above.values())
    return Outcome(
        f"{above['wide']:+.0e} of lstsq's optimum after {numbers['wide']['passes_to_reach']} "
        f"passes; narrow: {above['narrow']:+.0e} of rank {min(NARROW)}'s"
        if right
        else f"{above['wide']:+.0e} and {above['narrow']:+.0e} of the optima after {PASSES} passes",
        numbers,
        right=right,
        data=f"random: {N} examples, {D} inputs, {C} outputs",
        details=f"{FIRST} passes of plain descent with step 1 / L, L the largest curvature at the "
        "start; then the heavy ball with Polyak's step and momentum for the curvatures found "
        f"there, taken a fifth larger.\n\n{markdown(head, lines)}",
        pictures={"b3": picture(runs, optima)},
    )


def picture(runs: dict[str, dict[str, Any]], optima: dict[str, float]) -> Figure:
    """The loss, and how far above the optimum it is."""
    figure = Picture(9.0, 3.6, layout="constrained")
    left, right = (dressed(figure.add_subplot(1, 2, i)) for i in (1, 2))
    looks = {"wide": (BLUE, "o"), "narrow": (VERMILLION, "s")}
    for name, (colour, marker) in looks.items():
        run, best = runs[name], optima[name]
        passes = np.arange(1, len(run["losses"]) + 1)
        left.plot(
            passes,
            run["losses"],
            color=colour,
            marker=marker,
            markevery=0.1,
            label=f"{name} ({'-'.join(map(str, run['sizes']))})",
        )
        left.axhline(best, color=colour, linestyle=":", linewidth=1)
        for key, line in (("losses", "-"), ("plain", "--")):
            # Below 1e-13 there is rounding only.
            gap = np.maximum(np.array(run[key]) / best - 1, 1e-13)
            right.plot(
                passes,
                gap,
                color=colour,
                linestyle=line,
                marker=marker,
                markevery=150,
                label=f"{name}, {'momentum' if key == 'losses' else 'plain'}",
            )
    right.axhline(REACHED, color=INK, linewidth=0.8)
    right.axvline(FIRST, color=ORANGE, linewidth=0.8, linestyle="-.")
    left.set(xlabel="pass", ylabel="MSE", xscale="log", title="loss; dotted: the optimum")
    right.set(
        xlabel="pass",
        ylabel="loss / optimum - 1",
        yscale="log",
        title="distance to the optimum; black line: 1e-6",
    )
    for ax in (left, right):
        ax.title.set_fontsize(10)
        ax.legend(fontsize=8, frameon=False)
    return figure


ROWS = (Row("B3", "the loss curve converges", "three Linear layers against lstsq", three_linear),)
