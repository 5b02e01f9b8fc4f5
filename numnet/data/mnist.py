"""MNIST and Fashion-MNIST, which are too large to come with the package, from their own files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from numpy.typing import DTypeLike, NDArray

from ..errors import FormatError
from .choice import check_classes, check_dtype, select
from .dataset import Dataset
from .fourfiles import find_files, read_part

Array = NDArray[Any]

WHITE = 255


def load_mnist(
    classes: Sequence[int] | None = None,
    dtype: DTypeLike = "float64",
    folder: str | os.PathLike[str] | None = None,
) -> Dataset:
    """MNIST: 60 000 handwritten digits of 28 x 28 pixels to train on, 10 000 to test with.

    x = byte / 255. In float64, the default of models too, all of it takes 439 MB; float32 halves
    that and trains faster, given to the model as well: a model casts x to its own dtype.

    Parameters
    ----------
    classes : sequence of int, optional
        The digits to load; the index of a class is its place here. All ten by default.
    dtype : dtype
        float32 or float64, of x.
    folder : path-like, optional
        Holds train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz
        and t10k-labels-idx1-ubyte.gz, or the same without .gz. By default the folder mnist in the
        folder that the environment variable NUMNET_DATA_DIR names.

    Returns
    -------
    Dataset
        Its arrays are new ones at every call.

    Raises
    ------
    FileNotFoundError
        If a file is missing; the message says which, and where it is to stand.
    FormatError
        If a file is damaged, a label is not 0..9 or images and labels do not fit together.
    TypeError, ValueError
        If classes or dtype is none of the above, or no image is of the chosen classes.

    Examples
    --------
    A folder with two images of one row and two pixels, a 7 and a 3, in either part:

    >>> import pathlib, tempfile
    >>> images = [0, 0, 8, 3] + [0, 0, 0, 2] + [0, 0, 0, 1] + [0, 0, 0, 2] + [0, 255, 51, 0]
    >>> labels = [0, 0, 8, 1] + [0, 0, 0, 2] + [7, 3]
    >>> with tempfile.TemporaryDirectory() as name:
    ...     for part in ("train", "t10k"):
    ...         stem = pathlib.Path(name) / part
    ...         _ = pathlib.Path(f"{stem}-images-idx3-ubyte").write_bytes(bytes(images))
    ...         _ = pathlib.Path(f"{stem}-labels-idx1-ubyte").write_bytes(bytes(labels))
    ...     data = load_mnist(classes=(3, 7), folder=name)
    >>> data.x_train
    array([[0. , 1. ],
           [0.2, 0. ]])
    >>> data.y_train
    array([1, 0])

    References
    ----------
    Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, Gradient-based learning applied to document
    recognition, Proceedings of the IEEE 86 (11), 1998.
    """
    return _load("load_mnist", "mnist", classes, dtype, folder)


def load_fashion_mnist(
    classes: Sequence[int] | None = None,
    dtype: DTypeLike = "float64",
    folder: str | os.PathLike[str] | None = None,
) -> Dataset:
    """Fashion-MNIST: ten kinds of clothing in the sizes and files of MNIST.

    x = byte / 255. The classes: 0 T-shirt or top, 1 trousers, 2 pullover, 3 dress, 4 coat,
    5 sandal, 6 shirt, 7 sneaker, 8 bag, 9 ankle boot.

    Parameters
    ----------
    classes : sequence of int, optional
        The kinds to load; the index of a class is its place here. All ten by default.
    dtype : dtype
        float32 or float64, of x.
    folder : path-like, optional
        Holds the four files, named as those of MNIST. By default the folder fashion-mnist in the
        folder that the environment variable NUMNET_DATA_DIR names.

    Returns
    -------
    Dataset
        Its arrays are new ones at every call.

    Raises
    ------
    FileNotFoundError, FormatError, TypeError, ValueError
        As load_mnist.

    Examples
    --------
    >>> load_fashion_mnist(classes=(0, 10))
    Traceback (most recent call last):
        ...
    ValueError: load_fashion_mnist: expected classes from 0 to 9, got 10

    References
    ----------
    H. Xiao, K. Rasul and R. Vollgraf, Fashion-MNIST: a novel image dataset for benchmarking
    machine learning algorithms, arXiv:1708.07747, 2017.
    """
    return _load("load_fashion_mnist", "fashion-mnist", classes, dtype, folder)


def _load(
    place: str,
    name: str,
    classes: Sequence[int] | None,
    dtype: DTypeLike,
    folder: str | os.PathLike[str] | None,
) -> Dataset:
    chosen, kind = check_classes(classes, place), check_dtype(dtype, place)
    paths = find_files(place, name, folder)
    arrays: list[Array] = []
    shapes: list[tuple[int, int]] = []
    for images_path, labels_path in (paths[:2], paths[2:]):
        images, labels = read_part(images_path, labels_path)
        x, y = select(images.reshape(len(images), -1), labels, chosen, WHITE, kind)
        if not len(y):
            raise ValueError(f"{place}: no image in {images_path} is of the classes {chosen}")
        arrays += [x, y]
        shapes.append((images.shape[1], images.shape[2]))
    if shapes[0] != shapes[1]:
        raise FormatError(
            f"{paths[2]}: expected images of {shapes[0]} as in {paths[0]}, got {shapes[1]}"
        )
    x_train, y_train, x_test, y_test = arrays
    return Dataset(name, x_train, y_train, x_test, y_test, chosen, shapes[0])
