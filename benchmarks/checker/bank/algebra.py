"""Right gradients through matrix functions, transforms, sums along axes and interpolation."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg

from benchmarks.checker.case import Case

FAMILY = "algebra"
KNOTS = np.linspace(-4, 4, 17)
HEIGHTS = np.sin(KNOTS) + 0.1 * KNOTS**2


def right(name: str, forward: Any, backward: Any, at: Any, **more: Any) -> Case:
    return Case(name, FAMILY, forward, backward, at, difficult=True, **more)


def positive_definite(rng: Any) -> Any:
    a = rng.normal(size=(4, 4))
    return a @ a.T + 2 * np.eye(4)


def matrix(rng: Any) -> Any:
    return rng.normal(size=(4, 4)) + 3 * np.eye(4)


def with_vector(rng: Any) -> Any:
    return matrix(rng), rng.normal(size=4)


def series(rng: Any) -> Any:
    return rng.normal(size=(4, 8))


def solve_backward(dy: Any, A: Any, b: Any) -> Any:
    db = np.linalg.solve(A.T, dy)
    return -np.outer(db, np.linalg.solve(A, b)), db


def lu_solve(A: Any, b: Any) -> Any:
    return linalg.lu_solve(linalg.lu_factor(A), b)


def inverse_backward(dy: Any, A: Any) -> Any:
    inverse = np.linalg.inv(A)
    return -inverse.T @ dy @ inverse.T


def cholesky(A: Any) -> Any:
    return np.linalg.cholesky(A)


def cholesky_backward(dy: Any, A: Any) -> Any:
    # Of the lower triangle, which is all that the factorisation reads (Murray 2016).
    L = np.linalg.cholesky(A)
    phi = np.tril(L.T @ np.tril(dy))
    phi[np.diag_indices(4)] /= 2
    inverse = np.linalg.inv(L)
    s = inverse.T @ phi @ inverse
    return np.tril(s + s.T) - np.diag(np.diag(s))


def log_determinant(A: Any) -> Any:
    return np.linalg.slogdet(A)[1]


def eigenvalues(A: Any) -> Any:
    return np.linalg.eigvalsh(0.5 * (A + A.T))


def eigenvalues_backward(dy: Any, A: Any) -> Any:
    v = np.linalg.eigh(0.5 * (A + A.T))[1]
    return (v * dy) @ v.T


def nuclear(A: Any) -> Any:
    return np.linalg.svd(A, compute_uv=False).sum()


def nuclear_gradient(A: Any) -> Any:
    u, _, v = np.linalg.svd(A)
    return u @ v


def exponential_trace(A: Any) -> Any:
    return np.trace(linalg.expm(0.3 * A))


def least_squares(A: Any, b: Any) -> Any:
    return np.linalg.lstsq(A, b, rcond=None)[0]


def tall(rng: Any) -> Any:
    return rng.normal(size=(7, 3)), rng.normal(size=7)


def least_squares_backward(dy: Any, A: Any, b: Any) -> Any:
    x = least_squares(A, b)
    u = np.linalg.solve(A.T @ A, dy)
    return np.outer(b - A @ x, u) - np.outer(A @ u, x), A @ u


def spectrum(x: Any) -> Any:
    f = np.fft.rfft(x)
    return f.real**2 + f.imag**2


def spectrum_backward(dy: Any, x: Any) -> Any:
    full = np.zeros((len(x), x.shape[1]), complex)
    full[:, : dy.shape[1]] = 2 * dy * np.fft.rfft(x)
    return (np.fft.ifft(full) * x.shape[1]).real


def product_backward(dy: Any, x: Any) -> Any:
    # Without a division by x, which may be 0.
    dx = np.zeros_like(x)
    for k in range(x.shape[1]):
        rest = x.copy()
        rest[:, k] = 1.0
        dx[:, k] = (dy * np.cumprod(rest, axis=1))[:, k:].sum(1)
    return dx


def sort_backward(dy: Any, x: Any) -> Any:
    dx = np.zeros_like(x)
    np.put_along_axis(dx, x.argsort(axis=1), dy, axis=1)
    return dx


def interpolated_backward(dy: Any, x: Any) -> Any:
    k = np.searchsorted(KNOTS, x) - 1
    return dy * (np.diff(HEIGHTS) / np.diff(KNOTS))[k]


def convolved(x: Any, k: Any) -> Any:
    return np.convolve(x, k, mode="full")


def convolved_backward(dy: Any, x: Any, k: Any) -> Any:
    return np.correlate(dy, k, mode="valid"), np.correlate(dy, x, mode="valid")


def contracted_backward(dy: Any, x: Any, W: Any) -> Any:
    return np.einsum("nk,dhk->ndh", dy, W), np.einsum("nk,ndh->dhk", dy, x)


CASES = [
    right("inverse", lambda A: np.linalg.inv(A), inverse_backward, matrix),
    right("inverse by SciPy", lambda A: linalg.inv(A), inverse_backward, matrix),
    right("solve", lambda A, b: np.linalg.solve(A, b), solve_backward, with_vector),
    right("solve by SciPy's factors", lu_solve, solve_backward, with_vector),
    right(
        "determinant",
        lambda A: np.linalg.det(A),
        lambda dy, A: dy * np.linalg.det(A) * np.linalg.inv(A).T,
        matrix,
    ),
    right(
        "log determinant", log_determinant, lambda A: np.linalg.inv(A).T, matrix, kind="gradient"
    ),
    right("cholesky", cholesky, cholesky_backward, positive_definite),
    right("eigenvalues", eigenvalues, eigenvalues_backward, matrix),
    right("nuclear norm", nuclear, nuclear_gradient, matrix, kind="gradient"),
    right(
        "trace of an exponential",
        exponential_trace,
        lambda A: 0.3 * linalg.expm(0.3 * A).T,
        matrix,
        kind="gradient",
    ),
    right("least squares", least_squares, least_squares_backward, tall),
    right("power spectrum", spectrum, spectrum_backward, series),
    right(
        "cumulative sum",
        lambda x: np.cumsum(x, axis=1),
        lambda dy, x: np.cumsum(dy[:, ::-1], axis=1)[:, ::-1],
        series,
    ),
    right("cumulative product", lambda x: np.cumprod(x, axis=1), product_backward, series),
    right("sort", lambda x: np.sort(x, axis=1), sort_backward, series),
    right("interpolation", lambda x: np.interp(x, KNOTS, HEIGHTS), interpolated_backward, series),
    right(
        "convolution",
        convolved,
        convolved_backward,
        lambda rng: (rng.normal(size=9), rng.normal(size=4)),
    ),
    right(
        "einsum",
        lambda x, W: np.einsum("ndh,dhk->nk", x, W),
        contracted_backward,
        lambda rng: (rng.normal(size=(3, 4, 2)), rng.normal(size=(4, 2, 5))),
    ),
    right(
        "matrix to the power 5",
        lambda A: np.linalg.matrix_power(A, 5),
        lambda dy, A: sum(
            np.linalg.matrix_power(A, k).T @ dy @ np.linalg.matrix_power(A, 4 - k).T
            for k in range(5)
        ),
        matrix,
    ),
]
