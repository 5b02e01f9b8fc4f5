from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from numnet import Tensor
from numnet.errors import GraphError


def leaf():
    return Tensor([1.0, 2.0], requires_grad=True)


def test_numbers():
    loss = (leaf() * 2.0).sum()
    assert (loss.item(), float(loss), int(loss), complex(loss)) == (6.0, 6.0, 6, 6 + 0j)
    assert f"{loss:.2f}" == "6.00"
    assert f"{loss}" == "Tensor(6., operation=sum)"
    assert f"{leaf()}" == str(leaf())
    assert float(Tensor([[3.0]])) == 3.0
    assert [10, 20, 30][Tensor(1)] == 20
    assert bool(Tensor(1.0)) is True
    assert bool(Tensor([0.0])) is False
    for function in (float, int, bool):
        with pytest.raises((ValueError, TypeError)):
            function(leaf())
    with pytest.raises(TypeError):
        _ = [1, 2][Tensor(1.0)]


def test_sequences():
    t = Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    assert len(t) == 2
    rows = list(t)
    assert [row.requires_grad for row in rows] == [True, True]
    first, second = t
    (first * second).sum().backward()
    assert t.grad.value.tolist() == [[3, 4], [1, 2]]
    assert (3.0 in second, 7.0 in second) == (True, False)
    with pytest.raises(TypeError, match="unsized"):
        len(Tensor(1.0))
    with pytest.raises(TypeError):
        iter(Tensor(1.0))


def test_equality_and_hash():
    a, b = leaf(), leaf()
    assert (a == b).value.tolist() == [True, True]
    assert (a != 1.0).value.tolist() == [False, True]
    assert len({a, b, a}) == 2
    assert a != None  # noqa: E711
    assert a != "a"
    with pytest.raises(ValueError, match="ambiguous"):
        bool(a == b)
    with pytest.raises(ValueError, match=r"less of shapes \(2,\), \(3,\)"):
        _ = a < np.ones(3)


def test_no_array_is_made_where_a_gradient_is_wanted():
    t = leaf()
    for make in (np.asarray, np.array, lambda t: np.array([t, t]), np.ma.array, list):
        if make is not list:
            with pytest.raises(TypeError, match="requires a gradient"):
                make(t)
    with pytest.raises(TypeError, match="requires a gradient"):
        np.zeros(2)[:] = t
    array = np.ones(2)
    with pytest.raises(TypeError, match="no out= with a tensor"):
        array += t
    plain = t.detach()
    assert np.asarray(plain) is plain._array
    assert np.asarray(plain, np.float32).dtype == np.float32
    assert not np.shares_memory(np.array(plain), plain._array)


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))]
)
def test_copies(copied):
    t = leaf()
    (t * t).sum().backward()
    other = copied(t)
    assert type(other) is Tensor
    assert other.requires_grad
    assert other.grad.value.tolist() == [2, 4]
    other.data.zero_()
    other.grad.zero_()
    assert t.value.tolist() == [1, 2]
    assert t.grad.value.tolist() == [2, 4]
    assert copied(leaf()).grad is None
    with pytest.raises(GraphError, match=r"t\.detach\(\)"):
        copied(t * 2.0)


@pytest.mark.parametrize(
    ("tensor", "text"),
    [
        (Tensor([1.0, 2.0]), "Tensor([1., 2.])"),
        (Tensor([1.0], requires_grad=True), "Tensor([1.], requires_grad=True)"),
        (Tensor(np.float32([1])), "Tensor([1.], dtype=float32)"),
        (Tensor([[1], [2]]), "Tensor([[1],\n        [2]])"),
        (Tensor([True]), "Tensor([ True])"),
    ],
)
def test_repr(tensor, text):
    assert repr(tensor) == text
