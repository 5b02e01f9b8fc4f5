"""Broadcasting: a gradient is summed over the axes along which its array was repeated."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.bank.reductions import normal
from benchmarks.checker.case import Case

FAMILY = "reductions"


def reduced(grad: Any, shape: Any) -> Any:
    """grad summed to shape."""
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


def product(a: Any, b: Any) -> Any:
    return a * b


def product_backward(dy: Any, a: Any, b: Any) -> Any:
    return reduced(dy * b, a.shape), reduced(dy * a, b.shape)


def ratio(a: Any, b: Any) -> Any:
    return a / b


def ratio_backward(dy: Any, a: Any, b: Any) -> Any:
    return reduced(dy / b, a.shape), reduced(-dy * a / b**2, b.shape)


def affine(x: Any, scale: Any, shift: Any) -> Any:
    """One scale for all, one shift for each channel of (N, C, H, W)."""
    return scale * x + shift[None, :, None, None]


def affine_backward(dy: Any, x: Any, scale: Any, shift: Any) -> Any:
    return scale * dy, np.sum(dy * x), dy.sum(axis=(0, 2, 3))


def distances(a: Any, b: Any) -> Any:
    """Squared distances of all pairs."""
    return ((a[:, None] - b[None]) ** 2).sum(-1)


def distances_backward(dy: Any, a: Any, b: Any) -> Any:
    gap = 2 * dy[:, :, None] * (a[:, None] - b[None])
    return gap.sum(axis=1), -gap.sum(axis=0)


def cosine(a: Any, b: Any) -> Any:
    """The cosine of each pair of rows."""
    return (a * b).sum(1) / np.sqrt((a * a).sum(1) * (b * b).sum(1))


def cosine_backward(dy: Any, a: Any, b: Any, projection: float = 1.0) -> Any:
    na, nb = np.sqrt((a * a).sum(1, keepdims=True)), np.sqrt((b * b).sum(1, keepdims=True))
    c, g = cosine(a, b)[:, None], dy[:, None]
    return (
        g * (b / (na * nb) - projection * c * a / na**2),
        g * (a / (na * nb) - projection * c * b / nb**2),
    )


def power(a: Any, b: Any) -> Any:
    return a**b


def power_backward(dy: Any, a: Any, b: Any) -> Any:
    return dy * b * a ** (b - 1), (dy * a**b * np.log(a)).sum()


def channels(rng: Any) -> Any:
    return rng.normal(size=(3, 4, 5, 5)), rng.normal(), rng.normal(size=4)


PRODUCT = Case("product, broadcast", FAMILY, product, product_backward, normal((5, 1), (5, 3)))
OUTER = Case("column times row", FAMILY, product, product_backward, normal((6, 1), (1, 4)))
SQUARE = Case("rows times a vector", FAMILY, product, product_backward, normal((6, 6), 6))
RATIO = Case(
    "ratio, broadcast",
    FAMILY,
    ratio,
    ratio_backward,
    lambda rng: (rng.normal(size=(4, 7)), rng.uniform(1, 3, size=(4, 1))),
)
AFFINE = Case("scale and shift of images", FAMILY, affine, affine_backward, channels)
PAIRS = Case("squared distances", FAMILY, distances, distances_backward, normal((6, 3), (5, 3)))
COSINE = Case("cosine similarity", FAMILY, cosine, cosine_backward, normal((5, 4), (5, 4)))
POWER = Case("power", FAMILY, power, power_backward, lambda rng: (rng.uniform(0.5, 2, size=8), 2.5))

CASES = [
    PRODUCT,
    PRODUCT.wrong("not summed back", "not-reduced", {"a": lambda dy, a, b: dy * b}),
    PRODUCT.wrong("summed without keepdims", "shape", {"a": lambda dy, a, b: (dy * b).sum(1)}),
    PRODUCT.wrong(
        "averaged back", "scale", {"a": lambda dy, a, b: (dy * b).mean(1, keepdims=True)}
    ),
    PRODUCT.wrong(
        "the last column alone", "unknown missing-term", {"a": lambda dy, a, b: (dy * b)[:, -1:]}
    ),
    OUTER,
    OUTER.wrong("summed over both axes", "shape", {"b": lambda dy, a, b: (dy * a).sum()}),
    SQUARE,
    SQUARE.wrong(
        "summed over the other axis", "wrong-axis", {"b": lambda dy, a, b: (dy * a).sum(axis=1)}
    ),
    SQUARE.wrong("diagonal alone", "unknown missing-term", {"b": lambda dy, a, b: np.diag(dy * a)}),
    RATIO,
    RATIO.wrong("sign", "sign", {"b": lambda dy, a, b: (dy * a / b**2).sum(1, keepdims=True)}),
    RATIO.wrong(
        "1 / b for 1 / b^2",
        "missing-factor",
        {"b": lambda dy, a, b: -(dy * a / b).sum(1, keepdims=True)},
    ),
    AFFINE,
    AFFINE.wrong("scale not summed", "not-reduced", {"scale": lambda dy, x, scale, shift: dy * x}),
    AFFINE.wrong(
        "shift of each position",
        "shape",
        {"shift": lambda dy, x, scale, shift: dy.sum(axis=(0, 1))},
    ),
    AFFINE.wrong(
        "shift of the first image",
        "unknown missing-term",
        {"shift": lambda dy, x, scale, shift: dy[0].sum(axis=(1, 2))},
    ),
    PAIRS,
    PAIRS.wrong("sign at b", "sign", {"b": lambda *a: -distances_backward(*a)[1]}),
    PAIRS.wrong("2 missing", "scale", {"a": lambda *a: distances_backward(*a)[0] / 2}),
    PAIRS.wrong(
        "b taken for one row",
        "unknown missing-term",
        {"a": lambda dy, a, b: 2 * dy[:, :1] * (a - b[0])},
    ),
    COSINE,
    COSINE.wrong(
        "norms constant",
        "unknown missing-term",
        {"a": lambda dy, a, b: cosine_backward(dy, a, b, 0.0)[0]},
    ),
    COSINE.wrong(
        "projection added",
        "unknown missing-term",
        {"b": lambda dy, a, b: cosine_backward(dy, a, b, -1.0)[1]},
    ),
    POWER,
    POWER.wrong("exponent not lowered", "missing-factor", {"a": lambda dy, a, b: dy * b * a**b}),
    POWER.wrong("exponent constant", "zeros", {"b": lambda dy, a, b: 0.0}),
]
