from __future__ import annotations

import copy
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from numnet.plot import learning_curves

HISTORY = {
    "loss": [2.0, 1.0, 0.5],
    "val_loss": [2.1, 1.2, 0.75],
    "accuracy": [0.5, 0.75, 0.875],
    "val_accuracy": [0.4, 0.7, 0.8],
    "lr": [0.1, 0.1, 0.1],
    "seconds": [1.0, 1.0, 1.0],
}
losses = st.lists(
    st.floats(-1e6, 1e6, width=32) | st.sampled_from([np.nan, np.inf, -np.inf]), min_size=1
)


def labels(ax):
    return ax.get_legend_handles_labels()[1]


def test_both_panels_show_the_numbers_of_the_history():
    left, right = learning_curves(HISTORY).axes
    assert [ax.get_ylabel() for ax in (left, right)] == ["loss", "accuracy (%)"]
    assert {ax.get_xlabel() for ax in (left, right)} == {"epoch"}
    train, validation = left.lines
    np.testing.assert_array_equal(train.get_xdata(), [1, 2, 3])
    np.testing.assert_array_equal(train.get_ydata(), HISTORY["loss"])
    np.testing.assert_array_equal(validation.get_ydata(), HISTORY["val_loss"])
    np.testing.assert_array_equal(right.lines[0].get_ydata(), [50, 75, 87.5])
    np.testing.assert_array_equal(right.lines[1].get_ydata(), [40, 70, 80])


def test_the_legend_holds_the_last_values():
    left, right = learning_curves(HISTORY).axes
    assert labels(left) == ["training 0.5", "validation 0.75"]
    assert labels(right) == ["training 87.5 %", "validation 80.0 %"]
    assert all(ax.get_legend() is not None for ax in (left, right))


def test_the_words_of_the_legend_stand_apart():
    figure = learning_curves(HISTORY)
    figure.savefig(io.BytesIO(), format="png")
    for ax in figure.axes:
        first, second = (text.get_window_extent() for text in ax.get_legend().texts)
        dashes = ax.get_legend().legend_handles[1].get_window_extent()
        letter = 0.6 * ax.get_legend().texts[0].get_fontsize() * figure.dpi / 72
        assert first.x1 + letter < dashes.x0 < dashes.x1 < second.x0


def test_the_lines_differ_in_more_than_colour():
    train, validation = learning_curves(HISTORY).axes[0].lines
    for look in ("get_color", "get_linestyle", "get_marker"):
        assert getattr(train, look)() != getattr(validation, look)()


def test_a_key_alone_keeps_its_look():
    both = learning_curves(HISTORY).axes[0].lines[1]
    alone = learning_curves({"val_loss": [1.0, 0.5]}).axes[0].lines[0]
    assert (alone.get_color(), alone.get_marker()) == (both.get_color(), both.get_marker())


def test_without_accuracy_there_is_one_panel():
    assert len(learning_curves({"loss": [1.0]}).axes) == 1
    assert len(learning_curves({"loss": [1.0], "val_accuracy": [1.0]}).axes) == 2


def test_given_axes_hold_the_loss_alone():
    figure = Figure()
    first, second = figure.subplots(1, 2)
    assert learning_curves(HISTORY, ax=second) is figure
    assert not first.lines
    assert len(second.lines) == 2
    assert len(figure.axes) == 2


def test_axes_of_a_subfigure_lead_to_the_figure():
    figure = Figure()
    assert learning_curves(HISTORY, ax=figure.subfigures().subplots()) is figure


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ([1.0, 0.0099], "log"),
        ([1.0, 0.01], "linear"),
        ([1.0, 1e-9, 0.0], "linear"),
        ([1.0, -1e-9], "linear"),
        ([np.nan, 1.0, np.inf, 1e-9], "log"),
        ([np.nan], "linear"),
    ],
)
def test_the_scale_is_logarithmic_beyond_two_decades(values, scale):
    assert learning_curves({"loss": values}).axes[0].get_yscale() == scale


def test_the_scale_looks_at_both_losses():
    assert learning_curves({"loss": [1.0], "val_loss": [1e-3]}).axes[0].get_yscale() == "log"


@given(losses)
def test_what_is_not_finite_is_a_gap_and_what_is_finite_is_seen(values):
    line = learning_curves({"loss": values}).axes[0].lines[0]
    expected = np.where(np.isfinite(values), values, np.nan)
    np.testing.assert_array_equal(line.get_ydata(), expected)
    marked = np.zeros(len(values), bool)
    marked[line.get_markevery()] = True
    finite = np.isfinite(values)
    joined = np.zeros(len(values), bool)
    joined[:-1] |= finite[:-1] & finite[1:]
    joined[1:] |= finite[:-1] & finite[1:]
    assert ((marked | joined) == finite).all()
    assert marked.sum() <= 11 + (finite & ~joined).sum()


@pytest.mark.parametrize(
    "values",
    [
        [np.nan],
        [0.5],
        [0.0, 0.0],
        [np.nan, 1.0],
        [1e300, 1e-300],
        [1.0, 1e308],
        [-1e308, 1e308],
        [1e150, -1e150],
        [1e150, 1e-149],
        [5e-324, 1.0],
    ],
)
def test_odd_histories_are_drawn_without_a_warning(values):
    learning_curves({"loss": values}).savefig(io.BytesIO(), format="png")


def test_the_history_is_untouched():
    before = copy.deepcopy(HISTORY)
    learning_curves(HISTORY)
    assert before == HISTORY


@pytest.mark.parametrize(
    ("history", "error", "message"),
    [
        ([1.0, 0.5], TypeError, "expected history to be a mapping.*got list"),
        ({}, ValueError, 'expected "loss" or "val_loss"'),
        ({"accuracy": [1.0]}, ValueError, r"got the keys \['accuracy'\]"),
        ({"loss": []}, ValueError, "at least one epoch"),
        ({"loss": [1.0], "val_loss": []}, ValueError, "one number an epoch.*'val_loss': 0"),
        ({"loss": [1.0, 2.0], "accuracy": [0.5]}, ValueError, "'loss': 2, 'accuracy': 1"),
        ({"loss": [1.0], "accuracy": [97.5]}, ValueError, "Divide percentages by 100"),
        ({"loss": [1.0], "accuracy": [1.01]}, ValueError, "got 1.01 to 1.01"),
        ({"loss": [1.0], "val_accuracy": [-0.1]}, ValueError, '"val_accuracy" in'),
        ({"loss": [[1.0]]}, ValueError, r'"loss".*\(1, 1\)'),
        ({"loss": ["low"]}, TypeError, 'numbers in "loss"'),
        ({"loss": [1.0 + 1.0j]}, TypeError, "complex128"),
    ],
)
def test_bad_histories(history, error, message):
    with pytest.raises(error, match=f"(?s)^learning_curves: .*{message}"):
        learning_curves(history)


def test_an_array_of_axes_is_refused():
    with pytest.raises(TypeError, match=r"one matplotlib Axes, got ndarray.*axes\[0\]"):
        learning_curves(HISTORY, ax=Figure().subplots(1, 2))


def test_the_panels_stand_side_by_side_and_fill_the_picture():
    figure = learning_curves(HISTORY)
    figure.savefig(io.BytesIO(), format="png")
    left, right = (ax.get_position() for ax in figure.axes)
    assert left.x1 < right.x0
    assert (left.y0, left.y1) == pytest.approx((right.y0, right.y1))
    assert left.width == pytest.approx(right.width, rel=0.2)
    assert left.x0 < 0.15
    assert right.x1 > 0.95
    assert left.height > 0.6


@pytest.mark.parametrize("epochs", [2, 3, 5, 8, 13, 17, 30, 45, 60, 100, 250, 700, 3000])
def test_the_ticks_are_whole_epochs_at_round_steps(epochs):
    ax = learning_curves({"loss": np.linspace(2, 1, epochs)}).axes[0]
    ticks = [tick for tick in ax.get_xticks() if 1 <= tick <= epochs]
    assert 1 < len(ticks) <= 12
    (step,) = set(np.diff(ticks))
    assert step == int(step)
    assert str(int(step)).rstrip("0") in ("1", "2", "5")


@pytest.mark.parametrize("epochs", [1, 2, 9, 10, 11, 12, 19, 20, 35, 99, 100, 101])
def test_every_epoch_of_a_few_is_marked_and_some_ten_of_many(epochs):
    (line,) = learning_curves({"loss": np.linspace(2, 1, epochs)}).axes[0].lines
    marks = line.get_markevery()
    assert marks[-1] == epochs - 1, "the last value, which the legend tells"
    if epochs <= 10:
        assert marks == list(range(epochs))
    else:
        assert 5 <= len(marks) <= 11
        assert max(np.diff(marks)) <= np.ceil(epochs / 10)


def test_lines_are_thin_and_the_legend_has_no_frame():
    for ax in learning_curves(HISTORY).axes:
        assert all(1 <= line.get_linewidth() <= 2 for line in ax.lines)
        assert not ax.get_legend().get_frame_on()
