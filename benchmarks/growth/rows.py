"""The table."""

from __future__ import annotations

from functools import partial

from benchmarks.growth import grown, room, speed
from benchmarks.growth.nets import LARGE, SMALL
from benchmarks.row import Row

ROWS = {
    row.name: row
    for row in (
        Row(
            "fit",
            f"a step of a whole fit, shuffled batches and accuracy, at most {speed.FIT} of "
            "train_step",
            f"{LARGE}, 60 000 rows",
            partial(speed.fit, LARGE, 60_000, True),
        ),
        Row(
            "small",
            "the same, no bound",
            f"{SMALL}, 20 000 rows",
            partial(speed.fit, SMALL, 20_000, False),
        ),
        Row(
            "theta",
            f"Objective(theta) at most {speed.OBJECTIVE} train_steps",
            str(SMALL),
            speed.objective,
        ),
        Row(
            "memory",
            f"a training run at most {room.MOST} times data, three parameter vectors and the "
            "activations of one batch",
            "60 000 images, float32",
            room.peaks,
        ),
        Row(
            "mapped",
            f"mmap=True: an epoch on {10 * room.ALLOWED} MiB with {room.ALLOWED} MiB allowed",
            f"{LARGE}, images in a temporary folder",
            room.mapped,
        ),
        Row(
            "growth",
            f"exponents at most {grown.MOST} in N, D, Q and depth, two decades of each, between "
            "sizes within a cache",
            "a step in float32, one thread",
            grown.measure,
        ),
        Row(
            "import",
            f"import numnet at most {speed.IMPORT} of import numpy",
            "whole processes",
            speed.imported,
        ),
    )
}
