"""The twin that a module's forward runs on: lent again and again, and never out of date."""

from __future__ import annotations

import gc
import threading
import weakref
from typing import Any

import numpy as np
import pytest

import numnet
from numnet import Tensor

X = np.array([[1.0, 2.0]])


class Net(numnet.Module):
    """It notes what its forward runs on, and waits where a test says so."""

    def __init__(self) -> None:
        self.layer = numnet.Linear(2, 1, init=numnet.constant(1.0))
        self.shift = Tensor([0.5], requires_grad=True)
        self.factor = 1.0
        self.seen: list[int] = []
        self.wait: Any = None

    def forward(self, x: Tensor) -> Tensor:
        self.seen.append(id(self))
        if self.wait is not None:
            self.wait()
        return self.factor * self.layer(x) + self.shift


def test_one_twin_serves_all_passes() -> None:
    net = Net()
    assert [net(X).item() for _ in range(3)] == [3.5] * 3
    assert len(set(net.seen)) == 1
    assert id(net) not in net.seen


def test_the_leaves_of_a_pass_are_its_own() -> None:
    net = Net()
    passes = [net.propagate(X) for _ in range(2)]
    net.parameters.zero_grad()
    for _, saved in passes:
        net.backpropagate([[1.0]], saved)
    assert net.parameters.gradients["shift"] == 2
    np.testing.assert_array_equal(net.parameters.gradients["layer.W"], 2 * X.T)


@pytest.mark.parametrize("change", ["set", "of a layer", "deleted", "a method"])
def test_what_is_assigned_is_seen(change: str) -> None:
    net = Net()
    net(X)
    if change == "set":
        net.factor = 2.0
    elif change == "of a layer":
        net.layer.forward = lambda x: (2 * x @ net.layer.W, x)  # type: ignore[method-assign]
    elif change == "deleted":
        type(net).factor = 2.0  # type: ignore[misc]
        del net.factor
    else:
        net.forward = lambda x: 6.0 * net.layer(x)[:, :1] / 3 + 0.5  # type: ignore[method-assign]
    try:
        assert net(X).item() == 6.5
    finally:
        if change == "deleted":
            del Net.factor


def test_a_part_that_stands_in_two_modules_is_seen_in_both() -> None:
    class Outer(numnet.Module):
        def __init__(self, first: Net) -> None:
            self.first, self.again = first, [first]

        def forward(self, x: Tensor) -> Tensor:
            return self.first(x) + self.again[0](x)

    inner = Net()
    outer = Outer(inner)
    assert (outer(X).item(), inner(X).item()) == (7.0, 3.5)
    inner.factor = 2.0
    assert (outer(X).item(), inner(X).item()) == (13.0, 6.5)


def test_new_values_are_seen() -> None:
    net = Net()
    net(X)
    net.parameters.value *= 2
    assert net(X).item() == 7.0
    assert net.replica(np.zeros(4))(X).item() == 0
    assert numnet.Sequential(net)(X).item() == 7.0, "in another vector"


def test_a_forward_that_fails_leaves_nothing_behind() -> None:
    net = Net()
    net(X)

    def fail() -> None:
        raise RuntimeError("on purpose")

    net.wait = fail
    with pytest.raises(RuntimeError, match="on purpose"):
        net(X)
    net.wait = None
    assert net(X).item() == 3.5


def test_threads_have_twins_of_their_own() -> None:
    net = Net()
    meet = threading.Barrier(2)
    net.wait = lambda: meet.wait(10)
    found: list[float] = []
    threads = [threading.Thread(target=lambda: found.append(net(X).item())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [3.5, 3.5]
    assert len(set(net.seen)) == 2


def test_a_module_goes_with_its_last_reference() -> None:
    gc.collect()
    gc.disable()
    try:
        net = Net()
        net(X)
        gone = weakref.ref(net)
        del net
        assert gone() is None
    finally:
        gc.enable()


def test_attributes_of_any_name_are_the_users():
    class Net(numnet.Module):
        def __init__(self):
            self._module = 3.0
            self.c = numnet.Linear(2, 1, init=numnet.constant(1.0))

        def forward(self, x):
            return self.c(x) * self._module

    assert Net()(np.ones((1, 2))).tolist() == [[6.0]]


def test_a_layer_may_call_itself_by_super_and_be_recorded_by_hand():
    class Twice(numnet.Linear):
        def twice(self, x):
            return super().__call__(super().__call__(x))

    class Net(numnet.Module):
        def __init__(self):
            self.c = Twice(2, 2, init=numnet.constant(1.0))

        def forward(self, x):
            return self.c.twice(x) + x.record(self.c)

    net = Net()
    y, saved = net.propagate(np.ones((1, 2)))
    assert y.tolist() == [[6.0, 6.0]]
    net.backpropagate(np.ones((1, 2)), saved)
    assert net.parameters.gradients["c.b"].tolist() == [4.0, 4.0]
