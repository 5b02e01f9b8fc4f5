from __future__ import annotations

import numpy as np
import pytest
from autograd.proof import Case, draw, on_arrays, operations_of, prove, pulled, refuted, table
from helpers import complex_step

from numnet import Tensor, operation
from numnet.autograd import choosing as ops

SHAPES = [((3, 2), (3, 2)), ((3, 2), (2,)), ((3, 1), (1, 4)), ((), (2,)), ((0, 3), (3,)), ((), ())]
MASK = np.array([[True, False], [False, True], [True, True]])
X = draw(3, 2)


def pairs(function, oracle):
    found = [(function, oracle, (draw(*a), draw(*b, seed=1))) for a, b in SHAPES]
    found.append((lambda x: function(x, 0.5), lambda x: oracle(x, 0.5), (X,)))
    found.append((lambda x: function(0.5, x), lambda x: oracle(0.5, x), (X,)))
    return found


CASES = {
    "where": [
        (lambda a, b: ops.where(MASK, a, b), lambda a, b: np.where(MASK, a, b), at)
        for at in [(X, draw(3, 2, seed=1)), (X, draw(2, seed=1)), (draw(), draw(3, 1, seed=1))]
    ]
    + [
        (lambda a: ops.where(MASK, a, 0.0), lambda a: np.where(MASK, a, 0), (X,)),
        (lambda a: ops.where(MASK, 0.0, a), lambda a: np.where(MASK, 0, a), (X,)),
        (lambda a: ops.where(MASK[0], a, 1), lambda a: np.where(MASK[0], a, 1), (draw(3, 1),)),
        (lambda a: ops.where(True, a, 1.0), lambda a: a, (X,)),
        (lambda a: ops.where(a > 0, a, 2 * a), lambda a: np.where(a > 0, a, 2 * a), (X,)),
    ],
    "maximum": pairs(ops.maximum, np.maximum),
    "minimum": pairs(ops.minimum, np.minimum),
    "clip": [
        *[
            (lambda x, b=b: ops.clip(x, *b), lambda x, b=b: np.clip(x, *b), (X,))
            for b in [(-0.5, 1.0), (None, 0.5), (0.0, None), (np.float64(-1), np.array(1.0))]
        ],
        (lambda x: ops.clip(x, low=0.0), lambda x: np.clip(x, 0, None), (X,)),
        (lambda x: ops.clip(x, high=0.0), lambda x: np.clip(x, None, 0), (draw(0, 2),)),
    ],
}  # fmt: skip


def test_no_operation_is_forgotten():
    assert set(CASES) == operations_of(ops)


@pytest.mark.parametrize("case", table(CASES))
def test_proof(case):
    prove(case)


def test_bounds_may_be_arrays():
    low = np.array([[-1.0, 0.5], [0.0, 0.0]])
    _, (dx,) = pulled(lambda x: ops.clip(x, low, 5.0), np.array([0.2, 0.2]), dy=np.ones((2, 2)))
    assert dx.tolist() == [2, 1]


@pytest.mark.parametrize(
    ("function", "at", "expected"),
    [
        (lambda x: ops.maximum(x, 1.0), [1.0, 2.0, 0.0, np.inf, -np.inf], [0.5, 1, 0, 1, 0]),
        (lambda x: ops.minimum(x, 1.0), [1.0, 2.0, 0.0, np.inf, -np.inf], [0.5, 0, 1, 0, 1]),
        (lambda x: ops.maximum(1.0, x), [1.0, 2.0, np.nan], [0.5, 1, 1]),
        (lambda x: ops.minimum(1.0, x), [1.0, 2.0, np.nan], [0.5, 0, 1]),
        (lambda x: ops.clip(x, 0, 1), [-1.0, 0.0, 0.5, 1.0, 2.0, np.nan], [0, 1, 1, 1, 0, 0]),
        (lambda x: ops.where(x > 0, x, 0), [0.0, 1.0, -1.0], [0, 1, 0]),
    ],
)
def test_gradient_at_ties_and_edges(function, at, expected):
    _, (dx,) = pulled(function, np.array(at), dy=np.ones(len(at)))
    assert dx.tolist() == expected


@pytest.mark.parametrize("function", [ops.maximum, ops.minimum])
def test_a_tie_is_the_same_for_the_complex_step(function):
    at = np.array([1.0, 2.0, -1.0]), np.array([1.0, 1.0, -1.0])
    dy = np.array([1.0, 10.0, 100.0])
    _, grads = pulled(function, *at, dy=dy)
    for i in range(2):
        np.testing.assert_array_equal(grads[i], complex_step(on_arrays(function), at, i, dy))


def test_complex_entries_are_compared_by_their_real_parts():
    a, b = Tensor([1 + 5j, 0 + 9j]), Tensor([2 - 5j, 0 - 1j])
    assert a.maximum(b).value.tolist() == [2 - 5j, 4j]
    assert a.minimum(b).value.tolist() == [1 + 5j, 4j]
    assert (a < b).value.tolist() == [True, False]
    assert (a >= b).value.tolist() == [False, True]
    assert (a == b).value.tolist() == [False, True]
    assert Tensor([0 + 1j, 2 + 1j, -1 + 1j]).clip(0, 1).value.tolist() == [1j, 1, 0]
    assert Tensor([1 + 0j, 1 + 1j]).argmax().item() == 0


def test_a_branch_that_is_nan_is_not_felt():
    x = Tensor([-1.0, 4.0], requires_grad=True)
    with np.errstate(invalid="ignore"):
        bad = x.log()
    y = np.where(x > 0, bad, 0.0)
    assert y.value.tolist() == [0, np.log(4.0)]
    y.sum().backward()
    # dy / x of a dy that is 0.
    assert x.grad.value.tolist() == [0, 0.25]
    x.grad = None
    np.where(x > 0, x, 1.0).log().sum().backward()
    assert x.grad.value.tolist() == [0, 0.25]


def test_what_decides_has_no_gradient():
    t = Tensor([1.0, 0.0], requires_grad=True)
    with pytest.raises(TypeError, match="where: argument 0 requires a gradient"):
        np.where(t, t, 0.0)
    with pytest.raises(TypeError, match="clip: argument 1 requires a gradient"):
        t.clip(t)
    with pytest.raises(TypeError, match="low= requires a gradient"):
        t.clip(low=t)
    assert t.clip(low=t.detach()).requires_grad
    for compare in (np.less, np.greater_equal, np.equal, np.not_equal):
        assert not compare(t, 0.5).requires_grad
        assert not compare(0.5, t).requires_grad
    assert (t < 0.5).value.tolist() == [False, True]
    assert not t.argmax().requires_grad
    assert np.argmax(t[None], axis=1).value.tolist() == [0]


@pytest.mark.parametrize(
    "da",
    [
        lambda dy, y, a, b: dy,
        lambda dy, y, a, b: dy * (a < b),
        lambda dy, y, a, b: -dy * (a > b),
        lambda dy, y, a, b: dy * (dy > 0),
    ],
)
def test_a_wrong_backward_is_refuted(da):
    @operation(da, lambda dy, y, a, b: dy * (a <= b), broadcasts=True)
    def maximum(a, b):
        return np.where(np.real(a) > np.real(b), a, b)

    refuted(Case(maximum, np.maximum, (X, draw(2, seed=1))))
