"""Attention with one head, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.case import Case

FAMILY = "attention"


def softmax(s: Any) -> Any:
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def attend(q: Any, k: Any, v: Any) -> Any:
    """q (B, T, d), k (B, S, d), v (B, S, c)."""
    p = softmax(q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1]))
    return p @ v, (q, k, v, p)


def scores(dy: Any, saved: Any) -> Any:
    """The gradient to the scores, before the scale."""
    _, _, v, p = saved
    dp = dy @ v.swapaxes(-1, -2)
    return p * (dp - (dp * p).sum(axis=-1, keepdims=True))


def attend_backward(dy: Any, saved: Any) -> Any:
    q, k, _, p = saved
    ds = scores(dy, saved) / np.sqrt(q.shape[-1])
    return ds @ k, ds.swapaxes(-1, -2) @ q, p.swapaxes(-1, -2) @ dy


def diagonal(dy: Any, saved: Any) -> Any:
    q, k, v, p = saved
    ds = p * (1 - p) * (dy @ v.swapaxes(-1, -2)) / np.sqrt(q.shape[-1])
    return ds @ k


def other_axis(dy: Any, saved: Any) -> Any:
    """The sum of the softmax's Jacobian over the queries."""
    q, k, v, p = saved
    dp = dy @ v.swapaxes(-1, -2)
    ds = p * (dp - (dp * p).sum(axis=-2, keepdims=True)) / np.sqrt(q.shape[-1])
    return ds @ k


def normal(*shapes: Any, scale: float = 1.0, dtype: Any = float) -> Any:
    return lambda rng: tuple((scale * rng.normal(size=s)).astype(dtype) for s in shapes)


ATTEND = Case(
    "attention",
    FAMILY,
    attend,
    attend_backward,
    normal((2, 4, 6), (2, 5, 6), (2, 5, 3)),
    with_saved=True,
)
SELF = Case(
    "self attention", FAMILY, attend, attend_backward, normal(*[(2, 5, 5)] * 3), with_saved=True
)
LONG = Case(
    "attention, long",
    FAMILY,
    attend,
    attend_backward,
    normal(*[(1, 64, 32)] * 3),
    with_saved=True,
    difficult=True,
    note="2048 entries in each of three arrays",
)

CASES = [
    ATTEND,
    ATTEND.wrong(
        "scale missing in dq", "scale", {"q": lambda dy, saved: scores(dy, saved) @ saved[1]}
    ),
    ATTEND.wrong(
        "d for sqrt(d)", "scale", {"k": lambda dy, saved: attend_backward(dy, saved)[1] / 6**0.5}
    ),
    ATTEND.wrong("softmax by its diagonal", "unknown missing-term", {"q": diagonal}),
    ATTEND.wrong("softmax over the queries", "wrong-axis unknown", {"q": other_axis}),
    ATTEND.wrong(
        "softmax without its sum",
        "unknown missing-term",
        {"q": lambda dy, saved: saved[3] * (dy @ saved[2].swapaxes(1, 2)) / 6**0.5 @ saved[1]},
    ),
    SELF,
    SELF.wrong(
        "dk without a transpose",
        "unknown transposed",
        {"k": lambda dy, saved: scores(dy, saved) / 5**0.5 @ saved[0]},
    ),
    SELF.wrong(
        "dv by p, not transposed", "unknown transposed", {"v": lambda dy, saved: saved[3] @ dy}
    ),
    SELF.wrong(
        "dv from the scores",
        "unknown missing-factor",
        {"v": lambda dy, saved: (saved[0] @ saved[1].swapaxes(1, 2) / 5**0.5).swapaxes(1, 2) @ dy},
    ),
    SELF.wrong(
        "dq and dk exchanged",
        "swapped",
        lambda dy, saved: tuple(attend_backward(dy, saved)[i] for i in (1, 0, 2)),
    ),
    LONG,
    LONG.wrong(
        "last query dropped in dk",
        "unknown missing-term",
        {"k": lambda dy, saved: attend_backward(dy * (np.arange(64) < 63)[:, None], saved)[1]},
    ),
    LONG.wrong(
        "one key's dv doubled",
        "partial",
        {
            "v": lambda dy, saved: (
                attend_backward(dy, saved)[2] * np.where(np.arange(64) == 17, 2, 1)[:, None]
            )
        },
    ),
    Case(
        "attention to one key",
        FAMILY,
        attend,
        attend_backward,
        normal((2, 3, 4), (2, 1, 4), (2, 1, 4)),
        with_saved=True,
    ).wrong(
        "softmax by its diagonal",
        "unknown missing-term",
        {"q": diagonal},
        shows=False,
        note="the softmax of one score is 1",
    ),
    Case(
        "attention with large scores",
        FAMILY,
        attend,
        attend_backward,
        normal(*[(1, 4, 4)] * 3, scale=6.0),
        with_saved=True,
        difficult=True,
        note="probabilities of 1e-30 beside 1",
    ),
    Case(
        "attention in float32",
        FAMILY,
        attend,
        attend_backward,
        normal(*[(2, 4, 4)] * 3, dtype=np.float32),
        with_saved=True,
        difficult=True,
        note="np.sqrt of an int is a float64 scalar, so the output becomes float64",
    ),
]
