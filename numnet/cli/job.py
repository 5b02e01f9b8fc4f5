"""What every job that trains does: load images, prove gradients, train, record."""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import __version__
from ..checks import check_model
from ..data import Dataset
from ..errors import DivergenceError
from ..losses import Loss
from ..model import Model
from ..train import History, fit
from . import output
from .common import SOURCES

Array = NDArray[Any]

ROWS_CHECKED = 32
LINES = 5  # of a log
BYTES_AN_EPOCH = 150  # of a history


def load(name: str, **settings: Any) -> Dataset:
    """The images of --data.

    Raises
    ------
    ValueError
        If they cannot be read, naming the option.
    """
    try:
        return SOURCES[name](**settings)
    except (OSError, ValueError) as error:
        raise ValueError(f"--data {name}: {error}") from None


def room(model: Model, epochs: int) -> int:
    """Bytes for a model, its history and the pictures."""
    return model.parameters.value.nbytes + epochs * BYTES_AN_EPOCH + output.MEGABYTE


def describe(images: Dataset, model: Model) -> None:
    """Print what is learned from, and the network."""
    N, D = images.x_train.shape
    print(f"{images.name}: {N} training and {len(images.x_test)} test images of {D} pixels, "
          f"{len(images.classes)} classes\n\n{model}\n")  # fmt: skip


def prove(model: Model, loss: Loss, x: Array, y: Array, name: str = "") -> int:
    """Check the gradients on a few rows and print the report; returns the exit status.

    Of a network with a name one line is printed if they are right.
    """
    report = check_model(model, loss, x[:ROWS_CHECKED], y[:ROWS_CHECKED])
    if report:
        print(f"{name}: gradients right" if name else report)
        return 0
    print(f"{name}: {report}" if name else report)
    print("numnet: the gradients are not proved; nothing was trained", file=sys.stderr)
    return 1 if report.verdict == "wrong" else 3


def train(
    model: Model, loss: Loss, x: Array, y: Array, epochs: int, option: str = "", **settings: Any
) -> History:
    """Fit, with a live line on a terminal and, unless the settings say otherwise, five in a log.

    Raises
    ------
    DivergenceError
        Naming the option that is to blame.
    """
    lines = None if sys.stderr.isatty() else max(1, epochs // LINES)
    with warnings.catch_warnings():
        # The job tells of an interruption, without the place in the code.
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            return fit(model, loss, x, y, epochs=epochs, **{"progress": lines, **settings})
        except DivergenceError as error:
            raise DivergenceError(f"{option}{error}; nothing was written") from None


def record(args: argparse.Namespace, history: History) -> bytes:
    """The history as JSON, with the options that made it."""
    settings = {name: value for name, value in vars(args).items() if name != "output"}
    content = {**history, "stopped": history.stopped, "settings": settings,
               "numnet": __version__, "numpy": np.__version__}  # fmt: skip
    return (json.dumps(content, indent=1) + "\n").encode()


def seconds(history: History) -> str:
    """How long it took."""
    return f"{sum(history['seconds']) if history.epochs else 0.0:.1f} s"


def epochs(count: int) -> str:
    """How many."""
    return f"{count} epoch" if count == 1 else f"{count} epochs"
