"""Planted mistakes: each is caught and named."""

from __future__ import annotations

import numpy as np
import pytest

from numnet.gradcheck import check_backward, check_gradient

rng = np.random.default_rng(3)
N, D, H = 5, 4, 3
X, W, B = rng.normal(size=(N, D)), rng.normal(size=(D, H)), rng.normal(size=H)
Z, T, S = rng.normal(size=(N, H)), rng.normal(size=(N, H)), rng.normal(size=(4, 4))
LABELS = np.array([0, 2, 1, 1, 0])
ONE_HOT = np.eye(H)[LABELS]
MASK = rng.random((N, H)) > 0.4
IDS = np.array([0, 2, 2, 1, 2])


def softmax(z):
    e = np.exp(z - z.real.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def cross_entropy(z):
    return -np.log(softmax(z)[np.arange(N), LABELS]).mean()


def affine(x, W, b):
    return x @ W + b


def d_affine(dy, x, W, b):
    return dy @ W.T, x.T @ dy, dy.sum(0)


def with_db(db):
    return lambda dy, x, W, b: (dy @ W.T, x.T @ dy, db(dy))


def batch_norm(x, g, b):
    d = x - x.mean(0)
    return g * d / np.sqrt((d**2).mean(0) + 1e-5) + b


def d_batch_norm(dy, x, g, b, kind="right"):
    n, d = len(x), x - x.mean(0)
    s = np.sqrt((d**2).mean(0) + 1e-5)
    if kind == "eps outside":
        s = np.sqrt((d**2).mean(0)) + 1e-5
    h, dh = d / s, dy if kind == "no gamma" else dy * g
    dx = {
        "constant": dh,
        "no variance": dh - dh.mean(0),
        "n - 1": dh - dh.mean(0) - h * (dh * h).sum(0) / (n - 1),
    }.get(kind, dh - dh.mean(0) - h * (dh * h).mean(0)) / s
    return dx, (dy * h).sum(0), dy.sum(0)


def hinge(z):
    return (np.maximum(0, z - z[np.arange(N), LABELS][:, None] + 1) * (1 - ONE_HOT)).sum()


def d_hinge(z):
    return (z - z[np.arange(N), LABELS][:, None] + 1 > 0) * (1 - ONE_HOT)


def gelu(x):
    from scipy.special import erf

    return 0.5 * x * (1 + erf(x / np.sqrt(2)))


def d_gelu_by_tanh(dy, x):
    c = np.sqrt(2 / np.pi)
    t = np.tanh(c * (x + 0.044715 * x**3))
    return dy * (0.5 * (1 + t) + 0.5 * x * (1 - t**2) * c * (1 + 3 * 0.044715 * x * x))


def d_rows(dy, E):
    g = np.zeros_like(E)
    g[IDS] = dy
    return g


def in_place(dy, x):
    dy *= 1 - np.tanh(x) ** 2
    return dy


def new_mask(dy, x):
    return dy * (np.random.default_rng().random(x.shape) > 0.4)


class Accumulating:
    """A layer that nobody tells to forget."""

    def __init__(self):
        self.g = 0.0

    def backward(self, dy, x):
        self.g = self.g + dy * 2 * x
        return self.g


def conv(x, k):
    return np.convolve(x, k, "valid")


def pool(x):
    return x.reshape(-1, 2).mean(1)


BN = (X, W[:, 0], B[[0, 1, 2, 0]])
scalar, vector = check_gradient, check_backward
MISTAKES = {
    "1/N missing": (scalar, lambda y: ((y - T) ** 2).sum() / N, lambda y: 2 * (y - T), Z, "scale"),
    "2 lost": (scalar, lambda y: ((y - T) ** 2).sum(), lambda y: y - T, Z, "scale"),
    "1/N twice": (
        scalar,
        lambda y: ((y - T) ** 2).sum() / N,
        lambda y: 2 * (y - T) / N**2,
        Z,
        "scale",
    ),
    "sign": (scalar, lambda y: ((y - T) ** 2).sum(), lambda y: 2 * (T - y), Z, "sign"),
    "dW = dY' X": (
        vector,
        affine,
        lambda dy, x, W, b: (dy @ W.T, dy.T @ x, dy.sum(0)),
        (X, W, B),
        "transposed",
    ),
    "dW = dY' X, square": (
        vector,
        lambda x, S: x @ S,
        lambda dy, x, S: (dy @ S.T, dy.T @ x),
        (X, S),
        "transposed",
    ),
    "dX = dY W": (
        vector,
        lambda x, S: x @ S,
        lambda dy, x, S: (dy @ S, x.T @ dy),
        (X, S),
        "transposed",
    ),
    "db = dY.sum()": (vector, affine, with_db(lambda dy: dy.sum()), (X, W, B), "shape"),
    "db over axis 1": (vector, affine, with_db(lambda dy: dy.sum(1)), (X, W, B), "shape"),
    "db with a row axis": (vector, affine, with_db(lambda dy: dy.sum(0)[None]), (X, W, B), "shape"),
    "db is a mean": (vector, affine, with_db(lambda dy: dy.mean(0)), (X, W, B), "scale"),
    "db not summed": (vector, affine, with_db(lambda dy: dy), (X, W, B), "not-reduced"),
    "db missing": (vector, affine, lambda *a: d_affine(*a)[:2], (X, W, B), "shape"),
    "db None": (vector, affine, with_db(lambda dy: None), (X, W, B), "zeros"),
    "a use lost": (scalar, lambda x: (x * x).sum(), lambda x: x, Z, "scale"),
    "skip path": (
        vector,
        lambda x: x + np.tanh(x),
        lambda dy, x: dy * (1 - np.tanh(x) ** 2),
        Z,
        "missing-term",
    ),
    "not zeroed": (vector, lambda x: x * x, Accumulating().backward, Z, "accumulates"),
    "no activation": (vector, np.tanh, lambda dy, x: dy, Z, "missing-factor"),
    "tanh' at z": (vector, np.tanh, lambda dy, x: dy * (1 - x * x), Z, "missing-factor"),
    "sigmoid' at z": (vector, sigmoid, lambda dy, x: dy * x * (1 - x), Z, "missing-factor"),
    "relu inverted": (
        vector,
        lambda x: np.maximum(x, 0),
        lambda dy, x: dy * (x < 0),
        Z,
        "missing-factor",
    ),
    "relu by dY": (
        vector,
        lambda x: np.maximum(x, 0),
        lambda dy, x: dy * (dy > 0),
        Z,
        "missing-factor",
    ),
    "leaky slope": (
        vector,
        lambda x: np.where(x > 0, x, 0.1 * x),
        lambda dy, x: dy * (x > 0),
        Z,
        "partial",
    ),
    "softmax diagonal": (
        vector,
        softmax,
        lambda dy, z: dy * softmax(z) * (1 - softmax(z)),
        Z,
        "missing-term",
    ),
    "softmax zero": (vector, softmax, lambda dy, z: np.zeros_like(z), Z, "zeros"),
    "extra p (1 - p)": (
        scalar,
        cross_entropy,
        lambda z: (softmax(z) - ONE_HOT) / N * softmax(z) * (1 - softmax(z)),
        Z,
        "missing-factor",
    ),
    "-1 forgotten": (scalar, cross_entropy, lambda z: softmax(z) / N, Z, "partial"),
    "log(p + eps)": (
        scalar,
        lambda z: -np.log(softmax(z)[np.arange(N), LABELS] + 1e-3).mean(),
        lambda z: (softmax(z) - ONE_HOT) / N,
        Z,
        "missing-factor",
    ),
    "sigmoid' missing": (
        scalar,
        lambda z: ((sigmoid(z) - T) ** 2).sum(),
        lambda z: 2 * (sigmoid(z) - T),
        Z,
        "missing-factor",
    ),
    **{
        f"batch norm, {kind}": (
            vector,
            batch_norm,
            lambda *a, kind=kind: d_batch_norm(*a, kind),
            BN,
            cause,
        )
        for kind, cause in (
            ("constant", "missing-term"),
            ("no variance", "missing-term"),
            ("no gamma", "missing-factor"),
            ("n - 1", "missing-term"),
            ("eps outside", "unknown"),
        )
    },
    "unflipped kernel": (
        vector,
        conv,
        lambda dy, x, k: (np.convolve(dy, k), np.convolve(x[::-1], dy, "valid")[::-1]),
        (Z[:, 0], np.array([0.3, -1.0])),
        "flipped",
    ),
    "average pool": (vector, pool, lambda dy, x: dy.repeat(2), X.ravel(), "scale"),
    "dropout unscaled": (
        vector,
        lambda x: x * MASK / 0.6,
        lambda dy, x: dy * MASK,
        Z,
        "scale",
    ),
    "dropout redrawn": (vector, lambda x: x * MASK / 0.6, new_mask, Z, "accumulates"),
    "penalty halved": (
        scalar,
        lambda w: np.tanh(w).sum() + 0.1 * (w**2).sum(),
        lambda w: 1 - np.tanh(w) ** 2 + 0.1 * w,
        W,
        "missing-term",
    ),
    "penalty missing": (
        scalar,
        lambda w: np.tanh(w).sum() + 0.1 * (w**2).sum(),
        lambda w: 1 - np.tanh(w) ** 2,
        W,
        "missing-term",
    ),
    "duplicates lost": (vector, lambda E: E[IDS], d_rows, W, "partial"),
    "not summed back": (
        vector,
        lambda a, c: a * c,
        lambda dy, a, c: (dy * c, dy * a),
        (Z, Z[:, :1].copy()),
        "not-reduced",
    ),
    "mean without 1/n": (scalar, np.mean, np.ones_like, Z, "scale"),
    "dY in place": (vector, np.tanh, in_place, Z, "mutates-input"),
    "integer buffer": (
        scalar,
        lambda x: (x**2).sum(),
        lambda x: (2 * x).astype(int),
        Z,
        "dtype",
    ),
    "float32 buffer": (
        scalar,
        lambda x: (x**3).sum(),
        lambda x: (3 * x * x).astype(np.float32).astype(float),
        Z,
        "dtype",
    ),
    "hinge count": (scalar, hinge, d_hinge, Z, "partial"),
    "gelu by tanh": (vector, gelu, d_gelu_by_tanh, Z, "missing-factor"),
    "NaN": (
        scalar,
        lambda x: np.sqrt(1 + x * x).sum(),
        lambda x: np.where(x > 0, x / np.sqrt(1 + x * x), np.nan),
        Z,
        "nonfinite",
    ),
    "a third of it": (scalar, lambda x: (x**3).sum(), lambda x: x**2, Z, "scale"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_caught_and_not_misnamed(name):
    check, fun, grad, at, cause = MISTAKES[name]
    report = check(fun, grad, at)
    assert (report.verdict, report.cause) == ("wrong", cause), str(report)


def test_batch_norm_itself():
    assert check_backward(batch_norm, d_batch_norm, BN).verdict == "right"


def test_the_other_gradients_are_right():
    report = check_backward(affine, with_db(lambda dy: dy.mean(0)), (X, W, B))
    assert [f.verdict for f in report.findings] == ["right", "right", "wrong"]
    assert report["b"].ratio == 1 / N
