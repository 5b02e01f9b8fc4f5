"""`numnet autoencoder`: images through a narrow code and back, and what is left of them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import plot
from ..data import Dataset
from ..layers import Autoencoder, interpolate
from ..losses import MSE
from ..metrics import accuracy
from . import common, job, options, output
from .networks import PLANE, Net, Networks, linear_limit, make
from .pictures import png

Array = NDArray[Any]

RECONSTRUCTIONS, INTERPOLATION, CODES = PICTURES = tuple(
    f"autoencoder-{name}.png" for name in ("reconstructions", "interpolation", "codes")
)
RESULTS = output.Results(PICTURES, "autoencoder-history.json", "autoencoder-model.npz")
PAIR = (2, 7)
MAPPED = 3000  # most images on the map


def parser() -> argparse.ArgumentParser:
    """The options of `numnet autoencoder`."""
    p = options.Parser(
        prog="numnet autoencoder",
        description="Send images of digits through a code of a few numbers and back: by a deep "
        "network, by one of a single layer, and by principal components (PCA), the best that is "
        "linear. Writes pictures of what is left of the images, of the way from a typical 2 to a "
        "typical 7 through the codes between theirs, and of codes of two numbers as a map. The "
        "gradients are checked before anything is trained. Without options: the embedded digits of "
        "8 x 8 pixels, a code of 8, some ten seconds.",
        epilog=common.STATUS,
        allow_abbrev=False,
    )
    common.add_data(p)
    p.add_argument("--code", type=options.positive_integer, default=8, metavar="Q",
                   help="how many numbers an image becomes, fewer than it has pixels (default: "
                   "8)")  # fmt: skip
    common.add_epochs(p)
    common.add_seed(p)
    common.add_output(p)
    return p


def run(args: argparse.Namespace) -> int:
    """Check, train, compare, write; returns the exit status."""
    with output.writable(args.output, RESULTS):
        images = _images(args)
        networks = make(images, args.code, args.seed)
        deep = networks.deep
        output.check_room(args.output, job.room(deep.model, args.epochs))
        job.describe(images, deep.model)
        for net in networks.all:
            status = net.prove(images, brief=net is not deep)
            if status:
                return status
        history = deep.train(images, args.epochs, args.seed)
        interrupted = history.stopped == "interrupted"
        contents = {RESULTS.history: job.record(args, history)}
        if interrupted:
            print(f"interrupted after {job.epochs(history.epochs)}; what was learned is kept, "
                  "without pictures")  # fmt: skip
        else:
            try:
                for name, content in _compared(args, images, networks):
                    contents[name] = content
            except KeyboardInterrupt:
                print("interrupted; what was learned is kept, without the pictures not yet drawn")
                interrupted = True
        interrupted |= output.keep(args.output, RESULTS, deep.model, contents)
    return 130 if interrupted else 0


def _images(args: argparse.Namespace) -> Dataset:
    images = job.load(args.data)
    for index in PAIR:
        if not (images.y_test == index).any():
            raise ValueError(
                f"--data {args.data}: expected test images of {PAIR[0]} and of {PAIR[1]}, to go "
                f"from the one to the other, got none of {index}"
            )
    return images


def _compared(
    args: argparse.Namespace, images: Dataset, networks: Networks
) -> Iterator[tuple[str, bytes]]:
    """File name and content of each picture, each network trained when its turn comes."""
    x, y = images.x_test, images.y_test
    deep, shallow, flat, classifier = (net.model for net in networks.all)
    _train(args, images, networks.shallow)
    learned = {"one layer": shallow, "deep": deep}
    models = {"PCA": linear_limit(images, args.code), **learned}
    _tell(args.code, images, models)
    rebuilt = {f"{name}, code {args.code}": m.reconstruct(x) for name, m in models.items()}
    first = np.unique(y, return_index=True)[1].tolist()
    yield RECONSTRUCTIONS, png(plot.reconstructions(x, rebuilt, first, images.image_shape))

    _train(args, images, networks.classifier)
    print(f"right on {100 * accuracy(y, classifier.predict(x)):.2f} % of the test images")
    ends = np.stack([_typical(x[y == index]) for index in PAIR])
    blends = {name: interpolate(model, ends, (0, 1), (0, 1)) for name, model in learned.items()}
    proba = {name: classifier.predict_proba(blend) for name, blend in blends.items()}
    picture = plot.interpolation(blends, PAIR, proba, images.classes, images.image_shape)
    yield INTERPOLATION, png(picture)

    _train(args, images, networks.flat)
    models = {"PCA": linear_limit(images, PLANE), "deep": flat}
    _tell(PLANE, images, models)
    maps = {name: model.encode(x[:MAPPED]) for name, model in models.items()}
    yield CODES, png(plot.codes(maps, y[:MAPPED], images.classes))


def _typical(x: Array) -> Array:
    """The one nearest to the mean of all."""
    row: Array = x[np.square(x - x.mean(axis=0)).sum(axis=1).argmin()]
    return row


def _train(args: argparse.Namespace, images: Dataset, net: Net) -> None:
    """Without a line in a log; half trained it is of no use."""
    history = net.train(images, args.epochs, args.seed, progress=None)
    if history.stopped:
        raise KeyboardInterrupt


def _tell(code: int, images: Dataset, models: dict[str, Autoencoder]) -> None:
    loss = MSE()
    print(f"\n{f'mean squared error per pixel, code of {code}':44}  training      test")
    for name, model in models.items():
        train, test = (loss(model(x), x) for x in (images.x_train, images.x_test))
        print(f"  {name:44}{train:8.5f}  {test:8.5f}")
