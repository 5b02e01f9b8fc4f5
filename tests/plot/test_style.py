from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys

import matplotlib
import matplotlib.style
import numpy as np
import pytest
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.text import Text
from plot.legible import contrast, luma

from numnet import plot
from numnet.plot import style

IMAGES = np.arange(16.0).reshape(4, 2, 2) / 16
PICTURES = {
    "learning_curves": lambda: plot.learning_curves({"loss": [1.0, 0.5], "accuracy": [0.5, 0.6]}),
    "images": lambda: plot.images(IMAGES, titles=["a", "b", "c", "d"]),
    "weights": lambda: plot.weights(IMAGES.reshape(4, 4) - 0.5),
    "confusion_matrix": lambda: plot.confusion_matrix([0, 1, 1], [0, 1, 0]),
    "misclassified": lambda: plot.misclassified(IMAGES, [0, 1, 1, 0], [0, 0, 1, 1]),
    "reconstructions": lambda: plot.reconstructions(IMAGES, {"code 1": IMAGES / 2, "b": IMAGES}),
    "interpolation": lambda: plot.interpolation(
        {"deep": IMAGES}, (0, 1), {"deep": IMAGES.reshape(4, 4)}
    ),
    "codes": lambda: plot.codes({"a": IMAGES[:, 0]}, [0, 1, 2, 1]),
    "no mistake": lambda: plot.misclassified(IMAGES, [0, 1, 1, 0], [0, 1, 1, 0]),
}
CONTRARY = {
    "axes.grid": True,
    "axes.facecolor": "green",
    "figure.facecolor": "black",
    "savefig.facecolor": "black",
}
every_picture = pytest.mark.parametrize("draw", PICTURES.values(), ids=PICTURES.keys())


def png(figure):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    buffer.seek(0)
    return imread(buffer)


def test_the_public_names():
    assert sorted(plot.__all__) == sorted(set(PICTURES) - {"no mistake"})
    assert all(callable(getattr(plot, name)) for name in plot.__all__)


def test_neither_pyplot_nor_a_backend_is_needed():
    code = (
        "import io, sys, matplotlib, numnet.plot as plot\n"
        "before = dict(matplotlib.rcParams)\n"
        "plot.learning_curves({'loss': [1.0, 0.5]}).savefig(io.BytesIO(), format='png')\n"
        "plot.weights([[1.0], [0.0], [2.0], [1.0]]).savefig(io.BytesIO(), format='svg')\n"
        "assert dict(matplotlib.rcParams) == before\n"
        "print('matplotlib.pyplot' in sys.modules)\n"
    )
    # "template" is a backend that draws nothing.
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**os.environ, "MPLBACKEND": "template"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.stdout.strip(), result.stderr) == ("False", "")


@every_picture
def test_a_picture_is_a_figure_on_white_paper_under_any_style(draw):
    plain = png(draw())
    with matplotlib.style.context(["dark_background", CONTRARY]):
        dark = png(draw())
    np.testing.assert_array_equal(plain[0, 0, :3], [1, 1, 1])
    np.testing.assert_array_equal(dark, plain)
    assert isinstance(draw(), Figure)


@every_picture
def test_sizes_fit_a_page(draw):
    width, height = draw().get_size_inches()
    assert 1 < width <= 10
    assert 1 < height <= 10


@every_picture
def test_settings_stay_as_they_were(draw):
    before = dict(matplotlib.rcParams)
    png(draw())
    assert dict(matplotlib.rcParams) == before


@every_picture
def test_drawing_twice_gives_the_same(draw):
    np.testing.assert_array_equal(png(draw()), png(draw()))


@every_picture
def test_nothing_is_cut_off(draw):
    image = png(draw())[..., :3]
    assert (image[[0, -1]] == 1).all()
    assert (image[:, [0, -1]] == 1).all()


def test_a_notebook_gets_an_image():
    data = PICTURES["images"]()._repr_png_()
    assert data.startswith(b"\x89PNG")


def test_a_picture_can_be_pickled():
    figure = PICTURES["learning_curves"]()
    np.testing.assert_array_equal(png(pickle.loads(pickle.dumps(figure))), png(figure))


def test_savefig_takes_another_paper():
    buffer = io.BytesIO()
    PICTURES["images"]().savefig(buffer, format="png", facecolor="black")
    buffer.seek(0)
    np.testing.assert_array_equal(imread(buffer)[0, 0, :3], [0, 0, 0])


def test_the_arrow_needs_a_glyph(monkeypatch):
    assert style.arrow() == "\N{RIGHTWARDS ARROW}"
    plain = font_manager.findfont("STIXSizeOneSym")
    monkeypatch.setattr(style, "findfont", lambda _: plain)
    assert style.arrow() == "->"


@every_picture
def test_it_is_opaque_on_a_page_of_any_colour(draw):
    with matplotlib.style.context({"savefig.transparent": True}):
        assert png(draw())[..., 3].min() == 1
        assert imread(io.BytesIO(draw()._repr_png_()))[..., 3].min() == 1


@every_picture
def test_every_word_can_be_read(draw):
    figure = draw()
    figure.savefig(io.BytesIO(), format="png")  # ticks get their words when they are drawn
    cells = figure.axes[0].texts if draw is PICTURES["confusion_matrix"] else []
    words = [
        text
        for text in figure.findobj(Text)
        # What stands in a cell is on the cell's colour; tests/plot/test_confusion.py measures it.
        if text.get_text() and text.get_visible() and not any(text is cell for cell in cells)
    ]
    assert words
    for text in words:
        assert contrast(text.get_color(), style.PAPER) >= 4.5, text
        assert text.get_alpha() in (None, 1)
        assert text.get_fontsize() >= 8


def test_lines_are_seen_on_paper_and_told_apart_in_grey():
    figure = plot.learning_curves({"loss": [1.0, 0.5, 0.2], "val_loss": [1.1, 0.7, 0.6]})
    train, validation = figure.axes[0].lines
    for line in (train, validation):
        # 3 : 1 is what graphics need; a line of 1.5 points survives printing.
        assert contrast(line.get_color(), style.PAPER) > 3
        assert line.get_linewidth() >= 1.5
    assert train.get_linestyle() != validation.get_linestyle()
    assert train.get_marker() != validation.get_marker()
    assert abs(luma(train.get_color()) - luma(validation.get_color())) > 0.1
    # The legend shows what tells them apart.
    keys = figure.axes[0].get_legend().get_lines()
    assert [key.get_linestyle() for key in keys] == ["-", "--"]
    assert [key.get_marker() for key in keys] == ["o", "s"]


def test_the_two_classes_of_a_sign_differ_in_grey():
    figure = plot.weights([[-2.0], [-1.0], [1.0], [2.0]])
    grey = luma(png(figure))
    image = figure.axes[0].images[0]
    left, right, bottom, top = image.get_extent()
    dpi = figure.dpi
    rows = [int(((3 * top + bottom) / 4) * dpi), int(((top + 3 * bottom) / 4) * dpi)]
    columns = [int(((3 * left + right) / 4) * dpi), int(((left + 3 * right) / 4) * dpi)]
    found = [grey[row, column] for row in rows for column in columns]
    assert np.diff(found).min() > 0.1, "as printed, each of -2, -1, 1, 2 is lighter than the last"


def test_removed_axes_are_named():
    figure = Figure()
    ax = figure.add_subplot()
    ax.remove()
    with pytest.raises(ValueError, match="removed"):
        plot.learning_curves({"loss": [1.0]}, ax=ax)


def test_the_names_of_classes_are_a_sequence_of_enough_words():
    assert style.class_names("here", ("a", 7), 2) == ["a", "7"]
    assert style.class_names("here", None, 3) == ["0", "1", "2"]
    for wrong in ("ab", b"ab", 2):
        with pytest.raises(TypeError, match=r"^here: expected classes to be a sequence of names"):
            style.class_names("here", wrong, 2)
    with pytest.raises(ValueError, match="up to 1, got 1 names"):
        style.class_names("here", ["a"], 2)
