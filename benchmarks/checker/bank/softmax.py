"""softmax, log_softmax, with a temperature and with a mask."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.case import Case

FAMILY = "softmax"
MASK = np.array([True, True, False, True, True])
T = 0.5


def softmax(x: Any) -> Any:
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_backward(dy: Any, x: Any) -> Any:
    p = softmax(x)
    return p * (dy - (p * dy).sum(-1, keepdims=True))


def log_softmax(x: Any) -> Any:
    z = x - x.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def log_softmax_backward(dy: Any, x: Any) -> Any:
    return dy - softmax(x) * dy.sum(-1, keepdims=True)


def tempered(x: Any) -> Any:
    return softmax(x / T)


def tempered_backward(dy: Any, x: Any) -> Any:
    return softmax_backward(dy, x / T) / T


def masked(x: Any) -> Any:
    e = np.exp(x) * MASK
    return e / e.sum(axis=-1, keepdims=True)


def masked_backward(dy: Any, x: Any) -> Any:
    p = masked(x)
    return p * (dy - (p * dy).sum(-1, keepdims=True))


def by_columns(x: Any) -> Any:
    return softmax(x.T).T


def by_columns_backward(dy: Any, x: Any) -> Any:
    p = by_columns(x)
    return p * (dy - (p * dy).sum(0))


def at(rng: Any) -> Any:
    return rng.normal(size=(6, 5))


SOFTMAX = Case("softmax", FAMILY, softmax, softmax_backward, at)
LOG = Case("log_softmax", FAMILY, log_softmax, log_softmax_backward, at)
WARM = Case("softmax with a temperature", FAMILY, tempered, tempered_backward, at)
MASKED = Case("masked softmax", FAMILY, masked, masked_backward, at)
COLUMNS = Case("softmax by columns", FAMILY, by_columns, by_columns_backward, at)

CASES = [
    SOFTMAX,
    SOFTMAX.wrong(
        "diagonal alone", "missing-term", {"x": lambda dy, x: dy * softmax(x) * (1 - softmax(x))}
    ),
    SOFTMAX.wrong("sum forgotten", "missing-term", {"x": lambda dy, x: dy * softmax(x)}),
    SOFTMAX.wrong(
        "p forgotten in the sum",
        "missing-term",
        {"x": lambda dy, x: softmax(x) * (dy - dy.sum(-1, keepdims=True))},
    ),
    SOFTMAX.wrong(
        "sum over examples",
        "wrong-axis",
        {"x": lambda dy, x: softmax(x) * (dy - (softmax(x) * dy).sum(0))},
    ),
    SOFTMAX.wrong(
        "p forgotten outside",
        "missing-factor",
        {"x": lambda dy, x: dy - (softmax(x) * dy).sum(-1, keepdims=True)},
    ),
    SOFTMAX.wrong(
        "mean for sum",
        "missing-term",
        {"x": lambda dy, x: softmax(x) * (dy - (softmax(x) * dy).mean(-1, keepdims=True))},
    ),
    SOFTMAX.wrong("zeros", "zeros", {"x": lambda dy, x: 0 * x}),
    SOFTMAX.wrong("passed on", "missing-factor unknown", {"x": lambda dy, x: dy}),
    SOFTMAX.wrong("sign", "sign", {"x": lambda dy, x: -softmax_backward(dy, x)}),
    SOFTMAX.wrong(
        "sum over everything",
        "wrong-axis missing-term",
        {"x": lambda dy, x: softmax(x) * (dy - (softmax(x) * dy).sum())},
    ),
    LOG,
    LOG.wrong("softmax's", "missing-factor unknown", {"x": softmax_backward}),
    LOG.wrong("sum forgotten", "missing-term", {"x": lambda dy, x: dy - softmax(x) * dy}),
    LOG.wrong("first term alone", "missing-term", {"x": lambda dy, x: dy}),
    LOG.wrong(
        "not exponentiated",
        "missing-term",
        {"x": lambda dy, x: dy - log_softmax(x) * dy.sum(-1, keepdims=True)},
    ),
    LOG.wrong(
        "sum over examples",
        "wrong-axis missing-term",
        {"x": lambda dy, x: dy - softmax(x) * dy.sum(0)},
    ),
    WARM,
    WARM.wrong("1/T forgotten", "scale", {"x": lambda dy, x: softmax_backward(dy, x / T)}),
    WARM.wrong("T for 1/T", "scale", {"x": lambda dy, x: softmax_backward(dy, x / T) * T}),
    WARM.wrong("of the cold one", "unknown", {"x": lambda dy, x: softmax_backward(dy, x) / T}),
    MASKED,
    MASKED.wrong("mask forgotten", "unknown", {"x": softmax_backward}),
    MASKED.wrong(
        "diagonal alone", "missing-term", {"x": lambda dy, x: dy * masked(x) * (1 - masked(x))}
    ),
    COLUMNS,
    COLUMNS.wrong("by rows", "wrong-axis", {"x": softmax_backward}),
    COLUMNS.wrong(
        "sum over rows",
        "wrong-axis",
        {"x": lambda dy, x: by_columns(x) * (dy - (by_columns(x) * dy).sum(1, keepdims=True))},
    ),
]
