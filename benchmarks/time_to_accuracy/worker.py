"""A process with one engine: it answers each seed and goal with the run to it."""

from __future__ import annotations

import sys
from typing import Any

from benchmarks.time_to_accuracy.mnist import images
from benchmarks.time_to_accuracy.own import layers
from benchmarks.time_to_accuracy.settings import SETTINGS
from benchmarks.time_to_accuracy.training import Engine, reach
from benchmarks.time_to_accuracy.with_jax import jax
from benchmarks.time_to_accuracy.with_sklearn import sklearn
from benchmarks.time_to_accuracy.with_torch import torch
from benchmarks.turns import answer, serve

ENGINES: dict[str, Engine] = {"numnet": layers, "torch": torch, "jax": jax, "sklearn": sklearn}


def main() -> None:
    """Say that an epoch went well, which also wakes all that sleeps until it is used; then run."""
    name = sys.argv[1]
    engine, setting, data = ENGINES[name], SETTINGS[name], images()

    def run(asked: Any) -> list[tuple[float, float]]:
        seed, goal = asked
        return reach(engine(setting, data, seed), data.y_test, goal)

    try:
        answer(run([0, 0.0]))
    except Exception as error:
        first = str(error).strip().partition("\n")[0]
        answer({"failed": f"{type(error).__name__}: {first}"})
        return
    serve(run)


if __name__ == "__main__":
    main()
