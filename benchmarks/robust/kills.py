"""Processes killed at random moments while they save: is the file one of the two, and whole?"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import numnet
from benchmarks.robust import worker
from benchmarks.row import Outcome, Row

Save = Callable[[numnet.Sequential, Path], None]


def models() -> tuple[numnet.Sequential, numnet.Sequential]:
    """A and B: 101 770 parameters each, of other values."""
    first = numnet.Sequential(numnet.Linear(784, 128), numnet.ReLU(), numnet.Linear(128, 10), rng=0)
    return first, first.copy().initialize(rng=1)


def experiment(how: str, number: int, seed: int) -> dict[str, int]:
    """Start, kill and look `number` times; needs a system that can fork, and one thread.

    Returns
    -------
    dict
        How often the file was "A", "B", "mixed" or "unreadable", and the temporary files "left".
    """
    pair = models()
    save: Save = numnet.save if how == "numnet" else _savez
    generator, counts = random.Random(seed), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.npz"
        save(pair[0], path)
        start = time.perf_counter()
        for k in range(10):
            save(pair[k % 2], path)
        # Over about four saves, so that a kill falls anywhere within one.
        span = 4 * (time.perf_counter() - start) / 10
        for _ in range(number):
            save(pair[0], path)
            _kill(lambda: _forever(save, pair, path), generator.uniform(0, span))
            counts[_found(how, pair, path)] += 1
            for other in Path(folder).iterdir():
                if other != path:
                    counts["left"] += 1
                    other.unlink()
    return {key: counts[key] for key in ("A", "B", "mixed", "unreadable", "left")}


def _forever(save: Save, pair: tuple[numnet.Sequential, numnet.Sequential], path: Path) -> None:
    while True:
        for model in pair[::-1]:
            save(model, path)


def _kill(work: Callable[[], None], delay: float) -> None:
    """Run work in a child, which is killed so many seconds after it began."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writer, b"!")
            work()
        finally:
            os._exit(1)
    try:
        os.read(reader, 1)
        time.sleep(delay)
    finally:
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        os.close(reader)
        os.close(writer)
    if not os.WIFSIGNALED(status):
        raise RuntimeError("the child ended by itself: it could not save")


def _savez(model: numnet.Sequential, path: Path) -> None:
    arrays: dict[str, Any] = dict(model.parameters)
    np.savez(path, **arrays)


def _found(how: str, pair: tuple[numnet.Sequential, numnet.Sequential], path: Path) -> str:
    try:
        if how == "numnet":
            arrays = dict(numnet.load(path).parameters)
        else:
            with np.load(path, allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive}
    except Exception:  # whatever the reader says, the model is lost
        return "unreadable"
    for letter, model in zip("AB", pair, strict=True):
        own = dict(model.parameters)
        if set(own) == set(arrays) and all(np.array_equal(own[n], arrays[n]) for n in own):
            return letter
    return "mixed"


def run(how: str, number: int, seed: int = 0) -> dict[str, int]:
    """The experiment in a process of its own."""
    found: dict[str, int] = worker.results(__name__, [how, str(number), str(seed)], 600)[0]
    return found


def measure(quick: bool) -> Outcome:
    """1 000 kills during numnet.save, and 200 during np.savez for comparison."""
    if not hasattr(os, "fork"):
        return Outcome("not measured: this system cannot fork", {})
    numbers: dict[str, Any] = {
        how: run(how, number)
        for how, number in (("numnet", 50 if quick else 1000), ("savez", 20 if quick else 200))
    }
    own, plain = numbers["numnet"], numbers["savez"]
    kills = {how: sum(n for key, n in numbers[how].items() if key != "left") for how in numbers}
    figure = (
        f"{kills['numnet']} kills: {own['unreadable']} unreadable, {own['mixed']} mixed, "
        f"{own['A']} A, {own['B']} B; {own['left']} temporary files left. "
        f"np.savez: {plain['unreadable'] + plain['mixed']} of {kills['savez']} lost"
    )
    details = (
        "A child saves two models of 101 770 parameters by turns over one file; it is killed with "
        "SIGKILL at a moment drawn uniformly over about four saves, then the file is loaded. A "
        "temporary file that is left shows that the kill fell within a write; it stands beside the "
        "model under a name of its own, is never read, and may be deleted."
    )
    right = own["unreadable"] == own["mixed"] == 0 and own["A"] + own["B"] == kills["numnet"]
    return Outcome(figure, numbers, right, details=details)


ROW = Row("kills", "a killed save leaves model A or model B, whole", "saves killed", measure)

if __name__ == "__main__":
    print(json.dumps(experiment(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
