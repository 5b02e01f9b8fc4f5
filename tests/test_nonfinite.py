from __future__ import annotations

import numpy as np
import pytest

import numnet
from numnet import MSE, Linear, NonFiniteError, Sequential
from numnet.nonfinite import bad_gradient, bad_outputs, first_bad, is_finite, overflows


@pytest.mark.parametrize("dtype", [np.float32, np.float64, complex])
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0, 4)])
def test_one_look_tells_whether_all_is_finite(dtype, shape):
    a = np.full(shape, np.finfo(dtype).max / 4, dtype)
    with np.errstate(over="ignore"):
        assert is_finite(a)
    for bad in (np.nan, np.inf, -np.inf) if a.size else ():
        for index in np.ndindex(shape):
            b = np.ones(shape, dtype)
            b[index] = bad
            with np.errstate(invalid="ignore"):
                assert not is_finite(b)
                assert not is_finite(np.asfortranarray(b))


def test_infinities_of_both_signs_do_not_cancel():
    with np.errstate(invalid="ignore"):
        assert not is_finite(np.array([np.inf, -np.inf]))
        assert not is_finite(np.array([complex(np.inf, 1), complex(1, np.inf)]))


@pytest.mark.parametrize(
    ("shape", "index", "place"),
    [
        ((), (), "nan"),
        ((3,), (2,), "nan at row 2"),
        ((3, 4), (1, 3), "nan at row 1, column 3"),
        ((2, 3, 4), (1, 0, 2), "nan at row 1, column 0, 2"),
    ],
)
def test_the_first_place(shape, index, place):
    a = np.zeros(shape)
    a[index] = np.nan
    assert first_bad(a) == place


def test_sums_of_products_that_may_overflow():
    kind = np.dtype(np.float32)
    assert not overflows(kind, 1, 1e19, 1.0)
    assert overflows(kind, 1, 1.0, 2e19)
    assert overflows(kind, 1000, 1e18)
    assert not overflows(np.dtype(float), 0, 1e154)


class Domain(numnet.Layer):
    """A formula of the user's that is not defined everywhere."""

    rowwise = True

    def __init__(self, formula):
        self.formula = formula

    def forward(self, x):
        return self.formula(x), x

    def backward(self, dy, x):
        return dy


FORMULAS = {
    "invalid value": (np.sqrt, "are not finite: nan at row 0, column 0 (invalid value), from"),
    "overflow": (lambda x: np.exp(-1e3 * x), "overflow float64: inf at row 0, column 0, from"),
    "silence": (lambda x: x * 0 + np.nan, "are not finite: nan at row 0, column 0, from inputs"),
    "huge and undefined": (
        lambda x: np.array([[np.nan, 1e200]]),
        "are not finite: nan at row 0, column 0, from inputs up to 1",
    ),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_what_is_no_overflow_is_not_called_so(name):
    formula, message = FORMULAS[name]
    model = Sequential(Domain(lambda x: x * 1.0), Domain(formula))
    with pytest.raises(NonFiniteError) as caught:
        model([[-1.0, -1.0]])
    assert message in str(caught.value), str(caught.value)
    assert str(caught.value).startswith("layer 1, Domain(): the outputs ")
    fix = "Scale the inputs" if "overflow" in message else "Look at its forward"
    assert fix in str(caught.value)


def test_an_overflow_that_came_to_nothing_is_not_named():
    steps = lambda x: 1 / (1 + np.exp(1e3 * x)), lambda x: x * 0 + np.nan
    model = Sequential(*map(Domain, steps))
    with pytest.raises(
        NonFiniteError, match=r"^layer 1, .* are not finite: nan at row 0, column 0, "
    ):
        model([[1.0]])


def test_a_division_by_zero_warns_and_is_named():
    with (
        pytest.warns(RuntimeWarning, match="divide by zero"),
        pytest.raises(NonFiniteError, match=r"\(divide by zero\), from"),
    ):
        Domain(np.log)([[0.0, 1.0]])


class Skip(Sequential):
    """A container with a way of its own."""

    def _forward(self, x, ctx):
        y, saved = super()._forward(x, ctx)
        return x + y, saved


def test_a_container_with_a_way_of_its_own_is_one_step():
    inner = Linear(2, 2, init=numnet.constant(1e200))
    model = Sequential(Skip(inner), rng=0)
    with pytest.raises(
        NonFiniteError, match=r"^layer 0, Sequential\(Linear\(2 -> 2\)\): the outputs"
    ):
        model([[1e200, 1.0]])
    assert bad_outputs(model, np.ones((1, 2))) is None


class Moody(numnet.Layer):
    """Fails once and never again."""

    def __init__(self):
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        return x + (np.nan if self.calls == 1 else 0), None

    def backward(self, dy, saved):
        return dy


def test_what_does_not_happen_again_is_an_error_all_the_same():
    with pytest.raises(
        NonFiniteError, match=r"^Sequential\(Moody\(\)\): the outputs are not finite"
    ):
        Sequential(Moody())([[1.0]])


def test_the_first_gradient_on_the_way_back_is_named():
    model = Sequential(Linear(1, 1), Linear(1, 1, bias=False), rng=0)
    model.parameters.value = [1.0, 0.0, 1.0]
    x = np.array([[1e200]])
    with np.errstate(over="ignore", invalid="ignore"):
        assert bad_gradient(model, MSE(), x / 1e60, np.zeros((1, 1))) is None
        found = bad_gradient(model, MSE(), x, np.zeros((1, 1)))
    assert found == "layer 1, Linear(1 -> 1, bias=False): the gradient of W is not finite"
    assert (model.parameters.grad == 0).all()


def test_the_gradient_of_the_loss_may_be_the_first():
    with np.errstate(over="ignore", invalid="ignore"):
        y = np.array([[1e308]])
        found = bad_gradient(Sequential(), MSE(), y, -y)
    assert found == "the gradient of MSE() is not finite: the outputs reach 1e+308"
