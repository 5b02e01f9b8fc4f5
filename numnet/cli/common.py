"""The options that mean the same in every job that trains."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from .. import data
from ..data import Dataset
from . import options

SOURCES: dict[str, Callable[..., Dataset]] = {"digits": data.load_digits, "mnist": data.load_mnist,
           "fashion-mnist": data.load_fashion_mnist}  # fmt: skip
STATUS = (
    "exit status: 0 done; 1 the gradients are wrong, and nothing was trained; 2 an option or a "
    "file is wrong; 3 the gradients could not be decided on; 130 interrupted"
)


def add_data(p: argparse.ArgumentParser) -> None:
    """--data."""
    p.add_argument("--data", choices=SOURCES, default="digits", metavar="NAME",
                   help="images to learn: digits, which come with numnet, or mnist or "
                   "fashion-mnist, read from the folder in NUMNET_DATA_DIR (default: "
                   "digits)")  # fmt: skip


def add_epochs(p: argparse.ArgumentParser) -> None:
    """--epochs."""
    p.add_argument("--epochs", type=options.positive_integer, default=40, metavar="E",
                   help="passes over the training images (default: 40)")  # fmt: skip


def add_seed(p: argparse.ArgumentParser) -> None:
    """--seed."""
    p.add_argument("--seed", type=options.seed, default=0, metavar="S",
                   help="the same seed gives the same run (default: 0)")  # fmt: skip


def add_output(p: argparse.ArgumentParser) -> None:
    """--output."""
    p.add_argument("--output", type=options.folder, default="numnet-out", metavar="FOLDER",
                   help="where pictures, history and model go, in the place of those of an earlier "
                   "run; made if missing (default: numnet-out)")  # fmt: skip
