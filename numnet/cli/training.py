"""`numnet train`, the main job: a network proved, trained and pictured on handwritten digits."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import warnings

import numpy as np

from .. import __version__
from ..checks import check_model
from ..data import Dataset, augment
from ..data.choice import check_classes
from ..errors import DivergenceError
from ..layers import Linear, Sequential
from ..losses import SoftmaxCrossEntropy
from ..metrics import accuracy
from ..optim import SGD
from ..train import History, fit
from . import output, pictures
from .settings import ACTIVATIONS, SOURCES, parser

__all__ = ["parser", "run"]

ROWS_CHECKED = 32
BYTES_AN_EPOCH = 150  # of history.json


def run(args: argparse.Namespace) -> int:
    """Check, train, measure, write; returns the exit status."""
    with output.writable(args.output):
        digits = _digits(args)
        model, loss = _network(args, digits), SoftmaxCrossEntropy()
        room = model.parameters.value.nbytes + args.epochs * BYTES_AN_EPOCH + output.MEGABYTE
        output.check_room(args.output, room)
        _describe(args, digits, model)
        if args.augment:
            digits = _augmented(args, digits)
        head = slice(ROWS_CHECKED)
        report = check_model(model, loss, digits.x_train[head], digits.y_train[head])
        print(report)
        if not report:
            print("numnet: the gradients are not proved; nothing was trained", file=sys.stderr)
            return 1 if report.verdict == "wrong" else 3
        history = _train(args, digits, model, loss)
        interrupted = history.stopped == "interrupted"
        contents = {output.HISTORY: _record(args, history)}
        try:
            _tell(model, digits, history)
            for name, content in pictures.draw(model, digits, history):
                contents[name] = content
        except KeyboardInterrupt:
            print("interrupted; what was learned is kept, without the pictures not yet drawn")
            interrupted = True
        interrupted |= output.keep(args.output, model, contents)
    return 130 if interrupted else 0


def _digits(args: argparse.Namespace) -> Dataset:
    classes = check_classes(args.classes, "--classes")
    if len(classes) < 2:
        raise ValueError(f"--classes: expected at least 2 classes to tell apart, got {classes[0]}")
    try:
        return SOURCES[args.data](classes=classes, dtype=args.dtype)
    except (OSError, ValueError) as error:
        raise ValueError(f"--data {args.data}: {error}") from None


def _network(args: argparse.Namespace, digits: Dataset) -> Sequential:
    activation, init = ACTIVATIONS[args.activation]
    D, C = digits.x_train.shape[1], len(digits.classes)
    try:
        model = Sequential(
            Linear(D, args.hidden, init=init),
            activation(),
            Linear(args.hidden, C),
            rng=args.seed,
            dtype=args.dtype,
        )
        _ = model.parameters.value  # drawn at first use
    except (MemoryError, OverflowError, ValueError) as error:
        raise ValueError(
            f"--hidden: expected units that fit into memory, got {args.hidden} ({error})"
        ) from None
    return model


def _describe(args: argparse.Namespace, digits: Dataset, model: Sequential) -> None:
    N, D = digits.x_train.shape
    print(f"{digits.name}: {N} training and {len(digits.x_test)} test images of {D} pixels, "
          f"{len(digits.classes)} classes\n\n{model}\n")  # fmt: skip


def _augmented(args: argparse.Namespace, digits: Dataset) -> Dataset:
    images, y = augment(digits.images_train, digits.y_train, rng=args.seed)
    print(f"--augment: {len(y)} training images, those above and shifted and turned copies\n")
    return dataclasses.replace(digits, x_train=images.reshape(len(y), -1), y_train=y)


def _train(
    args: argparse.Namespace, digits: Dataset, model: Sequential, loss: SoftmaxCrossEntropy
) -> History:
    print(f"\ntraining for {_epochs(args.epochs)} ...", flush=True)
    with warnings.catch_warnings():
        # The interruption is told below, without the place in the code.
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            return fit(
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
        except DivergenceError as error:
            raise DivergenceError(f"--lr {args.lr:g}: {error}; nothing was written") from None


def _tell(model: Sequential, digits: Dataset, history: History) -> None:
    if history.stopped:
        print(f"interrupted after {_epochs(history.epochs)}; what was learned is kept")
    seconds = sum(history["seconds"]) if history.epochs else 0.0
    train = accuracy(digits.y_train, model.predict(digits.x_train))
    test = accuracy(digits.y_test, model.predict(digits.x_test))
    print(f"trained in {seconds:.1f} s\n"
          f"training accuracy {100 * train:6.2f} %\n"
          f"test accuracy     {100 * test:6.2f} %\n")  # fmt: skip


def _record(args: argparse.Namespace, history: History) -> bytes:
    settings = {name: value for name, value in vars(args).items() if name != "output"}
    record = {**history, "stopped": history.stopped, "settings": settings,
              "numnet": __version__, "numpy": np.__version__}  # fmt: skip
    return (json.dumps(record, indent=1) + "\n").encode()


def _epochs(count: int) -> str:
    return f"{count} epoch" if count == 1 else f"{count} epochs"
