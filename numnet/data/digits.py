"""The digits that come with the package: 5 620 images of 8 x 8 pixels, written by 43 people."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from .choice import check_classes, check_dtype, select
from .dataset import Dataset
from .idx import read_idx

Array = NDArray[Any]

# Made by build.py: 65 rows (the pixels 0..16 at the 64 positions, the labels), a column an image.
DIGITS = Path(__file__).with_name("digits-idx2-ubyte.gz")
TRAINING = 3823
SIDE = 8
INK = 16


def load_digits(
    classes: Sequence[int] | None = None, size: int = SIDE, dtype: DTypeLike = "float64"
) -> Dataset:
    """The UCI optical digits, from the package itself: 3 823 to train on, 1 797 to test with.

    x = ink / 16, where ink counts the black dots of a 4 x 4 block of the scanned page. The
    test images are by 13 people of whom none wrote a training image.

    Parameters
    ----------
    classes : sequence of int, optional
        The digits to load; the index of a class is its place here. All ten by default.
    size : int
        Height and width of an image, at least 8. Above 8 the images are enlarged by bilinear
        interpolation: 28 gives the D = 784 of MNIST, and no detail that 8 x 8 did not have.
    dtype : dtype
        float32 or float64, of x.

    Returns
    -------
    Dataset
        Its arrays are new ones at every call.

    Raises
    ------
    TypeError
        If classes is no sequence of integers, size no integer, dtype neither float32 nor float64.
    ValueError
        If a class is not 0..9, stands twice or none is given; if size is below 8.

    Examples
    --------
    >>> data = load_digits(classes=(1, 7, 9))
    >>> data
    Dataset('digits', 1158 training and 541 test images of 8 x 8, classes (1, 7, 9), float64)
    >>> data.y_train[:5]                            # 7, 7, 1, 9, 7
    array([1, 1, 0, 2, 1])
    >>> (16 * data.images_train[0]).astype(int)
    array([[ 0,  0,  8, 15, 16, 13,  0,  0],
           [ 0,  1, 11,  9, 11, 16,  1,  0],
           [ 0,  0,  0,  0,  7, 14,  0,  0],
           [ 0,  0,  3,  4, 14, 12,  2,  0],
           [ 0,  1, 16, 16, 16, 16, 10,  0],
           [ 0,  2, 12, 16, 10,  0,  0,  0],
           [ 0,  0,  2, 16,  4,  0,  0,  0],
           [ 0,  0,  9, 14,  0,  0,  0,  0]])

    References
    ----------
    E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning
    Repository, 1998, https://doi.org/10.24432/C50P49, CC BY 4.0; see DIGITS.md beside this file.
    """
    place = "load_digits"
    chosen, kind, side = check_classes(classes, place), check_dtype(dtype, place), _check_size(size)
    table = read_idx(DIGITS)
    pixels, labels = table[:-1].T, table[-1]
    x_train, y_train = select(pixels[:TRAINING], labels[:TRAINING], chosen, INK, kind)
    x_test, y_test = select(pixels[TRAINING:], labels[TRAINING:], chosen, INK, kind)
    x_train, x_test = _enlarge(x_train, side), _enlarge(x_test, side)
    return Dataset("digits", x_train, y_train, x_test, y_test, chosen, (side, side))


def _check_size(size: int) -> int:
    try:
        side = operator.index(size)
    except TypeError:
        raise TypeError(f"load_digits: expected size as an integer, got {size!r}") from None
    if side < SIDE:
        raise ValueError(
            f"load_digits: expected a size of at least {SIDE}, the images' own, got {size!r}"
        )
    return side


def _enlarge(x: Array, side: int) -> Array:
    if side == SIDE:
        return x
    from scipy.ndimage import zoom

    images = zoom(x.reshape(-1, SIDE, SIDE), (1, side / SIDE, side / SIDE), order=1)
    # Two weights that sum to 1 up to rounding can lift a pixel above 1 by the last bit.
    return np.minimum(images, 1, out=images).reshape(len(x), -1)
