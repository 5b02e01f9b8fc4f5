from __future__ import annotations

import numpy as np
import pytest
from autograd.proof import Case, draw, operations_of, prove, pulled, refuted, table
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from numnet import Tensor, operation
from numnet.autograd import shaping as ops

X = draw(3, 4)
KEYS = [
    0, -1, slice(1, 3), slice(None, None, -1), slice(None, None, 2), slice(2, 2), None, Ellipsis,
    (0, 1), (slice(None), 1), (..., 0), (None, 1, ..., None), np.int64(1), (slice(None), [0, 0, 1]),
    [0, 0, 2], np.array([0, 0, 2]), np.array([[0, 1], [1, 1]]), ([0, 0], [1, 1]), (0, [1, 1, 1]),
    np.array([True, False, True]), X > 0, np.zeros((3, 4), bool), ([0, 2], slice(0, 2)), [],
    (np.array([0, 0]), None, np.array([1, 1])), True, (), np.array(1), (np.array([-1, 2]),),
]  # fmt: skip


def way(function, *at, **keywords):
    """On tensors by the module, on arrays by NumPy."""
    own = getattr(ops, function)
    return lambda *x: own(*x, *at, **keywords), lambda *x: getattr(np, function)(
        *x, *at, **keywords
    )


def joined(name, shapes, **keywords):
    own, numpys = getattr(ops, name), getattr(np, name)
    at = tuple(draw(*s, seed=k) for k, s in enumerate(shapes))
    return lambda *x: own(x, **keywords), lambda *x: numpys(x, **keywords), at


CASES = {
    "reshape": [(*way("reshape", s), (X,)) for s in [(2, 6), (-1,), -1, (12, 1), [3, 2, 2]]]
    + [(*way("reshape", (0, 3)), (draw(3, 0),)), (*way("reshape", ()), (draw(1, 1),))],
    "transpose": [
        (*way("transpose"), (draw(2, 3, 4),)),
        (*way("transpose"), (draw(),)),
        *[(*way("transpose", a), (draw(2, 3, 4),)) for a in [(1, 0, 2), (2, 0, 1), (-1, 0, -2)]],
    ],
    "broadcast_to": [
        (*way("broadcast_to", (2, 3)), (draw(3),)),
        (*way("broadcast_to", (2, 3, 4)), (draw(3, 1),)),
        (*way("broadcast_to", (0, 3)), (draw(3),)),
        (*way("broadcast_to", (2,)), (draw(),)),
    ],
    "index": [
        (lambda x, k=k: ops.index(x, k), lambda x, k=k: np.asarray(x[k]), (X,)) for k in KEYS
    ],
    "concatenate": [
        joined("concatenate", [(2, 3), (1, 3)]),
        joined("concatenate", [(2, 3), (2, 2), (2, 0)], axis=1),
        joined("concatenate", [(2, 3), (2, 2)], axis=-1),
        joined("concatenate", [(2, 3, 2), (2, 1, 2)], axis=-2),
        joined("concatenate", [(2, 3), (4,)], axis=None),
        joined("concatenate", [(2, 3)]),
    ],
    "stack": [
        joined("stack", [(2, 3), (2, 3)]),
        joined("stack", [(2, 3), (2, 3)], axis=1),
        joined("stack", [(2, 3), (2, 3)], axis=-1),
        joined("stack", [(), ()]),
        joined("stack", [(0, 3), (0, 3)], axis=2),
    ],
    "astype": [
        (lambda x: ops.astype(x, np.result_type(x.dtype, "f2")), lambda x: x, (X,)),
    ],
}


def test_no_operation_is_forgotten():
    assert set(CASES) == operations_of(ops)


@pytest.mark.parametrize("case", table(CASES))
def test_proof(case):
    prove(case)


@given(st.data())
def test_any_index(data):
    shape = data.draw(hnp.array_shapes(max_dims=3, max_side=3))
    key = data.draw(
        hnp.basic_indices(shape, allow_newaxis=True)
        | hnp.integer_array_indices(shape)
        | hnp.arrays(bool, shape)
    )
    x = draw(*shape)
    y, (dx,) = pulled(lambda t: t[key], x)
    np.testing.assert_array_equal(y, x[key])
    # The transposed map: where each entry of y came from.
    came = np.asarray(np.arange(x.size).reshape(shape)[key]).ravel()
    dy = draw(*y.shape, seed=99, low=0.5)
    expected = np.bincount(came, np.ravel(dy), minlength=x.size).reshape(shape)
    np.testing.assert_allclose(dx, expected, rtol=1e-13, atol=1e-15)


def test_repeated_indices_add_up():
    t = Tensor([1.0, 2.0, 3.0], requires_grad=True)
    t[[0, 0, 2]].backward([1.0, 10.0, 100.0])
    assert t.grad.value.tolist() == [11, 0, 100]


def test_an_index_that_overwrites_is_refuted():
    def backward(dy, y, x, key):
        dx = np.zeros_like(x)
        dx[key] = dy
        return dx

    @operation(backward)
    def index(x, key):
        return x[key]

    refuted(Case(lambda x: index(x, [0, 0]), lambda x: x[[0, 0]], (draw(3),)))


def test_indices_may_be_tensors():
    t = Tensor(X, requires_grad=True)
    np.testing.assert_array_equal(t[t > 0].value, X[X > 0])
    np.testing.assert_array_equal(t[Tensor([0, 2]), 1].value, X[[0, 2], 1])
    with pytest.raises(IndexError, match=r"index of shapes \(3, 4\)"):
        _ = t[7]
    with pytest.raises(IndexError):
        _ = t[t]


def test_methods_of_shape():
    t = Tensor(draw(2, 3, 4), requires_grad=True)
    assert t.reshape(6, 4).shape == t.reshape((6, 4)).shape == (6, 4)
    assert t.flatten().shape == (24,)
    assert t.flatten(1).shape == (2, 12)
    assert t.T.shape == t.transpose().shape == (4, 3, 2)
    assert t.transpose(0, 1).shape == (3, 2, 4)
    assert t.transpose(-1, 0).shape == (4, 3, 2)
    assert t.transpose((1, 0, 2)).shape == t.transpose(1, 0, 2).shape == (3, 2, 4)
    assert Tensor(1.0).flatten().shape == (1,)
    for axes in ((0, 1), (-2, 1), (-2, -1)):
        with pytest.raises(ValueError, match=r"Write \.T"):
            Tensor(X).transpose(*axes)
    with pytest.raises(IndexError, match="transpose"):
        t.transpose(0, 5)
    with pytest.raises(ValueError, match=r"reshape of shapes \(2, 3, 4\)"):
        t.reshape(5, 5)
    for y in (np.reshape(t, (6, 4)), np.ravel(t), np.transpose(t), np.transpose(t, (1, 0, 2)),
              np.broadcast_to(t, (2, 2, 3, 4)), np.concatenate([t, X[None, :3].repeat(2, 0)]),
              np.stack([t, t]), np.concatenate((t, t), axis=1)):  # fmt: skip
        assert y.requires_grad


def test_astype():
    t = Tensor(np.ones(2, np.float32), requires_grad=True)
    y = t.astype(float)
    assert y.dtype == np.float64
    y.sum().backward()
    assert t.grad.dtype == np.float32
    assert t.detach().astype(int).dtype == int
    with pytest.raises(TypeError, match="floating numbers"):
        t.astype(int)
    with pytest.raises(TypeError, match="complex"):
        t.astype(complex).sum().backward(1j)
