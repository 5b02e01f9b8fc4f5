from __future__ import annotations

import gc
import pickle
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

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


def of_a_part(model, loss, theta, rows, y, divisor):
    """The value and the gradient of some rows, their sum divided by the number of all."""
    twin = model.replica(theta)
    y_pred, passed = twin.propagate(X[rows])
    value, saved = loss.forward(y_pred, y[rows], rows=divisor)
    twin.backpropagate(loss.backward(saved), passed, need_dx=False)
    return value, twin.parameters.grad.copy()


def agrees_with_the_sum(case, l2, theta, parts, divisor=12, shares=1):
    """Raise unless the objective is the sum over the parts and so many shares of the penalty."""
    model, loss, y, objective = setting(case, l2)
    value, gradient = objective(theta)
    sums = [of_a_part(model, loss, theta, rows, y, divisor) for rows in parts]
    alone = [of_a_part(model, loss, theta, [n], y, len(X))[1] for n in range(len(X))]
    terms = np.abs(alone).sum(0) + l2 * np.abs(theta)
    penalty = l2 / 2 * (theta @ theta)
    total = sum(v for v, _ in sums) + shares * penalty
    if not abs(value - total) <= 1e-13 * value:
        raise AssertionError(f"value {value}, the parts sum to {total}")
    off = np.abs(gradient - sum(g for _, g in sums) - shares * l2 * theta) / terms
    if not off.max() <= 1e-13:
        raise AssertionError(f"gradient off by {off.max():.3g} of its terms")


def parts_of(owners):
    """The rows of each owner, those without rows among them."""
    return [np.flatnonzero(owners == k) for k in range(max(owners) + 2)]


@every_loss
@given(data=st.data(), l2=st.sampled_from([0.0, 0.3]))
def test_it_is_the_sum_over_any_split_of_the_rows(case, data, l2):
    owners = np.array(data.draw(st.lists(st.integers(0, 4), min_size=12, max_size=12)))
    seed = data.draw(st.integers(0, 2**32 - 1))
    theta = np.random.default_rng(seed).normal(size=43)
    agrees_with_the_sum(case, l2, theta, parts_of(owners))


@every_loss
@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"divisor": None}, "value"),
        ({"shares": 2}, "value"),
        ({"parts": [[0, 1, 2, 3, 4, 5], [5, 6, 7, 8, 9, 10, 11]]}, "value"),
    ],
)
def test_a_sum_that_is_none_is_refused(case, fault, message):
    theta = np.random.default_rng(0).normal(size=43)
    parts = [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9, 10, 11]]
    with pytest.raises(AssertionError, match=f"^{message} "):
        agrees_with_the_sum(**{"case": case, "l2": 0.3, "theta": theta, "parts": parts} | fault)


def hessp(objective):
    return lambda theta, v: objective(theta + 1e-30j * v)[1].imag / 1e-30


METHODS = {
    "L-BFGS-B": {"options": {"ftol": 1e-16, "gtol": 1e-9, "maxiter": 2000, "maxfun": 5000}},
    "Newton-CG": {"options": {"xtol": 1e-12}},
}


def minimum(objective, start, method):
    more = {"hessp": hessp(objective)} if method == "Newton-CG" else {}
    return scipy.optimize.minimize(
        objective, start, jac=True, method=method, **METHODS[method], **more
    )


@pytest.mark.parametrize("method", METHODS)
def test_scipy_finds_the_least_squares(method):
    y = CASES["mse"][1]
    layer = Linear(4, 3)
    found = minimum(Objective(layer, MSE(), X, y), np.zeros(15), method)
    A = np.column_stack([X, np.ones(12)])
    W = np.linalg.lstsq(A, y)[0]
    twin = layer.replica(found.x)
    np.testing.assert_allclose(twin.W, W[:4], rtol=0, atol=1e-7, equal_nan=False)
    np.testing.assert_allclose(twin.b, W[4], rtol=0, atol=1e-7, equal_nan=False)
    assert found.fun == pytest.approx(((A @ W - y) ** 2).mean(), rel=1e-13)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("case", ["softmax", "soft labels", "bce logits"])
def test_scipy_finds_the_one_optimum_of_a_convex_loss_from_anywhere(method, case):
    loss, y, _ = CASES[case]
    objective = Objective(Linear(4, 3), loss, X, y, l2=0.1)
    ends = []
    for seed in range(3):
        found = minimum(objective, np.random.default_rng(seed).normal(size=15) * 3, method)
        assert np.abs(objective(found.x)[1]).max() < 1e-7
        ends.append(found.x)
    np.testing.assert_allclose(ends[1:], [ends[0]] * 2, rtol=0, atol=1e-6, equal_nan=False)
    # It is a minimum: the Hessian, column by column, has no direction of descent.
    H = np.array([hessp(objective)(ends[0], e) for e in np.eye(15)])
    np.testing.assert_allclose(H, H.T, rtol=0, atol=1e-15, equal_nan=False)
    assert np.linalg.eigvalsh(H).min() >= 0.1 - 1e-12


@every_loss
@given(seed=st.integers(0, 2**32 - 1))
def test_the_imaginary_part_is_the_directional_derivative(case, seed):
    model, _, _, objective = setting(case, 0.1)
    theta, v = np.random.default_rng(seed).normal(size=(2, model.parameters.size))
    gradient = objective(theta)[1]
    value, second = objective(theta + 1e-30j * v)
    assert value.real == pytest.approx(objective(theta)[0], rel=1e-14)
    assert abs(value.imag / 1e-30 - gradient @ v) <= 1e-13 * (np.abs(gradient) @ np.abs(v) + 1)
    # The same of the gradient: the Hessian times v, against a difference of gradients.
    h = 1e-5
    difference = (objective(theta + h * v)[1] - objective(theta - h * v)[1]) / (2 * h)
    np.testing.assert_allclose(second.imag / 1e-30, difference, rtol=1e-6, atol=1e-6)


class Centered(numnet.Layer):
    """State of every kind: a parameter, a buffer, what it would keep in training."""

    uses_ctx = True

    def __init__(self):
        self.declare(g=np.ones(3))
        self.buffers["mean"] = np.full(3, 0.25)

    def forward(self, x, ctx):
        ctx.keep(self, mean=x.mean(0))
        return (x - self.buffers["mean"]) * self.g, x

    def backward(self, dy, x):
        self.add_grad("g", (dy * (x - self.buffers["mean"])).sum(0))
        return dy * self.g


def test_nothing_of_the_model_is_changed():
    tied = Linear(3, 3)
    inner = Sequential(Centered(), tied, Tanh())
    model = Sequential(Linear(4, 3), inner, tied, rng=0)
    view = model[1:]
    loss = SoftmaxCrossEntropy()
    objective = Objective(model, loss, X, LABELS, l2=0.1)
    model.parameters.grad[:] = 7
    flat, window = model._packed(), model.parameters.value
    state = pickle.dumps(model), pickle.dumps(loss)
    weights = tied.W
    for theta in (window + 1, window + 1j, np.float32(window)):
        objective(theta)
    with pytest.raises(numnet.NonFiniteError):
        objective(np.full(window.size, np.inf))
    assert (pickle.dumps(model), pickle.dumps(loss)) == state
    # It is packed as before: the same vectors, the same views.
    assert model._packed() is flat
    assert view._packed() is flat
    assert tied.W is weights
    assert np.shares_memory(weights, model.parameters.value)
    assert (model.parameters.grad == 7).all()
    assert (inner[0].buffers["mean"] == 0.25).all()


@every_loss
def test_the_bits_repeat_whatever_was_asked_in_between(case):
    model, loss, y, objective = setting(case, 0.1)
    theta = model.parameters.value + 0.1
    value, gradient = objective(theta)
    for i in range(20):
        objective(theta * i)
        objective(theta + 1e-30j)
        other = Objective(model.copy(), loss, X, y, l2=0.1) if i % 5 == 0 else objective
        again, same = other(theta)
        assert again == value
        assert same.tobytes() == gradient.tobytes()


@every_loss
def test_sharded_it_is_the_same_function(case):
    model, _, _, objective = setting(case, 0.3)
    theta = model.parameters.value + 0.1
    value, gradient = objective(theta)
    with ThreadPoolExecutor(2) as pool:
        for shards in (1, 2, 12, [1, 11], [3, 4, 5]):
            sharded = objective.sharded(pool, shards)
            assert len(sharded.rows) == (shards if isinstance(shards, int) else len(shards))
            other, same = sharded(theta)
            assert abs(other - value) <= 1e-12 * abs(value)
            assert np.abs(same - gradient).max() <= 1e-12 * np.abs(gradient).max()
        assert len(objective.sharded(pool).rows) == 4
        with pytest.raises(ValueError, match=r"from 1 to 12 shards, .* got 13"):
            objective.sharded(pool, 13)


def test_a_thousand_evaluations_leave_memory_flat():
    model, _, _, objective = setting("softmax", 0.1)
    theta = model.parameters.value.copy()
    figures = {}
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        for i in range(1, 1001):
            objective(theta)
            if i in (100, 1000):
                tracked = len(gc.get_objects())
                # Circles of references found; the lists of free tuples are cleared too.
                circles = gc.collect()
                figures[i] = tracked, circles, tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
        gc.enable()
    (tracked, circles, size), (tracked_later, circles_later, size_later) = figures.values()
    assert circles == circles_later == 0
    assert tracked_later - tracked < 50
    # NumPy keeps a few freed blocks; a leak is at least the smallest object an evaluation.
    assert size_later - size < 900 * sys.getsizeof(object())


THETA_ERRORS = [
    (np.nan, 0, r"^Objective: expected finite theta, got Linear\(1 -> 1\): parameter 'W' is .?nan"),
    (np.inf, 0, r"^Objective: expected finite theta, got .* 'W' is .?inf.* at \(0, 0\)"),
    (1e200, 0, r"^Objective: Linear\(1 -> 1\): the outputs overflow [a-z]+\d+: .* smaller theta"),
    (1.0, 0, r"^MSE\(\): the loss overflows [a-z]+\d+, "),
    (1e-10, 0, r"^Objective: Linear\(1 -> 1\): the gradient of W is not finite\. Scale x"),
    (0.0, 1e200, r"^MSE\(\): the loss overflows"),
]


@pytest.mark.parametrize(("w", "b", "message"), THETA_ERRORS)
@pytest.mark.parametrize("step", [0, 1e-30j])
def test_what_is_not_finite_is_named(w, b, message, step):
    objective = Objective(Linear(1, 1), MSE(), [[1e160]], [[0.0]])
    assert objective([0.0, 1.0])[0] == 1
    with pytest.raises(numnet.NonFiniteError, match=message):
        objective(np.array([w, b]) + step)


def test_a_penalty_that_overflows_is_named():
    objective = Objective(Linear(1, 1), SoftmaxCrossEntropy(), [[1.0]], [0], l2=0.5)
    message = r"^Objective: the penalty l2/2 \|theta\|\^2 overflows with l2=0\.5\. Lower l2"
    with pytest.raises(numnet.NonFiniteError, match=message):
        objective([1e200, 0.0])


def test_data_beyond_the_dtype_of_theta_or_of_the_model_are_named():
    layer, x = Linear(1, 1), [[1.0], [1e300]]
    objective = Objective(layer, MSE(), x, [[0.0], [0.0]])
    message = r"expected x within float32, got 1e\+300 at row 1, column 0\. Scale x"
    with pytest.raises(numnet.NonFiniteError, match=f"^Objective: {message}"):
        objective(np.zeros(2, np.float32))
    with pytest.raises(numnet.NonFiniteError, match=f"^{message}"):
        Objective(layer.astype("float32"), MSE(), x, [[0.0], [0.0]])


class _Rows(numnet.Layer):
    """Hands back other rows than it was given."""

    def __init__(self, rows):
        self.rows = rows
        self.declare(g=np.ones(2))

    def forward(self, x):
        return self.rows(x * self.g), x

    def backward(self, dy, x):
        self.add_grad("g", (dy * x).sum(axis=0))
        return dy * self.g


@pytest.mark.parametrize(
    "rows", [lambda y: y.sum(axis=0, keepdims=True), lambda y: y[1:], lambda y: np.tile(y, (2, 1))]
)
def test_a_layer_that_loses_rows_is_named_before_a_loss_broadcasts(rows):
    x, y = np.ones((3, 2)), np.ones((3, 2))
    model = Sequential(Linear(2, 2), _Rows(rows))
    message = r"layer 1, _Rows\(\): expected forward to return one row an example, 3 of them"
    with pytest.raises(ValueError, match=message):
        numnet.fit(model, MSE(), x, y, epochs=1)
    with pytest.raises(ValueError, match=message):
        Objective(model, MSE(), x, y)(model.parameters.value)


@pytest.mark.parametrize("dtype", [int, bool, object, complex])
def test_outputs_that_no_loss_can_take_are_refused(dtype):
    model = _Rows(lambda y: y.astype(dtype))
    with pytest.raises(TypeError, match=r"_Rows\(\): expected real floating outputs, got dtype"):
        Objective(model, MSE(), np.ones((3, 2)), np.ones((3, 2)))


def test_the_message_shows_the_shape_that_was_given():
    with pytest.raises(ValueError, match=r"got \(3, 2, 2\)\. Images must be flattened"):
        Objective(Linear(4, 1), MSE(), np.ones((3, 2, 2)), np.ones((3, 1)))


def test_masks_are_refused_and_not_forgotten():
    x, y = np.ones((3, 4)), np.ones((3, 1))
    for masked in ({"x": np.ma.masked_equal(x, 1), "y": y}, {"x": x, "y": np.ma.array(y)}):
        with pytest.raises(TypeError, match="without a mask"):
            Objective(Linear(4, 1), MSE(), **masked)
    with pytest.raises(TypeError, match="without a mask"):
        Linear(4, 1)(np.ma.masked_equal(x, 1))


@pytest.mark.parametrize("l2", ["1", None, 1j, np.ones(2)])
def test_a_weight_that_is_no_number_is_refused(l2):
    with pytest.raises(ValueError, match="Objective: expected l2 to be a finite number"):
        Objective(Linear(4, 1), MSE(), np.ones((3, 4)), np.ones((3, 1)), l2=l2)


def test_a_model_that_takes_no_single_row_is_tried_with_all():
    class Spread(Linear):
        def forward(self, x):
            if len(x) < 2:
                raise ValueError("of one row there is no spread")
            return super().forward(x)

    x, y = np.arange(6.0).reshape(3, 2), np.ones((3, 1))
    model, plain = Spread(2, 1), Linear(2, 1)
    theta = np.array([1.0, -2.0, 0.5])
    assert Objective(model, MSE(), x, y)(theta)[0] == Objective(plain, MSE(), x, y)(theta)[0]
