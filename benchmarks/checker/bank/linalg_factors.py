"""Cholesky, eigenvalues, least squares and Gaussians."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.bank.linalg import factor
from benchmarks.checker.case import Case

FAMILY = "linear algebra"
inv, solve = np.linalg.inv, np.linalg.solve


def log_determinant(A: Any) -> Any:
    """Of A' A + 1."""
    return np.linalg.slogdet(A.T @ A + np.eye(A.shape[1]))[1]


def log_determinant_gradient(A: Any) -> Any:
    return 2 * A @ inv(A.T @ A + np.eye(A.shape[1]))


def factor_backward(dy: Any, A: Any, halve: bool = True, both: bool = True) -> Any:
    L = factor(A)
    P = np.tril(L.T @ np.tril(dy))
    if halve:
        P[np.diag_indices(len(A))] /= 2
    S = inv(L).T @ P @ inv(L)
    return (S + S.T) / 2 if both else S


def lowest(A: Any) -> Any:
    """The eigenvalues of the symmetric part."""
    return np.linalg.eigvalsh((A + A.T) / 2)


def lowest_backward(dy: Any, A: Any, rows: bool = False) -> Any:
    _, V = np.linalg.eigh((A + A.T) / 2)
    return (V.T * dy) @ V if rows else (V * dy) @ V.T


def ridge(X: Any, y: Any) -> Any:
    """The ridge solution."""
    return solve(X.T @ X + 0.5 * np.eye(X.shape[1]), X.T @ y)


def ridge_backward(dy: Any, X: Any, y: Any, both: bool = True) -> Any:
    w = ridge(X, y)
    u = solve(X.T @ X + 0.5 * np.eye(X.shape[1]), dy)
    dX = np.outer(y - X @ w, u) - (np.outer(X @ u, w) if both else 0)
    return dX, X @ u


def mahalanobis(x: Any, L: Any) -> Any:
    """Half of |L^-1 x|^2 and the log of L's diagonal: a Gaussian without its constant."""
    z = solve(L, x.T)
    return 0.5 * (z * z).sum() + len(x) * np.log(np.diag(L)).sum()


def mahalanobis_gradient(x: Any, L: Any, log: bool = True) -> Any:
    z = solve(L, x.T)
    u = solve(L.T, z)
    return u.T, -u @ z.T + (len(x) * np.diag(1 / np.diag(L)) if log else 0)


def positive(n: int) -> Any:
    def at(rng: Any) -> Any:
        A = rng.normal(size=(n, n))
        return A @ A.T + np.eye(n) + 0.1 * A

    return at


def gaussian(rng: Any) -> Any:
    return rng.normal(size=(7, 4)), np.tril(0.3 * rng.normal(size=(4, 4)), -1) + np.diag(
        rng.uniform(0.5, 2, 4)
    )


LOGDET = Case(
    "log determinant of A'A + 1",
    FAMILY,
    log_determinant,
    log_determinant_gradient,
    lambda rng: rng.normal(size=(9, 6)),
    kind="gradient",
    difficult=True,
    note="slogdet of a complex matrix gives the log of the modulus",
)
CHOLESKY = Case(
    "Cholesky",
    FAMILY,
    factor,
    factor_backward,
    positive(5),
    difficult=True,
    note="the factor of a complex matrix conjugates",
)
EIGEN = Case(
    "eigenvalues of the symmetric part",
    FAMILY,
    lowest,
    lowest_backward,
    positive(6),
    difficult=True,
    note="eigvalsh conjugates; the eigenvalues are apart",
)
RIDGE = Case(
    "ridge regression",
    FAMILY,
    ridge,
    ridge_backward,
    lambda rng: (rng.normal(size=(30, 8)), rng.normal(size=30)),
)
GAUSSIAN = Case("Gaussian", FAMILY, mahalanobis, mahalanobis_gradient, gaussian, kind="gradient")

CASES = [
    LOGDET,
    LOGDET.wrong("2 missing", "scale", lambda A: log_determinant_gradient(A) / 2),
    LOGDET.wrong(
        "+ 1 forgotten", "unknown missing-term missing-factor", lambda A: 2 * A @ inv(A.T @ A)
    ),
    CHOLESKY,
    CHOLESKY.wrong(
        "diagonal not halved",
        "unknown missing-term",
        lambda dy, A: factor_backward(dy, A, halve=False),
    ),
    CHOLESKY.wrong("not symmetrised", "unknown", lambda dy, A: factor_backward(dy, A, both=False)),
    EIGEN,
    EIGEN.wrong(
        "eigenvectors by rows",
        "unknown transposed",
        lambda dy, A: lowest_backward(dy, A, rows=True),
    ),
    RIDGE,
    RIDGE.wrong(
        "one of two paths",
        "unknown missing-term",
        {"X": lambda dy, X, y: ridge_backward(dy, X, y, both=False)[0]},
    ),
    GAUSSIAN,
    GAUSSIAN.wrong(
        "log term missing",
        "partial missing-term",
        {"L": lambda x, L: mahalanobis_gradient(x, L, log=False)[1]},
    ),
    GAUSSIAN.wrong(
        "sum over the examples forgotten in the log",
        "missing-term partial",
        {"L": lambda x, L: mahalanobis_gradient(x, L, log=False)[1] + np.diag(1 / np.diag(L))},
    ),
]
