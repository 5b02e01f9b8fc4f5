from __future__ import annotations

import numpy as np
import pytest
from autograd.proof import Case, draw, operations_of, prove, refuted, table

from numnet import Tensor, operation
from numnet.autograd import products as ops

SHAPES = [
    ((2, 3), (3, 4)), ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 4, 3), (3, 2)),
    ((2, 4, 3), (3,)), ((3,), (2, 3, 4)), ((2, 3), (4, 3, 2)), ((4, 1, 2, 3), (5, 3, 2)),
    ((1, 2, 3), (4, 3, 2)), ((4, 2, 3), (1, 3, 2)), ((0, 3), (3, 2)), ((2, 0), (0, 2)),
    ((2, 3), (3, 0)), ((0, 2, 3), (3, 2)), ((2, 2, 0), (0,)), ((2, 2, 0), (0, 3)), ((0,), (0,)),
    ((0, 2, 3), (3,)), ((3,), (0, 3, 2)),
]  # fmt: skip
DOT = [s for s in SHAPES if len(s[1]) < 3 or len(s[0]) == 1]

CASES = {
    "matmul": [(ops.matmul, np.matmul, (draw(*a), draw(*b, seed=1))) for a, b in SHAPES],
    "dot": [
        *[(np.dot, np.dot, (draw(*a), draw(*b, seed=1))) for a, b in DOT],
        (np.dot, np.dot, (draw(), draw(3))),
        (lambda a: np.dot(a, 2.0), lambda a: 2 * a, (draw(2, 3),)),
    ],
}


def test_no_operation_is_forgotten():
    assert set(CASES) == operations_of(ops)


@pytest.mark.parametrize("case", table(CASES))
def test_proof(case):
    prove(case)


@pytest.mark.parametrize(
    ("da", "db"),
    [
        (lambda dy, y, a, b: dy @ b, lambda dy, y, a, b: a.T @ dy),
        (lambda dy, y, a, b: dy @ b.T, lambda dy, y, a, b: dy.T @ a),
        (lambda dy, y, a, b: dy @ b.T, lambda dy, y, a, b: -(a.T @ dy)),
        (lambda dy, y, a, b: dy @ b.T, lambda dy, y, a, b: a.T @ dy / len(a)),
    ],
)
def test_a_wrong_backward_is_refuted(da, db):
    at = draw(3, 3), draw(3, 3, seed=1)
    right = operation(lambda dy, y, a, b: dy @ b.T, lambda dy, y, a, b: a.T @ dy)
    prove(Case(right(_product), np.matmul, at))
    refuted(Case(operation(da, db)(_product), np.matmul, at))


def _product(a, b):
    return a @ b


def test_mixed_with_arrays():
    a, b = draw(2, 3), draw(3, 2)
    t = Tensor(b, requires_grad=True)
    for y in (a @ t, np.matmul(a, t), a.tolist() @ t, np.dot(a, t)):
        assert type(y) is Tensor
        assert y.requires_grad
        np.testing.assert_allclose(y.value, a @ b, rtol=1e-15)


def test_shapes_that_do_not_fit_are_named():
    t = Tensor(draw(2, 3), requires_grad=True)
    with pytest.raises(ValueError, match=r"matmul of shapes \(2, 3\), \(2, 3\)"):
        _ = t @ t
    with pytest.raises(ValueError, match="matmul of shapes"):
        _ = t @ 2
    with pytest.raises(TypeError, match="of 2 and 3 axes all pairs would be multiplied"):
        np.dot(t, draw(2, 3, 2))
