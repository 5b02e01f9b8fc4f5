from __future__ import annotations

import numpy as np
import pytest

from numnet import Tensor
from numnet.autograd.protocols import COMPARISONS, FUNCTIONS, UFUNCS

X = np.array([[0.5, 1.5], [2.0, 0.25]])


@pytest.mark.parametrize("ufunc", UFUNCS, ids=lambda f: f.__name__)
def test_every_ufunc(ufunc):
    t = Tensor(X, requires_grad=True)
    at = (X,) * ufunc.nin
    for k in range(ufunc.nin):
        y = ufunc(*(t if i == k else a for i, a in enumerate(at)))
        assert y.requires_grad
        np.testing.assert_allclose(y.value, ufunc(*at), rtol=1e-15)


ARGUMENTS = {
    np.clip: (0.4, 1.0), np.reshape: (4,), np.broadcast_to: ((3, 2, 2),), np.dot: (X,)
}  # fmt: skip


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_every_function(function):
    t = Tensor(X, requires_grad=True)
    if function in (np.concatenate, np.stack):
        y, expected = function([t, X], axis=1), function([X, X], axis=1)
    elif function is np.where:
        y, expected = function(X > 1, t, X), function(X > 1, X, X)
    elif function is np.einsum:
        y, expected = function("ij,ij->i", t, X), function("ij,ij->i", X, X)
    else:
        rest = ARGUMENTS.get(function, ())
        y, expected = function(t, *rest), function(X, *rest)
    if function in (np.shape, np.ndim, np.size):
        assert y == expected
        return
    assert y.requires_grad == (function is not np.argmax)
    assert y.shape == np.shape(expected)
    np.testing.assert_allclose(y.value, expected, rtol=1e-14)


@pytest.mark.parametrize("compare", COMPARISONS, ids=lambda f: f.__name__)
def test_every_comparison(compare):
    t = Tensor(X, requires_grad=True)
    np.testing.assert_array_equal(compare(t, 1.5).value, compare(X, 1.5))
    np.testing.assert_array_equal(compare(1.5, t).value, compare(1.5, X))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (np.sin, "np.sin: the tape has no gradient for it"),
        (np.isnan, "t.value"),
        (np.median, "np.median: the tape has no gradient for it"),
        (np.cumsum, "numnet.operation"),
        (lambda t: np.add(t, 1, out=np.ones((2, 2))), "no out= with a tensor"),
        (lambda t: np.add(t, 1, where=X > 1), "no where= with a tensor"),
        (np.add.reduce, r"np\.add\.reduce: tensors have methods"),
        (lambda t: np.multiply.outer(t, t), "np.multiply.outer"),
        (lambda t: np.sum(t, dtype=float), "np.sum: .*dtype"),
        (lambda t: np.sum(t, 0, np.float32), "np.sum: too many positional"),
        (lambda t: np.mean(t, where=X > 1), "np.mean: .*where"),
        (lambda t: np.linalg.norm(t, 1), "ord=1"),
        (lambda t: np.reshape(t, 4, order="F"), "np.reshape: .*order"),
        (lambda t: np.einsum("ij->i", t, optimize=True), "np.einsum: .*optimize"),
        (lambda t: np.where(t), "np.where"),
    ],
)
def test_no_gradient_is_lost_in_silence(call, message):
    with pytest.raises(TypeError, match=message):
        call(Tensor(X, requires_grad=True))
