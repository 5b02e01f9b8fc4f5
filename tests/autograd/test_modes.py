from __future__ import annotations

import threading

import pytest

import numnet
from numnet import Tensor, no_grad


def recorded():
    return (Tensor([1.0], requires_grad=True) * 2.0).requires_grad


def test_a_block_a_decorator_and_nesting():
    switch = no_grad()
    with switch:
        assert not recorded()
        with switch, no_grad():
            assert not recorded()
        assert not recorded()
    assert recorded()
    assert not no_grad()(recorded)()
    with pytest.raises(ZeroDivisionError), no_grad():
        _ = 1 / 0
    assert recorded()


def test_a_tensor_made_within_may_require_a_gradient():
    with no_grad():
        t = Tensor([1.0], requires_grad=True)
    (t * 2.0).backward()
    assert t.grad.item() == 2


def test_another_thread_goes_on_recording():
    found = []
    with no_grad():
        thread = threading.Thread(target=lambda: found.append(recorded()))
        thread.start()
        thread.join()
    assert found == [True]


def test_a_backward_within_no_grad():
    t = Tensor([3.0], requires_grad=True)
    y = t * t
    with no_grad():
        y.backward()
    assert t.grad.item() == 6
    assert numnet.no_grad is no_grad
