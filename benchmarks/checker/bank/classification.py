"""Losses of classification: from logits and from probabilities, with indices and with rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit, log_softmax, logsumexp, softmax

from benchmarks.checker.case import Case, alone

FAMILY = "losses"


def cross_entropy(z: Any, labels: Any) -> Any:
    return -log_softmax(z, axis=1)[np.arange(len(z)), labels].mean()


def cross_entropy_gradient(z: Any, labels: Any) -> Any:
    p = softmax(z, axis=1)
    p[np.arange(len(z)), labels] -= 1
    return p / len(z), None


def soft(z: Any, t: Any) -> Any:
    return (logsumexp(z, axis=1) * t.sum(1) - (t * z).sum(1)).sum()


def on_probabilities(p: Any, t: Any) -> Any:
    return -(t * np.log(p)).sum() / len(p)


def bce(p: Any, t: Any) -> Any:
    return -(t * np.log(p) + (1 - t) * np.log(1 - p)).mean()


def bce_logits(z: Any, t: Any) -> Any:
    return (np.log1p(np.exp(z)) - z * t).sum() / len(z)


def hinge(s: Any, labels: Any) -> Any:
    rows = np.arange(len(s))
    margins = np.maximum(0, s - s[rows, labels][:, None] + 1)
    margins[rows, labels] = 0
    return margins.sum() / len(s)


def hinge_gradient(s: Any, labels: Any) -> Any:
    ds, rows = hinge_counts(s, labels), np.arange(len(s))
    ds[rows, labels] = -ds.sum(1)
    return ds / len(s), None


def hinge_counts(s: Any, labels: Any) -> Any:
    rows = np.arange(len(s))
    ds = (s - s[rows, labels][:, None] + 1 > 0).astype(s.dtype)
    ds[rows, labels] = 0
    return ds


def divergence(z: Any, q: Any) -> Any:
    log_p = log_softmax(z, axis=1)
    return (np.exp(log_p) * (log_p - np.log(q))).sum() / len(z)


def divergence_gradient(z: Any, q: Any) -> Any:
    p, r = softmax(z, axis=1), log_softmax(z, axis=1) - np.log(q)
    return p * (r - (p * r).sum(1, keepdims=True)) / len(z)


def guarded(z: Any, t: Any) -> Any:
    return -(t * np.log(softmax(z, axis=1) + 0.01)).sum() / len(z)


def guarded_gradient(z: Any, t: Any) -> Any:
    p = softmax(z, axis=1)
    g = -t / (p + 0.01)
    return p * (g - (p * g).sum(1, keepdims=True)) / len(z)


def label_at(rng: Any) -> Any:
    return rng.normal(size=(9, 4)), rng.integers(0, 4, 9)


def rows_at(rng: Any) -> Any:
    return rng.normal(size=(9, 4)), np.eye(4)[rng.integers(0, 4, 9)]


def probable_at(rng: Any) -> Any:
    return softmax(rng.normal(size=(6, 4)), axis=1), np.eye(4)[rng.integers(0, 4, 6)]


def bits_at(rng: Any) -> Any:
    return rng.uniform(0.1, 0.9, (8, 3)), rng.integers(0, 2, (8, 3)).astype(float)


def logit_bits_at(rng: Any) -> Any:
    return rng.normal(size=(8, 3)), rng.integers(0, 2, (8, 3)).astype(float)


def soft_at(rng: Any) -> Any:
    return rng.normal(size=(5, 4)), softmax(rng.normal(size=(5, 4)), axis=1)


def _case(name: str, forward: Any, gradient: Any, at: Any, of: str) -> Case:
    return Case(name, FAMILY, forward, alone(gradient), at, kind="gradient", wrt=(of,))


INDICES = Case(
    "cross-entropy", FAMILY, cross_entropy, cross_entropy_gradient, label_at, kind="gradient"
)
SOFT = _case("soft cross-entropy", soft, lambda z, t: softmax(z, axis=1) - t, rows_at, "z")
GIVEN = _case("nll", on_probabilities, lambda p, t: -t / p / len(p), probable_at, "p")
BCE = _case("bce", bce, lambda p, t: (p - t) / (p * (1 - p)) / p.size, bits_at, "p")
LOGITS = _case(
    "bce of logits", bce_logits, lambda z, t: (expit(z) - t) / len(z), logit_bits_at, "z"
)
HINGE = Case("hinge", FAMILY, hinge, hinge_gradient, label_at, kind="gradient")
KL = _case("kl", divergence, divergence_gradient, soft_at, "z")
GUARD = _case("guarded cross-entropy", guarded, guarded_gradient, rows_at, "z")

CASES = [
    INDICES,
    INDICES.wrong(
        "label forgotten", "partial", {"z": lambda z, labels: softmax(z, axis=1) / len(z)}
    ),
    INDICES.wrong(
        "mean forgotten", "scale", {"z": lambda z, t: len(z) * cross_entropy_gradient(z, t)[0]}
    ),
    INDICES.wrong(
        "mean over all entries",
        "scale",
        {"z": lambda z, t: cross_entropy_gradient(z, t)[0] / z.shape[1]},
    ),
    INDICES.wrong(
        "with p (1 - p)",
        "missing-factor",
        {
            "z": lambda z, t: (
                cross_entropy_gradient(z, t)[0] * softmax(z, axis=1) * (1 - softmax(z, axis=1))
            )
        },
    ),
    INDICES.wrong(
        "mean of the label part alone",
        "missing-term partial",
        {"z": lambda z, t: softmax(z, axis=1) - np.eye(4)[t] / len(z)},
    ),
    SOFT,
    SOFT.wrong("sign", "sign", {"z": lambda z, t: t - softmax(z, axis=1)}),
    SOFT.wrong("averaged", "scale", {"z": lambda z, t: (softmax(z, axis=1) - t) / len(z)}),
    SOFT.wrong("no softmax", "unknown missing-term", {"z": lambda z, t: z - t}),
    SOFT.wrong("softmax over examples", "wrong-axis", {"z": lambda z, t: softmax(z, axis=0) - t}),
    SOFT.wrong(
        "target doubled", "missing-term partial", {"z": lambda z, t: softmax(z, axis=1) - 2 * t}
    ),
    GIVEN,
    GIVEN.wrong("as of logits", "missing-factor unknown", {"p": lambda p, t: (p - t) / len(p)}),
    GIVEN.wrong("division forgotten", "missing-factor", {"p": lambda p, t: -t / len(p)}),
    GIVEN.wrong("sign", "sign", {"p": lambda p, t: t / p / len(p)}),
    BCE,
    BCE.wrong("as of logits", "missing-factor", {"p": lambda p, t: (p - t) / p.size}),
    BCE.wrong("p alone below", "missing-factor", {"p": lambda p, t: (p - t) / p / p.size}),
    BCE.wrong("one side alone", "partial", {"p": lambda p, t: -t / p / p.size}),
    BCE.wrong(
        "sign of one side", "partial", {"p": lambda p, t: (-t / p - (1 - t) / (1 - p)) / p.size}
    ),
    LOGITS,
    LOGITS.wrong(
        "with sigmoid'",
        "missing-factor",
        {"z": lambda z, t: (expit(z) - t) * expit(z) * (1 - expit(z)) / len(z)},
    ),
    LOGITS.wrong("mean over all", "scale", {"z": lambda z, t: (expit(z) - t) / z.size}),
    HINGE,
    HINGE.wrong("count forgotten", "partial", {"s": lambda s, t: hinge_counts(s, t) / len(s)}),
    HINGE.wrong("mean forgotten", "scale", {"s": lambda s, t: len(s) * hinge_gradient(s, t)[0]}),
    KL,
    KL.wrong(
        "sum forgotten",
        "missing-term unknown",
        {"z": lambda z, q: softmax(z, 1) * (log_softmax(z, 1) - np.log(q)) / len(z)},
    ),
    KL.wrong("as cross-entropy", "unknown", {"z": lambda z, q: (softmax(z, axis=1) - q) / len(z)}),
    GUARD,
    GUARD.wrong(
        "guard not in the gradient",
        "missing-factor",
        {"z": lambda z, t: (softmax(z, axis=1) - t) / len(z)},
    ),
]
