"""logsumexp, running sums, products, maxima."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.bank.reductions import normal
from benchmarks.checker.case import Case

FAMILY = "reductions"


def logsumexp(x: Any) -> Any:
    m = x.max(axis=1, keepdims=True)
    return (m + np.log(np.exp(x - m).sum(axis=1, keepdims=True)))[:, 0]


def logsumexp_backward(dy: Any, x: Any) -> Any:
    return dy[:, None] * np.exp(x - logsumexp(x)[:, None])


def cumsum_backward(dy: Any, x: Any) -> Any:
    return dy[:, ::-1].cumsum(axis=1)[:, ::-1]


def product(x: Any) -> Any:
    return x.prod(axis=1)


def product_backward(dy: Any, x: Any) -> Any:
    """Products of all the others, without a division."""
    D = x.shape[1]
    others = [np.delete(x, j, axis=1).prod(axis=1) for j in range(D)]
    return dy[:, None] * np.stack(others, axis=1)


def product_divided(dy: Any, x: Any) -> Any:
    with np.errstate(all="ignore"):
        return dy[:, None] * x.prod(axis=1, keepdims=True) / x


def cumprod_backward(dy: Any, x: Any) -> Any:
    y = np.cumprod(x)
    return (dy * y)[::-1].cumsum()[::-1] / x


def peak(x: Any) -> Any:
    return x.max(axis=1)


def peak_all(dy: Any, x: Any) -> Any:
    return dy[:, None] * (x == x.max(axis=1, keepdims=True))


def peak_shared(dy: Any, x: Any) -> Any:
    ties = x == x.max(axis=1, keepdims=True)
    return dy[:, None] * ties / ties.sum(axis=1, keepdims=True)


def median_backward(dy: Any, x: Any) -> Any:
    dx = np.zeros_like(x)
    np.put_along_axis(dx, np.argsort(x, axis=1)[:, x.shape[1] // 2][:, None], dy[:, None], axis=1)
    return dx


def with_zero(rng: Any) -> Any:
    x = rng.normal(size=(4, 5))
    x[1, 2] = 0.0
    return x


def tied(rng: Any) -> Any:
    """One row with three equal maxima."""
    x = rng.normal(size=(6, 5))
    x[3, [0, 2, 3]] = 3.0
    return x


LSE = Case("logsumexp", FAMILY, logsumexp, logsumexp_backward, normal((5, 6)))
CUMSUM = Case("cumsum", FAMILY, lambda x: x.cumsum(axis=1), cumsum_backward, normal((4, 9)))
PRODUCT = Case(
    "product with a zero",
    FAMILY,
    product,
    product_backward,
    with_zero,
    difficult=True,
    note="product / x is 0 / 0",
)
PEAK = Case(
    "maximum of rows with ties",
    FAMILY,
    peak,
    peak_shared,
    tied,
    smooth=False,
    difficult=True,
    note="between the one-sided slopes",
)

CASES = [
    LSE,
    LSE.wrong(
        "not normalised",
        "missing-factor",
        lambda dy, x: dy[:, None] * np.exp(x - x.max(1, keepdims=True)),
    ),
    LSE.wrong(
        "normalised over all",
        "missing-factor wrong-axis",
        lambda dy, x: dy[:, None] * np.exp(x) / np.exp(x).sum(),
    ),
    LSE.wrong(
        "log of the softmax",
        "missing-factor unknown",
        lambda dy, x: dy[:, None] * (x - logsumexp(x)[:, None]),
    ),
    CUMSUM,
    CUMSUM.wrong("forwards again", "unknown flipped", lambda dy, x: dy.cumsum(axis=1)),
    CUMSUM.wrong(
        "along the other axis", "wrong-axis unknown", lambda dy, x: dy[::-1].cumsum(axis=0)[::-1]
    ),
    CUMSUM.wrong("dy alone", "unknown missing-term partial", lambda dy, x: dy),
    PRODUCT,
    PRODUCT.wrong("product / x", "nonfinite", product_divided),
    PRODUCT.wrong(
        "product / x made finite",
        "partial zeros",
        lambda dy, x: np.nan_to_num(product_divided(dy, x)),
        expected=frozenset({"wrong", "undecided"}),
        note="beside the 0 it is right on both sides, as a sum of two conventions is at a tie",
    ),
    Case(
        "cumprod",
        FAMILY,
        lambda x: np.cumprod(x),
        cumprod_backward,
        lambda rng: rng.uniform(0.5, 2, size=12),
    ),
    PEAK,
    PEAK.wrong(
        "every maximum",
        "partial kink",
        peak_all,
        expected=frozenset({"wrong", "undecided"}),
        note="outside the one-sided slopes where the equal entries grow together",
    ),
    Case(
        "median",
        FAMILY,
        lambda x: np.median(x, axis=1),
        median_backward,
        normal((4, 7)),
        difficult=True,
        note="kinks where the order changes",
    ),
    Case(
        "logsumexp of large numbers",
        FAMILY,
        logsumexp,
        logsumexp_backward,
        lambda rng: 1e4 + 10 * rng.normal(size=(4, 6)),
        difficult=True,
        note="a value of 1e4 beside gradients of 1e-9",
    ),
]
