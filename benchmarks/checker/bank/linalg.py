"""Inverse, linear systems and determinants."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.case import Case

FAMILY = "linear algebra"
inv, solve = np.linalg.inv, np.linalg.solve


def inverse_backward(dy: Any, A: Any) -> Any:
    return -inv(A).T @ dy @ inv(A).T


def solve_backward(dy: Any, A: Any, b: Any) -> Any:
    db = solve(A.T, dy)
    return -np.outer(db, solve(A, b)), db


def many_backward(dy: Any, A: Any, b: Any) -> Any:
    db = solve(A.T, dy)
    return -db @ solve(A, b).T, db


def elimination(A: Any, b: Any) -> Any:
    """Gauss by loops, without a pivot."""
    A, b = A + 0 * b[0], b + 0 * A[0, 0]
    n = len(b)
    for k in range(n):
        for i in range(k + 1, n):
            factor = A[i, k] / A[k, k]
            A[i, k:] = A[i, k:] - factor * A[k, k:]
            b[i] = b[i] - factor * b[k]
    x = np.zeros_like(b)
    for i in range(n - 1, -1, -1):
        x[i] = (b[i] - A[i, i + 1 :] @ x[i + 1 :]) / A[i, i]
    return x


def factor(A: Any) -> Any:
    """The Cholesky factor of the symmetric part."""
    return np.linalg.cholesky((A + A.T) / 2)


def near_identity(n: int, spread: float = 0.3) -> Any:
    return lambda rng: np.eye(n) + spread * rng.normal(size=(n, n)) / np.sqrt(n)


def system(n: int, *columns: int) -> Any:
    return lambda rng: (near_identity(n, 1.0)(rng) + np.eye(n), rng.normal(size=(n, *columns)))


def conditioned(rng: Any) -> Any:
    """A condition number of 1e6."""
    Q, _ = np.linalg.qr(rng.normal(size=(5, 5)))
    return Q @ np.diag(10.0 ** -np.arange(0, 7.5, 1.5)) @ Q.T


INVERSE = Case("matrix inverse", FAMILY, lambda A: inv(A), inverse_backward, near_identity(5))
SOLVE = Case("linear system", FAMILY, lambda A, b: solve(A, b), solve_backward, system(6))
MANY = Case("linear systems", FAMILY, lambda A, b: solve(A, b), many_backward, system(20, 15))
GAUSS = Case(
    "elimination by loops",
    FAMILY,
    elimination,
    solve_backward,
    system(6),
    difficult=True,
    note="hundreds of assignments to entries",
)
DET = Case(
    "determinant of a matrix",
    FAMILY,
    np.linalg.det,
    lambda dy, A: dy * np.linalg.det(A) * inv(A).T,
    near_identity(5),
)

CASES = [
    INVERSE,
    INVERSE.wrong("not transposed", "unknown transposed", lambda dy, A: -inv(A) @ dy @ inv(A)),
    INVERSE.wrong("sign", "sign", lambda dy, A: inv(A).T @ dy @ inv(A).T),
    INVERSE.wrong("transposed", "transposed", lambda dy, A: -inv(A) @ dy.T @ inv(A)),
    INVERSE.wrong("elementwise", "unknown", lambda dy, A: -dy / A**2),
    SOLVE,
    SOLVE.wrong("A for A' in db", "unknown transposed", {"b": lambda dy, A, b: solve(A, dy)}),
    SOLVE.wrong("dA transposed", "transposed", {"A": lambda *a: solve_backward(*a)[0].T}),
    SOLVE.wrong(
        "dA by b for the solution",
        "unknown missing-factor",
        {"A": lambda dy, A, b: -np.outer(solve(A.T, dy), b)},
    ),
    MANY,
    MANY.wrong("sign of dA", "sign", {"A": lambda *a: -many_backward(*a)[0]}),
    MANY.wrong(
        "one column of db lost",
        "partial",
        {"b": lambda *a: many_backward(*a)[1] * (np.arange(15) != 11)},
    ),
    GAUSS,
    DET,
    DET.wrong("determinant missing", "scale missing-factor", lambda dy, A: dy * inv(A).T),
    DET.wrong("inverse not transposed", "transposed", lambda dy, A: dy * np.linalg.det(A) * inv(A)),
    Case(
        "matrix inverse, ill conditioned",
        FAMILY,
        lambda A: inv(A),
        inverse_backward,
        conditioned,
        difficult=True,
        note="a condition number of 1e6: gradients of 1e12",
    ),
    Case(
        "determinant nearly 0",
        FAMILY,
        np.linalg.det,
        lambda dy, A: dy * np.linalg.det(A) * inv(A).T,
        conditioned,
        difficult=True,
        note="gradients between 1e-15 and 1e-9",
    ),
]
