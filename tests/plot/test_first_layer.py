from __future__ import annotations

import io
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from plot.legible import luminance

from numnet.plot import weights


def drawn(figure):
    return [np.ma.filled(image.get_array(), np.nan) for image in figure.axes[0].images]


class Parameters:
    """Named arrays, as a model keeps them: iteration gives the names."""

    def __init__(self, arrays):
        self.arrays = arrays

    def __iter__(self):
        return iter(self.arrays)

    def __getitem__(self, name):
        return self.arrays[name]


@given(
    st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 7)).flatmap(
        lambda s: st.tuples(
            hnp.arrays(np.float32, (s[0] * s[1], s[2]), elements=st.floats(-9, 9, width=32)),
            st.just(s[:2]),
        )
    )
)
def test_each_unit_is_its_column(case):
    W, shape = case
    before = W.copy()
    figure = weights(W, shape)
    for unit, image in enumerate(drawn(figure)):
        np.testing.assert_array_equal(image, W[:, unit].reshape(shape))
    assert len(figure.axes[0].images) == W.shape[1]
    titles = [text.get_text() for text in figure.axes[0].texts]
    assert titles == [str(unit) for unit in range(W.shape[1])]
    limit = np.abs(W).max() or 1
    assert {image.get_clim() for image in figure.axes[0].images} == {(-limit, limit)}
    np.testing.assert_array_equal(W, before)


def test_the_sign_has_its_colour_and_zero_is_grey():
    image = weights([[-1.0], [0.0], [0.0], [1.0]]).axes[0].images[0]
    low, zero, high = image.get_cmap()(image.norm([-1.0, 0.0, 1.0]))[:, :3]
    blueish, orange = image.get_cmap()(image.norm([-0.5, 0.5]))[:, :3]
    assert blueish[2] > blueish[0] + 0.4
    assert orange[0] > orange[2] + 0.4
    assert np.ptp(zero) < 0.02
    assert low[2] > low[0]
    assert high[0] > high[2]


def test_a_grey_print_keeps_the_order_of_the_weights():
    image = weights([[-1.0], [0.0], [0.0], [1.0]]).axes[0].images[0]
    grey = luminance(image.get_cmap()(image.norm(np.linspace(-1, 1, 256))))
    lightness = 116 * np.cbrt(grey) - 16
    assert (np.diff(lightness) > 0.2).all(), "lighter at every step"
    # Zero is as far from black as the largest from zero: neither sign is crowded.
    assert lightness[127] - lightness[0] == pytest.approx(lightness[255] - lightness[128], abs=12)
    assert lightness[255] < 92, "what is not finite is white, and told apart"


def test_there_is_one_colour_bar():
    figure = weights(np.ones((9, 4)))
    grid, bar = figure.axes
    assert bar.get_ylabel() == "weight"
    assert bar.get_ylim() == (-1.0, 1.0)
    box, sheet = bar.get_position(), figure.get_size_inches()
    assert max(image.get_extent()[1] for image in grid.images) < box.x0 * sheet[0]
    assert 0 < box.y0 < box.y1 < 1


@pytest.mark.parametrize(
    ("shape", "units", "columns"), [((2, 2), 1, 1), ((3, 5), 9, 2), ((28, 28), 24, None)]
)
def test_the_colour_bar_stands_upright_beside_the_images(shape, units, columns):
    figure = weights(np.ones((shape[0] * shape[1], units)), shape, columns)
    figure.savefig(io.BytesIO(), format="png")
    grid, bar = figure.axes
    across, down = figure.get_size_inches()
    box = bar.get_position()
    left, right = box.x0 * across, box.x1 * across
    assert 0.02 < left - max(image.get_extent()[1] for image in grid.images) < 0.3
    assert 0.08 < right - left < 0.2
    assert (box.y0 + box.y1) / 2 == pytest.approx(0.5)
    assert min(0.6 * down, 2.9) < box.height * down < min(down - 0.2, 3.1)
    words = bar.get_tightbbox()
    assert words.x1 / figure.dpi < across
    assert words.y0 > 0
    assert words.y1 / figure.dpi < down


def test_a_square_is_found_whatever_its_size():
    for side in (1, 2, 5, 17, 28):
        assert drawn(weights(np.ones((side * side, 1))))[0].shape == (side, side)


@pytest.mark.parametrize("first", ["0.W", "c1.W"])
@pytest.mark.parametrize("kind", [dict, Parameters])
def test_the_first_matrix_of_a_model(first, kind):
    W = np.arange(12.0).reshape(4, 3)
    parameters = kind({"0.g": np.ones(4), first: W, "9.W": np.zeros((4, 3))})
    images = drawn(weights(SimpleNamespace(parameters=parameters)))
    np.testing.assert_array_equal(images[1], [[1, 4], [7, 10]])


def test_a_model_without_a_matrix():
    model = SimpleNamespace(parameters={"0.g": np.ones(3)})
    with pytest.raises(ValueError, match=r"two-dimensional parameter, got 0\.g"):
        weights(model)


def test_what_is_not_finite_is_a_gap():
    image = weights([[np.nan], [2.0], [-np.inf], [-3.0]]).axes[0].images[0]
    np.testing.assert_array_equal(np.ma.getmaskarray(image.get_array()), [[1, 0], [1, 0]])
    assert image.get_clim() == (-3.0, 3.0)
    np.testing.assert_array_equal(image.get_cmap().get_bad(), [1, 1, 1, 1])


@pytest.mark.parametrize(
    ("W", "arguments", "error", "message"),
    [
        (np.zeros((13, 3)), {}, ValueError, r"D = 13 rows.*shape=\(h, w\) with h \* w = 13"),
        (np.zeros((12, 3)), {"shape": (3, 3)}, ValueError, r"h \* w = 12.*\(3, 3\) with 9"),
        (np.zeros((12, 3)), {"shape": (5, 2)}, ValueError, r"got \(5, 2\) with 10"),
        (np.zeros((12, 3)), {"shape": (4, 5)}, ValueError, r"got \(4, 5\) with 20"),
        (np.zeros((12, 3)), {"shape": 12}, TypeError, r"shape=\(h, w\), got 12"),
        (np.zeros((12, 3)), {"shape": (3, 4, 1)}, TypeError, r"shape=\(h, w\)"),
        (np.zeros((12, 3)), {"shape": (3.0, 4)}, TypeError, "integer, got 3.0"),
        (np.zeros((12, 3)), {"shape": (-3, -4)}, ValueError, "at least 1, got -3"),
        (np.zeros(16), {}, ValueError, r"\(D, Q\).*got \(16,\)"),
        (np.zeros((16, 0)), {}, ValueError, r"got \(16, 0\)"),
        (np.zeros((4, 1), complex), {}, TypeError, "complex128"),
        ([["a"]], {}, TypeError, "real numbers"),
        (np.zeros((4, 1)), {"columns": 0}, ValueError, "columns of at least 1"),
    ],
)
def test_bad_input(W, arguments, error, message):
    with pytest.raises(error, match=f"(?s)^weights: .*{message}"):
        weights(W, **arguments)
