from __future__ import annotations

import gc
import tracemalloc
import weakref

import numpy as np
import pytest
from helpers import untraced

import numnet
from numnet import Tensor
from numnet.autograd.engine import backpropagate, graph_below
from numnet.autograd.node import Node, summed_to
from numnet.autograd.recorded import INPUT


@pytest.fixture
def in_cycles():
    """What of the tape the collector had to free; it does not run on its own until the end."""

    def found():
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        gc.set_debug(0)
        ours = [x for x in gc.garbage if isinstance(x, Node | Tensor | np.ndarray)]
        gc.garbage.clear()
        return ours

    gc.collect()
    gc.disable()
    yield found
    gc.enable()


def step(w, x):
    loss = ((x @ w).tanh() ** 2).mean()
    loss.backward()
    with numnet.no_grad():
        w -= 0.1 * w.grad
    w.grad = None
    return loss


@untraced
def test_a_chain_of_100_000_operations(in_cycles):
    w = Tensor(1.0, requires_grad=True)
    y = w
    for _ in range(100_000):
        y = y + 1.0
    y.backward()
    assert w.grad.item() == 1
    # Freed by the backward; and where there was none, without recursion.
    assert y._node.edges == []
    for _ in range(20_000):
        y = y + w
    del y
    assert in_cycles() == []


@untraced
def test_memory_is_flat():
    w = Tensor(np.ones((3, 2)), requires_grad=True)
    x = np.ones((4, 3))
    kept = [step(w, x) for _ in range(10)]
    tracemalloc.start()

    def held():
        gc.collect()  # empties Python's own stores of tuples too
        return tracemalloc.get_traced_memory()[0]

    for _ in range(20):
        step(w, x)
    before = held()
    for _ in range(1000):
        step(w, x)
    after = held()
    tracemalloc.stop()
    # The smallest object that Python makes takes 16 bytes.
    assert after - before < 16 * 1000
    # A loss that is kept holds its number alone.
    assert all(loss._node.values is None and loss._node.edges == [] for loss in kept)


def test_a_step_leaves_no_cycle(in_cycles):
    w = Tensor(np.ones((3, 2)), requires_grad=True)
    x = np.ones((4, 3))
    for _ in range(3):
        step(w, x)
        (w * w).sum()
    assert in_cycles() == []


def test_a_loss_without_backward_is_freed_at_once():
    w = Tensor(np.ones(3), requires_grad=True)
    h = w * w
    seen = weakref.ref(h._array)
    loss = h.sum()
    del h
    assert seen() is not None
    del loss
    assert seen() is None


def test_a_cycle_would_be_seen(in_cycles):
    w = Tensor(np.ones(3), requires_grad=True)
    y = w * w
    y._node.origin = y
    del y
    assert in_cycles() != []


def test_a_gradient_that_is_handed_on_is_copied_for_the_leaf():
    x, dy = Tensor(np.ones(3), requires_grad=True), np.ones(3)
    for _ in range(2):
        numnet.Dropout(0.5)(x).backward(dy)
    assert (list(x.grad.value), list(dy)) == ([2] * 3, [1] * 3)


def test_a_diamond_is_passed_once():
    calls = []

    @numnet.operation(lambda dy, y, x: calls.append(1) or dy)
    def counted(x):
        return x + 0

    x = Tensor([1.0, 2.0], requires_grad=True)
    h = counted(x)
    for _ in range(20):
        h = h + h
    h.sum().backward()
    assert calls == [1]
    assert x.grad.value.tolist() == [2.0**20] * 2


def test_only_what_is_needed_is_computed():
    def never(*arguments):
        raise AssertionError

    product = numnet.operation(never, lambda dy, y, a, b: dy * a)(lambda a, b: a * b)
    x, w = Tensor([3.0]), Tensor([2.0], requires_grad=True)
    product(x, w).backward()
    assert w.grad.item() == 3
    w._sink = INPUT
    assert backpropagate(product(x, w)._node, np.ones(1), inputs=False) == []
    v = Tensor([5.0], requires_grad=True)
    y = numnet.operation(lambda dy, y, a, b: dy * b, never)(lambda a, b: a * b)(v * 1.0, w * 1.0)
    ((leaf, grad, _),) = backpropagate(y._node, np.ones(1), inputs=False)
    assert leaf is v
    assert grad.item() == 2


def test_a_leaf_keeps_an_array_that_is_its_own_and_copies_any_other():
    x, w = Tensor(np.ones((2, 3)), requires_grad=True), Tensor(np.ones((3, 2)), requires_grad=True)
    kept = np.ones((2, 3))
    mine = numnet.operation(lambda dy, y, x: kept)(lambda x: x * 1.0)
    for result, own in ((x @ w, [True, True]), (mine(x), [False]), (x + 1.0, [False])):
        found = backpropagate(result._node, np.ones(result.shape))
        assert [flag for _, _, flag in found] == own
    mine(x).sum().backward()
    x.grad.data.zero_()
    assert kept.all(), "what the backward keeps has been changed through the gradient"


def test_every_gradient_on_the_way():
    w = Tensor([1.0, 2.0], requires_grad=True)
    h = w * w
    y = (h * 3.0).sum()
    every = {}
    ((found, grad, _),) = backpropagate(y._node, np.ones(()), every=every)
    assert found is w
    assert grad.tolist() == [6, 12]
    assert [node.name for node in graph_below(y._node)] == ["multiply", "multiply", "sum"]
    assert every[h._node].tolist() == [3, 3]
    assert w.grad is None


@pytest.mark.parametrize(
    ("grad", "shape", "expected"),
    [
        (np.ones((2, 3)), (3,), [2, 2, 2]),
        (np.ones((2, 3)), (2, 1), [[3], [3]]),
        (np.ones((2, 3)), (1, 3), [[2, 2, 2]]),
        (np.ones((2, 3)), (), 6),
        (np.ones((4, 2, 3)), (2, 1), [[12], [12]]),
        (np.ones((0, 3)), (3,), [0, 0, 0]),
        (np.ones(()), (2,), [1, 1]),
        (np.ones(3), (2,), None),
    ],
)
def test_summed_to(grad, shape, expected):
    found = summed_to(grad, shape)
    assert (found if found is None else found.tolist()) == expected


@pytest.mark.parametrize("dtypes", [("float32", "float64"), ("float64", "float32")])
def test_a_gradient_has_the_dtype_of_what_it_belongs_to(dtypes: tuple[str, str]) -> None:
    own, other = dtypes

    @numnet.operation(lambda dy, y, x: dy.astype(other), fresh=True)
    def double(x):
        return x + x

    w = Tensor(np.ones(3, own), requires_grad=True)
    double(double(w)).sum().backward()
    assert w.grad is not None
    assert w.grad.dtype == own


def test_float32_stays_float32_through_a_net():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((5, 3)).astype(np.float32)
    w = Tensor(rng.standard_normal((3, 2)).astype(np.float32), requires_grad=True)
    seen = {}
    y = (((x @ w) / 2 - 1).sigmoid().log() * -np.float64(0.5) + 1e-3).mean(axis=0).max() ** 1.5
    assert y.dtype == np.float32
    backpropagate(y._node, np.ones((), np.float32), every=seen)
    assert {grad.dtype for grad in seen.values()} == {np.dtype(np.float32)}
    y.backward()
    assert w.grad.dtype == np.float32
