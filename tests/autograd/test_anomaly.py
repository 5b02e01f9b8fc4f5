from __future__ import annotations

import inspect
import tracemalloc

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import numnet
from numnet import GraphError, NonFiniteError, Tensor, detect_anomaly

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def here(back: int = 0) -> str:
    """The file and line of the caller, or of so many lines before."""
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return f"{__file__}:{frame.f_back.f_lineno - back}"


def leaf(*values: float) -> Tensor:
    return Tensor(list(values), requires_grad=True)


class Net(numnet.Module):
    def __init__(self) -> None:
        self.c1 = numnet.Linear(3, 2)
        self.c2 = numnet.Linear(2, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.c2(self.c1(x).tanh())


@detect_anomaly()
def test_where_a_nan_is_born_names_operation_shapes_and_line() -> None:
    x = leaf(1.0, -2.0)
    with pytest.raises(NonFiniteError) as caught:
        x.log()
    message = str(caught.value)
    assert message.startswith(f"log of shapes (2,), called at {here(2)}, `x.log()`: makes NaN")
    assert "at [1] of its result" in message


@detect_anomaly()
def test_the_line_is_that_of_numpys_function_and_of_operators_too() -> None:
    x = leaf(0.0)
    with pytest.raises(NonFiniteError, match=r"divide of shapes \(1,\), \(1,\)") as caught:
        x / x
    assert here(1) in str(caught.value)
    with pytest.raises(NonFiniteError, match=r"sqrt of shapes \(1,\)") as caught:
        np.sqrt(x - 1.0)
    assert here(1) in str(caught.value)


@detect_anomaly()
def test_the_infinity_that_a_nan_comes_from_is_named_where_it_began() -> None:
    p = leaf(0.0, 1.0)
    logs = p.log()
    began = here(1)
    with pytest.raises(NonFiniteError) as caught:
        0.0 * (logs + 1.0)
    message = str(caught.value)
    assert "infinity in argument 1" in message
    assert f"Infinity began with log, called at {began}" in message


@detect_anomaly()
def test_a_nan_that_was_handed_in_was_not_born_here() -> None:
    x = leaf(np.nan, 1.0)
    assert np.isnan((2.0 * x + 1.0).value[0])
    assert (leaf(1.0) * np.nan).shape == (1,)


@detect_anomaly()
def test_a_nan_born_in_a_layer() -> None:
    layer = numnet.Linear(2, 1, init=numnet.constant(1.0))
    x = Tensor([[np.inf, -np.inf]], requires_grad=True)
    with pytest.raises(NonFiniteError, match=r"^Linear\(2 -> 1\) of shapes \(1, 2\), \(2, 1\)"):
        layer(x)


def test_nothing_is_watched_outside() -> None:
    y = leaf(-1.0).log()
    assert np.isnan(y.value[0])
    assert y._node is not None
    assert y._node.origin is None
    with detect_anomaly():
        pass
    assert leaf(1.0).log()._node.origin is None  # type: ignore[union-attr]


def test_a_backward_that_makes_nan_of_a_finite_dy() -> None:
    @numnet.operation(lambda dy, y, x: dy * np.nan)
    def broken(x: np.ndarray) -> np.ndarray:
        return 2 * x

    x = leaf(1.0, 2.0)
    with detect_anomaly():
        y = broken(x)
        line = here(1)
        with pytest.raises(NonFiniteError) as caught:
            y.sum().backward()
    message = str(caught.value)
    assert message.startswith(f"broken of shapes (2,), called at {line}, `y = broken(x)`: its back")
    assert "at [0] of the gradient to argument 0, of a dy without NaN" in message
    assert x.grad is None


@pytest.mark.parametrize("around_all", [True, False])
def test_a_backward_whose_infinity_becomes_nan(around_all: bool) -> None:
    x = leaf(0.0, 0.0)
    if around_all:
        with detect_anomaly(), pytest.raises(NonFiniteError) as caught:
            (x * x).sum().sqrt().backward()
        line = here(1)
        assert f"Infinity began with the backward of sqrt, called at {line}" in str(caught.value)
        return
    y = (x * x).sum().sqrt()
    with detect_anomaly(), pytest.raises(NonFiniteError, match="where detect_anomaly was off"):
        y.backward()


def test_what_was_watched_forward_is_watched_backward() -> None:
    x = leaf(0.0, 0.0)
    with detect_anomaly():
        y = (x * x).sum().sqrt()
    began = "Infinity began with the backward of sqrt"
    with np.errstate(divide="ignore", invalid="ignore"), pytest.raises(NonFiniteError, match=began):
        y.backward()


def test_a_parameter_whose_gradient_becomes_nan() -> None:
    class Broken(numnet.Layer):
        def __init__(self) -> None:
            self.declare(g=np.ones(2))

        def forward(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            return x * self.g, x

        def backward(self, dy: np.ndarray, x: np.ndarray) -> np.ndarray:
            self.add_grad("g", np.full(2, np.nan))
            return dy * self.g

    with detect_anomaly():
        y = Broken()(Tensor([[1.0, 2.0]])).sum()
        with pytest.raises(NonFiniteError, match="of the gradient to its parameter g"):
            y.backward()


def test_a_right_backward_is_the_same_when_watched() -> None:
    grads = []
    for watched in (False, True):
        net = Net().initialize(rng=0)
        x = Tensor(np.arange(6.0).reshape(2, 3), requires_grad=True)
        if watched:
            with detect_anomaly():
                (net(x) ** 2).sum().backward()
        else:
            (net(x) ** 2).sum().backward()
        assert x.grad is not None
        grads.append((x.grad.value.copy(), net.parameters.grad.copy()))
    for plain, watched_grad in zip(*grads, strict=True):
        assert_array_equal(plain, watched_grad)


ARRAYS = {
    "contiguous": lambda: np.arange(1.0, 7.0).reshape(2, 3),
    "transposed": lambda: np.arange(1.0, 7.0).reshape(3, 2).T,
    "strided": lambda: np.arange(1.0, 25.0).reshape(4, 6)[::2, ::2],
    "reversed": lambda: np.arange(1.0, 7.0).reshape(2, 3)[::-1],
    "float32": lambda: np.arange(1, 7, dtype=np.float32).reshape(2, 3),
    "complex": lambda: np.arange(1.0, 7.0).reshape(2, 3) + 1j,
    "number": lambda: np.array(2.0),
}


@pytest.mark.parametrize("kind", ARRAYS)
def test_an_argument_changed_before_the_backward(kind: str) -> None:
    a = ARRAYS[kind]()
    x = Tensor(a, requires_grad=True)
    with detect_anomaly():
        y = (3.0 * x).sum()
        line = here(1)
    a[(-1,) * a.ndim] += 1e-5
    with pytest.raises(GraphError) as caught:
        y.backward()
    message = str(caught.value)
    assert message.startswith("multiply of shapes")
    assert "argument 1 was changed" in message
    assert line in message
    assert x.grad is None


def test_a_constant_an_index_and_a_result_that_changed() -> None:
    factor, taken = np.ones(3), np.array([0, 2])
    x = leaf(1.0, 2.0, 3.0)
    with detect_anomaly():
        product, entries, e = (x * factor).sum(), x[taken].sum(), x.exp()
        joined = numnet.Tensor([1.0], requires_grad=True) * 1.0
    factor[1] = 5.0
    with pytest.raises(GraphError, match=r"multiply.*argument 1 was changed"):
        product.backward()
    taken[0] = 1
    with pytest.raises(GraphError, match=r"index.*argument 1 was changed"):
        entries.backward()
    e._array[0] = 0.0
    with pytest.raises(GraphError, match=r"exp.*its result was changed"):
        e.sum().backward()
    joined.sum().backward()


def test_an_index_within_a_tuple_that_changed() -> None:
    taken = np.array([0, 1])
    x = Tensor(np.ones((2, 2)), requires_grad=True)
    with detect_anomaly():
        y = x[taken, 0].sum()
    taken[0] = 1
    with pytest.raises(GraphError, match=r"argument 1\[0\] was changed"):
        y.backward()


def test_parameters_of_layers_and_modules_that_changed() -> None:
    x = Tensor(np.ones((2, 3)))
    chain = numnet.Sequential(numnet.Linear(3, 2), numnet.Tanh(), rng=0)
    net = Net().initialize(rng=0)
    with detect_anomaly():
        y, z = chain(x).sum(), net(x).sum()
        line = here(1)
    chain[0].b[1] = 3.0
    with pytest.raises(GraphError, match=r"its parameter 0\.b was changed") as caught:
        y.backward()
    assert line in str(caught.value)
    net.c1.W[0, 0] += 1.0
    with pytest.raises(GraphError, match=r"^Linear\(3 -> 2\).*its parameter W was changed") as c:
        z.backward()
    assert "self.c2(self.c1(x).tanh())" in str(c.value)


def test_what_is_changed_after_the_backward_or_back_again_is_no_fault() -> None:
    a = np.array([1.0, 2.0])
    x = Tensor(a, requires_grad=True)
    with detect_anomaly():
        y = (x * x).sum()
    a[0] = 7.0
    a[0] = 1.0
    y.backward()
    a[0] = 7.0
    assert_array_equal(x.grad.value, [2.0, 4.0])  # type: ignore[union-attr]


def test_unwatched_a_change_is_not_seen_and_costs_nothing() -> None:
    a = np.ones(100_000)
    x = Tensor(a, requires_grad=True)
    tracemalloc.start()
    y = x.sum()
    a[0] = 5.0
    used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert used < 50_000, "no copy, no checksum"
    y.backward()


@detect_anomaly()
def test_empty_bool_and_read_only_arrays_are_watched() -> None:
    x = Tensor(np.ones((0, 3)), requires_grad=True)
    x.sum().backward()
    mask = np.array([True, False])
    fixed = np.ones(2)
    fixed.flags.writeable = False
    t = leaf(1.0, 2.0)
    np.where(mask, t * fixed, 0.0).sum().backward()
    assert_array_equal(t.grad.value, [1.0, 0.0])  # type: ignore[union-attr]


def test_fit_tells_where_a_nan_was_born_in_a_module() -> None:
    class Log(numnet.Module):
        def __init__(self) -> None:
            self.c1 = numnet.Linear(2, 1, init=numnet.constant(-1.0))

        def forward(self, x: Tensor) -> Tensor:
            return self.c1(x).log()

    with (
        detect_anomaly(),
        pytest.raises(NonFiniteError, match=r"log of shapes.*self\.c1\(x\)\.log"),
    ):
        numnet.fit(Log(), numnet.MSE(), np.ones((3, 2)), np.ones((3, 1)), epochs=1, rng=0)
