"""The row of the table."""

from __future__ import annotations

from matplotlib.figure import Figure

from benchmarks.row import Outcome, Row, markdown
from benchmarks.time_to_accuracy.mnist import images
from benchmarks.time_to_accuracy.seeds import OWN, Race, race
from benchmarks.time_to_accuracy.settings import SETTINGS
from numnet.plot.style import BLUE, FAINT, INK, ORANGE, VERMILLION, Picture, dressed

GOAL, SEEDS = 0.98, 5
QUICK_GOAL, QUICK_SEEDS = 0.95, 2
AHEAD = 1.5
COLOURS = dict(zip(SETTINGS, (BLUE, VERMILLION, ORANGE, FAINT), strict=True))


def measure(quick: bool) -> Outcome:
    """All engines; a quick run asks for less, with fewer seeds."""
    found = race(QUICK_SEEDS, QUICK_GOAL) if quick else race(SEEDS, GOAL)
    data = images()
    count = f"{len(data.x_train)} training and {len(data.x_test)} test images"
    return outcome(found, f"{data.name}, {count}")


def outcome(found: Race, data: str) -> Outcome:
    """What is said of a race."""
    said = [f"{name} did not reach it" for name in found.runs if name not in found.reached]
    said += [f"{name} left out: {why}" for name, why in found.left_out.items()]
    times = found.times
    if OWN in found.reached:
        pairs = [
            f"{name} {found.seconds(name)}, {ratio:.2f} times" for name, ratio in times.items()
        ]
        said = [f"numnet {found.seconds(OWN)}", *pairs, *said]
    best = min(times.values(), default=0.0)
    numbers = {
        "seconds": found.reached,
        "times": times,
        "runs": found.runs,
        "left_out": found.left_out,
    }
    pictures = {"runs": draw(found)}
    figure = f"to {100 * found.goal:g} %: {'; '.join(said)}"
    return Outcome(figure, numbers, best >= AHEAD, data, table(found), pictures)


def table(found: Race) -> str:
    """Every engine and its setting."""
    lines = []
    for name, runs in found.runs.items():
        epochs = [len(run) for run in runs]
        last = [100 * run[-1][1] for run in runs]
        took = found.seconds(name) if name in found.reached else "not reached"
        between = f"{min(epochs)} to {max(epochs)}"
        lines.append([name, SETTINGS[name], took, between, f"{min(last):.2f} to {max(last):.2f}"])
    return markdown(("engine", "setting", "seconds, median (all)", "epochs", "test %"), lines)


def draw(found: Race) -> Figure:
    """Test errors against the clock, a line a run."""
    figure = Picture(7.5, 4.5, layout="constrained")
    ax = dressed(figure.add_subplot())
    for name, runs in found.runs.items():
        for i, run in enumerate(runs):
            seconds, wrong = zip(*((s, 100 * (1 - a)) for s, a in run), strict=True)
            label = None if i else name
            ax.plot(
                seconds, wrong, "o-", color=COLOURS[name], label=label, linewidth=1, markersize=3
            )
    ax.axhline(100 * (1 - found.goal), color=INK, linewidth=0.8, linestyle="--")
    low, high = ax.get_ylim()
    ax.set(yscale="log", xlabel="seconds from the first step", ylabel="test error, %")
    ticks = [1, 1.5, 2, 3, 4, 5, 7, 10, 20, 50]
    ax.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()
    ax.set(xlim=(0, None), ylim=(max(0.8, 0.9 * low), 1.1 * high))
    ax.legend(frameon=False)
    return figure


ROWS = {
    "mnist": Row(
        "mnist",
        f"{100 * GOAL:g} % of the test images: every peer takes at least {AHEAD} times as long",
        "seconds to an accuracy",
        measure,
    )
}
