from __future__ import annotations

import numpy as np
import pytest
from autograd.proof import Case, draw, operations_of, prove, refuted, table

from numnet import Tensor
from numnet.autograd import contraction as ops

SUMS = [
    ("ij,jk->ik", (2, 3), (3, 4)),
    ("ij,jk", (2, 3), (3, 4)),
    (" i j , j k -> i k ", (2, 3), (3, 4)),
    ("ba,Ab", (2, 3), (4, 2)),
    ("ij->ji", (2, 3)),
    ("ji", (2, 3)),
    ("ij->", (2, 3)),
    ("ij->j", (2, 3)),
    ("ii->i", (3, 3)),
    ("ii->", (3, 3)),
    ("ii", (3, 3)),
    ("iij->j", (2, 2, 3)),
    ("iji->ij", (2, 3, 2)),
    ("iii->i", (2, 2, 2)),
    ("ii,i->i", (3, 3), (3,)),
    ("i,j->ij", (2,), (3,)),
    ("i,i->", (3,), (3,)),
    ("i,i,i->i", (3,), (3,), (3,)),
    ("ij,kl->il", (2, 3), (2, 2)),
    (",i->i", (), (3,)),
    (",", (), ()),
    ("i->", (0,)),
    ("ij,jk->ik", (0, 3), (3, 2)),
    ("ij,jk->ik", (2, 0), (0, 2)),
    ("...ij,jk->...ik", (2, 2, 3), (3, 2)),
    ("...ij,...jk->...ik", (4, 1, 2, 3), (5, 3, 2)),
    ("...ij,...jk", (2, 3), (4, 3, 2)),
    ("...,...", (2, 3), (3,)),
    ("...,...->...", (1, 3), (2, 1)),
    ("...->...", (2, 3)),
    ("i...->...", (2, 3)),
    ("...ii->...i", (2, 3, 3)),
    ("i...j,j->i...", (2, 4, 3), (3,)),
    ("i,i->i", (1,), (3,)),
    ("i,i->", (1,), (3,)),
    ("i,i->", (3,), (1,)),
    ("ij,ij->i", (2, 1), (2, 3)),
    ("bhqd,bhkd->bhqk", (1, 2, 3, 2), (1, 2, 4, 2)),
]


def case(subscripts, *shapes):
    at = tuple(draw(*s, seed=k) for k, s in enumerate(shapes))
    return (
        lambda *x: ops.einsum(subscripts, *x),
        lambda *x: np.einsum(subscripts, *x),
        at,
    )


CASES = {"einsum": [case(*s) for s in SUMS]}


def test_no_operation_is_forgotten():
    assert set(CASES) == operations_of(ops)


@pytest.mark.parametrize("case", table(CASES))
def test_proof(case):
    prove(case)


def test_by_the_name_of_numpy():
    a, b = draw(2, 3), draw(3, 2)
    y = np.einsum("ij,jk->ik", Tensor(a, requires_grad=True), b)
    np.testing.assert_allclose(y.value, a @ b)
    assert y.requires_grad


def test_a_wrong_backward_is_refuted(monkeypatch):
    right = ops._letters

    def turned(subscripts, shapes):
        terms, output = right(subscripts, shapes)
        return terms, output[::-1]

    monkeypatch.setattr(ops, "_letters", turned)
    refuted(Case(*case("ij,jk->ik", (2, 3), (3, 2))))


def test_errors_are_named():
    t = Tensor(draw(2, 3), requires_grad=True)
    with pytest.raises(ValueError, match=r"einsum of shapes \(2, 3\)"):
        ops.einsum("ij,jk->ik", t)
    with pytest.raises(ValueError, match=r"einsum of shapes \(2, 3\), \(2, 3\)"):
        ops.einsum("ij,jk->ik", t, t)
