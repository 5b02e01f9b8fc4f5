"""A plain recurrent net, h = tanh(x Wx + h Wh + b), and backpropagation through time."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.case import Case

FAMILY = "recurrent"


def rnn(x: Any, h0: Any, Wx: Any, Wh: Any, b: Any) -> Any:
    """All states (N, T, H) from x (N, T, D)."""
    h, states = h0, []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ Wx + h @ Wh + b)
        states.append(h)
    return np.stack(states, axis=1)


def through_time(
    dy: Any, x: Any, h0: Any, Wx: Any, Wh: Any, b: Any, *, carry: float = 1.0, last: int = 0,
    overwrite: bool = False, slope: Any = None, back: Any = None, shift: bool = False,
) -> Any:  # fmt: skip
    """Backpropagation through time; each keyword plants a mistake.

    carry multiplies the gradient of h that goes back, `last` is how many steps it goes, slope the
    derivative of tanh from (state, previous state, t), `back` stands for Wh.T, shift takes the
    state itself in dWh where the previous one belongs.
    """
    states = rnn(x, h0, Wx, Wh, b)
    dx, dWx, dWh, db = np.zeros_like(x), np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)
    dh = np.zeros_like(h0)
    T = x.shape[1]
    for t in reversed(range(T)):
        if last and t < T - last:
            break
        h, before = states[:, t], states[:, t - 1] if t else h0
        dz = (dy[:, t] + dh) * (1 - h**2 if slope is None else slope(h, before, t))
        if overwrite:
            dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)
        dWx += x[:, t].T @ dz
        dWh += (h if shift else before).T @ dz
        db += dz.sum(axis=0)
        dx[:, t] = dz @ Wx.T
        dh = carry * (dz @ (Wh.T if back is None else back))
    return dx, dh, dWx, dWh, db


def final(x: Any, Wx: Any, Wh: Any) -> Any:
    """The last state alone, of one sequence (T, D)."""
    h = np.zeros(len(Wh))
    for row in x:
        h = np.tanh(row @ Wx + h @ Wh)
    return h


def final_backward(dy: Any, x: Any, Wx: Any, Wh: Any) -> Any:
    states = [np.zeros(len(Wh))]
    for row in x:
        states.append(np.tanh(row @ Wx + states[-1] @ Wh))
    grads = {"x": np.zeros_like(x), "Wx": np.zeros_like(Wx), "Wh": np.zeros_like(Wh)}
    for t in range(len(x) - 1, -1, -1):
        dz = dy * (1 - states[t + 1] ** 2)
        grads["Wx"] += np.outer(x[t], dz)
        grads["Wh"] += np.outer(states[t], dz)
        grads["x"][t] = Wx @ dz
        dy = Wh @ dz
    return grads["x"], grads["Wx"], grads["Wh"]


def final_step_only(dy: Any, x: Any, Wx: Any, Wh: Any) -> Any:
    dz = dy * (1 - final(x, Wx, Wh) ** 2)
    dx = np.zeros_like(x)
    dx[-1] = Wx @ dz
    return dx, np.outer(x[-1], dz), np.outer(final(x[:-1], Wx, Wh), dz)


def at(n: int, t: int, d: int, h: int, gain: float = 1.0) -> Any:
    def draw(rng: Any) -> Any:
        x, h0 = rng.normal(size=(n, t, d)), rng.normal(size=(n, h))
        Wx, Wh = rng.normal(size=(d, h)) / d, gain * rng.normal(size=(h, h)) / np.sqrt(h)
        return {"x": x, "h0": h0, "Wx": Wx, "Wh": Wh, "b": 0.1 * rng.normal(size=h)}

    return draw


def backward(dy: Any, **at: Any) -> Any:
    return dict(zip(at, through_time(dy, **at), strict=True))


def take(name: str, **mistake: Any) -> Any:
    """One gradient of a backward pass with a mistake."""
    place = ["x", "h0", "Wx", "Wh", "b"].index(name)
    return {name: lambda dy, **at: through_time(dy, **at, **mistake)[place]}


def sequence(t: int, d: int, h: int, gain: float) -> Any:
    return lambda rng: (
        rng.normal(size=(t, d)), rng.normal(size=(d, h)) / d, gain * rng.normal(size=(h, h))
    )  # fmt: skip


RNN = Case("rnn", FAMILY, rnn, backward, at(3, 5, 4, 6), context=lambda **at: {"h": rnn(**at)})
BIG = Case("rnn, wide", FAMILY, rnn, backward, at(2, 4, 30, 40))
FINAL = Case("rnn, last state", FAMILY, final, final_backward, sequence(6, 4, 5, 0.4))

CASES = [
    RNN,
    RNN.wrong("dh not carried, dWh", "unknown missing-term", take("Wh", carry=0.0)),
    RNN.wrong("dh not carried, dx", "partial", take("x", carry=0.0)),
    RNN.wrong("dh carried with a sign", "unknown partial missing-term", take("x", carry=-1.0)),
    RNN.wrong(
        "tanh' missing", "unknown missing-factor", take("Wx", slope=lambda h, before, t: 1.0)
    ),
    RNN.wrong(
        "tanh' at the previous state",
        "unknown missing-factor",
        take("b", slope=lambda h, before, t: 1 - before**2),
    ),
    RNN.wrong("dWx overwritten", "unknown missing-term", take("Wx", overwrite=True)),
    RNN.wrong("db overwritten", "unknown missing-term", take("b", overwrite=True)),
    RNN.wrong("two steps back only, dx", "partial", take("x", last=2)),
    RNN.wrong("dWh with the state itself", "unknown", take("Wh", shift=True)),
    RNN.wrong("dh0 forgotten", "zeros", {"h0": lambda dy, **at: np.zeros_like(at["h0"])}),
    BIG,
    BIG.wrong("two steps back only, dWh", "unknown missing-term", take("Wh", last=2)),
    BIG.wrong(
        "dh by Wh, not transposed",
        "unknown partial missing-term transposed",
        {"Wx": lambda dy, **at: through_time(dy, **at, back=at["Wh"])[2]},
    ),
    BIG.wrong("dWh transposed", "transposed", {"Wh": lambda dy, **at: through_time(dy, **at)[3].T}),
    BIG.wrong(
        "tanh' missing at the first step",
        "unknown missing-term",
        take("Wx", slope=lambda h, before, t: 1 - h**2 if t else 1.0),
    ),
    FINAL,
    FINAL.wrong("last step only, dx", "partial", {"x": lambda *a: final_step_only(*a)[0]}),
    FINAL.wrong(
        "last step only, dWx", "unknown missing-term", {"Wx": lambda *a: final_step_only(*a)[1]}
    ),
    FINAL.wrong(
        "weights averaged over time",
        "scale",
        {"Wh": lambda dy, x, Wx, Wh: final_backward(dy, x, Wx, Wh)[2] / len(x)},
    ),
    Case("rnn, one step", FAMILY, rnn, backward, at(3, 1, 4, 5)).wrong(
        "dWx overwritten",
        "unknown missing-term",
        take("Wx", overwrite=True),
        shows=False,
        note="one step has nothing to overwrite",
    ),
    Case(
        "rnn, gradients that vanish",
        FAMILY,
        final,
        final_backward,
        sequence(40, 3, 4, 0.1),
        difficult=True,
        note="the first inputs have gradients of 1e-30 and less",
    ),
    Case(
        "rnn, gradients that explode",
        FAMILY,
        final,
        final_backward,
        sequence(25, 2, 12, 0.9),
        difficult=True,
        note="chaotic: the higher derivatives outgrow the first",
    ),
]
