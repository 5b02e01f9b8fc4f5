"""Row A14 (d): more hidden units, and the time that they take."""

from __future__ import annotations

import time
from typing import Any

import numnet
from benchmarks.course.descent import CONVERGING, accuracies
from benchmarks.course.network import course_network
from benchmarks.course.triples import LR, MOMENTUM, chosen_network
from benchmarks.row import markdown


def hidden_sizes(
    data: numnet.data.Dataset, sizes: tuple[int, ...], passes: int
) -> list[dict[str, Any]]:
    """Accuracies, loss and seconds of networks of these sizes, from one seed each."""
    found = []
    for Q in sizes:
        for name, model, optimizer in (
            (
                "the course's",
                course_network(0, Q=Q, dtype="float32"),
                numnet.SGD(lr=CONVERGING * len(data.x_train)),
            ),
            ("chosen", chosen_network(0, Q=Q), numnet.SGD(lr=LR, momentum=MOMENTUM)),
        ):
            start = time.perf_counter()
            history = numnet.fit(
                model,
                numnet.SoftmaxCrossEntropy(),
                data.x_train,
                data.y_train,
                optimizer=optimizer,
                epochs=passes,
                progress=False,
            )
            seconds = time.perf_counter() - start
            train, test = accuracies(model, data)
            found.append(
                {
                    "Q": Q,
                    "setting": name,
                    "train": train,
                    "test": test,
                    "loss": history["loss"][-1],
                    "seconds": seconds,
                }
            )
    return found


def described(found: list[dict[str, Any]]) -> str:
    """Markdown of what was found."""
    return markdown(
        ("hidden units", "setting", "train %", "test %", "loss", "seconds"),
        [
            [
                f["Q"],
                f["setting"],
                f"{f['train']:.2f}",
                f"{f['test']:.2f}",
                f"{f['loss']:.4f}",
                f"{f['seconds']:.1f}",
            ]
            for f in found
        ],
    )
