"""MNIST and Fashion-MNIST, which are too large to come with the package, from their own files."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import Any

from numpy.typing import DTypeLike, NDArray

from ..errors import FormatError
from .choice import check_classes, check_dtype, select
from .dataset import Dataset
from .folders import cache_folder
from .fourfiles import read_part
from .mapped import map_part
from .published import FASHION_MNIST, MNIST, Published
from .search import find_files

Array = NDArray[Any]

WHITE = 255


def load_mnist(
    classes: Sequence[int] | None = None,
    dtype: DTypeLike = "float64",
    folder: str | os.PathLike[str] | None = None,
    download: bool = False,
    mmap: bool = False,
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
        folder that the environment variable NUMNET_DATA_DIR names, then in the cache: the folder
        that NUMNET_CACHE_DIR names, or the one that the system has for numnet.
    download : bool
        Fetch what is missing, 11 MB in all, into the folder given or the cache, and make sure of
        its SHA-256. Needs pooch: `pip install "numnet[data]"`.
    mmap : bool
        Leave x on disk, in a file in the cache that the first such call writes, 188 MB in float32:
        x_train and x_test are read-only memory maps, and fit takes its batches from them if the
        model has the same dtype.

    Returns
    -------
    Dataset
        Its arrays are new ones at every call, memory maps apart.

    Raises
    ------
    FileNotFoundError
        If a file is missing; the message says which, and where it is to stand.
    FormatError
        If a file is damaged, a label is not 0..9 or images and labels do not fit together.
    ImportError, ConnectionError
        If a file is missing and pooch is too, or no mirror served it; the message says what each
        mirror did.
    OSError
        If the folder or the cache cannot be written.
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
    return _load("load_mnist", MNIST, classes, dtype, folder, download, mmap)


def load_fashion_mnist(
    classes: Sequence[int] | None = None,
    dtype: DTypeLike = "float64",
    folder: str | os.PathLike[str] | None = None,
    download: bool = False,
    mmap: bool = False,
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
        Holds the four files, named as those of MNIST. By default the folder fashion-mnist in those
        where load_mnist looks for mnist.
    download : bool
        Fetch what is missing, 31 MB in all, as load_mnist does.
    mmap : bool
        Leave x on disk, as load_mnist does.

    Returns
    -------
    Dataset
        Its arrays are new ones at every call.

    Raises
    ------
    FileNotFoundError, FormatError, ImportError, OSError, TypeError, ValueError
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
    return _load("load_fashion_mnist", FASHION_MNIST, classes, dtype, folder, download, mmap)


def _load(
    place: str,
    published: Published,
    classes: Sequence[int] | None,
    dtype: DTypeLike,
    folder: str | os.PathLike[str] | None,
    download: bool,
    mmap: bool,
) -> Dataset:
    chosen, kind = check_classes(classes, place), check_dtype(dtype, place)
    paths = find_files(place, published, folder, download)
    arrays: list[Array] = []
    shapes: list[tuple[int, int]] = []
    for images_path, labels_path in (paths[:2], paths[2:]):
        if mmap:
            kept = cache_folder() / published.name
            images, y = map_part(place, kept, images_path, labels_path, chosen, WHITE, kind)
            x = images.reshape(len(images), math.prod(images.shape[1:]))
        else:
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
    return Dataset(published.name, x_train, y_train, x_test, y_test, chosen, shapes[0])
