"""Embedding tables: lookups of repeated and padded rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.case import Case

FAMILY = "embedding"
PADDING = 0


def lookup(E: Any, ids: Any) -> Any:
    return E[ids]


def added(dy: Any, E: Any, ids: Any) -> Any:
    dE = np.zeros_like(E)
    np.add.at(dE, ids, dy)
    return dE, None


def one_hot(dy: Any, E: Any, ids: Any) -> Any:
    hot = ids.reshape(-1, 1) == np.arange(len(E))
    return hot.T @ dy.reshape(-1, E.shape[1]), None


def duplicates_lost(dy: Any, E: Any, ids: Any) -> Any:
    dE = np.zeros_like(E)
    dE[ids] += dy
    return dE


def counted(dy: Any, E: Any, ids: Any) -> Any:
    """Divided by how often the row was used."""
    times = np.bincount(ids.ravel(), minlength=len(E))
    return added(dy, E, ids)[0] / np.maximum(times, 1)[:, None]


def off_by_one(dy: Any, E: Any, ids: Any) -> Any:
    """Identifiers that count from 1 in the backward."""
    return added(dy, E, (ids - 1) % len(E))[0]


def with_padding(E: Any, ids: Any) -> Any:
    return E[ids] * (ids != PADDING)[..., None]


def with_padding_backward(dy: Any, E: Any, ids: Any) -> Any:
    dE = np.zeros(E.shape)
    for row, g in zip(ids.ravel(), dy.reshape(-1, E.shape[1]), strict=True):
        if row != PADDING:
            dE[row] += g
    return dE, None


def at(vocabulary: int, width: int, *shape: int, most: int = 0, dtype: Any = float) -> Any:
    return lambda rng: (
        rng.normal(size=(vocabulary, width)).astype(dtype),
        rng.integers(0, most or vocabulary, size=shape),
    )


def repeated(rng: Any) -> Any:
    return rng.normal(size=(7, 4)), np.array([[1, 3, 3], [6, 1, 1]])


LOOKUP = Case("embedding", FAMILY, lookup, added, repeated)
LARGE = Case(
    "embedding, large",
    FAMILY,
    lookup,
    one_hot,
    at(300, 16, 40, most=120),
    difficult=True,
    note="4800 entries, most of them with a gradient of exactly 0",
)
SQUARE = Case("embedding, square", FAMILY, lookup, added, at(5, 5, 8))
PADDED = Case(
    "embedding with padding",
    FAMILY,
    with_padding,
    with_padding_backward,
    lambda rng: (rng.normal(size=(6, 4)), np.array([[1, 2, 0, 0], [5, 2, 4, 0]])),
)

CASES = [
    LOOKUP,
    LOOKUP.wrong("duplicates lost", "partial", {"E": duplicates_lost}),
    LOOKUP.wrong("divided by the counts", "missing-factor partial", {"E": counted}),
    LOOKUP.wrong("transposed", "transposed shape", {"E": lambda *a: added(*a)[0].T}),
    LOOKUP.wrong("the rows alone", "shape", {"E": lambda dy, E, ids: dy}),
    LOOKUP.wrong("integer buffer", "dtype", {"E": lambda *a: added(*a)[0].astype(np.int64)}),
    LOOKUP.wrong(
        "duplicates lost, no repeated row",
        "partial",
        {"E": duplicates_lost},
        at=lambda rng: (rng.normal(size=(7, 4)), np.array([[1, 3, 2], [6, 0, 5]])),
        shows=False,
        note="no row is used twice",
    ),
    LARGE,
    LARGE.wrong("duplicates lost", "partial", {"E": duplicates_lost}),
    LARGE.wrong("one row off", "unknown partial", {"E": off_by_one}),
    LARGE.wrong(
        "one row forgotten",
        "partial",
        {"E": lambda dy, E, ids: one_hot(dy, E, ids)[0] * (np.arange(300) != ids[5])[:, None]},
    ),
    SQUARE,
    SQUARE.wrong("transposed", "transposed", {"E": lambda *a: added(*a)[0].T}),
    PADDED,
    PADDED.wrong(
        "padding gets gradient",
        "partial missing-factor missing-term",
        {"E": lambda *a: added(*a)[0]},
    ),
    Case(
        "embedding in float32",
        FAMILY,
        lookup,
        added,
        at(9, 4, 12, dtype=np.float32),
        difficult=True,
        note="sums in float32",
    ),
]
