"""More images to learn from: each of them again, a little shifted and turned."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import RNG, generator

Array = NDArray[Any]


def augment(
    images: ArrayLike,
    labels: ArrayLike,
    copies: int = 4,
    shift: float = 0.06,
    degrees: float = 10.0,
    rng: RNG = None,
) -> tuple[Array, Array]:
    """A larger training set: the images, then copies of each, shifted and turned at random.

    A copy is the image turned about its centre by an angle from [-degrees, degrees] and moved down
    and right by shares of its height and width from [-shift, shift], all drawn uniformly. Pixels
    are interpolated bilinearly, and what comes in from outside is 0, empty paper: no pixel leaves
    the range of the images and 0.

    Parameters
    ----------
    images : array_like of float32 or float64, shape (N, h, w)
        Such as `data.images_train`; not changed.
    labels : array_like, shape (N,) or (N, C)
        One label an image, of any dtype.
    copies : int
        How many of each image, at least 1.
    shift : float
        The largest shift as a share of the side, from 0 to below 1.
    degrees : float
        The largest angle, from 0 to 180.
    rng : int, Generator or None
        What angles and shifts are drawn with.

    Returns
    -------
    images : ndarray, shape (N (1 + copies), h, w)
        The dtype stays. The first N are those given, the next N a copy of each in the same order.
    labels : ndarray, shape (N (1 + copies),) or (N (1 + copies), C)
        One an image.

    Raises
    ------
    TypeError
        If the images are not floating, or `copies` is no integer.
    ValueError
        If the shapes do not fit together, a pixel is not finite or a setting is out of range.

    Examples
    --------
    A dot on nine pixels, and a copy that lies up to half a pixel beside it:

    >>> dot = np.zeros((1, 3, 3))
    >>> dot[0, 1, 1] = 1
    >>> images, labels = augment(dot, [7], copies=1, shift=1 / 6, degrees=0, rng=0)
    >>> labels
    array([7, 7])
    >>> images[1].round(2)
    array([[0.11, 0.12, 0.  ],
           [0.35, 0.42, 0.  ],
           [0.  , 0.  , 0.  ]])

    The digits, ready for fit:

    >>> import numnet
    >>> data = numnet.data.load_digits(classes=(1, 7, 9))
    >>> images, y = augment(data.images_train, data.y_train, rng=0)
    >>> x = images.reshape(len(images), -1)
    >>> data.x_train.shape, x.shape
    ((1158, 64), (5790, 64))

    References
    ----------
    P. Y. Simard, D. Steinkraus and J. C. Platt, Best practices for convolutional neural networks
    applied to visual document analysis, ICDAR 2003.
    """
    xs, ys = _check_images(images), np.asarray(labels)
    if ys.ndim not in (1, 2) or len(ys) != len(xs):
        raise ValueError(
            f"augment: expected one label an image, shape ({len(xs)},) or ({len(xs)}, C), "
            f"got {ys.shape}"
        )
    if isinstance(copies, bool) or not isinstance(copies, int | np.integer):
        raise TypeError(f"augment: expected copies to be an integer, got {copies!r}")
    if copies < 1:
        raise ValueError(f"augment: expected at least one copy, got {copies}")
    for name, number in (("shift", shift), ("degrees", degrees)):
        if not isinstance(number, int | float | np.integer | np.floating):
            raise TypeError(f"augment: expected {name} to be a number, got {number!r}")
    if not 0 <= shift < 1:
        raise ValueError(
            f"augment: expected shift as a share of the side, from 0 to below 1, got {shift!r}. "
            "For pixels divide by the side"
        )
    if not 0 <= degrees <= 180:
        raise ValueError(f"augment: expected degrees from 0 to 180, got {degrees!r}")

    source = generator(rng)
    angles = np.radians(source.uniform(-degrees, degrees, (copies, len(xs))))
    moves = source.uniform(-shift, shift, (copies, len(xs), 2)) * xs.shape[1:]
    larger = np.empty((1 + copies, *xs.shape), xs.dtype)
    larger[0] = xs
    for copy in range(copies):
        _move(xs, angles[copy], moves[copy], larger[1 + copy])
    return larger.reshape(-1, *xs.shape[1:]), np.concatenate([ys] * (1 + copies))


def _check_images(images: ArrayLike) -> Array:
    xs = np.asarray(images)
    if xs.dtype not in (np.float32, np.float64):
        raise TypeError(
            f"augment: expected images of float32 or float64, got {xs.dtype}. "
            "Bytes are (images / 255).astype('float32')"
        )
    if xs.ndim != 3 or 0 in xs.shape[1:]:
        hint = ". Rows of pixels are images.reshape(-1, h, w)" if xs.ndim == 2 else ""
        raise ValueError(f"augment: expected images of shape (N, h, w), got {xs.shape}{hint}")
    if not np.isfinite(xs).all():
        where = tuple(map(int, np.argwhere(~np.isfinite(xs))[0]))
        raise ValueError(f"augment: expected finite pixels, got {xs[where]} at {where}")
    return xs


def _move(images: Array, angles: Array, moves: Array, out: Array) -> None:
    """Each image turned about its centre, counterclockwise, then moved down and right."""
    from scipy.ndimage import affine_transform

    centre = (np.array(images.shape[1:]) - 1) / 2
    for image, angle, move, moved in zip(images, angles, moves, out, strict=True):
        # Output position o shows input position turn (o - centre - move) + centre.
        turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
        offset = centre - turn @ (centre + move)
        # Order 1: splines of order 3 overshoot the range of the pixels.
        affine_transform(image, turn, offset, order=1, mode="grid-constant", output=moved)
    # Weights that sum to 1 up to rounding can leave the range by the last bit.
    low, high = images.min(initial=0.0), images.max(initial=0.0)
    np.clip(out, low, high, out=out)
