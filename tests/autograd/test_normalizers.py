from __future__ import annotations

import numpy as np
import pytest
from autograd.proof import Case, draw, operations_of, prove, pulled, refuted, table
from scipy import special

import numnet
from numnet import Tensor, operation
from numnet.autograd import normalizers as ops

SHAPES = [(3, 4), (2, 3, 2), (4,), (0, 3)]


def along(function, oracle):
    found = [(function, lambda x: oracle(x, axis=-1), (draw(*s),)) for s in SHAPES]
    found += [
        (lambda x, a=a: function(x, a), lambda x, a=a: oracle(x, axis=a), (draw(2, 3, 2),))
        for a in (0, 1, -2)
    ]
    return found


def logsumexp(**way):
    return lambda x: ops.logsumexp(x, **way), lambda x: special.logsumexp(x, **way)


CASES = {
    "softmax": along(ops.softmax, special.softmax),
    "log_softmax": along(ops.log_softmax, special.log_softmax),
    "logsumexp": [
        (*logsumexp(**way), (draw(2, 3, 2),))
        for axis in (None, 0, -1, (0, 2), (-1, 0))
        for way in ({"axis": axis}, {"axis": axis, "keepdims": True})
    ] + [(*logsumexp(), (draw(),)), (*logsumexp(axis=1), (draw(0, 3),))],
    "dropout": [
        (
            lambda x: ops.dropout(x, 0.25, train=True, rng=3),
            lambda x: np.where(np.random.default_rng(3).random(x.shape) < 0.25, 0, x / 0.75),
            (draw(4, 3),),
        ),
        (lambda x: ops.dropout(x, 0.25), lambda x: x, (draw(4, 3),)),
        (lambda x: ops.dropout(x, 0.0, train=True), lambda x: x, (draw(4, 3),)),
    ],
}  # fmt: skip


def test_no_operation_is_forgotten():
    assert set(CASES) == operations_of(ops)


@pytest.mark.parametrize("case", table(CASES))
def test_proof(case):
    prove(case)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_finite_at_1e30(dtype):
    x = np.array([[1e30, -1e30, 0.0]], dtype)
    y, (dx,) = pulled(ops.log_softmax, x, dy=np.array([[1.0, 10.0, 100.0]]))
    np.testing.assert_allclose(y, [[0, -2e30, -1e30]], rtol=1e-6)
    assert dx.tolist() == [[-110, 10, 100]]
    y, (dx,) = pulled(ops.softmax, x)
    assert (y.tolist(), dx.tolist()) == ([[1, 0, 0]], [[0, 0, 0]])
    y, (dx,) = pulled(lambda x: ops.logsumexp(x, axis=1), x, dy=np.ones(1))
    assert (y.tolist(), dx.tolist()) == ([x[0, 0]], [[1, 0, 0]])


def test_logsumexp_of_what_is_masked_out():
    y, (dx,) = pulled(ops.logsumexp, np.array([-np.inf, 0.0]), dy=1.0)
    assert (y.item(), dx.tolist()) == (0.0, [0, 1])


def test_dropout():
    x = Tensor(np.ones((100, 100), np.float32), requires_grad=True)
    assert x.dropout(0.5) is x
    y = x.dropout(0.5, train=True, rng=0)
    assert y.dtype == np.float32
    assert set(np.unique(y.value)) == {0, 2}
    assert abs(y.value.mean() - 1) < 0.05
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.value, y.value)
    assert Tensor([1, 2]).dropout(0.75, train=True, rng=0).dtype == float
    for p in (-0.1, 1.0, 2):
        with pytest.raises(ValueError, match="dropout"):
            x.dropout(p, train=True)


def test_dropout_follows_the_pass_of_a_module():
    class Thinned(numnet.Module):
        def __init__(self):
            self.a = numnet.Linear(2, 2)

        def forward(self, x):
            return self.a(x).dropout(0.5)

    model = Thinned().initialize(rng=0)
    x = np.ones((50, 2))
    assert (model(x) != 0).all()
    y, _ = model.propagate(x, numnet.Context(train=True, rng=np.random.default_rng(0)))
    assert (y == 0).any()


@pytest.mark.parametrize(
    "backward",
    [
        lambda dy, y, x: y * (1 - y) * dy,
        lambda dy, y, x: y * (dy - (dy * y).sum(0)),
        lambda dy, y, x: -y * (dy - (dy * y).sum(-1, keepdims=True)),
        lambda dy, y, x: dy * y,
    ],
)
def test_a_wrong_backward_is_refuted(backward):
    def softmax(x):
        return np.exp(x) / np.exp(x).sum(-1, keepdims=True)

    at = (draw(3, 3),)
    refuted(Case(operation(backward)(softmax), softmax, at))
    right = operation(lambda dy, y, x: y * (dy - (dy * y).sum(-1, keepdims=True)))
    prove(Case(right(softmax), softmax, at))
