from __future__ import annotations

import io
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from plot.legible import contrast
from plot.places import box, boxes, meet, written

from numnet.plot import interpolation
from numnet.plot.style import PAPER

RNG = np.random.default_rng(0)
ROWS = {"1 layer": RNG.uniform(size=(3, 6)), "3 layers": RNG.uniform(size=(3, 6))}
PROBA = {name: RNG.dirichlet(np.ones(4), 3) for name in ROWS}
SHAPE = (2, 3)


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


@settings(max_examples=10)
@given(st.integers(1, 4), st.integers(2, 12), st.booleans())
def test_a_row_for_each_model_and_a_column_for_each_lambda(models, steps, stood):
    pixels = np.arange(models * steps * 6.0).reshape(models, steps, 6) / (models * steps * 6)
    rows = pixels.reshape(models, steps, 2, 3) if stood else pixels
    figure = interpolation({f"m{i}": row for i, row in enumerate(rows)}, shape=SHAPE)
    (ax,) = figure.axes
    found = np.array([image.get_array() for image in ax.images])
    np.testing.assert_array_equal(found, pixels.reshape(-1, 2, 3))
    assert {image.get_clim() for image in ax.images} == {(0.0, 1.0)}
    places = boxes(figure).reshape(models, steps, 4)
    assert (np.diff(places[..., 0], axis=1) > 0).all()
    assert (np.diff(places[..., 2], axis=0) > 0).all()
    lambdas = [f"{step / (steps - 1):.3g}" for step in range(steps)]
    assert texts(figure) == [*(f"m{i}" for i in range(models)), "lambda", *lambdas]


def test_all_rows_share_one_grey_scale():
    figure = interpolation({"a": ROWS["1 layer"] - 1, "b": 7 * ROWS["3 layers"]}, shape=SHAPE)
    low, high = (ROWS["1 layer"] - 1).min(), (7 * ROWS["3 layers"]).max()
    assert {image.get_clim() for image in figure.axes[0].images} == {(low, high)}


def test_below_each_picture_stand_its_probabilities():
    proba = {
        "1 layer": [[0.0, 0.2, 0.0, 0.8], [0.1, 0.5, 0.0, 0.4], [0.002, 0.998, 0.0, 0.0]],
        "3 layers": [[0.0, 0.0, 0.0, 1.0], [0.3, 0.3, 0.0, 0.4], [0.0, 1.0, 0.0, 0.0]],
    }
    # By name, not by order.
    figure = interpolation(ROWS, (3, 1), dict(reversed(proba.items())), list("abcd"), SHAPE)
    assert texts(figure)[:8] == [
        *("1 layer", "d: 80 %\nb: 20 %", "d: 40 %\nb: 50 %", "d: 0 %\nb: > 99 %"),
        *("3 layers", "d: 100 %\nb: 0 %", "d: 40 %\nb: 30 %", "d: 0 %\nb: 100 %"),
    ]
    lines = figure.axes[1].lines
    assert [line.get_label() for line in lines] == [
        "1 layer: d", "1 layer: b", "3 layers: d", "3 layers: b"
    ]  # fmt: skip
    drawn = [line.get_ydata() for line in lines]
    expected = [100 * np.array(proba[name])[:, c] for name in ROWS for c in (3, 1)]
    np.testing.assert_allclose(drawn, expected)
    for line in lines:
        np.testing.assert_allclose(line.get_xdata(), [0, 0.5, 1])


@pytest.mark.parametrize("kind", [int, np.int64])
def test_the_names_of_classes_are_their_indices_unless_told(kind):
    figure = interpolation(ROWS, [kind(0), kind(2)], PROBA, shape=SHAPE)
    assert texts(figure)[1].startswith("0: ")
    assert "\n2: " in texts(figure)[1]


def test_the_curves_stand_below_their_pictures():
    rows = {name: np.zeros((11, 16)) for name in ("1 layer", "3 layers", "highway")}
    proba = {name: np.tile([0.5, 0.25, 0.25], (11, 1)) for name in rows}
    figure = interpolation(rows, (0, 2), proba)
    across, down = figure.get_size_inches()
    words, images = written(figure), boxes(figure)
    ax = figure.axes[1]
    for tick, image in zip(ax.get_xticks(), images[:11], strict=True):
        x = ax.transData.transform((tick, 0))[0] / figure.dpi
        assert x == pytest.approx(image[:2].mean())
    above = [*images, *words]
    for one, other in itertools.combinations(above, 2):
        assert not meet(one, other)
    legend, below = box(figure, ax.get_legend()), box(figure, ax)
    labels = [box(figure, text) for text in (*ax.get_xticklabels(), ax.xaxis.label)]
    for found in (legend, below, *labels):
        assert not any(meet(found, other) for other in above)
        assert 0 < found[0] < found[1] < across
        assert 0 < found[2] < found[3] < down
    assert not meet(legend, below)
    assert (ax.get_xlim(), ax.get_ylim()) == ((0, 1), (0, 100))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("lambda", "probability (%)")


@pytest.mark.parametrize("steps", [2, 3])
def test_a_legend_of_two_models_has_room_below_few_pictures(steps):
    rows = {name: np.zeros((steps, 16)) for name in ("1 layer", "3 layers")}
    proba = {name: np.full((steps, 8), 0.125) for name in rows}
    figure = interpolation(rows, (2, 7), proba)
    figure.savefig(io.BytesIO(), format="png")
    assert box(figure, figure.axes[1].get_legend())[1] < figure.get_size_inches()[0]


def test_curves_are_told_apart_without_their_colours_and_in_the_legend():
    names = list("abcdefgh")
    rows = dict.fromkeys(names, np.zeros((3, 4)))
    ax = interpolation(rows, (0, 1), dict.fromkeys(names, np.full((3, 2), 0.5))).axes[1]
    looks = []
    for line in (*ax.lines, *ax.get_legend().get_lines()):
        looks.append((
            to_hex(line.get_color()), line.get_marker(), line.get_linestyle(),
            line.get_markerfacecolor() == "none",
        ))  # fmt: skip
        assert contrast(line.get_color(), PAPER) > 2
        assert line.get_linewidth() >= 1.5
    assert looks[:16] == looks[16:]
    assert len(set(looks[:16])) == 16
    assert len({look[1:] for look in looks[:10]}) == 10
    for one, other in zip(looks[:16:2], looks[1:16:2], strict=True):
        assert one[:2] == other[:2]
        assert (one[2:], other[2:]) == (("-", False), ("--", True))


def test_inputs_are_untouched():
    before = [array.copy() for array in (*ROWS.values(), *PROBA.values())]
    for array in (*ROWS.values(), *PROBA.values()):
        array.flags.writeable = False
    interpolation(ROWS, (2, 0), PROBA, shape=SHAPE)
    np.testing.assert_array_equal([*ROWS.values()], before[:2])
    np.testing.assert_array_equal([*PROBA.values()], before[2:])


A = next(iter(ROWS.values()))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"blends": [A]}, TypeError, "expected blends to be a mapping .*, got list"),
        ({"blends": {}}, ValueError, "expected at least one entry in blends, got none"),
        ({"blends": {"a": A[:1]}}, ValueError, "at least the two ends in each row, got 1 picture"),
        ({"blends": {"a": A, "b": A[:2]}}, ValueError,
         r"rows of one shape \(L, h, w\), got {'a': \(3, 2, 3\), 'b': \(2, 2, 3\)}"),
        ({"blends": {"a": A, "b": A.reshape(3, 3, 2)}}, ValueError, "rows of one shape"),
        ({"blends": {"a": A + 0j}}, TypeError, "'a': expected real numbers .*complex128"),
        ({"shape": None}, ValueError, "square number .*'1 layer' with D = 6 columns"),
        ({"shape": (3, 3)}, ValueError, r"h \* w = 6.* got \(3, 3\) with 9"),
        ({"pair": None}, TypeError, r"with proba, expected pair .*as \(2, 7\), got None"),
        ({"pair": (0.0, 1)}, TypeError, r"pair to be two class indices .*\(0\.0, 1\)"),
        ({"pair": (True, 0)}, TypeError, r"pair to be two class indices .*\(True, 0\)"),
        ({"pair": (0, 1, 2)}, TypeError, r"pair to be two class indices .*\(0, 1, 2\)"),
        ({"pair": 2}, TypeError, "pair to be two class indices .*got 2"),
        ({"pair": (2, 2)}, ValueError, r"two different class indices from 0 in pair, got \(2, 2\)"),
        ({"pair": (-1, 2)}, ValueError, r"two different .* from 0 in pair, got \(-1, 2\)"),
        ({"pair": (0, 4)}, ValueError,
         r"proba\['1 layer'\] of shape \(3, C\) with .* up to 4, got \(3, 4\)"),
        ({"proba": [A]}, TypeError, "expected proba to be a mapping .*, got list"),
        ({"proba": {"1 layer": A}}, ValueError,
         r"by the names of blends, \['1 layer', '3 layers'\], got \['1 layer'\]"),
        ({"proba": PROBA | {"x": A}}, ValueError, r"by the names of blends, .*'x'\]"),
        ({"proba": PROBA | {"3 layers": A[:2]}}, ValueError, r"proba\['3 layers'\].*got \(2, 6\)"),
        ({"proba": PROBA | {"3 layers": A - 5}}, ValueError,
         r"in \[0, 1\] in proba\['3 layers'\].*predict_proba"),
        ({"classes": ["a", "b"]}, ValueError, "classes for each index up to 2, got 2 names"),
        ({"classes": "abc"}, TypeError, "classes to be a sequence of names, got 'abc'"),
    ],
)  # fmt: skip
def test_bad_input(change, error, message):
    good = {"blends": ROWS, "pair": (0, 2), "proba": PROBA, "shape": SHAPE}
    with pytest.raises(error, match=f"(?s)^interpolation.*{message}"):
        interpolation(**{**good, **change})
