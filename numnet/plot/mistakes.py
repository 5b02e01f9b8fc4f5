"""The images that a network takes for something else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from ..labels import to_indices
from .grid import check_count, check_images, grey_limits
from .proba import check_proba, percent
from .sheet import draw_grid
from .style import INK, Picture, arrow, class_names

Array = NDArray[Any]


def misclassified(
    images: ArrayLike,
    y_true: ArrayLike,
    y_pred: ArrayLike,
    classes: Sequence[object] | None = None,
    proba: ArrayLike | None = None,
    count: int = 24,
    columns: int | None = None,
) -> Figure:
    """Draw images whose predicted class is not the true one, titled "true -> predicted".

    Parameters
    ----------
    images : array_like, shape (N, h, w)
        Grey images, drawn as `numnet.plot.images` does.
    y_true, y_pred : array_like
        Class indices (N,) or rows (N, C), of which the largest entry counts.
    classes : sequence, length C, optional
        A name for each index; by default the index.
    proba : array_like, shape (N, C), optional
        Predicted probabilities: the mistakes with the largest probability of the predicted class
        come first, and it is written beneath. By default the order of the images.
    count : int
        How many to draw at most.
    columns : int, optional
        The images in a row; by default a number up to ten that fills the rows.

    Returns
    -------
    matplotlib Figure
        It says so if there is no mistake.

    Raises
    ------
    TypeError, ValueError
        If the lengths differ, an index has no name or no probability, a probability is not in
        [0, 1], or `images` is not (N, h, w).

    Examples
    --------
    >>> figure = misclassified([[[0.0]], [[1.0]], [[0.5]]], [0, 1, 2], [0, 1, 1], classes="abc")
    Traceback (most recent call last):
        ...
    TypeError: misclassified: expected classes to be a sequence of names, got 'abc'. \
For the indices as names leave it out or pass range(C)
    >>> figure = misclassified([[[0.0]], [[1.0]], [[0.5]]], [0, 1, 2], [0, 1, 1])
    >>> [text.get_text().replace(arrow(), "->") for text in figure.axes[0].texts]
    ['2 -> 1', '1 of 3 misclassified']
    """
    pixels = check_images("misclassified", images)
    true, pred = _indices(y_true, y_pred, len(pixels))
    names = class_names("misclassified", classes, int(max(true.max(), pred.max())) + 1)
    confidence = None if proba is None else _confidence(proba, pred)
    check_count("misclassified", "count", count)
    check_count("misclassified", "columns", columns)

    wrong = np.flatnonzero(true != pred)
    if not wrong.size:
        return _nothing_wrong(len(pixels))
    if confidence is not None:
        wrong = wrong[np.argsort(-confidence[wrong], kind="stable")]
    shown = wrong[:count]
    titles = [_title(names[true[i]], names[pred[i]]) for i in shown]
    heading = f"{len(wrong)} of {len(pixels)} misclassified"
    if confidence is not None:
        titles = [f"{t}\n{percent(confidence[i])}" for t, i in zip(titles, shown, strict=True)]
    if len(shown) < len(wrong):
        first, last = ("first ", "") if confidence is None else ("", " most confident")
        heading += f", the {first}{len(shown)}{last}"
    return draw_grid(pixels[shown], titles, columns, grey_limits(pixels), heading=heading)[0]


def _title(true: str, pred: str) -> str:
    """On one line if it is short, else on two."""
    joint = " " if len(true) + len(pred) <= 10 else "\n"
    return f"{true}{joint}{arrow()} {pred}"


def _indices(y_true: ArrayLike, y_pred: ArrayLike, count: int) -> tuple[Array, Array]:
    pair = []
    for name, labels in (("y_true", y_true), ("y_pred", y_pred)):
        indices = to_indices(labels, f"misclassified: in {name}")
        if len(indices) != count:
            raise ValueError(
                f"misclassified: expected as many entries in {name} as images ({count}), "
                f"got {len(indices)}"
            )
        if indices.min() < 0:
            raise ValueError(
                f"misclassified: expected class indices from 0 in {name}, got {indices.min()}"
            )
        pair.append(indices)
    return pair[0], pair[1]


def _confidence(proba: ArrayLike, pred: Array) -> Array:
    """The probability of the predicted class, row by row."""
    p = check_proba("misclassified", "proba", proba, len(pred), int(pred.max()))
    return np.asarray(p[np.arange(len(pred)), pred], float)


def _nothing_wrong(total: int) -> Figure:
    figure = Picture(4.0, 1.2)
    ax = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    ax.set_axis_off()
    text = f"0 of {total} misclassified: nothing to show"
    ax.text(0.5, 0.5, text, ha="center", va="center", color=INK, fontsize=11)
    return figure
