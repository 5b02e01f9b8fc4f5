from __future__ import annotations

import numpy as np
import pytest
from autograd.proof import Case, draw, operations_of, prove, pulled, refuted, table
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from numnet import Tensor, operation
from numnet.autograd import arithmetic as ops

SHAPES = [((3, 2), (3, 2)), ((3, 2), (2,)), ((3, 1), (1, 4)), ((), (2,)), ((2, 1, 2), (3, 1))]
SHAPES += [((0, 3), (3,)), ((1,), (0,)), ((), ())]


def pairs(function, oracle):
    return [(function, oracle, (draw(*a), draw(*b, seed=1))) for a, b in SHAPES]


def with_number(function, oracle):
    x = draw(3, 2)
    return [
        (lambda x: function(x, 1.5), lambda x: oracle(x, 1.5), (x,)),
        (lambda x: function(1.5, x), lambda x: oracle(1.5, x), (x,)),
        (lambda x: function(x, np.float64(1.5)), lambda x: oracle(x, 1.5), (x,)),
        (lambda x: function(x, np.array(1.5)), lambda x: oracle(x, 1.5), (x,)),
        (lambda x: function(x, 3), lambda x: oracle(x, 3), (x,)),
    ]


POSITIVE = draw(3, 2, signs=False)
CASES = {
    "add": pairs(ops.add, np.add) + with_number(ops.add, np.add),
    "subtract": pairs(ops.subtract, np.subtract) + with_number(ops.subtract, np.subtract),
    "multiply": pairs(ops.multiply, np.multiply) + with_number(ops.multiply, np.multiply),
    "divide": pairs(ops.divide, np.divide) + with_number(ops.divide, np.divide),
    "negative": [(ops.negative, np.negative, (draw(*s),)) for s in [(3, 2), (), (0, 2)]],
    "square": [(ops.square, np.square, (draw(*s),)) for s in [(3, 2), (), (0, 2)]],
    "power": [
        *[
            (ops.power, np.power, (draw(*a, signs=False), draw(*b, seed=1)))
            for a, b in SHAPES
        ],
        *[
            (lambda x, b=b: ops.power(x, b), lambda x, b=b: np.power(x, b), (POSITIVE,))
            for b in (0, 1, 2, 3, -1, 0.5, 2.0, -1.5, np.float64(2))
        ],
        *[
            (lambda x, b=b: ops.power(x, b), lambda x, b=b: np.power(x, b), (draw(3, 2),))
            for b in (0, 1, 2, 3, -1, np.array([1, 2], np.int16))
        ],
        (lambda x: ops.power(2, x), lambda x: np.power(2, x), (draw(3, 2),)),
        (lambda x: ops.power(0.5, x), lambda x: np.power(0.5, x), (draw(3, 2),)),
    ],
}  # fmt: skip


def test_no_operation_is_forgotten():
    assert set(CASES) == operations_of(ops)


@pytest.mark.parametrize("case", table(CASES))
def test_proof(case):
    prove(case)


def sums_nothing(f):
    """The multiplication whose backward leaves a shape as it is."""
    return operation(lambda dy, y, a, b: dy * b, lambda dy, y, a, b: dy * a)(np.multiply)


WRONG = {
    "sign": operation(lambda dy, y, a, b: dy, lambda dy, y, a, b: dy, broadcasts=True),
    "not summed": operation(lambda dy, y, a, b: dy, lambda dy, y, a, b: -dy),
    "swapped": operation(lambda dy, y, a, b: -dy, lambda dy, y, a, b: dy, broadcasts=True),
    "summed along the wrong axis": operation(
        lambda dy, y, a, b: dy,
        lambda dy, y, a, b: -np.broadcast_to(dy[..., :1].sum(0), b.shape),
        broadcasts=True,
    ),
    "wide": operation(
        lambda dy, y, a, b: dy,
        lambda dy, y, a, b: -dy * (1 + 1e-11),
        broadcasts=True,
    ),
}


def _subtract(a, b):
    return np.subtract(a, b)


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_backward_is_refuted(fault):
    at = draw(3, 2), draw(2, seed=1)
    prove(Case(ops.subtract, np.subtract, at))
    refuted(Case(WRONG[fault](_subtract), np.subtract, at))


@operation(lambda dy, y, a: np.multiply(dy, 2, out=dy))
def twice_in_place(a):
    return 2 * a


def test_a_backward_that_changes_dy_is_refuted():
    refuted(Case(twice_in_place, lambda a: 2 * a, (draw(3),)))


@given(st.data())
def test_gradients_are_summed_over_what_was_broadcast(data):
    shapes = data.draw(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3))
    a, b = (draw(*s, seed=k) for k, s in enumerate(shapes.input_shapes))
    y, (da, db) = pulled(ops.multiply, a, b)
    assert (y.shape, da.shape, db.shape) == (shapes.result_shape, a.shape, b.shape)
    # Euler: a . da = b . db = y . dy of a product.
    np.testing.assert_allclose((a * da).sum(), (b * db).sum(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("symbol", "function"),
    [("+", np.add), ("-", np.subtract), ("*", np.multiply), ("/", np.divide), ("**", np.power)],
)
@pytest.mark.parametrize("other", [2.0, 2, np.float64(2), np.array([1.5, 2.0]), [1.5, 2.0]])
@pytest.mark.parametrize("turned", [False, True])
def test_operators_with_what_is_no_tensor(symbol, function, other, turned):
    t = Tensor([0.5, 3.0], requires_grad=True)
    a, b = (other, t) if turned else (t, other)
    y = {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b,
         "**": lambda: a**b}[symbol]()  # fmt: skip
    assert type(y) is Tensor
    assert y.requires_grad
    plain = (other, t.value) if turned else (t.value, other)
    np.testing.assert_allclose(y.value, function(*map(np.asarray, plain)), rtol=1e-15)
    assert function(*(map(np.asarray, (a,)) if a is not t else (t,)), b).requires_grad


@pytest.mark.parametrize("number", [2.0, 2, np.float64(2), np.array(2.0), np.int64(2), True])
def test_a_number_takes_the_dtype_of_the_tensor(number):
    t = Tensor(np.ones(2, np.float32), requires_grad=True)
    for y in (t + number, number - t, t * number, number / t, t**number, number**t):
        assert y.dtype == np.float32


def test_power_at_the_edges():
    # As in torch: x ** 0 is constant, 0 ** b for b >= 0 too.
    x = Tensor([0.0, -1.0], requires_grad=True)
    (x**0).sum().backward()
    (x**0.0).sum().backward()
    (x ** np.zeros(2)).sum().backward()
    assert x.grad.value.tolist() == [0, 0]
    (x**3).sum().backward()
    (x**1).sum().backward()
    assert x.grad.value.tolist() == [1, 4]
    b = Tensor([0.0, 2.0], requires_grad=True)
    (0.0**b).sum().backward()
    assert b.grad.value.tolist() == [0, 0]
    (np.array([0.0, 1.0]) ** b).sum().backward()
    assert b.grad.value.tolist() == [0, 0]
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        (Tensor([0.0], requires_grad=True) ** 0.5).backward()


@pytest.mark.parametrize("function", [ops.add, ops.subtract, ops.multiply, ops.divide, ops.power])
def test_shapes_that_do_not_broadcast_are_named(function):
    name = function.__name__
    message = rf"{name} of shapes \(3,\), \(2, 2\)"
    for a in (Tensor([1.0] * 3), Tensor([1.0] * 3, requires_grad=True)):
        with pytest.raises(ValueError, match=message):
            function(a, np.ones((2, 2)))


@pytest.mark.parametrize(
    "other",
    [np.array([None, 1]), np.ma.array([1.0, 2.0]), np.array(["a", "b"]), ["a", "b"], np.str_("a")],
)
def test_what_holds_no_numbers_is_refused(other):
    t = Tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(TypeError, match="expected an array"):
        _ = t + other
    with pytest.raises(TypeError):
        _ = t + None
    with pytest.raises(TypeError):
        _ = np.add(t, None)
