"""`numnet train`, the main job: a network proved, trained and pictured on handwritten digits."""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

from .. import __version__, data, layers
from ..atomic import write_atomically
from ..checks import check_model
from ..data import Dataset
from ..files import save
from ..layers import Linear, Sequential
from ..losses import SoftmaxCrossEntropy
from ..metrics import accuracy
from ..optim import SGD
from ..train import History, fit
from . import options, pictures

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
ROWS_CHECKED = 32


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
    p.add_argument("--data", choices=SOURCES, default="digits",
                   help="images to learn (default: digits, which come with numnet; the others are "
                   "read from the folder in NUMNET_DATA_DIR)")  # fmt: skip
    p.add_argument("--classes", type=options.classes, metavar="1,7,9",
                   help="learn only these classes (default: all)")  # fmt: skip
    p.add_argument("--hidden", type=options.positive_integer, default=256, metavar="Q",
                   help="units of the hidden layer (default: 256)")  # fmt: skip
    p.add_argument("--activation", choices=ACTIVATIONS, default="relu",
                   help="function of the hidden units (default: relu)")  # fmt: skip
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
    p.add_argument("--output", type=Path, default=Path("numnet-out"), metavar="FOLDER",
                   help="where pictures, history and model go (default: numnet-out)")  # fmt: skip
    return p


def run(args: argparse.Namespace) -> int:
    """Check, train, measure, write; returns the exit status."""
    digits = SOURCES[args.data](classes=args.classes, dtype=args.dtype)
    options.writable_folder(args.output)
    model, loss = _network(args, digits), SoftmaxCrossEntropy()
    N, D = digits.x_train.shape
    print(f"{digits.name}: {N} training and {len(digits.x_test)} test images of {D} pixels, "
          f"{len(digits.classes)} classes\n\n{model}\n")  # fmt: skip

    report = check_model(model, loss, digits.x_train[:ROWS_CHECKED], digits.y_train[:ROWS_CHECKED])
    print(report)
    if not report:
        print("numnet: the gradients are not proved; nothing was trained", file=sys.stderr)
        return 1 if report.verdict == "wrong" else 3

    print(f"\ntraining for {args.epochs} epochs ...", flush=True)
    with warnings.catch_warnings():
        # The interruption is told below, without the place in the code.
        warnings.simplefilter("ignore", RuntimeWarning)
        history = fit(
            model,
            loss,
            digits.x_train,
            digits.y_train,
            validation=(digits.x_test, digits.y_test),
            optimizer=SGD(lr=args.lr, momentum=args.momentum),
            epochs=args.epochs,
            batch_size=args.batch_size,
            rng=args.seed,
            # A live line on a terminal, five lines in a log.
            progress=None if sys.stderr.isatty() else max(1, args.epochs // 5),
        )
    _tell(model, digits, history)
    _write(args, model, digits, history)
    return 130 if history.stopped == "interrupted" else 0


def _network(args: argparse.Namespace, digits: Dataset) -> Sequential:
    activation, init = ACTIVATIONS[args.activation]
    D, C = digits.x_train.shape[1], len(digits.classes)
    if C < 2:
        raise ValueError(f"--classes: expected at least 2 classes to tell apart, got {C}")
    return Sequential(
        Linear(D, args.hidden, init=init),
        activation(),
        Linear(args.hidden, C),
        rng=args.seed,
        dtype=args.dtype,
    )


def _tell(model: Sequential, digits: Dataset, history: History) -> None:
    if history.stopped:
        print(f"interrupted after {history.epochs} epochs; what was learned is kept")
    seconds = sum(history["seconds"]) if history.epochs else 0.0
    train = accuracy(digits.y_train, model.predict(digits.x_train))
    test = accuracy(digits.y_test, model.predict(digits.x_test))
    print(f"trained in {seconds:.1f} s\n"
          f"training accuracy {100 * train:6.2f} %\n"
          f"test accuracy     {100 * test:6.2f} %\n")  # fmt: skip


def _write(args: argparse.Namespace, model: Sequential, digits: Dataset, history: History) -> None:
    settings = {name: value for name, value in vars(args).items() if name != "output"}
    record = {**history, "stopped": history.stopped, "settings": settings,
              "numnet": __version__, "numpy": np.__version__}  # fmt: skip
    contents = dict(pictures.draw(model, digits, history))
    contents["history.json"] = (json.dumps(record, indent=1) + "\n").encode()
    for name, content in contents.items():
        write_atomically(args.output / name, content)
    save(model, args.output / "model.npz")
    print(f"written to {args.output}:\n  " + "\n  ".join([*contents, "model.npz"]))
