"""`numnet train`, the main job: a network proved, trained and pictured on handwritten digits."""

from __future__ import annotations

import argparse
import dataclasses

from ..data import Dataset, augment
from ..data.choice import check_classes
from ..layers import Linear, Sequential
from ..losses import SoftmaxCrossEntropy
from ..metrics import accuracy
from ..optim import SGD
from ..train import History
from . import job, output, pictures
from .settings import ACTIVATIONS, parser

__all__ = ["parser", "run"]

RESULTS = output.Results(
    ("learning-curves.png", "weights.png", "confusion-matrix.png", "misclassified.png"),
    "history.json",
    "model.npz",
)


def run(args: argparse.Namespace) -> int:
    """Check, train, measure, write; returns the exit status."""
    with output.writable(args.output, RESULTS):
        digits = _digits(args)
        model, loss = _network(args, digits), SoftmaxCrossEntropy()
        output.check_room(args.output, job.room(model, args.epochs))
        job.describe(digits, model)
        if args.augment:
            digits = _augmented(args, digits)
        status = job.prove(model, loss, digits.x_train, digits.y_train)
        if status:
            return status
        history = _train(args, digits, model, loss)
        interrupted = history.stopped == "interrupted"
        contents = {RESULTS.history: job.record(args, history)}
        try:
            _tell(model, digits, history)
            for name, content in pictures.draw(model, digits, history):
                contents[name] = content
        except KeyboardInterrupt:
            print("interrupted; what was learned is kept, without the pictures not yet drawn")
            interrupted = True
        interrupted |= output.keep(args.output, RESULTS, model, contents)
    return 130 if interrupted else 0


def _digits(args: argparse.Namespace) -> Dataset:
    classes = check_classes(args.classes, "--classes")
    if len(classes) < 2:
        raise ValueError(f"--classes: expected at least 2 classes to tell apart, got {classes[0]}")
    return job.load(args.data, classes=classes, dtype=args.dtype)


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


def _augmented(args: argparse.Namespace, digits: Dataset) -> Dataset:
    images, y = augment(digits.images_train, digits.y_train, rng=args.seed)
    print(f"--augment: {len(y)} training images, those above and shifted and turned copies\n")
    return dataclasses.replace(digits, x_train=images.reshape(len(y), -1), y_train=y)


def _train(
    args: argparse.Namespace, digits: Dataset, model: Sequential, loss: SoftmaxCrossEntropy
) -> History:
    print(f"\ntraining for {job.epochs(args.epochs)} ...", flush=True)
    return job.train(
        model,
        loss,
        digits.x_train,
        digits.y_train,
        args.epochs,
        option=f"--lr {args.lr:g}: ",
        validation=(digits.x_test, digits.y_test),
        optimizer=SGD(lr=args.lr, momentum=args.momentum),
        batch_size=args.batch_size,
        rng=args.seed,
    )


def _tell(model: Sequential, digits: Dataset, history: History) -> None:
    if history.stopped:
        print(f"interrupted after {job.epochs(history.epochs)}; what was learned is kept")
    train = accuracy(digits.y_train, model.predict(digits.x_train))
    test = accuracy(digits.y_test, model.predict(digits.x_test))
    print(f"trained in {job.seconds(history)}\n"
          f"training accuracy {100 * train:6.2f} %\n"
          f"test accuracy     {100 * test:6.2f} %\n")  # fmt: skip
