"""Row gap: what brings the test error of a large autoencoder near its training error.

The widths of row beyond, on few images, which they learn by heart in a few minutes.
"""

from __future__ import annotations

import dataclasses

import numnet
from benchmarks.course.beyond import network
from benchmarks.course.images import is_mnist, whole
from benchmarks.course.reconstruction import Fresh, Run, Setting, both, trained
from benchmarks.course.warps import shifted, warped
from benchmarks.row import Outcome, Row, markdown

IMAGES = 10_000
SETTING = Setting(epochs=30, lr=0.002)
QUICK = Setting(epochs=1, lr=0.002)
DECAY, DROPPED = 0.1, 0.1
PLAIN, MOVED = "none", "images moved by a pixel anew each epoch"
WARPED = "images warped anew each epoch"


def noisy(model: numnet.Autoencoder) -> numnet.Autoencoder:
    """The same network with some pixels of its input dropped in training."""
    encoder = numnet.Sequential(numnet.Dropout(DROPPED), model.encoder)
    return numnet.Autoencoder(encoder, model.decoder, rng=0, dtype="float32")


def measured(quick: bool) -> dict[str, Run]:
    """A run for each remedy, from the same start."""
    data, setting = whole(quick), QUICK if quick else SETTING
    few = dataclasses.replace(data, x_train=data.x_train[:IMAGES], y_train=data.y_train[:IMAGES])

    def run(
        name: str, model: numnet.Autoencoder, setting: Setting, fresh: Fresh | None = None
    ) -> Run:
        return trained(f"gap-{name}", model, few, setting, keep=not quick, fresh=fresh)

    decayed = dataclasses.replace(setting, weight_decay=DECAY)
    return {
        PLAIN: run("none", network(quick), setting),
        f"weight decay {DECAY:g}": run("decay", network(quick), decayed),
        f"{100 * DROPPED:.0f} % of the pixels dropped": run(
            "dropout", noisy(network(quick)), setting
        ),
        MOVED: run("shifts", network(quick), setting, shifted),
        WARPED: run("warps", network(quick), setting, warped),
    }


def gap(quick: bool) -> Outcome:
    """The gap."""
    data, runs = whole(quick), measured(quick)
    plain = runs[PLAIN]
    lines = [
        [name, both(run), f"{run.test / run.train:.2f}", f"{min(run.curve['test']):.4f}",
         f"{run.seconds:.0f}", run.verdict]
        for name, run in runs.items()
    ]  # fmt: skip
    head = ("remedy", "train / test", "test / train", "lowest test", "seconds", "check_model")
    right = {run.verdict for run in runs.values()} == {"right"}
    if is_mnist(data):
        # New images help more than any penalty; which of the two ways depends on the epochs.
        right = right and min(runs, key=lambda name: runs[name].test) in (MOVED, WARPED)
    return Outcome(
        ", ".join(f"{name}: {both(run)}" for name, run in runs.items()),
        {name: run.numbers for name, run in runs.items()},
        right,
        data=f"{data.name}; of the training images at most the first {IMAGES}",
        details=f"784-1000-500-250-30 with tied weights, {plain.setting}. Where the lowest test "
        "error is that of the last epoch, to stop earlier would help nothing.\n\n"
        + markdown(head, lines),
    )


ROWS = (Row("gap", "no figure", "tied 1000-500-250-30 on 10 000 images: what closes the gap", gap),)
