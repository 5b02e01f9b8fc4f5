"""Attention with masks, and with several heads and projections."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.bank.attention import attend, attend_backward, normal, softmax
from benchmarks.checker.case import Case

FAMILY = "attention"


def causal(q: Any, k: Any, v: Any) -> Any:
    """One sequence (T, d) that looks back only."""
    T, d = q.shape
    s = np.where(np.tri(T, dtype=bool), q @ k.T / d**0.5, -np.inf)
    return softmax(s) @ v


def causal_backward(dy: Any, q: Any, k: Any, v: Any, masked: bool = True) -> Any:
    T, d = q.shape
    s = q @ k.T / d**0.5
    p = softmax(np.where(np.tri(T, dtype=bool), s, -np.inf) if masked else s)
    dp = dy @ v.T
    ds = p * (dp - (p * dp).sum(1, keepdims=True)) / d**0.5
    return ds @ k, ds.T @ q, p.T @ dy


def padded(q: Any, k: Any, v: Any, valid: Any) -> Any:
    """Keys that are padding (valid is 0) get a score of -1e9."""
    s = q @ k.swapaxes(1, 2) + np.where(valid, 0.0, -1e9)[:, None, :]
    return softmax(s) @ v


def padded_backward(dy: Any, q: Any, k: Any, v: Any, valid: Any) -> Any:
    """Where p is 0 the gradient is, without the mask."""
    p = softmax(q @ k.swapaxes(1, 2) + np.where(valid, 0.0, -1e9)[:, None, :])
    dp = dy @ v.swapaxes(1, 2)
    ds = p * (dp - np.einsum("bts,bts->bt", p, dp)[..., None])
    return ds @ k, ds.swapaxes(1, 2) @ q, p.swapaxes(1, 2) @ dy, None


def padding_average(dy: Any, q: Any, k: Any, v: Any, valid: Any) -> Any:
    """dv as if every key had been attended to where it is padding."""
    dv = padded_backward(dy, q, k, v, valid)[2]
    return np.where(valid[:, :, None], dv, dy.mean(axis=1, keepdims=True))


HEADS = 3


def split(x: Any) -> Any:
    return x.reshape(len(x), HEADS, -1).transpose(1, 0, 2)


def join(x: Any) -> Any:
    return x.transpose(1, 0, 2).reshape(x.shape[1], -1)


def heads(x: Any, **weights: Any) -> Any:
    """Several heads over one sequence (T, D), weights by name."""
    q, k, v = (split(x @ weights[name]) for name in ("Wq", "Wk", "Wv"))
    y, saved = attend(q, k, v)
    return join(y) @ weights["Wo"], (saved, y)


def many(x: Any, Wq: Any, Wk: Any, Wv: Any, Wo: Any) -> Any:
    return heads(x, Wq=Wq, Wk=Wk, Wv=Wv, Wo=Wo)[0]


def many_backward(dy: Any, x: Any, Wq: Any, Wk: Any, Wv: Any, Wo: Any, **mistake: Any) -> Any:
    """`regroup` joins the heads of the gradients, `uses` counts the paths into x."""
    regroup, uses = mistake.get("regroup", join), mistake.get("uses", 3)
    _, (saved, y) = heads(x, Wq=Wq, Wk=Wk, Wv=Wv, Wo=Wo)
    dq, dk, dv = (regroup(g) for g in attend_backward(split(dy @ Wo.T), saved))
    paths = [dq @ Wq.T, dk @ Wk.T, dv @ Wv.T]
    return {
        "x": sum(paths[:uses]),
        "Wq": x.T @ dq,
        "Wk": x.T @ dk,
        "Wv": x.T @ dv,
        "Wo": join(y).T @ dy,
    }


def many_at(rng: Any) -> Any:
    weights = {name: rng.normal(size=(12, 12)) / 4 for name in ("Wq", "Wk", "Wv", "Wo")}
    return {"x": rng.normal(size=(5, 12)), **weights}


def padded_at(rng: Any) -> Any:
    valid = np.arange(5) < np.array([[3], [5]])
    return (*(rng.normal(size=(2, 5, 4)) for _ in range(3)), valid)


CAUSAL = Case(
    "causal attention",
    FAMILY,
    causal,
    causal_backward,
    normal(*[(6, 4)] * 3),
    difficult=True,
    note="scores of minus infinity",
)
PADDED = Case(
    "attention with padding",
    FAMILY,
    padded,
    padded_backward,
    padded_at,
    difficult=True,
    note="-1e9 beside scores of 1; the backward needs no mask",
)
MANY = Case("attention with heads", FAMILY, many, many_backward, many_at)

CASES = [
    CAUSAL,
    CAUSAL.wrong(
        "mask ignored",
        "unknown missing-term partial",
        {"q": lambda dy, q, k, v: causal_backward(dy, q, k, v, masked=False)[0]},
    ),
    PADDED,
    PADDED.wrong("padding keys get gradient", "partial", {"v": padding_average}),
    MANY,
    MANY.wrong(
        "heads joined without a transpose",
        "unknown",
        {
            "Wq": lambda dy, **at: many_backward(
                dy, **at, regroup=lambda g: g.reshape(g.shape[1], -1)
            )["Wq"]
        },
    ),
    MANY.wrong(
        "dx without the path of the values",
        "unknown missing-term",
        {"x": lambda dy, **at: many_backward(dy, **at, uses=2)["x"]},
    ),
    MANY.wrong(
        "dWo by the output, transposed",
        "transposed",
        {"Wo": lambda dy, **at: many_backward(dy, **at)["Wo"].T},
    ),
]
