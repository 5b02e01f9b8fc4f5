"""The optima that row B3 is measured against."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from benchmarks.course.regression import least_squares, reduced_rank


def problem(seed: int, N: int = 12, D: int = 4, C: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((N, D)) + 1
    return x, x @ rng.standard_normal((D, C)) + rng.standard_normal((N, C)) - 2


@given(st.integers(0, 10**6))
def test_full_rank_is_least_squares(seed: int) -> None:
    x, y = problem(seed)
    assert reduced_rank(x, y, 3)[2] == pytest.approx(least_squares(x, y), rel=1e-12)


@given(st.integers(0, 10**6), st.integers(1, 3))
def test_the_matrix_has_the_rank_and_the_error_that_it_says(seed: int, rank: int) -> None:
    x, y = problem(seed)
    B, c, mse = reduced_rank(x, y, rank)
    assert np.linalg.matrix_rank(B, tol=1e-9) <= rank
    assert np.mean((x @ B + c - y) ** 2) == pytest.approx(mse, rel=1e-12)


@pytest.mark.parametrize("rank", [1, 2])
@pytest.mark.parametrize("seed", [0, 1])
def test_no_search_finds_a_better_map_of_this_rank(seed: int, rank: int) -> None:
    x, y = problem(seed)
    D, C = x.shape[1], y.shape[1]

    def error(theta: np.ndarray) -> float:
        u, v, c = np.split(theta, [D * rank, (D + C) * rank])
        return float(np.mean((x @ u.reshape(D, rank) @ v.reshape(rank, C) + c - y) ** 2))

    rng = np.random.default_rng(seed)
    starts = rng.standard_normal((4, (D + C) * rank + C))
    found = min(minimize(error, s, method="BFGS").fun for s in starts)
    assert reduced_rank(x, y, rank)[2] == pytest.approx(found, rel=1e-6)
    assert found > least_squares(x, y) * 1.001


def test_rank_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="rank of at least 1, got 0"):
        reduced_rank(*problem(0), 0)
