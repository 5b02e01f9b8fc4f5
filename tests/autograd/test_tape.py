from __future__ import annotations

import numpy as np
import pytest

import numnet
from numnet import Tensor, operation

X = np.array([1.0, 2.0])


def leaf():
    return Tensor(X, requires_grad=True)


@operation(lambda dy, y, x, k=2: dy * k)
def scaled(x, k=2):
    """x times k."""
    return x * k


def test_a_keyword_reaches_the_backward():
    assert (scaled.__name__, scaled.__doc__) == ("scaled", "x times k.")
    for arguments, keywords, slope in [((), {}, 2), ((), {"k": 5}, 5), ((3,), {}, 3)]:
        t = leaf()
        scaled(t, *arguments, **keywords).sum().backward()
        assert t.grad.value.tolist() == [slope, slope]


def test_of_arrays_alone_it_is_the_function():
    assert type(scaled(X)) is np.ndarray
    assert scaled(2.0) == 4.0


def test_a_constant_is_not_recorded():
    assert scaled(Tensor(X)).is_leaf
    assert not scaled(Tensor(X)).requires_grad
    with numnet.no_grad():
        assert not scaled(leaf()).requires_grad


def test_what_has_no_backward_is_refused():
    @operation(lambda dy, y, a, b: dy * b)
    def product(a, b):
        return a * b

    assert product(leaf(), X).requires_grad
    with pytest.raises(TypeError, match=r"product: argument 1 requires a gradient.*detach"):
        product(leaf(), leaf())
    with pytest.raises(TypeError, match="k= requires a gradient"):
        scaled(leaf(), k=Tensor(2.0, requires_grad=True))
    assert scaled(leaf(), k=Tensor(2.0)).value.tolist() == [2, 4]


@pytest.mark.parametrize(
    ("backward", "error", "message"),
    [
        (lambda dy, y, x: dy.sum(), ValueError, r"odd: .*argument 0.*\(2,\), got \(\)"),
        (lambda dy, y, x: np.ones((2, 2)), ValueError, r"got \(2, 2\)"),
        (lambda dy, y, x: None, ValueError, r"got \(\)"),
        (lambda dy, y, x: ["a", "b"], TypeError, "array of numbers"),
        (lambda dy, y, x: [None, None], TypeError, "array of numbers"),
        (lambda dy, y, x: dy * 1j, TypeError, "complex"),
        (lambda dy, y: dy, TypeError, "positional"),
        (lambda dy, y, x: x.no_such, AttributeError, "no_such"),
    ],
)
def test_a_backward_that_returns_no_gradient(backward, error, message):
    @operation(backward)
    def odd(x):
        return x + 1

    t = leaf()
    y = odd(t).sum()
    for _ in range(2):
        with pytest.raises(error, match=message):
            y.backward()
        assert t.grad is None


def test_none_for_a_number_is_no_gradient_either():
    t = Tensor(1.0, requires_grad=True)
    with pytest.raises(TypeError, match="array of numbers"):
        operation(lambda dy, y, x: None)(lambda x: x + 1)(t).backward()


@pytest.mark.parametrize("returned", [np.ones(3), np.ones((3, 2, 2)), np.ones((2, 3))])
def test_a_broadcast_gradient_of_a_wrong_shape(returned):
    @operation(lambda dy, y, a, b: returned, broadcasts=True)
    def odd(a, b):
        return a + b

    with pytest.raises(ValueError, match="odd: expected the backward of argument 0"):
        odd(leaf(), X).sum().backward()


def test_one_number_serves_all_of_a_broadcast_argument():
    @operation(lambda dy, y, a, b: 3.0, broadcasts=True)
    def odd(a, b):
        return a + b

    t = leaf()
    odd(t, X).sum().backward()
    assert t.grad.value.tolist() == [3, 3]


def test_a_result_that_can_have_no_gradient():
    floor = operation(lambda dy, y, x: dy)(lambda x: x.astype(int))
    with pytest.raises(TypeError, match="result of floating numbers"):
        floor(leaf())
    assert floor(Tensor(X)).dtype == int


def test_a_constant_may_be_a_number_of_numpy_and_may_not_be_masked():
    t = leaf()
    assert ((t * np.float64(2)).value == 2 * t.value).all()
    with pytest.raises(TypeError, match="expected an array without a mask"):
        _ = t * np.ma.array(t.value)


def test_several_outputs_need_several_operations():
    with pytest.raises(ValueError, match="inhomogeneous"):
        operation(lambda dy, y, x: dy)(lambda x: (x, x[:1]))(leaf())


@pytest.mark.parametrize(("dtype", "entry"), [(bool, True), (np.int8, 100)])
def test_a_sum_of_whole_numbers_does_not_overflow(dtype, entry):
    whole = lambda dy, y, a, b: np.full(y.shape, entry, dtype)  # noqa: E731
    add = numnet.operation(lambda dy, y, a, b: dy, whole, broadcasts=True)(lambda a, b: a + b)
    a, b = (Tensor(np.ones(shape), requires_grad=True) for shape in ((5, 2), 2))
    add(a, b).sum().backward()
    assert b.grad is not None
    assert b.grad.value.tolist() == [5.0 * entry] * 2
