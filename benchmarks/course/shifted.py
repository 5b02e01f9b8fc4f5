"""Row augment: what small shifts and rotations of the training images gain, by command lines."""

from __future__ import annotations

import contextlib
import io
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.row import Outcome, Row, markdown
from numnet.cli import main

# As many steps as the plain run, five times as many images an epoch; then as many epochs.
SHARE = 5
PLAIN, SAME_STEPS, OPTION, LONGER = "plain", "--augment, same steps", "--augment", "plain, longer"
MNIST = ["--data", "mnist", "--dtype", "float32"]


def variants(epochs: int) -> dict[str, list[str]]:
    """The command lines that are compared.

    Examples
    --------
    >>> variants(40)["--augment, same steps"]
    ['--augment', '--epochs', '8']
    """
    return {
        PLAIN: ["--epochs", f"{epochs}"],
        SAME_STEPS: ["--augment", "--epochs", f"{epochs // SHARE}"],
        OPTION: ["--augment", "--epochs", f"{epochs}"],
        LONGER: ["--epochs", f"{epochs * SHARE}"],
    }


def accuracy_of(words: list[str]) -> float:
    """In %, of the network that `numnet` with these options leaves."""
    said = io.StringIO()
    with tempfile.TemporaryDirectory() as folder:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            status = main([*words, "--output", folder])
        if status:
            raise RuntimeError(f"numnet {' '.join(words)}: exit {status}: {said.getvalue()}")
        history = json.loads(Path(folder, "history.json").read_text(encoding="utf-8"))
    return 100 * float(history["val_accuracy"][-1])


def measured(common: list[str], epochs: int, seeds: int) -> dict[str, list[float]]:
    """Test accuracies in % by variant, one for each seed."""
    return {
        name: [accuracy_of([*common, *words, "--seed", f"{seed}"]) for seed in range(seeds)]
        for name, words in variants(epochs).items()
    }


def gains(found: dict[str, list[float]], name: str, over: str) -> list[float]:
    """Points of test accuracy by seed."""
    return [a - b for a, b in zip(found[name], found[over], strict=True)]


def augmentation(quick: bool) -> Outcome:
    """The gain on the embedded digits and, where it is present, on MNIST."""
    epochs, seeds = (5, 2) if quick else (40, 5)
    found = {f"digits, {epochs} epochs": measured([], epochs, seeds)}
    folder = os.environ.get("NUMNET_DATA_DIR")
    if not quick and folder and Path(folder, "mnist").is_dir():
        found["MNIST, 5 epochs"] = measured(MNIST, 5, min(seeds, 3))
    digits = next(iter(found.values()))
    mean = {name: float(np.mean(values)) for name, values in digits.items()}
    pairs = ((SAME_STEPS, PLAIN), (OPTION, PLAIN), (OPTION, LONGER))
    least = min(gain for pair in pairs for gain in gains(digits, *pair))
    return Outcome(
        f"digits, {seeds} seeds: plain {mean[PLAIN]:.2f} %, same steps {mean[SAME_STEPS]:.2f} %, "
        f"as the option runs {mean[OPTION]:.2f} %; least gain of a seed {least:+.2f}",
        {"runs": found, "least_gain": least},
        # A few epochs of two seeds show the direction alone.
        right=least > 0 or (quick and mean[OPTION] > mean[PLAIN]),
        data="the embedded digits" + (" and MNIST, whole" if len(found) > 1 else ""),
        details="\n\n".join(_described(name, runs) for name, runs in found.items()),
    )


def _described(name: str, runs: dict[str, list[float]]) -> str:
    seeds = range(len(runs[PLAIN]))
    lines: list[list[Any]] = []
    for variant, values in runs.items():
        gain = f"{np.mean(gains(runs, variant, PLAIN)):+.2f}"
        lines.append(
            [variant, f"{np.mean(values):.2f}", gain, *(f"{value:.2f}" for value in values)]
        )
    head = ("run", "mean", "gain", *(f"seed {seed}" for seed in seeds))
    return f"{name}; test accuracy in %, gain over plain in points:\n\n{markdown(head, lines)}"


ROWS = (
    Row(
        "augment",
        "no figure: the course trains on the images as they are",
        "`numnet --augment` against `numnet`",
        augmentation,
    ),
)
