"""The linear limit, against the singular value decomposition."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import numnet
from numnet import Linear, Tied, check_model, pca_autoencoder

X = np.random.default_rng(0).normal(size=(20, 5)) @ np.diag([9.0, 3.0, 2.0, 1.0, 0.5]) + 7.0


def others(x, width):
    """The sum of the eigenvalues that a code of this width leaves out, over D."""
    s = np.linalg.svd(x - x.mean(axis=0), compute_uv=False)
    return (s[width:] ** 2).sum() / x.size


def mse(model, x):
    return np.mean((model.reconstruct(x) - x) ** 2)


@given(st.integers(2, 8), st.integers(1, 12), st.data())
def test_the_error_is_the_sum_of_the_other_eigenvalues(D, N, data):
    width = data.draw(st.integers(1, D - 1))
    x = np.random.default_rng(data.draw(st.integers(0, 99))).normal(size=(N, D)) + 3.0
    before = x.copy()
    model = pca_autoencoder(x, width)
    assert mse(model, x) == pytest.approx(others(x, width), rel=1e-10, abs=1e-24)
    W = model.parameters["0.W"]
    np.testing.assert_allclose(W.T @ W, np.eye(width), atol=1e-12)
    np.testing.assert_array_equal(x, before)


def test_the_components_are_the_singular_vectors_in_their_order():
    model = pca_autoencoder(X, 4)
    V = np.linalg.svd(X - X.mean(axis=0))[2][:4].T
    W = model.parameters["0.W"]
    np.testing.assert_allclose(np.abs(W.T @ V), np.eye(4), atol=1e-12)
    largest = np.abs(W).argmax(axis=0)
    assert (W[largest, range(4)] > 0).all()
    np.testing.assert_allclose(model.encode(X), (X - X.mean(axis=0)) @ W, atol=1e-12)
    variances = model.encode(X).var(axis=0)
    assert (np.diff(variances) < 0).all()
    np.testing.assert_allclose(model.encode(X).mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(model.decode(np.zeros((1, 4)))[0], X.mean(axis=0))


def test_it_is_a_tied_autoencoder_that_training_cannot_better():
    model = pca_autoencoder(X, 2)
    assert type(model) is numnet.Autoencoder
    assert isinstance(model.encoder, Linear)
    assert isinstance(model.decoder, Tied)
    assert model.decoder.source is model.encoder
    y, saved = model.propagate(X)
    model.backpropagate(2 * (y - X) / X.size, saved)
    np.testing.assert_allclose(model.parameters.grad, 0, atol=1e-12)
    # At its own data the gradient is 0, from which nothing can be read.
    assert check_model(model, numnet.MSE(), 2 * X[::2], X[::2]).verdict == "right"


@pytest.mark.parametrize("N", [1, 2, 3])
def test_fewer_examples_than_columns_are_reconstructed(N):
    model = pca_autoencoder(X[:N], 3)
    np.testing.assert_allclose(model.reconstruct(X[:N]), X[:N], rtol=1e-12)


def test_examples_that_are_all_the_same():
    model = pca_autoencoder(np.ones((4, 3)), 1)
    np.testing.assert_allclose(model.reconstruct(np.ones((2, 3))), 1)


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_the_scale_does_not_matter(scale):
    model = pca_autoencoder(X * scale, 2)
    np.testing.assert_allclose(
        model.parameters["0.W"], pca_autoencoder(X, 2).parameters["0.W"], atol=1e-12
    )
    assert mse(Scaled(model, scale), X) == pytest.approx(others(X, 2))


class Scaled:
    """A model on numbers that are so many times as large."""

    def __init__(self, model, scale):
        self.model, self.scale = model, scale

    def reconstruct(self, x):
        return self.model.reconstruct(x * self.scale) / self.scale


@pytest.mark.parametrize(
    ("given", "dtype", "expected"),
    [
        (np.float64, None, np.float64),
        (np.float32, None, np.float32),
        (np.float16, None, np.float64),
        (np.int64, None, np.float64),
        (np.bool_, None, np.float64),
        (np.float64, "float32", np.float32),
        (np.float32, "float64", np.float64),
    ],
)
def test_the_dtype_is_that_of_x_unless_told(given, dtype, expected):
    x = (X > 6) if given is np.bool_ else X.astype(given)
    model = pca_autoencoder(x, 2, dtype)
    assert model.parameters.dtype == expected
    assert model.reconstruct(x).dtype == expected
    error = np.mean((model.reconstruct(x) - x.astype(float)) ** 2)
    assert error == pytest.approx(others(x.astype(float), 2), rel=1e-4)


def test_read_only_and_strided_arrays_are_taken():
    x = np.repeat(X, 2, axis=0)[::2]
    x.flags.writeable = False
    np.testing.assert_array_equal(
        pca_autoencoder(x, np.int64(2)).parameters.value, pca_autoencoder(X, 2).parameters.value
    )


def test_all_components_lose_nothing_and_warn_at_the_line_that_asked_for_them():
    said = "^Autoencoder: the code has 5 columns and the input 5: a network that copies its input"
    with pytest.warns(UserWarning, match=said) as caught:
        model = pca_autoencoder(X, 5)
    assert [w.filename for w in caught] == [__file__]
    np.testing.assert_allclose(model.reconstruct(X), X, rtol=1e-12)


def with_entry(value, *places):
    x = X.copy()
    for sign, place in zip((1, -1), places, strict=False):
        x[place] = sign * value
    return x


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ((X + 0j, 2), TypeError, "expected x to hold numbers, got dtype complex128"),
        (([["a"]], 1), TypeError, "expected x to hold numbers, got dtype <U1"),
        ((X[0], 2), ValueError, "expected x of shape (N, D), one row an example, got (5,)"),
        ((X.reshape(5, 4, 5), 2), ValueError, "expected x of shape (N, D), one row an example"),
        ((X[:0], 2), ValueError, "one row an example, got (0, 5)"),
        ((X[:, :0], 1), ValueError, "one row an example, got (20, 0)"),
        ((X, 2.0), TypeError, "expected width to be an integer, got 2.0"),
        ((X, True), TypeError, "expected width to be an integer, got True"),
        ((X, 0), ValueError, "expected a width from 1 to 5, the columns of x, got 0"),
        ((X, 6), ValueError, "expected a width from 1 to 5, the columns of x, got 6"),
        ((with_entry(np.nan, (3, 2)), 2), ValueError, "finite x, got NaN or infinity in column 2"),
        ((with_entry(np.inf, (3, 4)), 2), ValueError, "got NaN or infinity in column 4"),
        # Their mean is no number, of which numpy would warn.
        ((with_entry(np.inf, (3, 1), (4, 1)), 2), ValueError, "NaN or infinity in column 1"),
    ],
)
def test_bad_input(arguments, error, said):
    with pytest.raises(error, match=f"^pca_autoencoder: .*{re.escape(said)}"):
        pca_autoencoder(*arguments)


@pytest.mark.parametrize("dtype", ["float16", int])
def test_a_dtype_that_no_model_has_is_refused(dtype):
    with pytest.raises(TypeError, match=r"expected float32 or float64, got"):
        pca_autoencoder(X, 2, dtype)
