from __future__ import annotations

import numpy as np
import pytest

import numnet
from numnet import Tensor
from numnet.errors import GraphError


def leaf(*values):
    return Tensor(np.array(values), requires_grad=True)


def test_gradients_accumulate_until_zeroed():
    w = leaf(1.0, 2.0)
    assert w.grad is None
    (w * w).sum().backward()
    (w * 3.0).sum().backward()
    assert w.grad.value.tolist() == [5, 7]
    w.grad.zero_()
    assert w.grad.value.tolist() == [0, 0]
    (w * 3.0).sum().backward()
    assert w.grad.value.tolist() == [3, 3]
    w.grad = None
    (w * w).sum().backward()
    assert w.grad.value.tolist() == [2, 4]


def test_the_update_of_the_course_runs_as_written():
    epsilon = 0.5
    W1 = leaf(1.0, 2.0)
    array = W1._array
    for step in range(3):
        (W1 * W1).sum().backward()
        W1.data -= epsilon * W1.grad.data
        W1.grad.data.zero_()
        assert W1.value.tolist() == [0, 0], step
    assert W1._array is array
    assert W1.requires_grad
    assert W1.is_leaf


def test_an_update_under_no_grad():
    w = leaf(1.0, 2.0)
    (w * w).sum().backward()
    with numnet.no_grad():
        w -= 0.5 * w.grad
        w += 1
        w *= np.array([2.0, 3.0])
        w /= 2.0
    assert w.value.tolist() == [1, 1.5]
    assert w.requires_grad


def test_no_gradient_array_is_shared():
    a, b = leaf(1.0, 2.0), leaf(3.0, 4.0)
    dy = np.array([1.0, 10.0])
    (a + b).backward(dy)
    a.grad.data.zero_()
    (a * 5.0).backward(dy)
    assert dy.tolist() == [1, 10]
    assert b.grad.value.tolist() == [1, 10]
    assert a.grad.value.tolist() == [5, 50]
    a.backward(dy)
    a.grad.zero_()
    assert dy.tolist() == [1, 10]
    # That of a view is a view of dy.
    c = leaf(1.0, 2.0)
    c.reshape(2, 1).T[0].backward(dy)
    c.grad.zero_()
    assert dy.tolist() == [1, 10]


def test_one_tensor_used_many_times():
    x = leaf(3.0)
    (x * x + x * x * x + x).backward()
    assert x.grad.item() == 2 * 3 + 3 * 9 + 1
    s = Tensor(2.0, requires_grad=True)
    (s * s + s).backward()
    (s * s + s).backward()
    assert s.grad.item() == 10
    s.grad.zero_()
    assert type(s.grad.numpy()) is np.ndarray


def test_backward_of_a_leaf_itself():
    x = leaf(3.0)
    x.backward()
    assert x.grad.item() == 1


def test_what_backward_refuses():
    w = leaf(1.0, 2.0)
    with pytest.raises(GraphError, match=r"shape \(2,\) needs dy"):
        (w * 2.0).backward()
    with pytest.raises(ValueError, match=r"backward, dy: expected shape \(2,\), got \(3,\)"):
        (w * 2.0).backward([1.0, 2.0, 3.0])
    with pytest.raises(TypeError, match="dy"):
        (w * 2.0).backward([1j, 2.0])
    with pytest.raises(GraphError, match="nothing that this tensor was made of"):
        Tensor([1.0]).backward()
    with numnet.no_grad():
        y = (w * 2.0).sum()
    with pytest.raises(GraphError, match="outside of no_grad"):
        y.backward()
    assert w.grad is None


def test_a_second_backward():
    w = leaf(1.0, 2.0)
    loss = (w * w).sum()
    loss.backward(retain_graph=True)
    loss.backward()
    assert w.grad.value.tolist() == [4, 8]
    with pytest.raises(GraphError, match="retain_graph=True"):
        loss.backward()
    # Of two results the second finds what they share freed.
    h = w * w
    one, two = h.sum(), (h * 2.0).sum()
    one.backward()
    with pytest.raises(GraphError, match="went through this graph already"):
        two.backward()
    assert w.grad.value.tolist() == [6, 12]


def test_nothing_is_half_done_when_a_backward_raises():
    @numnet.operation(lambda dy, y, x: 1 / 0)
    def broken(x):
        return x + 0

    a, b = leaf(1.0, 2.0), leaf(3.0, 4.0)
    (a * b).sum().backward()
    loss = (broken(a) * b + b).sum()
    with pytest.raises(ZeroDivisionError) as caught:
        loss.backward()
    assert "backward of broken to argument 0" in "".join(caught.value.__notes__)
    assert (a.grad.value.tolist(), b.grad.value.tolist()) == ([3, 4], [1, 2])


CHANGES = {
    "w -= 1": lambda w, array: w.__isub__(1.0),
    "w[0] = 5": lambda w, array: w.__setitem__(0, 5.0),
    "w.zero_()": lambda w, array: w.zero_(),
    "w.detach()": lambda w, array: w.detach().zero_(),
    "a view": lambda w, array: w[:1].zero_(),
    "a view of a view": lambda w, array: w.reshape(2, 1).T.__imul__(2.0),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_in_place_is_found(name):
    w = leaf(1.0, 2.0)
    y = (w * w).sum()
    with numnet.no_grad():
        CHANGES[name](w, w._array)
    with pytest.raises(GraphError, match="multiply: an argument was changed"):
        y.backward()
    assert w.grad is None
    (w * w).sum().backward()


def test_a_change_of_a_result_is_found():
    w = leaf(1.0, 2.0)
    y = w.tanh()
    y.detach().zero_()
    with pytest.raises(GraphError, match="tanh: its result was changed"):
        y.sum().backward()


def test_data_changes_unseen_as_in_torch():
    w = leaf(1.0, 2.0)
    y = (w * w).sum()
    w.data.zero_()
    y.backward()
    assert w.grad.value.tolist() == [0, 0]


def test_data_keeps_the_memory():
    array = np.array([1.0, 2.0])
    w = Tensor(array, requires_grad=True)
    w.data = w.data * 3.0
    assert array.tolist() == [3, 6]
    w.data[0] = 7.0
    assert w.value.tolist() == [7, 6]
    assert not w.data.requires_grad
    with pytest.raises(ValueError, match=r"Tensor\.data: expected shape"):
        w.data = np.ones(3)


def test_grad_may_be_assigned():
    w = leaf(1.0, 2.0)
    new = np.array([1.0, 2.0])
    w.grad = new
    w.grad *= 2.0
    assert w.grad.value.tolist() == [2, 4]
    assert new.tolist() == [1, 2]
    (w * 1.0).sum().backward()
    assert w.grad.value.tolist() == [3, 5]
    assert new.tolist() == [1, 2]
    own = w.grad.numpy()
    w.grad = own
    assert w.grad.numpy() is own
    for wrong, error in [(np.ones(3), ValueError), (["a", "b"], TypeError), ([1j, 2], TypeError)]:
        with pytest.raises(error, match=r"Tensor\.grad"):
            w.grad = wrong


def test_the_gradient_of_a_result_is_not_kept():
    w = leaf(1.0)
    h = w * 2.0
    h.backward()
    assert h.grad is None
    assert w.is_leaf
    assert not h.is_leaf


def test_value_and_detach_share_memory():
    w = leaf(1.0, 2.0)
    with pytest.raises(ValueError, match="read-only"):
        w.value[0] = 1.0
    assert np.shares_memory(w.detach().numpy(), w.value)
    assert not w.detach().requires_grad
    (w * w.detach()).sum().backward()
    assert w.grad.value.tolist() == [1, 2]
    with pytest.raises(TypeError, match=r"t\.detach\(\)\.numpy\(\)"):
        w.numpy()


def test_requires_grad_may_be_set():
    t = Tensor([1.0, 2.0])
    t.requires_grad = True
    (t * t).sum().backward()
    assert t.grad.value.tolist() == [2, 4]
    with pytest.raises(GraphError, match=r"t\.detach\(\)"):
        (t * t).requires_grad = False
    with pytest.raises(TypeError, match="floating numbers"):
        Tensor([1, 2]).requires_grad = True


@pytest.mark.parametrize(
    ("array", "wanted", "message"),
    [
        ([1, 2], True, r"floating numbers.*astype\(float\)"),
        ([True], True, "floating numbers"),
        (np.array([1.0, None]), False, "expected numbers, got dtype object"),
        (["a"], False, "expected numbers"),
        (np.ma.array([1.0]), False, "without a mask"),
        ([1.0], "yes", "requires_grad to be a bool"),
    ],
)
def test_what_a_tensor_refuses(array, wanted, message):
    with pytest.raises(TypeError, match=message):
        Tensor(array, requires_grad=wanted)


def test_a_tensor_of_tensors():
    t = Tensor([1.0, 2.0], requires_grad=True)
    assert Tensor(t)._array is t._array
    with pytest.raises(TypeError, match="requires a gradient"):
        Tensor([t, t])
    assert Tensor([t.detach(), t.detach()]).shape == (2, 2)


def test_the_losses_record():
    y = leaf(1.0, 4.0).reshape(2, 1)
    loss = numnet.MSE()(y, np.zeros((2, 1)))
    assert type(loss) is Tensor
    assert loss.item() == 8.5
