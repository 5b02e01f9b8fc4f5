"""A two-layer classifier as students write it: delta3, delta2, and their mistakes in them.

The loss is a function of W1, b1, W2, b2; images X and labels Y belong to the file.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.case import Case

FAMILY = "students"
N, D, Q, C = 30, 8, 6, 3
_RNG = np.random.default_rng(31)
X = _RNG.uniform(size=(N, D))
Y = np.eye(C)[_RNG.integers(0, C, N)]
OTHERS = np.eye(C)[_RNG.integers(0, C, N)]


def at(rng: Any, q: int = Q, scale: float = 0.7) -> Any:
    shapes = (D, q), (q,), (q, C), (C,)
    return tuple(scale * rng.normal(size=shape) for shape in shapes)


def softmax(z: Any) -> Any:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def propagate(W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    Z1 = X @ W1 + b1
    a1 = np.tanh(Z1)
    return Z1, a1, softmax(a1 @ W2 + b2)


def loss(W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    return -(Y * np.log(propagate(W1, b1, W2, b2)[2])).sum() / N


def total(W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    return -(Y * np.log(propagate(W1, b1, W2, b2)[2])).sum()


def two_sided(W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    p = propagate(W1, b1, W2, b2)[2]
    return -(Y * np.log(p) + (1 - Y) * np.log(1 - p)).sum() / N


def gradients(
    W1: Any, b1: Any, W2: Any, b2: Any, *, delta3: Any = None, slope: Any = None, back: Any = None
) -> Any:
    """The gradients, or those with a delta3, a tanh' or a matrix for the way back of one's own."""
    Z1, a1, p = propagate(W1, b1, W2, b2)
    delta3 = (p - Y) / N if delta3 is None else delta3(p)
    delta2 = (delta3 @ W2.T if back is None else back(delta3, W2)) * (
        1 - a1**2 if slope is None else slope(Z1, a1)
    )
    return X.T @ delta2, delta2.sum(axis=0), a1.T @ delta3, delta3.sum(axis=0)


def two_sided_gradients(W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    def delta3(p: Any) -> Any:
        g = (p - Y) / (p * (1 - p)) / N
        return p * (g - (p * g).sum(axis=1, keepdims=True))

    return gradients(W1, b1, W2, b2, delta3=delta3)


def context(W1: Any, b1: Any, W2: Any, b2: Any) -> dict[str, Any]:
    Z1, a1, p = propagate(W1, b1, W2, b2)
    return {"X": X, "Y": Y, "Z1": Z1, "a1": a1, "p": p, "delta3": (p - Y) / N}


def part(k: int, **changes: Any) -> Any:
    return lambda *at: gradients(*at, **changes)[k]


def accumulating() -> Any:
    kept = np.zeros((Q, C))

    def grad(W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
        nonlocal kept
        dW1, db1, dW2, db2 = gradients(W1, b1, W2, b2)
        kept = kept + dW2
        return dW1, db1, kept, db2

    return loss, grad


def delta2_without(slope: Any) -> dict[str, Any]:
    return {"W1": part(0, slope=slope), "b1": part(1, slope=slope)}


NET = Case("classifier", FAMILY, loss, gradients, at, kind="gradient", context=context)
SUM = Case(
    "classifier, summed",
    FAMILY,
    total,
    lambda *at: gradients(*at, delta3=lambda p: p - Y),
    at,
    kind="gradient",
    context=context,
)
BOTH = Case(
    "classifier, two-sided loss",
    FAMILY,
    two_sided,
    two_sided_gradients,
    at,
    kind="gradient",
    context=context,
)
# As many hidden units as classes, where a wrong product has the right shape.
NARROW = Case(
    "classifier, Q = C",
    FAMILY,
    loss,
    gradients,
    lambda rng: at(rng, q=C),
    kind="gradient",
    context=context,
)
SMALL = Case(
    "classifier, weights of 1e-3",
    FAMILY,
    loss,
    gradients,
    lambda rng: at(rng, scale=1e-3),
    kind="gradient",
    difficult=True,
)

CASES = [
    NET,
    NET.wrong(
        "W2 updated with db2",
        "wrong-axis swapped unknown",
        {"W2": lambda *at: np.tile(gradients(*at)[3], (Q, 1))},
    ),
    NET.wrong(
        "biases never updated",
        "zeros",
        {"b1": lambda *at: np.zeros(Q), "b2": lambda *at: np.zeros(C)},
    ),
    NET.wrong(
        "labels of other examples",
        "unknown missing-term",
        lambda *at: gradients(*at, delta3=lambda p: (p - OTHERS) / N),
        array="W2",
    ),
    NET.wrong(
        "gradient summed, loss averaged",
        "scale",
        lambda *at: gradients(*at, delta3=lambda p: p - Y),
        array="W1",
    ),
    NET.wrong("dW2 accumulates", "accumulates", gradients, fresh=accumulating, array="W2"),
    NET.wrong(
        "tanh' forgotten", "missing-factor unknown", delta2_without(lambda z, a: 1), array="W1"
    ),
    NET.wrong("tanh' at Z1", "missing-factor unknown", delta2_without(lambda z, a: 1 - z**2)),
    NET.wrong(
        "tanh' of a1", "missing-factor unknown", delta2_without(lambda z, a: 1 - np.tanh(a) ** 2)
    ),
    NET.wrong(
        "sigmoid' for tanh'", "missing-factor unknown", delta2_without(lambda z, a: a * (1 - a))
    ),
    NET.wrong(
        "dW2 with Z1",
        "missing-factor unknown",
        {"W2": lambda *at: propagate(*at)[0].T @ ((propagate(*at)[2] - Y) / N)},
    ),
    NET.wrong(
        "db1 over the units", "shape", {"b1": lambda *at: np.zeros(N) + gradients(*at)[1].sum()}
    ),
    NET.wrong(
        "db2 of one example", "unknown partial", {"b2": lambda *at: (propagate(*at)[2] - Y)[0] / N}
    ),
    NET.wrong(
        "1/N in W2 alone",
        "scale",
        {"W1": lambda *at: N * gradients(*at)[0], "b1": lambda *at: N * gradients(*at)[1]},
    ),
    NET.wrong("1/N twice in b2", "scale", {"b2": lambda *at: gradients(*at)[3] / N}),
    NET.wrong("delta3 = Y - p", "sign", lambda *at: gradients(*at, delta3=lambda p: (Y - p) / N)),
    NET.wrong(
        "label forgotten",
        "unknown missing-term",
        lambda *at: gradients(*at, delta3=lambda p: p / N),
        array="W2",
    ),
    NET.wrong(
        "with p (1 - p)",
        "unknown missing-factor",
        lambda *at: gradients(*at, delta3=lambda p: (p - Y) * p * (1 - p) / N),
        array="W2",
    ),
    NET.wrong("dW1 and dW2 in the wrong order", "shape swapped", lambda *at: gradients(*at)[::-1]),
    SUM,
    SUM.wrong("averaged", "scale", gradients),
    SUM.wrong(
        "averaged over the classes too",
        "scale",
        lambda *at: gradients(*at, delta3=lambda p: (p - Y) / N / C),
    ),
    BOTH,
    BOTH.wrong(
        "softmax's delta3", "unknown", lambda *at: gradients(*at, delta3=lambda p: (p - Y) / N)
    ),
    BOTH.wrong(
        "softmax's delta3, summed", "unknown", lambda *at: gradients(*at, delta3=lambda p: p - Y)
    ),
    NARROW,
    NARROW.wrong(
        "delta2 by W2",
        "transposed",
        {"W1": part(0, back=lambda d, W: d @ W), "b1": part(1, back=lambda d, W: d @ W)},
    ),
    NARROW.wrong("dW2 transposed", "transposed", {"W2": lambda *at: gradients(*at)[2].T}),
    NARROW.wrong(
        "b1 and b2 exchanged",
        "swapped",
        lambda *at: tuple(gradients(*at)[k] for k in (0, 3, 2, 1)),
        array="b1",
    ),
    SMALL,
    SMALL.wrong(
        "tanh' at Z1, with all weights 0",
        "missing-factor",
        delta2_without(lambda z, a: 1 - z**2),
        at=lambda rng: at(rng, scale=0.0),
        shows=False,
    ),
]
