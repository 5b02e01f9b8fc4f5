from __future__ import annotations

import numpy as np
import pytest
import scipy.optimize
from hypothesis import given
from hypothesis import strategies as st

import numnet
from numnet import MSE, BinaryCrossEntropy, Linear, Objective, Sequential, SoftmaxCrossEntropy, Tanh

RNG = np.random.default_rng(0)
X = RNG.normal(size=(12, 4))
CASES = {
    "softmax": (SoftmaxCrossEntropy(), RNG.integers(0, 3, 12), None),
    "soft labels": (SoftmaxCrossEntropy(), RNG.dirichlet(np.ones(3), 12), None),
    "mse": (MSE(), RNG.normal(size=(12, 3)), None),
    "bce": (BinaryCrossEntropy(), RNG.random((12, 3)), numnet.Sigmoid()),
    "bce logits": (BinaryCrossEntropy(from_logits=True), RNG.random((12, 3)), None),
}
every_loss = pytest.mark.parametrize("case", CASES)


def setting(case, l2=0.0, dtype="float64"):
    loss, y, last = CASES[case]
    layers = [Linear(4, 5), Tanh(), Linear(5, 3)] + ([] if last is None else [type(last)()])
    model = Sequential(*layers, rng=1, dtype=dtype)
    return model, loss, y, Objective(model, loss, X, y, l2)


@every_loss
def test_the_value_is_the_loss_of_the_model(case):
    model, loss, y, objective = setting(case)
    theta = model.parameters.value
    value, gradient = objective(theta)
    assert type(value) is float
    assert value == loss(model(X), y)
    y_pred, saved = model.propagate(X)
    model.backpropagate(loss.backward(loss.forward(y_pred, y)[1]), saved)
    np.testing.assert_array_equal(gradient, model.parameters.grad)


@every_loss
@pytest.mark.parametrize("l2", [0.0, 0.3])
def test_the_gradient_is_that_of_the_complex_step(case, l2):
    model, _, _, objective = setting(case, l2)
    theta = model.parameters.value.copy()
    gradient = objective(theta)[1]
    steps = theta + 1e-30j * np.eye(theta.size)
    expected = np.array([objective(step)[0].imag for step in steps]) / 1e-30
    np.testing.assert_allclose(gradient, expected, rtol=0, atol=5e-14, equal_nan=False)
    loose = scipy.optimize.approx_fprime(theta, lambda t: objective(t)[0], 1e-7)
    np.testing.assert_allclose(gradient, loose, rtol=1e-4, atol=1e-5, equal_nan=False)


def test_a_complex_theta_gives_a_complex_value_and_gradient():
    model, _, _, objective = setting("softmax", 0.1)
    theta = model.parameters.value
    value, gradient = objective(theta + 1e-30j)
    assert type(value) is complex
    assert gradient.dtype == np.complex128
    np.testing.assert_allclose(gradient.real, objective(theta)[1], rtol=1e-13, atol=1e-15)


@given(st.floats(0, 10))
def test_l2_adds_half_its_weight_times_the_square(l2):
    model, _, _, plain = setting("mse")
    theta = model.parameters.value * 2
    value, gradient = plain(theta)
    penalized, other = Objective(model, *CASES["mse"][:1], X, CASES["mse"][1], l2=l2)(theta)
    assert penalized == pytest.approx(value + l2 / 2 * (theta**2).sum(), rel=1e-14)
    np.testing.assert_allclose(other, gradient + l2 * theta, rtol=1e-14, equal_nan=False)


@every_loss
def test_the_model_is_unchanged_and_the_bits_repeat(case):
    model, _, _, objective = setting(case, 0.1)
    model.parameters.grad[:] = 7
    output = model.output
    before = model.parameters.value.copy()
    theta = before + 0.25
    asked = theta.copy()
    value, gradient = objective(theta)
    again, other = objective(theta)
    assert value == again
    np.testing.assert_array_equal(gradient, other)
    assert not np.shares_memory(gradient, other)
    np.testing.assert_array_equal(theta, asked)
    np.testing.assert_array_equal(model.parameters.value, before)
    assert (model.parameters.grad == 7).all()
    assert model.output == output


def test_everything_is_computed_in_the_dtype_of_theta():
    model, loss, y, objective = setting("softmax")
    theta = model.parameters.value
    value, gradient = objective(theta.astype(np.float32))
    assert gradient.dtype == np.float32
    narrow = model.astype("float32")
    assert value == loss(narrow(X), y)
    assert abs(value - objective(theta)[0]) < 1e-6
    _, gradient = setting("softmax", 0.1, "float32")[3](theta)
    assert gradient.dtype == np.float64
    np.testing.assert_array_equal(
        objective(np.ones(theta.size, int))[1], objective(np.ones(theta.size))[1]
    )
    assert objective(theta.tolist())[0] == objective(theta)[0]
    strided = np.repeat(theta, 2)[::2]
    np.testing.assert_array_equal(objective(strided)[1], objective(theta)[1])


def test_the_optimizers_of_scipy_take_it_as_it_is():
    model, _, _, objective = setting("softmax", 1e-2)
    found = scipy.optimize.minimize(
        objective,
        model.parameters.value,
        jac=True,
        method="L-BFGS-B",
        options={"ftol": 1e-15, "gtol": 1e-6},
    )
    assert found.success
    assert np.abs(objective(found.x)[1]).max() < 1e-5
    assert found.fun < objective(model.parameters.value)[0] / 2


def test_linear_least_squares_has_its_known_optimum():
    layer = Linear(4, 3)
    y = CASES["mse"][1]
    objective = Objective(layer, MSE(), X, y)
    found = scipy.optimize.minimize(objective, layer.parameters.value, jac=True, method="BFGS")
    A = np.column_stack([X, np.ones(12)])
    W = np.linalg.lstsq(A, y)[0]
    assert found.fun == pytest.approx(((A @ W - y) ** 2).mean(), rel=1e-9)
    np.testing.assert_allclose(layer.replica(found.x).W, W[:4], atol=1e-4, equal_nan=False)


def test_a_part_of_a_model_may_be_optimized():
    model = Sequential(Linear(4, 2), Linear(2, 3), rng=0)
    y = CASES["mse"][1]
    objective = Objective(model[1], MSE(), X[:, :2], y)
    theta = model[1].parameters.value
    assert objective(theta)[1].shape == (9,)
    assert objective(theta)[0] == MSE()(model[1](X[:, :2]), y)


def with_entry(entry):
    x = X.copy()
    x[5, 3] = entry
    return x


LABELS = CASES["softmax"][1]
BAD_DATA = [
    (X[:, :3], LABELS, ValueError, r"layer 0, Linear\(4 -> 3\).*expected x of shape \(N, 4\)"),
    (X[:5], LABELS, ValueError, r"one row of x for each row of y, got shapes \(5, 4\) and \(12,\)"),
    (1.0, LABELS, ValueError, "one row of x for each row of y"),
    (X[:0], LABELS[:0], ValueError, "at least one row of data, got none"),
    (with_entry(np.nan), LABELS, ValueError, "finite x, got nan at row 5, column 3. Remove"),
    (with_entry(-np.inf), LABELS, ValueError, "finite x, got -inf at row 5, column 3"),
    (X + 0j, LABELS, TypeError, "expected real x, got dtype complex128"),
    ([["a"] * 4] * 12, LABELS, TypeError, "expected x to hold numbers"),
    (X, LABELS + 1, ValueError, "integers from 0 to 2 for 3 classes, got 3 at row .* Renumber"),
    (X, LABELS - 1, ValueError, "integers from 0 to 2 for 3 classes, got -1"),
    (X, LABELS.astype(float), TypeError, r"got dtype float64. Use y.astype\(int\)"),
    (X, LABELS[:, None], ValueError, r"Use y.ravel\(\)"),
    (X, np.full((12, 3), 0.5), ValueError, "rows in .0, 1. that sum to 1"),
    (X, np.full((12, 3), np.nan), ValueError, "rows in .0, 1. that sum to 1"),
]


@pytest.mark.parametrize(("x", "y", "error", "message"), BAD_DATA)
@pytest.mark.parametrize(
    "door",
    [
        lambda model, loss, x, y, opt: Objective(model, loss, x, y),
        lambda model, loss, x, y, opt: numnet.fit(model, loss, x, y, None, opt),
        lambda model, loss, x, y, opt: numnet.fit(model, loss, X, LABELS, (x, y), opt),
        lambda model, loss, x, y, opt: numnet.train_step(model, loss, opt, x, y),
    ],
)
def test_data_that_do_not_fit_are_refused_at_every_door(door, x, y, error, message):
    model = Sequential(Linear(4, 3), rng=0)
    loss, optimizer = SoftmaxCrossEntropy(), numnet.SGD(model.parameters, lr=1.0)
    before = model.parameters.value.copy()
    with pytest.raises(error, match=message):
        door(model, loss, x, y, optimizer)
    np.testing.assert_array_equal(model.parameters.value, before)
    assert model.output == "values"
    assert optimizer.steps == 0


@pytest.mark.parametrize("loss", [MSE(), BinaryCrossEntropy(from_logits=True)])
def test_nothing_is_broadcast_in_a_loss(loss):
    x, y = np.ones((1000, 2)), np.ones(1000)
    model = Linear(2, 1)
    message = r"shape of the outputs, \(1000, 1\), got \(1000,\). Use y.reshape\(-1, 1\)"
    for call in (Objective, numnet.fit):
        with pytest.raises(ValueError, match=message):
            call(model, loss, x, y)
    with pytest.raises(ValueError, match="expected finite y_true, got NaN or infinity at row 3"):
        Objective(model, loss, x, np.where(np.arange(1000) < 3, 1, np.nan)[:, None])


def test_huge_finite_data_are_no_error():
    objective = Objective(Linear(1, 1), SoftmaxCrossEntropy(), [[1e300]], [0])
    assert objective(np.zeros(2))[0] == 0


def test_what_is_no_model_no_loss_or_no_weight():
    model = Linear(4, 3)
    with pytest.raises(TypeError, match=r"expected a model such as numnet.Sequential, got 'net'"):
        Objective("net", MSE(), X, X)
    with pytest.raises(TypeError, match=r"expected a loss such as .* got 'mse'"):
        Objective(model, "mse", X, X)
    with pytest.raises(TypeError, match=r"got <class .*SoftmaxCrossEntropy'>. Write SoftmaxCross"):
        Objective(model, SoftmaxCrossEntropy, X, LABELS)
    for l2 in (-1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="expected l2 to be a finite number of at least 0"):
            Objective(model, SoftmaxCrossEntropy(), X, LABELS, l2=l2)
    objective = Objective(model, SoftmaxCrossEntropy(), X, LABELS, l2=0.5)
    with pytest.raises(ValueError, match=r"values of shape \(15,\), got float64 of shape \(14,\)"):
        objective(np.ones(14))
    assert repr(objective) == "Objective(Linear(4 -> 3), SoftmaxCrossEntropy(), 12 rows, l2=0.5)"
