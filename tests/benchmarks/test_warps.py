"""Warped and shifted images: what moves where, and that none is lost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from benchmarks.course import warps

X = np.random.default_rng(0).random((10, 36)).astype(np.float32)


class Told:
    """A generator that draws a matrix and then a shift."""

    def __init__(self, A: Any, shift: Any) -> None:
        self.left = [np.array(A, float), np.reshape(shift, (2, 1)).astype(float)]

    def uniform(self, low: float, high: float, size: tuple[int, int]) -> Any:
        drawn = self.left.pop(0)
        assert drawn.shape == size
        return drawn


def moved(A: Any, shift: Any, image: Any) -> Any:
    """The image as it is after a warp by 1 + A."""
    side = len(image)
    return (warps.warp(Told(A, shift), side) @ image.ravel()).reshape(side, side)  # type: ignore[arg-type]


NONE = np.zeros((2, 2))


@pytest.mark.parametrize("side", [1, 2, 5, 28])
def test_nothing_drawn_is_the_identity(side: int) -> None:
    matrix = warps.warp(np.random.default_rng(0), side, affine=0.0, shift=0.0)
    np.testing.assert_array_equal(matrix.toarray(), np.eye(side * side))
    assert matrix.dtype == np.float32


def test_a_shift_moves_pixels_and_what_comes_in_is_0() -> None:
    image = np.arange(1.0, 10.0).reshape(3, 3)
    np.testing.assert_allclose(moved(NONE, [1, 0], image), [[4, 5, 6], [7, 8, 9], [0, 0, 0]])
    np.testing.assert_allclose(moved(NONE, [0, -1], image), [[0, 1, 2], [0, 4, 5], [0, 7, 8]])
    np.testing.assert_allclose(moved(NONE, [0, 0.25], image)[0], [1.25, 2.25, 2.25])
    assert not moved(NONE, [3, 0], image).any()


def test_the_centre_is_the_middle_of_the_image() -> None:
    image = np.arange(1.0, 10.0).reshape(3, 3)
    # A quarter of a turn; and twice as large, when a pixel looks half as far from the middle.
    np.testing.assert_allclose(moved([[-1, 1], [-1, -1]], [0, 0], image), np.rot90(image))
    np.testing.assert_allclose(moved(-np.eye(2) / 2, [0, 0], image)[1], [4.5, 5, 5.5])


def test_what_is_drawn_is_as_large_as_told() -> None:
    class Asked(np.random.Generator):
        def uniform(self, low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
            limits.append((low, high))
            return super().uniform(low, high, size)

    limits: list[Any] = []
    warps.warp(Asked(np.random.PCG64(0)), 3)
    assert limits == [(-warps.AFFINE, warps.AFFINE), (-warps.SHIFT, warps.SHIFT)]


def test_groups_have_warps_of_their_own_and_the_seed_repeats(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(warps, "GROUP", 4)
    same = np.tile(X[:1], (10, 1))
    y = warps.warped(same, np.random.default_rng(0))
    assert len(np.unique(y, axis=0)) == 3
    np.testing.assert_array_equal(warps.warped(same, np.random.default_rng(0)), y)
    assert (warps.warped(same, np.random.default_rng(1)) != y).any()


def test_every_image_is_shifted_by_a_pixel_at_most() -> None:
    before = X.copy()
    y = warps.shifted(X, np.random.default_rng(0))
    np.testing.assert_array_equal(X, before)
    assert y.dtype == X.dtype
    wide = np.pad(X.reshape(-1, 6, 6), ((0, 0), (1, 1), (1, 1)))
    places = []
    for image, padded in zip(y.reshape(-1, 6, 6), wide, strict=True):
        fits = [
            (i, j) for i, j in np.ndindex(3, 3) if (padded[i : i + 6, j : j + 6] == image).all()
        ]
        places += fits
        assert len(fits) == 1
    for along in zip(*places, strict=True):
        assert set(along) == {0, 1, 2}
