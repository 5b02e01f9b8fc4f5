from __future__ import annotations

import numpy as np
import pytest
from autograd.proof import Case, draw, operations_of, prove, pulled, refuted, table
from scipy import special

from numnet import Tensor, operation
from numnet.autograd import elementwise as ops

SHAPES = [(3, 2), (), (0, 2), (2, 1, 3)]


def each(function, oracle, signs=True):
    return [(function, oracle, (draw(*shape, signs=signs),)) for shape in SHAPES]


CASES = {
    "exp": each(ops.exp, np.exp),
    "log": each(ops.log, np.log, signs=False),
    "sqrt": each(ops.sqrt, np.sqrt, signs=False),
    "absolute": each(ops.absolute, np.abs),
    "tanh": each(ops.tanh, np.tanh),
    "sigmoid": each(ops.sigmoid, special.expit),
    "relu": each(ops.relu, lambda x: np.maximum(x, 0)),
    "leaky_relu": [
        *each(ops.leaky_relu, lambda x: np.where(x > 0, x, 0.01 * x)),
        *each(lambda x: ops.leaky_relu(x, 0.25), lambda x: np.where(x > 0, x, 0.25 * x)),
        *each(lambda x: ops.leaky_relu(x, slope=0.5), lambda x: np.where(x > 0, x, 0.5 * x)),
    ],
    "softplus": each(ops.softplus, lambda x: np.logaddexp(0, x)),
}


def test_no_operation_is_forgotten():
    assert set(CASES) == operations_of(ops)


@pytest.mark.parametrize("case", table(CASES))
def test_proof(case):
    prove(case)


@pytest.mark.parametrize(
    "backward",
    [
        lambda dy, y, x: -dy * (1 - y * y),
        lambda dy, y, x: dy * (1 - x * x),
        lambda dy, y, x: dy * (1 - y),
        lambda dy, y, x: (dy * (1 - y * y)).sum(0),
        lambda dy, y, x: np.float32(dy * (1 - y * y)),
        lambda dy, y, x: None,
    ],
)
def test_a_wrong_backward_is_refuted(backward):
    case = Case(operation(backward)(_tanh), np.tanh, (draw(3, 2),))
    with pytest.raises((AssertionError, ValueError, TypeError)):
        prove(case)


def _tanh(x):
    return np.tanh(x)


def test_a_right_backward_of_ones_own_is_proved():
    prove(Case(operation(lambda dy, y, x: dy * (1 - y * y))(_tanh), np.tanh, (draw(3, 2),)))
    refuted(Case(operation(lambda dy, y, x: dy)(_tanh), np.tanh, (draw(3, 2),)))


@pytest.mark.parametrize(
    ("function", "at", "expected"),
    [
        (ops.absolute, [0.0, -0.0, np.inf, -np.inf], [0, 0, 1, -1]),
        (ops.relu, [0.0, -0.0, np.inf, -np.inf], [0, 0, 1, 0]),
        (ops.leaky_relu, [0.0, 1e30, -1e30], [0.01, 1, 0.01]),
        (ops.softplus, [-1e30, 0.0, 1e30], [0, 0.5, 1]),
        (ops.sigmoid, [-1e30, 0.0, 1e30], [0, 0.25, 0]),
        (ops.tanh, [-1e30, 0.0, 1e30], [0, 1, 0]),
        (ops.exp, [-np.inf, 0.0], [0, 1]),
    ],
)
def test_gradient_at_the_edges(function, at, expected):
    y, (dx,) = pulled(function, np.array(at), dy=np.ones(len(at)))
    assert not np.isnan(y).any()
    assert dx.tolist() == expected


def test_the_complex_step_sees_the_convention_at_a_kink():
    at = Tensor(np.array([0.0, 0.0]) + 1e-30j * np.array([1, -1]))
    assert at.abs().value.tolist() == at.relu().value.tolist() == [0, 0]


def test_the_root_at_0():
    x = Tensor([0.0, 4.0], requires_grad=True)
    # Nothing depends on the first root, so its infinite slope does not matter.
    (x.sqrt() * np.array([0.0, 1.0])).sum().backward()
    assert x.grad.value.tolist() == [0, 0.25]
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        Tensor([0.0], requires_grad=True).sqrt().backward()


@pytest.mark.parametrize("name", CASES)
def test_integers_give_floats(name):
    x = Tensor([1, 2, 3])
    y = getattr(ops, name)(x)
    np.testing.assert_allclose(y.value, getattr(ops, name)(Tensor([1.0, 2.0, 3.0])).value)
