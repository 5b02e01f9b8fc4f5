from __future__ import annotations

import operator

import numpy as np
import pytest

import numnet
from numnet import Tensor
from numnet.errors import GraphError

SIGNS = [
    (operator.iadd, operator.add), (operator.isub, operator.sub),
    (operator.imul, operator.mul), (operator.itruediv, operator.truediv),
]  # fmt: skip


def leaf():
    return Tensor([1.0, 2.0], requires_grad=True)


@pytest.mark.parametrize(("change", "make"), SIGNS)
def test_in_place(change, make):
    t = Tensor([1.0, 2.0])
    memory = t._array
    assert change(t, 4.0) is t
    assert t._array is memory
    assert t.value.tolist() == make(np.array([1.0, 2.0]), 4.0).tolist()
    with pytest.raises(GraphError, match=r"requires a gradient.*no_grad.*\.data"):
        change(leaf(), 1.0)
    h = leaf() * 2.0
    for _ in range(2):
        with pytest.raises(GraphError, match=r"result of a recorded operation \(multiply\)"):
            change(h, 1.0)
    with numnet.no_grad():
        with pytest.raises(GraphError, match="recorded operation"):
            change(h, 1.0)
        t = leaf()
        assert change(t, leaf()) is t
    with pytest.raises(ValueError, match=r"= of shapes \(2,\), \(3, 2\)"):
        change(Tensor([1.0, 2.0]), np.ones((3, 2)))


def test_a_sum_begun_from_a_constant_is_recorded():
    w = leaf()
    for start in (0.0, Tensor(0.0)):
        total = start
        total += (w * w).sum()
        assert total is not start
        with pytest.raises(GraphError, match=r"Write a = a \+ b"):
            total += (w * w).sum()
        total = total + (w * w).sum()
        total.backward()
    assert w.grad.value.tolist() == [8, 16]


def test_other_changes_in_place():
    t = leaf()
    with pytest.raises(GraphError, match=r"numpy\.where"):
        t[0] = 1.0
    with pytest.raises(GraphError, match="zero_"):
        t.zero_()
    with pytest.raises(GraphError, match="zero_"):
        (t * 2.0).zero_()
    plain = Tensor([1.0, 2.0])
    plain[Tensor([0])] = 5.0
    plain[1] = Tensor(7.0)
    assert plain.value.tolist() == [5, 7]
    with pytest.raises(GraphError, match=r"numpy\.stack"):
        plain[0] = t[0]
    with pytest.raises(TypeError, match="Cannot cast"):
        operator.iadd(Tensor([1, 2]), 0.5)
    # What has no form in place makes a new tensor.
    power = t
    power **= 2
    assert power is not t
    assert power.requires_grad


def test_signs():
    t = leaf()
    assert (+t) is t
    assert (-t).value.tolist() == [-1, -2]
    assert abs(-t).value.tolist() == [1, 2]


@pytest.mark.parametrize("other", [None, "a", object(), {1: 2}])
def test_what_is_no_operand(other):
    for operate in (operator.add, operator.sub, operator.mul, operator.matmul, operator.lt):
        for pair in ((leaf(), other), (other, leaf())):
            with pytest.raises(TypeError):
                operate(*pair)
    with pytest.raises(TypeError):
        operator.iadd(Tensor([1.0]), other)
