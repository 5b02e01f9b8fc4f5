"""LSTM over T steps by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.case import Case

FAMILY = "recurrent"


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def lstm(x: Any, W: Any, U: Any, b: Any) -> Any:
    """The last h of x (T, N, D); the gates stand side by side as i, f, o, g."""
    N, H = x.shape[1], U.shape[0]
    h, c, tape = np.zeros((N, H)), np.zeros((N, H)), []
    for xt in x:
        z = xt @ W + h @ U + b
        i, f, o = (sigmoid(z[:, k * H : (k + 1) * H]) for k in range(3))
        g = np.tanh(z[:, 3 * H :])
        c_new = f * c + i * g
        tape.append((xt, h, c, i, f, o, g, c_new))
        h, c = o * np.tanh(c_new), c_new
    return h, (tape, W, U)


def lstm_backward(
    dh: Any, saved: Any, *, cell: float = 1.0, plain: str = "", raw: bool = False,
    order: str = "ifog", keep: bool = True,
) -> Any:  # fmt: skip
    """Each keyword plants a mistake.

    cell multiplies the dc carried back, plain names a gate without its derivative, raw takes c for
    tanh(c), order joins the gates, keep adds over the steps.
    """
    tape, W, U = saved
    dx: list[Any] = []
    dW, dU, db, dc = 0 * W, 0 * U, 0 * W[0], 0.0
    for xt, h, c, i, f, o, g, c_new in reversed(tape):
        tanh = np.tanh(c_new)
        dc = cell * dc + dh * o * (1 - (c_new if raw else tanh) ** 2)
        parts = {"i": dc * g, "f": dc * c, "o": dh * tanh, "g": dc * i}
        slopes = {"i": i * (1 - i), "f": f * (1 - f), "o": o * (1 - o), "g": 1 - g**2}
        local = [parts[k] * (1.0 if k == plain else slopes[k]) for k in order]
        dz = np.concatenate(local, axis=1)
        dW, dU, db = keep * dW + xt.T @ dz, keep * dU + h.T @ dz, keep * db + dz.sum(axis=0)
        dx.insert(0, dz @ W.T)
        dh, dc = dz @ U.T, dc * f
    return np.array(dx), dW, dU, db


def by_example(dh: Any, saved: Any) -> Any:
    """db of each example for itself."""
    return np.stack([lstm_backward(dh * row[:, None], saved)[3] for row in np.eye(len(dh))])


def take(name: str, **mistake: Any) -> Any:
    place = "xWUb".index(name)
    return {name: lambda dy, saved: lstm_backward(dy, saved, **mistake)[place]}


def lstm_at(t: int, n: int, d: int, h: int, gain: float = 0.5, dtype: Any = float) -> Any:
    shapes = (t, n, d), (d, 4 * h), (h, 4 * h), (4 * h,)
    return lambda rng: tuple(
        ((1.0 if k == 0 else gain) * rng.normal(size=s)).astype(dtype) for k, s in enumerate(shapes)
    )


LSTM = Case("lstm", FAMILY, lstm, lstm_backward, lstm_at(4, 3, 5, 4), with_saved=True)
BIG = Case(
    "lstm, wide",
    FAMILY,
    lstm,
    lstm_backward,
    lstm_at(3, 2, 20, 25),
    with_saved=True,
    difficult=True,
    note="2500 weights of U that a few steps share",
)

CASES = [
    LSTM,
    LSTM.wrong("dc not carried", "unknown partial missing-term", take("W", cell=0.0)),
    LSTM.wrong(
        "sigmoid' missing at the forget gate",
        "unknown partial missing-factor",
        take("b", plain="f"),
    ),
    LSTM.wrong("1 - c^2 for 1 - tanh(c)^2", "unknown missing-factor partial", take("U", raw=True)),
    LSTM.wrong("weights of the first step", "unknown missing-term", take("W", keep=False)),
    LSTM.wrong("db of each example", "not-reduced", {"b": by_example}),
    BIG,
    BIG.wrong(
        "sigmoid' missing at the output gate",
        "unknown partial missing-factor",
        take("W", plain="o"),
    ),
    BIG.wrong("gates joined in another order", "unknown partial", take("b", order="fiog")),
    BIG.wrong(
        "dU in blocks of another order",
        "unknown partial",
        {
            "U": lambda dy, saved: np.concatenate(
                np.split(lstm_backward(dy, saved)[2], 4, axis=1)[::-1], axis=1
            )
        },
    ),
    Case(
        "lstm with saturated gates",
        FAMILY,
        lstm,
        lstm_backward,
        lstm_at(4, 2, 3, 3, gain=8.0),
        with_saved=True,
        difficult=True,
        note="gates of 1e-9 beside gates of 1",
    ),
    Case(
        "lstm in float32",
        FAMILY,
        lstm,
        lstm_backward,
        lstm_at(4, 2, 3, 3, dtype=np.float32),
        with_saved=True,
        difficult=True,
        note="the states become float64 from a zeros without dtype",
    ),
]
