"""The picture of a report: its rows, its marks and its curve."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from matplotlib.figure import Figure

from numnet.gradcheck import Report, check_backward, check_gradient

RNG = np.random.default_rng(3)
X, W, V = RNG.normal(size=(5, 4)), RNG.normal(size=(4, 3)), RNG.normal(size=(20, 30))


def forward(x, W, V):
    return x @ W, np.tanh(V)


def backward(dy, x, W, V):
    dW, dV = x.T @ dy[0], dy[1] / np.cosh(V) ** 2
    dW[2, 1] += 1.0
    return dy[0] @ W.T, dW, dV * 1.01 + 0.01 * V


@pytest.fixture(scope="module")
def report() -> Report:
    return check_backward(forward, backward, (X, W, V))


@pytest.fixture(scope="module")
def figure(report) -> Figure:
    return report.plot()


def rows(figure: Figure) -> list[list]:
    return [figure.axes[i : i + 4] for i in range(0, len(figure.axes), 4)]


def title(ax) -> str:
    return ax.get_title(loc="left")


def test_the_wrong_ones_come_first(figure) -> None:
    first = [title(row[0]).split(":")[0] for row in rows(figure)]
    assert first == ["dW", "dV", "dx"]


def test_claimed_reference_and_difference_share_a_scale(figure) -> None:
    images = [ax.images[0] for ax in rows(figure)[0][:3]]
    assert len({image.get_clim() for image in images}) == 1
    claimed, reference, difference = (np.asarray(image.get_array()) for image in images)
    np.testing.assert_array_equal(claimed - reference, difference)
    assert np.argwhere(np.abs(difference) > 1e-9).tolist() == [[2, 1]]
    low, high = images[0].get_clim()
    assert -low == high >= np.abs(claimed).max()


def test_the_wrong_entry_is_ringed(figure) -> None:
    (ring,) = rows(figure)[0][2].lines
    assert np.array(ring.get_data()).ravel().tolist() == [1, 2], "column, row"


def test_nothing_right_is_ringed(figure) -> None:
    assert not rows(figure)[2][2].lines


def test_where_most_is_wrong_a_sample_is_scattered(figure) -> None:
    points = rows(figure)[1][1].lines[1]
    reference, claimed = points.get_data()
    assert len(reference) == 48
    assert (np.abs(np.asarray(claimed) - reference) > 1e-6).any()


def test_the_curve_keeps_away_from_a_wrong_value(figure) -> None:
    to_claimed, to_reference = (line.get_ydata() for line in rows(figure)[0][3].lines[:2])
    assert np.min(to_claimed) > 0.5
    assert np.min(to_reference) < 1e-8
    for line in rows(figure)[2][3].lines[:1]:
        assert np.min(line.get_ydata()) < 1e-8, "a right value is approached"


def test_the_page_of_a_notebook_shows_it(figure) -> None:
    assert figure._repr_png_()[:4] == b"\x89PNG"


def test_a_pickled_report_has_no_curve(report) -> None:
    bare = pickle.loads(pickle.dumps(report)).plot()
    assert all(not row[3].axison for row in rows(bare))
    assert rows(bare)[0][0].images


def test_numbers_and_vectors_and_four_axes_are_drawn() -> None:
    def fun(a, b, c):
        return a**2 + (b**2).sum() + (c**2).sum()

    at = (1.5, np.arange(1.0, 4.0), np.ones((2, 2, 3, 2)) * 0.5)
    picture = check_gradient(fun, lambda a, b, c: (2 * a, 2 * b, c), at).plot()
    shapes = [np.shape(row[0].images[0].get_array()) for row in rows(picture)]
    assert shapes == [(12, 2), (1, 1), (1, 3)]


def test_at_most_six_rows() -> None:
    at = tuple(np.ones(2) for _ in range(8))
    picture = check_gradient(
        lambda *a: sum((v**2).sum() for v in a), lambda *a: tuple(2 * v for v in a), at
    )
    assert len(rows(picture.plot())) == 6


def test_a_report_without_numbers_says_so() -> None:
    rng = np.random.default_rng()
    report = check_gradient(lambda w: w.sum() + rng.normal(), lambda w: w, np.ones(2))
    assert report.verdict == "undecided"
    assert "No gradient was compared" in report.plot().texts[0].get_text()
