"""GRU over T steps by hand, one sequence."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.bank.recurrent_gates import sigmoid
from benchmarks.checker.case import Case

FAMILY = "recurrent"


def gru(x: Any, Wr: Any, Wz: Any, Wh: Any) -> Any:
    """All states of one sequence x (T, D); each W is (D + H, H)."""
    h, out = np.zeros(Wr.shape[1]), []
    for xt in x:
        both = np.concatenate([xt, h])
        r, z = sigmoid(both @ Wr), sigmoid(both @ Wz)
        h = (1 - z) * h + z * np.tanh(np.concatenate([xt, r * h]) @ Wh)
        out.append(h)
    return np.stack(out)


def gru_backward(
    dy: Any, x: Any, Wr: Any, Wz: Any, Wh: Any, *, reset: bool = True, direct: bool = True,
    update: Any = None, gated: bool = True,
) -> Any:  # fmt: skip
    """Each keyword plants a mistake.

    reset: the path through r; direct: that of (1 - z) h; gated: r between candidate and h.
    """
    D, h, tape = x.shape[1], np.zeros(Wr.shape[1]), []
    for xt in x:
        both = np.concatenate([xt, h])
        r, z = sigmoid(both @ Wr), sigmoid(both @ Wz)
        inner = np.concatenate([xt, r * h])
        n = np.tanh(inner @ Wh)
        tape.append((h, both, inner, r, z, n))
        h = (1 - z) * h + z * n
    dx, dWr, dWz, dWh = (np.zeros_like(a) for a in (x, Wr, Wz, Wh))
    dh = np.zeros(Wr.shape[1])
    for t in range(len(x) - 1, -1, -1):
        h, both, inner, r, z, n = tape[t]
        dh = dh + dy[t]
        dn = dh * z * (1 - n**2)
        dinner = Wh @ dn
        dz = dh * (n - h if update is None else update(n, h)) * z * (1 - z)
        dr = dinner[D:] * h * r * (1 - r) * reset
        dWh += np.outer(inner, dn)
        dWz += np.outer(both, dz)
        dWr += np.outer(both, dr)
        dboth = Wz @ dz + Wr @ dr
        dx[t] = dboth[:D] + dinner[:D]
        dh = dboth[D:] + dinner[D:] * (r if gated else 1.0) + (dh * (1 - z) if direct else 0.0)
    return dx, dWr, dWz, dWh


def gates(name: str, **mistake: Any) -> Any:
    place = ["x", "Wr", "Wz", "Wh"].index(name)
    return {name: lambda *a: gru_backward(*a, **mistake)[place]}


def gru_at(rng: Any) -> Any:
    return rng.normal(size=(5, 3)), *(0.4 * rng.normal(size=(3, 7, 4)))


GRU = Case("gru", FAMILY, gru, gru_backward, gru_at)

CASES = [
    GRU,
    GRU.wrong("path through the reset gate missing", "zeros", gates("Wr", reset=False)),
    GRU.wrong(
        "path through the reset gate missing in dx",
        "unknown partial missing-term",
        gates("x", reset=False),
    ),
    GRU.wrong("path past the candidate missing", "unknown missing-term", gates("Wh", direct=False)),
    GRU.wrong("sign in the update gate", "sign unknown", gates("Wz", update=lambda n, h: h - n)),
    GRU.wrong(
        "h forgotten in the update gate",
        "unknown missing-term missing-factor",
        gates("Wz", update=lambda n, h: n),
    ),
    GRU.wrong(
        "r missing on the way to h", "unknown missing-factor missing-term", gates("Wh", gated=False)
    ),
]
