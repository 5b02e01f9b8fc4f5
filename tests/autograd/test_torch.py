"""The published semantics of torch, case by case: the same lines with torch's tensors and ours."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

import numnet

if importlib.util.find_spec("torch") is None:
    pytest.skip("torch is not installed", allow_module_level=True)

import torch


class Ours:
    """numnet under the names that the cases use."""

    no_grad = numnet.no_grad
    where, maximum, minimum = np.where, np.maximum, np.minimum
    amax, amin = np.max, np.min

    @staticmethod
    def leaf(values):
        return numnet.Tensor(np.array(values, float), requires_grad=True)

    @staticmethod
    def constant(values):
        return numnet.Tensor(np.array(values, float))


class Theirs:
    no_grad = torch.no_grad
    where, maximum, minimum = torch.where, torch.maximum, torch.minimum
    amax, amin = torch.amax, torch.amin

    @staticmethod
    def leaf(values):
        return torch.tensor(values, dtype=torch.float64, requires_grad=True)

    @staticmethod
    def constant(values):
        return torch.tensor(values, dtype=torch.float64)


def slope(at, function):
    """The gradient of the sum of function(x) at x."""

    def case(k):
        x = k.leaf(at)
        function(k, x).sum().backward()
        return x.grad

    return case


def accumulate(k):
    w = k.leaf([1.0, 2.0])
    (w * w).sum().backward()
    (w * w).sum().backward()
    return w.grad


def accumulate_in_place(k):
    w = k.leaf([1.0, 2.0])
    (w * w).sum().backward()
    seen = w.grad
    (w * w).sum().backward()
    return seen


def one_object(k):
    w = k.leaf([1.0, 2.0])
    (w * w).sum().backward()
    seen = w.grad
    (w * w).sum().backward()
    w.grad = seen
    return w.grad is seen, w.grad


def changed_by_a_backward(k):
    w, v = k.leaf([1.0, 2.0]), k.leaf([3.0, 4.0])
    (w * w).sum().backward()
    y = (v * w.grad).sum()
    (w * w).sum().backward()
    y.backward()


def zeroed(k):
    w = k.leaf([1.0, 2.0])
    (w * w).sum().backward()
    w.grad.data.zero_()
    (w * 3).sum().backward()
    return w.grad


def none_at_first(k):
    return k.leaf([1.0]).grad is None


def retained(k):
    w = k.leaf([1.0, 2.0])
    loss = (w * w).sum()
    loss.backward(retain_graph=True)
    loss.backward()
    return w.grad


def second_backward(k):
    w = k.leaf([1.0, 2.0])
    loss = (w * w).sum()
    loss.backward()
    loss.backward()


def shared_trunk(k):
    w = k.leaf([1.0, 2.0])
    h = w * w
    h.sum().backward()
    (h * h).sum().backward()


def not_scalar(k):
    (k.leaf([1.0, 2.0]) * 2).backward()


def one_entry(k):
    w = k.leaf([[3.0]])
    (w * w).backward()
    return w.grad


def with_dy(k):
    w = k.leaf([1.0, 2.0])
    (w * w).backward(k.constant([1.0, 10.0]))
    return w.grad


def wrong_dy(k):
    (k.leaf([1.0, 2.0]) * 2).backward(k.constant([1.0, 10.0, 3.0]))


def no_leaf_wanted(k):
    (k.constant([1.0]) * 2).backward()


def nothing_recorded(k):
    w = k.leaf([1.0])
    with k.no_grad():
        y = w * 2
    return y.requires_grad


def backward_of_nothing_recorded(k):
    w = k.leaf([1.0])
    with k.no_grad():
        y = w * 2
    y.backward()


def update_under_no_grad(k):
    w = k.leaf([1.0, 2.0])
    (w * w).sum().backward()
    with k.no_grad():
        w -= 0.5 * w.grad
    return w.detach(), w.requires_grad, w.is_leaf


def update_recorded(k):
    w = k.leaf([1.0, 2.0])
    w -= 1.0


def update_by_data(k):
    w = k.leaf([1.0, 2.0])
    (w * w).sum().backward()
    w.data -= 0.25 * w.grad.data
    w.grad.data.zero_()
    return w.detach(), w.grad


def changed_before_backward(k):
    w = k.leaf([1.0, 2.0])
    y = (w * w).sum()
    with k.no_grad():
        w -= 1.0
    y.backward()


def changed_by_detach(k):
    w = k.leaf([1.0, 2.0])
    y = (w * w).sum()
    w.detach().zero_()
    y.backward()


def result_changed_by_detach(k):
    y = k.leaf([1.0, 2.0]).tanh()
    y.detach().zero_()
    y.sum().backward()


def changed_by_a_view(k):
    w = k.leaf([1.0, 2.0])
    y = (w * w).sum()
    with k.no_grad():
        w[:1].zero_()
    y.backward()


def changed_by_data(k):
    w = k.leaf([1.0, 2.0])
    y = (w * w).sum()
    w.data.zero_()
    y.backward()
    return w.grad


def leaves(k):
    w = k.leaf([1.0])
    return w.is_leaf, (w * 2).is_leaf, (w * 2).detach().is_leaf, k.constant([1.0]).is_leaf


def result_without_gradient(k):
    with k.no_grad():
        return (k.leaf([1.0]) * 2).is_leaf


def detached_has_no_gradient(k):
    w = k.leaf([1.0, 2.0])
    (w * w.detach()).sum().backward()
    return w.grad


def detach_shares_memory(k):
    w = k.leaf([1.0, 2.0])
    with k.no_grad():
        w.detach()[0] = 9.0
    return w.detach()


def numpy_of_a_leaf(k):
    k.leaf([1.0]).numpy()


def integers(k):
    kind = numnet.Tensor if k is Ours else torch.tensor
    kind([1, 2], requires_grad=True)


def result_wants_no_gradient(k):
    (k.leaf([1.0]) * 2).requires_grad = False


def broadcast(k):
    a, b = k.leaf([[1.0], [2.0]]), k.leaf([3.0, 4.0, 5.0])
    (a * b + b).sum().backward()
    return a.grad, b.grad


def does_not_broadcast(k):
    return k.leaf([1.0, 2.0]) + k.leaf([1.0, 2.0, 3.0])


def truth_of_two(k):
    bool(k.leaf([1.0, 2.0]))


def item_of_two(k):
    k.leaf([1.0, 2.0]).item()


def length_of_a_number(k):
    len(k.leaf(1.0))


def numbers(k):
    loss = (k.leaf([1.0, 2.0]) * 2).sum().detach()
    return loss.item(), float(loss), int(loss), bool(loss), len(k.leaf([1.0, 2.0]))


def formatted(k):
    return f"{k.leaf(2.0):.3f}"


def equality(k):
    w = k.leaf([1.0, 2.0])
    return (w == k.constant([1.0, 0.0])).sum().item(), len({w, w, k.leaf([1.0, 2.0])}), w == None  # noqa: E711


def copied(k):
    import copy

    w = k.leaf([1.0, 2.0])
    (w * w).sum().backward()
    other = copy.deepcopy(w)
    w.grad.zero_()
    return other.grad, other.requires_grad


def copied_result(k):
    import copy

    copy.deepcopy(k.leaf([1.0]) * 2)


TIES = [1.0, 3.0, 3.0, 2.0]
CASES = [
    accumulate, accumulate_in_place, one_object, changed_by_a_backward, zeroed, none_at_first,
    retained, second_backward, shared_trunk, not_scalar, one_entry, with_dy, wrong_dy,
    no_leaf_wanted, nothing_recorded, backward_of_nothing_recorded, update_under_no_grad,
    update_recorded, update_by_data, changed_before_backward, changed_by_detach,
    result_changed_by_detach, changed_by_a_view, changed_by_data, leaves, result_without_gradient,
    detached_has_no_gradient, detach_shares_memory, numpy_of_a_leaf, integers,
    result_wants_no_gradient, broadcast, does_not_broadcast, truth_of_two, item_of_two,
    length_of_a_number, numbers, formatted, equality, copied, copied_result,
]  # fmt: skip
EDGES = {
    "relu": slope([-1.0, 0.0, 2.0, -np.inf], lambda k, x: x.relu()),
    "abs": slope([-1.0, 0.0, 2.0], lambda k, x: abs(x)),
    "amax": slope(TIES, lambda k, x: k.amax(x, 0)),
    "amin": slope([[1.0, 1.0], [1.0, 2.0]], lambda k, x: k.amin(x, 1)),
    "max of all": slope(TIES, lambda k, x: x.max()),
    "maximum": slope(TIES, lambda k, x: k.maximum(x, k.constant([3.0] * 4))),
    "minimum": slope(TIES, lambda k, x: k.minimum(k.constant([2.0] * 4), x)),
    "maximum of NaN": slope([np.nan, 1.0], lambda k, x: k.maximum(x, k.constant([0.0, np.nan]))),
    "clip": slope([-1.0, 0.0, 0.5, 1.0, 2.0], lambda k, x: x.clip(0.0, 1.0)),
    "x ** 0": slope([0.0, 2.0], lambda k, x: x**0),
    "x ** 1": slope([0.0, 2.0], lambda k, x: x**1),
    "x ** 2": slope([0.0, -2.0], lambda k, x: x**2),
    "x ** tensor": slope([0.0, 2.0, 0.0], lambda k, x: x ** k.constant([0.0, 3.0, 2.0])),
    "0 ** x": slope([0.0, 2.0], lambda k, x: 0.0**x),
    "2 ** x": slope([0.0, 2.0], lambda k, x: 2.0**x),
    "norm": slope([0.0, 0.0], lambda k, x: x.norm()),
    "std": slope([2.0, 2.0], lambda k, x: x.std()),
    "prod": slope([2.0, 0.0, 3.0], lambda k, x: x.prod()),
    "prod of zeros": slope([2.0, 0.0, 0.0], lambda k, x: x.prod()),
    "log_softmax": slope([[1e30, -1e30, 0.0]], lambda k, x: x.log_softmax(1)[0, 1:]),
    "where": slope([-1.0, 4.0], lambda k, x: k.where(x > 0, x, x * 0)),
    "index": slope([1.0, 2.0, 3.0], lambda k, x: x[[0, 0, 2]]),
    "sqrt where nothing flows": slope([4.0], lambda k, x: x.sqrt()),
    "T": slope([[1.0, 2.0], [3.0, 4.0]], lambda k, x: (x @ x.T)[0] * x),
}


def told(case, k):
    """What the case returns in plain numbers, or that it raises."""
    try:
        found = case(k)
    except (RuntimeError, ValueError, TypeError):
        return "raises"
    return [np.asarray(x.tolist() if k is Theirs and hasattr(x, "tolist") else x).tolist()
            for x in (found if isinstance(found, tuple) else (found,))]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.__name__)
def test_the_same_as_torch(case):
    assert told(case, Ours) == told(case, Theirs)


@pytest.mark.parametrize("name", EDGES)
def test_the_same_slope_as_torch(name):
    ours, theirs = told(EDGES[name], Ours), told(EDGES[name], Theirs)
    assert "raises" not in (ours, theirs)
    np.testing.assert_allclose(ours, theirs, rtol=1e-14)
