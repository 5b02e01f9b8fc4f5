"""One run against the clock."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.time_to_accuracy.settings import MOST, Setting
from numnet.data import Dataset

Array = NDArray[Any]
# A network that is made, and compiled where that is done; each `next` is an epoch of training and
# the classes of the test images.
Engine = Callable[[Setting, Dataset, int], Iterator[Array]]


def reach(training: Iterator[Array], y_test: Array, goal: float) -> list[tuple[float, float]]:
    """Seconds since the first step and test accuracy, after each epoch until the goal.

    Examples
    --------
    >>> found = reach(iter([np.array([0, 1]), np.array([1, 1])]), np.array([1, 1]), 0.9)
    >>> [accuracy for seconds, accuracy in found]
    [0.5, 1.0]
    """
    found = []
    start = time.perf_counter()
    for predicted in itertools.islice(training, MOST):
        accuracy = float(np.mean(predicted == y_test))
        found.append((time.perf_counter() - start, accuracy))
        if accuracy >= goal:
            break
    return found
