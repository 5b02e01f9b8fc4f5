"""The options of the main job."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from .. import __version__, data, layers
from ..data import Dataset
from . import options

SOURCES: dict[str, Callable[..., Dataset]] = {"digits": data.load_digits, "mnist": data.load_mnist,
           "fashion-mnist": data.load_fashion_mnist}  # fmt: skip
# With each activation the initial values that keep the variance through it.
ACTIVATIONS = {
    "relu": (layers.ReLU, layers.he()),
    "leaky_relu": (layers.LeakyReLU, layers.he()),
    "softplus": (layers.Softplus, layers.he()),
    "tanh": (layers.Tanh, layers.glorot()),
    "sigmoid": (layers.Sigmoid, layers.glorot()),
}


def parser() -> argparse.ArgumentParser:
    """The options of the main job."""
    p = options.Parser(
        prog="numnet",
        description="Check the gradients of a two-layer network, train it on handwritten digits, "
        "and write pictures of how it did. Without options: the embedded digits of 8 x 8 pixels, "
        "ten classes, a few seconds. `numnet train` is the same.",
        epilog="exit status: 0 done; 1 the gradients are wrong, and nothing was trained; "
        "2 an option or a file is wrong; 3 the gradients could not be decided on; 130 interrupted",
        allow_abbrev=False,
    )
    p.add_argument("--version", action="version", version=f"numnet {__version__}")
    p.add_argument("--data", choices=SOURCES, default="digits", metavar="NAME",
                   help="images to learn: digits, which come with numnet, or mnist or "
                   "fashion-mnist, read from the folder in NUMNET_DATA_DIR (default: "
                   "digits)")  # fmt: skip
    p.add_argument("--classes", type=options.classes, metavar="1,7,9",
                   help="learn only these classes (default: all)")  # fmt: skip
    p.add_argument("--augment", action="store_true",
                   help="learn from four more copies of each training image too, a little shifted "
                   "and turned: better on digits of other writers, and five times as "
                   "long")  # fmt: skip
    p.add_argument("--hidden", type=options.positive_integer, default=256, metavar="Q",
                   help="units of the hidden layer (default: 256)")  # fmt: skip
    p.add_argument("--activation", choices=ACTIVATIONS, default="relu", metavar="NAME",
                   help=f"function of the hidden units: {', '.join(ACTIVATIONS)} (default: "
                   "relu)")  # fmt: skip
    p.add_argument("--epochs", type=options.positive_integer, default=40, metavar="E",
                   help="passes over the training images (default: 40)")  # fmt: skip
    p.add_argument("--lr", type=options.positive_number, default=0.2, metavar="R",
                   help="learning rate, the size of a step (default: 0.2)")  # fmt: skip
    p.add_argument("--momentum", type=options.share, default=0.9, metavar="M",
                   help="share of the last step that the next one keeps, from 0 to below 1 "
                   "(default: 0.9)")  # fmt: skip
    p.add_argument("--batch-size", type=options.batch_size, default=64, metavar="B",
                   help="images of one step, or `all` (default: 64)")  # fmt: skip
    p.add_argument("--seed", type=options.seed, default=0, metavar="S",
                   help="the same seed gives the same run (default: 0)")  # fmt: skip
    p.add_argument("--dtype", choices=("float64", "float32"), default="float64",
                   help="precision of all numbers (default: float64)")  # fmt: skip
    p.add_argument("--output", type=options.folder, default="numnet-out", metavar="FOLDER",
                   help="where pictures, history and model go, in the place of those of an earlier "
                   "run; made if missing (default: numnet-out)")  # fmt: skip
    return p
