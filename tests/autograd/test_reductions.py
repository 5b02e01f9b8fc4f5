from __future__ import annotations

import numpy as np
import pytest
from autograd.proof import Case, draw, on_arrays, operations_of, prove, pulled, refuted, table
from helpers import close, complex_step
from hypothesis import given
from hypothesis import strategies as st

from numnet import Tensor, operation
from numnet.autograd import reductions as ops

NAMES = ("sum", "mean", "prod", "var", "std", "norm", "max", "min")
WAYS = [{}, {"axis": 0}, {"axis": -1}, {"axis": (0, 2)}, {"axis": (-1, 0)}, {"axis": ()}]
WAYS += [{**way, "keepdims": True} for way in WAYS] + [{"axis": np.int64(1)}]


def oracle(name):
    if name == "norm":
        return lambda x, axis=None, keepdims=False: np.sqrt(
            np.sum(x * x, axis=axis, keepdims=keepdims)
        )
    return getattr(np, name)


def case(name, x, **way):
    f, g = getattr(ops, name), oracle(name)
    return lambda x: f(x, **way), lambda x: g(x, **way), (x,)


def cases(name):
    # Of one entry each the spread is 0.
    ways = [way for way in WAYS if not (name in ("var", "std") and str(way.get("axis")) == "()")]
    found = [case(name, draw(2, 3, 2), **way) for way in ways]
    found.append(case(name, draw(2, 3), axis=1))
    if name not in ("var", "std"):
        found.append(case(name, draw()))
    if name not in ("max", "min", "var", "std", "mean"):
        found.append(case(name, draw(0, 3), axis=0))
        found.append(case(name, draw(0, 3)))
    found.append(case(name, draw(0, 3), axis=1))
    if name in ("var", "std"):
        found += [case(name, draw(4, 3), axis=0, ddof=1), case(name, draw(4, 3), ddof=2)]
    return found


CASES = {name: cases(name) for name in NAMES}


def test_no_operation_is_forgotten():
    assert set(CASES) == operations_of(ops)


@pytest.mark.parametrize("case", table(CASES))
def test_proof(case):
    prove(case)


@pytest.mark.parametrize("name", NAMES)
def test_the_method_and_numpys_function_are_the_same(name):
    x = draw(2, 3)
    function = np.linalg.norm if name == "norm" else getattr(np, name)
    t = Tensor(x, requires_grad=True)
    for y in (getattr(t, name)(1, True), function(t, axis=1, keepdims=True)):
        assert y.requires_grad
        assert y.shape == (2, 1)
        np.testing.assert_allclose(y.value, function(x, axis=1, keepdims=True), rtol=1e-14)
    np.testing.assert_allclose(function(t).value, function(x), rtol=1e-14)


@given(st.data())
def test_any_axes(data):
    name = data.draw(st.sampled_from(NAMES))
    shape = tuple(data.draw(st.lists(st.integers(2, 3), min_size=1, max_size=3)))
    places = st.integers(-len(shape), len(shape) - 1)
    axes = data.draw(st.lists(places, min_size=1, unique_by=lambda a: a % len(shape)))
    way = {"axis": tuple(axes), "keepdims": data.draw(st.booleans())}
    function, expected, (x,) = case(name, draw(*shape), **way)
    y, (dx,) = pulled(function, x)
    np.testing.assert_allclose(y, expected(x), rtol=1e-13)
    dy = draw(*y.shape, seed=99, low=0.5)
    # No entry is below 1/4 here, so that no term is large.
    close(dx, complex_step(on_arrays(function), (x,), 0, dy), 8 * np.abs(dy).max())


@pytest.mark.parametrize("zeros", [(), (0,), (1,), (0, 2), (0, 1, 2)])
def test_products_with_zeros(zeros):
    x = np.array([2.0, 3.0, 5.0])
    x[list(zeros)] = 0
    expected = [np.prod(np.delete(x, i)) for i in range(3)]
    for at, way in [(x, {}), (x[:, None], {"axis": 0}), (np.stack([x, x]), {"axis": 1})]:
        _, (dx,) = pulled(lambda t, way=way: ops.prod(t, **way).sum(), at, dy=1.0)
        np.testing.assert_array_equal(dx, np.broadcast_to(np.reshape(expected, (
            (3,) if at.ndim == 1 else (3, 1) if at.shape == (3, 1) else (1, 3)
        )), at.shape))  # fmt: skip


@pytest.mark.parametrize(
    ("function", "at", "expected"),
    [
        (ops.max, [3.0, 1.0, 3.0], [0.5, 0, 0.5]),
        (ops.min, [3.0, 1.0, 1.0], [0, 0.5, 0.5]),
        (ops.max, [0.0, -0.0], [0.5, 0.5]),
        (ops.max, [1.0, np.nan, 2.0], [0, 1, 0]),
        (ops.norm, [0.0, 0.0], [0, 0]),
        (ops.std, [2.0, 2.0], [0, 0]),
        (ops.var, [2.0, 2.0], [0, 0]),
        (ops.norm, [3e200, 4e200], [0.6, 0.8]),
        (ops.norm, [3e-200, 4e-200], [0.6, 0.8]),
    ],
)
def test_gradient_at_the_edges(function, at, expected):
    _, (dx,) = pulled(function, np.array(at), dy=1.0)
    np.testing.assert_allclose(dx, expected, rtol=1e-15)


def test_nan_and_infinity_in_one_of_several_rows():
    x = np.array([[1.0, np.nan, 2.0], [3.0, 1.0, 2.0]])
    _, (dx,) = pulled(lambda t: ops.max(t, axis=1), x, dy=np.array([1.0, 10.0]))
    assert dx.tolist() == [[0, 1, 0], [10, 0, 0]]
    assert ops.norm(np.array([[np.inf, 1.0], [3.0, 4.0]]), axis=1).tolist() == [np.inf, 5]


@pytest.mark.parametrize("function", [ops.max, ops.min])
def test_the_complex_step_sees_how_ties_are_shared(function):
    x = np.array([[1.0, 1.0, 1.0], [2.0, 2.0, 3.0]])
    _, (dx,) = pulled(lambda t: function(t, axis=1), x, dy=np.array([1.0, 10.0]))
    truth = complex_step(on_arrays(lambda t: function(t, axis=1)), (x,), 0, np.array([1.0, 10.0]))
    np.testing.assert_allclose(dx, truth, rtol=1e-15)
    # Lexicographically the second would be the largest.
    assert np.max(Tensor([1 + 0j, 1 + 2j, 0 + 9j])).value == 1 + 1j


def test_of_nothing():
    x = Tensor(np.zeros((0, 2)), requires_grad=True)
    with pytest.warns(RuntimeWarning, match="invalid value"):
        y = x.mean()
    assert np.isnan(y.item())
    with pytest.raises(ValueError, match=r"max of shapes \(0, 2\)"):
        x.max()


def test_one_entry_with_ddof_1():
    x = Tensor([1.0], requires_grad=True)
    with pytest.warns(RuntimeWarning, match="invalid value"):
        y = x.var(ddof=1)
    assert np.isnan(y.item())
    with pytest.warns(RuntimeWarning, match="invalid value"):
        y.backward()
    assert np.isnan(x.grad.value).all()


WRONG = {
    "not divided": lambda dy, y, x, axis=None: np.broadcast_to(np.expand_dims(dy, axis), x.shape),
    "divided by all": lambda dy, y, x, axis=None: np.broadcast_to(
        np.expand_dims(dy, axis) / x.size, x.shape
    ),
    "wrong axis": lambda dy, y, x, axis=None: np.broadcast_to(dy[:, None] / 3, x.shape),
    "sign": lambda dy, y, x, axis=None: np.broadcast_to(-np.expand_dims(dy, axis) / 3, x.shape),
    "shape": lambda dy, y, x, axis=None: dy / 3,
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_backward_is_refuted(fault):
    def mean(x, axis=None):
        return np.mean(x, axis=axis)

    wrong = operation(WRONG[fault])(mean)
    refuted(Case(lambda x: wrong(x, axis=0), lambda x: np.mean(x, axis=0), (draw(3, 3),)))
    prove(Case(lambda x: ops.mean(x, axis=0), lambda x: np.mean(x, axis=0), (draw(3, 3),)))


def test_an_axis_that_is_not_there_is_named():
    with pytest.raises(np.exceptions.AxisError) as caught:
        Tensor([1.0, 2.0]).sum(axis=3)
    assert "sum of shapes (2,)" in "".join(caught.value.__notes__)
