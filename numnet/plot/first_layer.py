"""What the first layer looks for: the weights into each hidden unit, as an image."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .grid import check_count
from .pixels import image_shape
from .sheet import BAR, MARGIN, draw_grid
from .style import INK, PAPER, SIGNED, dressed

Array = NDArray[Any]


def weights(
    source: Any, shape: tuple[int, int] | None = None, columns: int | None = None
) -> Figure:
    """Draw the weights into each unit of the first layer as an image.

    Unit q is column W[:, q], reshaped to (h, w): orange where a bright pixel raises z_q, blue where
    it lowers it, grey where it does not count. All units share one scale, from -max |W| to max |W|,
    which grows lighter all the way, so that a grey print shows the sign too. Entries that are NaN
    or infinite are white.

    Parameters
    ----------
    source : array_like, shape (D, Q), or model
        The weights, or an object whose `parameters` hold them: the first that is two-dimensional.
    shape : (int, int), optional
        The shape (h, w) of an input image, h w = D; by default a square.
    columns : int, optional
        The images in a row; by default a number up to ten that fills the rows.

    Returns
    -------
    matplotlib Figure

    Raises
    ------
    TypeError
        If the weights are no real numbers.
    ValueError
        If there are no two-dimensional weights, or D is not h w.

    Examples
    --------
    >>> figure = weights([[1.0, 0.0], [0.0, -2.0], [0.0, 0.0], [0.0, 0.0]])
    >>> figure.axes[0].images[1].get_array().data.tolist()
    [[0.0, -2.0], [0.0, 0.0]]
    >>> figure.axes[0].images[1].get_clim()
    (-2.0, 2.0)
    """
    W = np.asarray(_first_matrix(source.parameters) if hasattr(source, "parameters") else source)
    if W.dtype.kind not in "fiub":
        raise TypeError(f"weights: expected real numbers, got dtype {W.dtype}")
    if W.ndim != 2 or 0 in W.shape:
        raise ValueError(f"weights: expected W of shape (D, Q), one column a unit, got {W.shape}")
    check_count("weights", "columns", columns)
    h, w = image_shape("weights", shape, len(W), f"W with D = {len(W)} rows")
    W = np.where(np.isfinite(W), W, np.nan).astype(float)
    finite = np.abs(W[np.isfinite(W)])
    # Without any weight but 0 the scale is arbitrary, and 0 must still be its middle.
    limit = float(finite.max(initial=0.0)) or 1.0
    figure, drawn = draw_grid(
        W.T.reshape(-1, h, w),
        [str(unit) for unit in range(W.shape[1])],
        columns,
        (-limit, limit),
        colours=SIGNED,
        gap_colour=PAPER,
        bar=True,
    )
    width, height = figure.get_size_inches()
    length = min(height - 4 * MARGIN, 3.0)
    box = ((width - BAR + 0.05) / width, 0.5 - length / height / 2, 0.12 / width, length / height)
    bar = figure.colorbar(drawn, cax=dressed(figure.add_axes(box)))
    bar.outline.set_edgecolor(INK)
    bar.ax.tick_params(labelsize=8)
    bar.set_label("weight", fontsize=9, color=INK)
    return figure


def _first_matrix(parameters: Any) -> Array:
    for name in parameters:
        if np.ndim(parameters[name]) == 2:
            return np.asarray(parameters[name])
    raise ValueError(
        "weights: expected a model with a two-dimensional parameter, "
        f"got {', '.join(map(str, parameters)) or 'none'}"
    )
