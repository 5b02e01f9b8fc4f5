"""The options of the main job."""

from __future__ import annotations

import argparse

from .. import __version__, layers
from . import common, options

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
        epilog=f"{common.STATUS}. There are also `numnet check --help`, "
        "`numnet autoencoder --help` and `numnet doctor --help`",
        allow_abbrev=False,
    )
    p.add_argument("--version", action="version", version=f"numnet {__version__}")
    common.add_data(p)
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
    common.add_epochs(p)
    p.add_argument("--lr", type=options.positive_number, default=0.2, metavar="R",
                   help="learning rate, the size of a step (default: 0.2)")  # fmt: skip
    p.add_argument("--momentum", type=options.share, default=0.9, metavar="M",
                   help="share of the last step that the next one keeps, from 0 to below 1 "
                   "(default: 0.9)")  # fmt: skip
    p.add_argument("--batch-size", type=options.batch_size, default=64, metavar="B",
                   help="images of one step, or `all` (default: 64)")  # fmt: skip
    common.add_seed(p)
    p.add_argument("--dtype", choices=("float64", "float32"), default="float64",
                   help="precision of all numbers (default: float64)")  # fmt: skip
    common.add_output(p)
    return p
