"""Embeddings added, averaged, scaled, and used twice."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.bank.embedding import added, at, duplicates_lost
from benchmarks.checker.case import Case

FAMILY = "embedding"


def positions(tokens: Any, places: Any, ids: Any) -> Any:
    """Token plus position, both tables of one shape."""
    return tokens[ids] + places[: ids.shape[1]]


def positions_backward(dy: Any, tokens: Any, places: Any, ids: Any) -> Any:
    dplaces = np.zeros_like(places)
    dplaces[: ids.shape[1]] = dy.sum(axis=0)
    return added(dy, tokens, ids)[0], dplaces, None


def scaled(E: Any, ids: Any) -> Any:
    return E[ids] * np.sqrt(E.shape[1])


def bag(E: Any, ids: Any) -> Any:
    """The mean over the words of each text; -1 stands for no word."""
    used = (ids >= 0)[..., None]
    return (E[ids] * used).sum(axis=1) / used.sum(axis=1)


def bag_backward(dy: Any, E: Any, ids: Any, mean: bool = True) -> Any:
    dE = np.zeros_like(E)
    for text, g in zip(ids, dy, strict=True):
        words = text[text >= 0]
        for word in words:
            dE[word] += g / (len(words) if mean else 1)
    return dE, None


def tied(E: Any, ids: Any) -> Any:
    """Words in, scores of all words out, by one table."""
    return np.tanh(E[ids]) @ E.T


def tied_backward(dy: Any, E: Any, ids: Any, uses: str = "both") -> Any:
    h = np.tanh(E[ids])
    dE = np.zeros_like(E)
    if uses != "in":
        dE += dy.T @ h
    if uses != "out":
        np.add.at(dE, ids, dy @ E * (1 - h**2))
    return dE, None


def two_tables(rng: Any) -> Any:
    return rng.normal(size=(6, 5)), rng.normal(size=(6, 5)), rng.integers(0, 6, size=(3, 4))


def texts(rng: Any) -> Any:
    ids = rng.integers(0, 8, size=(4, 5))
    ids[1, 3:] = ids[2, 1:] = -1
    return rng.normal(size=(8, 3)), ids


PLACES = Case("token and position", FAMILY, positions, positions_backward, two_tables)
BAG = Case("bag of words", FAMILY, bag, bag_backward, texts)
TIED = Case("tied embedding", FAMILY, tied, tied_backward, at(7, 5, 4))
SCALED = Case(
    "embedding times sqrt(d)",
    FAMILY,
    scaled,
    lambda dy, E, ids: (added(dy * E.shape[1] ** 0.5, E, ids)[0], None),
    at(30, 10, 6),
)

CASES = [
    PLACES,
    PLACES.wrong(
        "the tables exchanged",
        "swapped",
        lambda *a: (positions_backward(*a)[1], positions_backward(*a)[0], None),
    ),
    PLACES.wrong(
        "positions not summed over the batch",
        "not-reduced shape",
        {"places": lambda dy, tokens, places, ids: np.pad(dy, ((0, 0), (0, 2), (0, 0)))},
    ),
    PLACES.wrong(
        "positions of one text",
        "unknown partial missing-term",
        {"places": lambda dy, tokens, places, ids: np.pad(dy[0], ((0, 2), (0, 0)))},
    ),
    BAG,
    BAG.wrong(
        "1 / length missing",
        "missing-factor unknown partial",
        {"E": lambda dy, E, ids: bag_backward(dy, E, ids, mean=False)[0]},
    ),
    BAG.wrong(
        "the last word alone",
        "unknown partial",
        {"E": lambda dy, E, ids: duplicates_lost(dy / 5, E, ids[:, 0])},
    ),
    TIED,
    TIED.wrong(
        "the way in forgotten",
        "unknown partial missing-term",
        {"E": lambda dy, E, ids: tied_backward(dy, E, ids, "out")[0]},
    ),
    TIED.wrong(
        "the way out forgotten",
        "unknown missing-term",
        {"E": lambda dy, E, ids: tied_backward(dy, E, ids, "in")[0]},
    ),
    SCALED,
    SCALED.wrong("sqrt(d) missing", "scale", {"E": lambda *a: added(*a)[0]}),
]
