from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plot.places import boxes

from numnet.plot import reconstructions

X = np.random.default_rng(0).uniform(size=(12, 6))


def drawn(figure):
    return [image.get_array() for image in figure.axes[0].images]


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


@settings(max_examples=12)
@given(
    st.integers(1, 13),
    st.lists(st.integers(0, 12), min_size=1, max_size=4) | st.none(),
    st.sampled_from(["rows", "images", "rows below", "images below"]),
)
def test_below_each_image_stands_what_was_made_of_it(count, examples, form):
    x = np.arange(count * 6.0).reshape(count, 6) / (6 * count)
    rebuilt = {"one": 1 - x, "two": x / 2}
    stood = {name: y.reshape(-1, 2, 3) for name, y in rebuilt.items()}
    if examples is not None:
        examples = [index % count for index in examples]
    images = x if form in ("rows", "images below") else x.reshape(-1, 2, 3)
    before = images.copy()
    below = rebuilt if form in ("rows", "rows below") else stood
    found = drawn(reconstructions(images, below, examples, (2, 3)))
    chosen = list(range(min(count, 10))) if examples is None else examples
    expected = [y[i] for y in (x.reshape(-1, 2, 3), *stood.values()) for i in chosen]
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(images, before)


def test_columns_are_examples():
    found = boxes(reconstructions(X, {"a": X, "b": X}, [3, 1], shape=(2, 3))).reshape(3, 2, 4)
    assert (np.diff(found[..., 2], axis=0) > 0).all()
    assert (np.diff(found[..., 0], axis=1) > 0).all()


def test_images_of_a_usual_size_are_taken_as_rows_and_as_images():
    x = np.zeros((20, 784))
    for images in (x, x.reshape(20, 28, 28)):
        figure = reconstructions(images, {"a": x + 1.0, "b": x.reshape(20, 28, 28)})
        assert texts(figure) == ["original", "a\nMSE 1", "b\nMSE 0"]


def test_the_error_is_that_of_all_images():
    y = X + np.arange(12.0)[:, None]
    figure = reconstructions(X, {"code 2": y, "code 6": X}, examples=[0], shape=(2, 3))
    error = np.mean(np.arange(12.0) ** 2)
    assert texts(figure) == ["original", f"code 2\nMSE {error:.3g}", "code 6\nMSE 0"]


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.bool_, np.float16, np.float32])
def test_the_error_overflows_in_no_dtype(dtype):
    # 200 squared does not fit bytes, nor its sum float16.
    high, low = (1, 0) if dtype is np.bool_ else (100, -100) if dtype is np.int8 else (200, 3)
    x = np.full((30, 4), high, dtype)
    x[0] = low
    y = np.full((30, 4), low, dtype)
    error = np.mean((x.astype(float) - y.astype(float)) ** 2)
    assert texts(reconstructions(x, {"a": y}))[1] == f"a\nMSE {error:.3g}"


def test_the_grey_scale_is_that_of_the_images():
    figure = reconstructions(8 * X, {"a": 20 * X, "b": X - 3}, shape=(2, 3), examples=[5, 2])
    pixels = 8 * X[[5, 2]]
    assert {image.get_clim() for image in figure.axes[0].images} == {(pixels.min(), pixels.max())}
    figure = reconstructions(X, {"a": 20 * X, "b": X - 3}, shape=(2, 3))
    assert {image.get_clim() for image in figure.axes[0].images} == {(0.0, 1.0)}


def test_what_is_not_finite_is_a_gap_and_no_error_hides_it():
    y = X.copy()
    y[0, 2] = np.nan
    figure = reconstructions(X, {"a": y}, shape=(2, 3), examples=[0])
    assert np.ma.getmaskarray(drawn(figure)[1]).tolist() == [[0, 0, 1], [0, 0, 0]]
    assert texts(figure)[1] == "a\nMSE nan"


@pytest.mark.parametrize("images", [255 * X, X - 0.01, X + 0.5, (255 * X).astype(np.uint8)])
def test_images_outside_the_unit_interval_cannot_come_out_of_a_sigmoid(images):
    said = (
        rf"^reconstructions: expected images in \[0, 1\], as all of 'a' is, got pixels from "
        rf"{images.min():g} to {images.max():g}\. .* scale them to \[0, 1\]: x / 255 if they are"
    )
    with pytest.raises(ValueError, match=said):
        reconstructions(images, {"b": images, "a": X}, shape=(2, 3))
    # A row that leaves the interval too may be right.
    reconstructions(images, {"a": images}, shape=(2, 3))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"rebuilt": [X]}, TypeError, r": expected rebuilt to be a mapping .*, got list"),
        ({"rebuilt": X}, TypeError, r": expected rebuilt to be a mapping .*, got ndarray"),
        ({"rebuilt": {}}, ValueError, ": expected at least one entry in rebuilt, got none"),
        ({"rebuilt": {"a": X[:, :4]}}, ValueError,
         r": expected 'a' of the shape of the images, \(12, 6\), got \(12, 4\)"),
        ({"rebuilt": {"a": X[:6]}}, ValueError, r"\(12, 6\), got \(6, 6\)"),
        ({"rebuilt": {"a": X.T}}, ValueError, r"\(12, 6\), got \(6, 12\)"),
        ({"rebuilt": {"a": X.reshape(12, 3, 2)}}, ValueError, r"got \(12, 3, 2\)"),
        ({"rebuilt": {"a": X.reshape(12, 2, 3, 1)}}, ValueError, r"got \(12, 2, 3, 1\)"),
        ({"rebuilt": {"a": 0.5}}, ValueError, r"got \(\)"),
        ({"rebuilt": {"a": X + 0j}}, TypeError, ", 'a': expected real numbers .*complex128"),
        ({"rebuilt": {"a": X.astype(str)}}, TypeError, ", 'a': expected real numbers"),
        ({"images": X + 0j}, TypeError, ", images: expected real numbers .*complex128"),
        ({"images": X.astype(str)}, TypeError, ", images: expected real numbers"),
        ({"images": 0.5, "rebuilt": {"a": 0.5}}, ValueError, r", images: .*\(N, h, w\)"),
        ({"images": X[:0], "rebuilt": {"a": X[:0]}}, ValueError, ", images: .*at least one image"),
        ({"images": X[:0], "examples": [0]}, ValueError, ", images: .*at least one image"),
        ({"shape": None}, ValueError, r": expected a square number .*images with D = 6 columns"),
        ({"shape": (2, 4)}, ValueError, r"h \* w = 6, of images with .*got \(2, 4\) with 8"),
        ({"shape": 6}, TypeError, r": expected shape=\(h, w\), got 6"),
        ({"examples": 3}, TypeError, ": expected examples to be indices .*, got 3"),
        ({"examples": [0.5]}, TypeError, r"to be indices such as \[0, 3, 7\], got \[0\.5\]"),
        ({"examples": [True]}, TypeError, r"to be indices .*, got \[True\]"),
        ({"examples": [[1, 2]]}, TypeError, r"to be indices .*, got \[\[1, 2\]\]"),
        ({"examples": []}, ValueError, r": expected examples from 0 to 11, got \[\]"),
        ({"examples": [3, 12]}, ValueError, r"from 0 to 11, got \[3, 12\]"),
        ({"examples": [-1]}, ValueError, r"from 0 to 11, got \[-1\]"),
    ],
)  # fmt: skip
def test_bad_input(change, error, message):
    good = {"images": X, "rebuilt": {"a": X}, "shape": (2, 3)}
    with pytest.raises(error, match=f"(?s)^reconstructions.*{message}"):
        reconstructions(**{**good, **change})
