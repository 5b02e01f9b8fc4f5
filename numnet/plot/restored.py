"""What is left of images after they went through a narrow code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from .grid import grey_limits
from .pixels import as_images
from .strips import draw_strips
from .style import check_named

Array = NDArray[Any]

SHOWN = 10


def reconstructions(
    images: ArrayLike,
    rebuilt: Mapping[str, ArrayLike],
    examples: Sequence[int] | None = None,
    shape: tuple[int, int] | None = None,
) -> Figure:
    """Draw images in the top row, and below each what one or several models made of it.

    Beside each row stands the mean squared error per pixel over all the images, drawn or not:
    MSE = (1 / (N D)) sum of (rebuilt - image)^2. The grey scale is that of the images.

    Parameters
    ----------
    images : array_like, shape (N, h, w) or (N, D)
        The originals, as images or as rows of pixels.
    rebuilt : mapping of str to array_like, shape (N, h, w) or (N, D)
        By the name of the row, such as "code 30": `model.reconstruct(x)`.
    examples : sequence of int, optional
        Which images to draw, by their index; by default the first ten.
    shape : (int, int), optional
        The shape (h, w) of an image that is given as a row of pixels; by default a square.

    Returns
    -------
    matplotlib Figure

    Raises
    ------
    TypeError
        If `rebuilt` is no mapping, pixels are no real numbers or `examples` are no integers.
    ValueError
        If shapes do not fit, an example does not exist, or the images leave [0, 1] where a row does
        not, as it cannot behind a sigmoid.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([[0.0, 1.0], [1.0, 1.0]])
    >>> figure = reconstructions(x, {"code 1": [[0.0, 1.0], [1.0, 0.8]]}, shape=(1, 2))
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['original', 'code 1\\nMSE 0.01']
    """
    check_named("reconstructions", "rebuilt", rebuilt, '{"code 30": model.reconstruct(x)}')
    originals = np.atleast_1d(images)
    shown = _chosen(examples, originals)
    top = as_images("reconstructions", "images", originals[shown], shape)
    rows, names = [top], ["original"]
    for name, values in rebuilt.items():
        y = np.asarray(values)
        fits = y.ndim < 3 or y.shape[1:] == top.shape[1:]
        if not fits or y.shape[:1] != originals.shape[:1] or y.size != originals.size:
            raise ValueError(
                f"reconstructions: expected {name!r} of the shape of the images, "
                f"{originals.shape}, got {y.shape}"
            )
        rows.append(as_images("reconstructions", repr(name), y[shown], top.shape[1:]))
        _check_range(originals, y, name)
        e = y.reshape(originals.shape) - originals.astype(np.result_type(originals, np.float32))
        names.append(f"{name}\nMSE {np.mean(np.square(e), dtype=np.float64):.3g}")
    return draw_strips(names, np.stack(rows), grey_limits(top)).figure


def _chosen(examples: Sequence[int] | None, images: Array) -> Array:
    N = len(images)
    if examples is None or not N:
        return np.arange(min(N, SHOWN))
    index = np.asarray(examples)
    if index.ndim != 1 or (index.size and index.dtype.kind not in "iu"):
        raise TypeError(
            f"reconstructions: expected examples to be indices such as [0, 3, 7], got {examples!r}"
        )
    if not index.size or index.min() < 0 or index.max() >= N:
        raise ValueError(f"reconstructions: expected examples from 0 to {N - 1}, got {examples!r}")
    return index


def _check_range(images: Array, rebuilt: Array, name: str) -> None:
    low, high = images.min(), images.max()
    if (low < 0 or high > 1) and rebuilt.min() >= 0 and rebuilt.max() <= 1:
        raise ValueError(
            f"reconstructions: expected images in [0, 1], as all of {name!r} is, "
            f"got pixels from {low:g} to {high:g}. Before training and here scale them to [0, 1]: "
            "x / 255 if they are bytes"
        )
