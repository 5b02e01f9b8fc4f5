"""What the 1e-16 in the course's logarithms does, in float32 and in float64 (row A15-17)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.course.tensors import GUARD, course_loss
from benchmarks.row import markdown
from numnet import Tensor

Array = NDArray[Any]

GAPS = (0, 5, 10, 14, 16, 18, 20, 30, 36, 40, 60, 80)
DTYPES = ("float32", "float64")


def unmoved(dtype: str) -> float:
    """The smallest power of two that adding 1e-16 leaves as it is.

    Examples
    --------
    >>> unmoved("float64")
    1.0
    """
    kind = np.dtype(dtype).type
    powers = (kind(2.0) ** -k for k in range(60, -1, -1))
    return next(float(p) for p in powers if p + kind(GUARD) == p)


def wrong_example(gap: float, dtype: str) -> tuple[Tensor, Array]:
    """Z2 of one example, sure by this gap of the first of three classes; it is the second."""
    return Tensor(np.array([[gap, 0, 0]], dtype), requires_grad=True), np.eye(3, dtype=dtype)[[1]]


def course_gradient(gap: float, dtype: str) -> Array:
    """dZ2 of the course's loss by the tape."""
    Z2, t = wrong_example(gap, dtype)
    course_loss(Z2.softmax(), t).backward()
    return _taken(Z2)


def true_gradient(gap: float) -> Array:
    """dZ2 without guard and without cancellation: log(1 - y^) from sums of the other classes."""
    Z2, t = wrong_example(gap, "float64")
    total = Z2.logsumexp()
    loss = total - (Z2 * t).sum()
    for k in np.flatnonzero(t[0] == 0):
        loss = loss + total - Z2[:, np.arange(3) != k].logsumexp()
    loss.backward()
    return _taken(Z2)


def _taken(Z2: Tensor) -> Array:
    if Z2.grad is None:
        raise ValueError("no gradient reached Z2")
    return Z2.grad.numpy().astype(np.float64)


def guarded() -> tuple[dict[str, Any], str]:
    """The numbers, and what they say in Markdown."""
    numbers: dict[str, Any] = {}
    lines = []
    for dtype in DTYPES:
        numbers[dtype] = {"unmoved": unmoved(dtype), "ratios": {}}
    for gap in GAPS:
        true = np.linalg.norm(true_gradient(gap))
        ratios = [float(np.linalg.norm(course_gradient(gap, dtype)) / true) for dtype in DTYPES]
        for dtype, ratio in zip(DTYPES, ratios, strict=True):
            numbers[dtype]["ratios"][str(gap)] = ratio
        lines.append([gap, f"{true:.3f}", *(f"{ratio:.3g}" for ratio in ratios)])
    for dtype in DTYPES:
        numbers[dtype]["most"] = max(numbers[dtype]["ratios"].values())
        numbers[dtype]["least"] = min(numbers[dtype]["ratios"].values())
    head = ("gap", "true length", *(f"course's / true, {dtype}" for dtype in DTYPES))
    return numbers, (
        f"The guard: y^ + 1e-16 is y^ itself from {unmoved('float32'):.1e} on in float32, from "
        f"{unmoved('float64'):g} on in float64. What it does to the length of dZ2, where the "
        "network is sure by a gap of so much in Z2 of a wrong class: where 1 - y^ rounds to 0, "
        "1 / 1e-16 stands in place of 1 / (1 - y^), which in float32 is far too large; beyond a "
        "gap of 37 the gradient vanishes where it is needed most.\n\n"
        f"{markdown(head, lines)}"
    )
