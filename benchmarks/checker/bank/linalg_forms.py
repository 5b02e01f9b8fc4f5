"""Quadratic and bilinear forms, traces, outer and cross products."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.bank.linalg_products import normal
from benchmarks.checker.case import Case

FAMILY = "linear algebra"


def quadratic(x: Any, A: Any) -> Any:
    return x @ A @ x


def quadratic_backward(dy: Any, x: Any, A: Any) -> Any:
    return dy * (A + A.T) @ x, dy * np.outer(x, x)


def bilinear(x: Any, A: Any, z: Any) -> Any:
    """One form for each row of x and z."""
    return np.einsum("nd,de,ne->n", x, A, z)


def bilinear_backward(dy: Any, x: Any, A: Any, z: Any) -> Any:
    g = dy[:, None]
    return g * (z @ A.T), x.T @ (g * z), g * (x @ A)


def trace_backward(dy: Any, A: Any, B: Any) -> Any:
    return dy * B.T, dy * A.T


def tensor(x: Any, W: Any) -> Any:
    """A bilinear layer: y_nk = sum_ij x_ni W_kij x_nj."""
    y = np.zeros((len(x), len(W)), dtype=np.result_type(x, W))
    for k, slab in enumerate(W):
        y[:, k] = ((x @ slab) * x).sum(axis=1)
    return y


def tensor_backward(dy: Any, x: Any, W: Any) -> Any:
    dx = np.einsum("nk,kij,nj->ni", dy, W, x) + np.einsum("nk,kij,ni->nj", dy, W, x)
    return dx, np.einsum("nk,ni,nj->kij", dy, x, x)


def symmetric(rng: Any) -> Any:
    A = rng.normal(size=(5, 5))
    return rng.normal(size=5), A + A.T


FORM = Case("quadratic form, general", FAMILY, quadratic, quadratic_backward, normal(6, (6, 6)))
BILINEAR = Case(
    "bilinear forms", FAMILY, bilinear, bilinear_backward, normal((20, 4), (4, 4), (20, 4))
)
TRACE = Case(
    "trace of a product",
    FAMILY,
    lambda A, B: np.trace(A @ B),
    trace_backward,
    normal((5, 5), (5, 5)),
)
OUTER = Case("outer product", FAMILY, np.outer, lambda dy, a, b: (dy @ b, a @ dy), normal(5, 5))
TENSOR = Case("bilinear layer", FAMILY, tensor, tensor_backward, normal((7, 5), (3, 5, 5)))
CROSS = Case(
    "cross product",
    FAMILY,
    lambda a, b: np.cross(a, b),
    lambda dy, a, b: (np.cross(b, dy), np.cross(dy, a)),
    normal((6, 3), (6, 3)),
)

CASES = [
    FORM,
    FORM.wrong("2 A x", "unknown missing-term transposed", {"x": lambda dy, x, A: dy * 2 * A @ x}),
    FORM.wrong("A x alone", "unknown missing-term", {"x": lambda dy, x, A: dy * A @ x}),
    FORM.wrong(
        "2 A x, A symmetric",
        "unknown missing-term transposed",
        {"x": lambda dy, x, A: dy * 2 * A @ x},
        at=symmetric,
        shows=False,
        note="2 A x is right where A is symmetric",
    ),
    FORM.wrong(
        "dA halved off the diagonal",
        "missing-factor partial",
        {"A": lambda dy, x, A: dy * np.outer(x, x) * (1 + np.eye(len(x))) / 2},
    ),
    BILINEAR,
    BILINEAR.wrong(
        "dA transposed", "transposed", {"A": lambda dy, x, A, z: z.T @ (dy[:, None] * x)}
    ),
    BILINEAR.wrong(
        "A for A'", "unknown transposed", {"x": lambda dy, x, A, z: dy[:, None] * (z @ A)}
    ),
    BILINEAR.wrong("dy forgotten", "missing-factor", {"z": lambda dy, x, A, z: x @ A}),
    TRACE,
    TRACE.wrong("not transposed", "transposed", {"A": lambda dy, A, B: dy * B}),
    TRACE.wrong("dA and dB exchanged", "swapped", lambda *a: trace_backward(*a)[::-1]),
    TRACE.wrong("diagonal alone", "partial", {"A": lambda dy, A, B: dy * np.diag(np.diag(B))}),
    OUTER,
    OUTER.wrong("dy transposed", "unknown transposed wrong-axis", {"a": lambda dy, a, b: dy.T @ b}),
    OUTER.wrong("da and db exchanged", "swapped", lambda dy, a, b: (a @ dy, dy @ b)),
    TENSOR,
    TENSOR.wrong(
        "one of two paths",
        "unknown missing-term",
        {"x": lambda dy, x, W: np.einsum("nk,kij,nj->ni", dy, W, x)},
    ),
    TENSOR.wrong(
        "dW transposed", "unknown partial", {"W": lambda *a: tensor_backward(*a)[1] * np.tri(5)}
    ),
    CROSS,
    CROSS.wrong("order of the factors", "sign", {"a": lambda dy, a, b: np.cross(dy, b)}),
]
