"""Where on a sheet the images and the words stand, in inches from its upper left corner."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from matplotlib.figure import Figure


def boxes(figure: Figure) -> np.ndarray:
    """Left, right, top and bottom of each image."""
    extents = [image.get_extent() for image in figure.axes[0].images]
    return np.array([[left, right, top, bottom] for left, right, bottom, top in extents])


def written(figure: Figure) -> np.ndarray:
    """The same of each text, as it is rendered."""
    figure.savefig(io.BytesIO(), format="png")
    return np.array([box(figure, text) for text in figure.axes[0].texts])


def box(figure: Figure, artist: Any) -> list[float]:
    """The same of whatever was drawn."""
    (_, down), dpi, b = figure.get_size_inches(), figure.dpi, artist.get_window_extent()
    return [b.x0 / dpi, b.x1 / dpi, down - b.y1 / dpi, down - b.y0 / dpi]


def meet(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two boxes overlap."""
    return bool(a[0] < b[1] and b[0] < a[1] and a[2] < b[3] and b[2] < a[3])
