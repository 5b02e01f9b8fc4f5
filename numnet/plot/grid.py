"""Images side by side, on one common scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from .sheet import draw_grid

Array = NDArray[Any]


def images(
    images: ArrayLike, titles: Sequence[object] | None = None, columns: int | None = None
) -> Figure:
    """Draw grey images in a grid, 0 in black and 1 in white.

    Images in [0, 1] keep that scale; any others share the one from their smallest to their largest
    pixel. A pixel that is NaN or infinite is orange.

    Parameters
    ----------
    images : array_like, shape (N, h, w)
        N images of any real dtype.
    titles : sequence, length N, optional
        What to write above each.
    columns : int, optional
        The images in a row; by default a number up to ten that fills the rows.

    Returns
    -------
    matplotlib Figure

    Raises
    ------
    TypeError
        If the pixels are no real numbers or `titles` is no sequence.
    ValueError
        If the shape is not (N, h, w), nothing is to be drawn, the lengths differ or `columns` < 1.

    Examples
    --------
    >>> figure = images([[[0.0, 1.0]], [[1.0, 0.0]]], titles=["right", "left"])
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['right', 'left']
    >>> figure.axes[0].images[1].get_clim()
    (0.0, 1.0)
    """
    pixels = check_images("images", images)
    if titles is not None:
        if isinstance(titles, (str, bytes)) or not hasattr(titles, "__len__"):
            raise TypeError(f"images: expected one title an image, got {titles!r}")
        if len(titles) != len(pixels):
            raise ValueError(
                f"images: expected as many titles as images ({len(pixels)}), got {len(titles)}"
            )
    names = None if titles is None else [str(title) for title in titles]
    check_count("images", "columns", columns)
    return draw_grid(pixels, names, columns, grey_limits(pixels))[0]


def check_images(place: str, images: ArrayLike) -> Array:
    """The images as floats (N, h, w), N, h and w at least 1, NaN for what is not finite."""
    pixels = np.asarray(images)
    if pixels.dtype.kind not in "fiub":
        raise TypeError(f"{place}: expected real numbers as pixels, got dtype {pixels.dtype}")
    if pixels.ndim != 3:
        hint = {
            1: " One image (h, w) is images.reshape(1, h, w)",
            2: " Rows of pixels are images.reshape(-1, h, w), one image is images[None]",
            4: " Colours are not drawn; images.mean(axis=-1) is grey",
        }.get(pixels.ndim, "")
        raise ValueError(
            f"{place}: expected images of shape (N, h, w), got {pixels.shape}.{hint}".rstrip(".")
        )
    if 0 in pixels.shape:
        raise ValueError(f"{place}: expected at least one image, got shape {pixels.shape}")
    return np.where(np.isfinite(pixels), pixels, np.nan).astype(float)


def check_count(place: str, name: str, value: int | None) -> None:
    """Refuse what is no positive integer; None is left to the caller."""
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{place}: expected {name} to be an integer, got {value!r}")
    if value < 1:
        raise ValueError(f"{place}: expected {name} of at least 1, got {value}")


def grey_limits(pixels: Array) -> tuple[float, float]:
    """0 and 1 if they hold every pixel, else the smallest and the largest."""
    finite = pixels[np.isfinite(pixels)]
    if not finite.size or (finite.min() >= 0 and finite.max() <= 1):
        return 0.0, 1.0
    return float(finite.min()), float(finite.max())
