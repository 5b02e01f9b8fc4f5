"""From one example to another through the codes between theirs."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import numnet
from numnet import Autoencoder, Linear, Sequential, Sigmoid, Tanh, interpolate, tied_autoencoder

X = np.random.default_rng(0).uniform(size=(8, 5))
Y = np.array([4, 2, 0, 2, 7, 4, 7, 0])
MODEL = tied_autoencoder([5, 4, 2], "tanh", rng=0)


@given(st.sampled_from([(2, 7), (7, 2), (0, 4), [4, 2]]), st.integers(2, 13))
def test_it_is_the_formula_between_the_first_of_each_class(pair, steps):
    first = {0: 2, 2: 1, 4: 0, 7: 4}
    z_a, z_b = MODEL.encode(X[[first[c] for c in pair]])
    before = X.copy(), Y.copy()
    found = interpolate(MODEL, X, Y, pair, steps)
    assert found.shape == (steps, 5)
    for k, picture in enumerate(found):
        t = k / (steps - 1)
        np.testing.assert_allclose(picture, MODEL.decode([(1 - t) * z_a + t * z_b])[0], rtol=1e-13)
    ends = MODEL.reconstruct(X[[first[c] for c in pair]])
    np.testing.assert_allclose(found[[0, -1]], ends, rtol=1e-13)
    np.testing.assert_array_equal(X, before[0])
    np.testing.assert_array_equal(Y, before[1])


def test_steps_of_a_tenth_unless_told():
    assert len(interpolate(MODEL, X, Y, (2, 7))) == 11
    assert len(interpolate(MODEL, X, Y, (np.int64(2), np.int32(7)), np.int64(3))) == 3


def test_a_linear_model_blends_the_reconstructions():
    model = numnet.pca_autoencoder(X, 3)
    a, b = model.reconstruct(X[[1, 4]])
    found = interpolate(model, X, Y, (2, 7), 5)
    np.testing.assert_allclose(found, [(1 - t) * a + t * b for t in (0, 0.25, 0.5, 0.75, 1)])


def test_a_bend_in_the_decoder_does_not():
    a, b = MODEL.reconstruct(X[[1, 4]])
    middle = interpolate(MODEL, X, Y, (2, 7), 3)[1]
    assert np.abs(middle - (a + b) / 2).max() > 1e-4


def test_examples_of_ones_choice():
    found = interpolate(MODEL, X[[6, 3]], [0, 1], (0, 1))
    np.testing.assert_allclose(found[[0, -1]], MODEL.reconstruct(X[[6, 3]]), rtol=1e-13)


def test_rows_of_labels_are_classes():
    rows = np.eye(8)[Y]
    np.testing.assert_array_equal(
        interpolate(MODEL, X.tolist(), rows, (2, 7)), interpolate(MODEL, X, Y, (2, 7))
    )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_dtype_is_that_of_the_model(dtype):
    found = interpolate(MODEL.astype(dtype), X, Y, (2, 7))
    assert found.dtype == dtype
    np.testing.assert_allclose(found, interpolate(MODEL, X, Y, (2, 7)), rtol=1e-5)


def test_codes_keep_their_dtype_on_the_way_to_the_decoder():
    class Own:
        def encode(self, x):
            return x.astype(np.float32)

        def decode(self, code):
            return code

    found = interpolate(Own(), X, Y, (2, 7), np.int64(3))
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found[[0, -1]], X[[1, 4]].astype(np.float32))


def test_images_that_the_encoder_makes_flat():
    model = Autoencoder(
        Sequential(numnet.Flatten(), Linear(4, 2), Tanh()), Sequential(Linear(2, 4), Sigmoid())
    )
    assert interpolate(model, X[:, :4].reshape(8, 2, 2), Y, (2, 7)).shape == (11, 4)


def test_hundreds_of_examples():
    many = interpolate(MODEL, np.tile(X, (40, 1)), np.tile(Y, 40), (2, 7))
    np.testing.assert_array_equal(many, interpolate(MODEL, X, Y, (2, 7)))


class Encoding:
    """Has no decoder."""

    def encode(self, x):
        return x


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"model": Encoding()}, TypeError, "expected an Autoencoder, got <"),
        ({"model": Linear(5, 5)}, TypeError, "expected an Autoencoder, got Linear(5 -> 5). numnet"),
        ({"steps": 11.0}, TypeError, "expected steps to be an integer, got 11.0"),
        ({"steps": True}, TypeError, "expected steps to be an integer, got True"),
        ({"steps": 1}, ValueError, "expected at least the two ends as steps, got 1"),
        ({"pair": 2}, TypeError, "expected pair to be two classes as in (2, 7), got 2"),
        ({"pair": (2, 7, 4)}, TypeError, "expected pair to be two classes as in (2, 7), got (2"),
        ({"pair": (2,)}, TypeError, "expected pair to be two classes as in (2, 7), got (2,)"),
        ({"pair": (2, 7.0)}, TypeError, "expected class indices in pair, got 7.0"),
        ({"pair": (True, 7)}, TypeError, "expected class indices in pair, got True"),
        ({"pair": ("2", 7)}, TypeError, "expected class indices in pair, got '2'"),
        ({"pair": (2, 3)}, ValueError, "no example of class 3 in y: it has 0, 2, 4, 7"),
        ({"pair": (-1, 2)}, ValueError, "no example of class -1 in y: it has 0, 2, 4, 7"),
        ({"x": X[:0], "y": []}, ValueError, "no example of class 2 in y: it has none"),
        ({"y": Y[:7]}, ValueError, "one label in y for each row of x, got 7 for x of shape (8, 5)"),
        ({"x": X[:7]}, ValueError, "one label in y for each row of x, got 8 for x of shape (7, 5)"),
        ({"x": 0.5, "y": []}, ValueError, "got 0 for x of shape ()"),
        ({"y": Y * 1.0}, TypeError, "in y: expected integers, got dtype float64"),
    ],
)
def test_bad_input(change, error, said):
    good = {"model": MODEL, "x": X, "y": Y, "pair": (2, 7)}
    with pytest.raises(error, match=f"^interpolate: .*{re.escape(said)}"):
        interpolate(**{**good, **change})


def test_a_wrong_width_has_its_place():
    with pytest.raises(ValueError, match=r"^layer 0, Linear\(5 -> 4\): expected x of shape \(N, 5"):
        interpolate(MODEL, X[:, :3], Y, (2, 7))
