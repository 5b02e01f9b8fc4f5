"""What a module declares of what it is given, and what it refuses."""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np
import pytest

import numnet
from numnet import Linear, Module, Tensor


class Holder(Module):
    """Whatever it is given, as attributes."""

    def __init__(self, **given: Any) -> None:
        for name, value in given.items():
            setattr(self, name, value)


def test_tensors_that_require_a_gradient_are_parameters():
    given = np.arange(6.0).reshape(2, 3)
    model = Holder(a=Tensor(given, requires_grad=True), k=Tensor([1.0, 2.0]))
    assert {name: a.shape for name, a in model.parameters.items()} == {"a": (2, 3)}
    assert (model.a == given).all()
    model.parameters.value[:] = 7
    assert given[0, 0] == 0, "the array that was given has changed"
    assert type(model.k) is np.ndarray
    assert list(model.k) == [1, 2]


def test_assigning_again_changes_the_values():
    model = Holder(a=Tensor([1.0, 2.0], requires_grad=True))
    model.a = Tensor([3.0, 4.0], requires_grad=True)
    assert list(model.parameters.value) == [3, 4]
    model.a = Tensor([5.0, 6.0])
    assert list(model.parameters.value) == [5, 6]
    with pytest.raises(ValueError, match=r"expected shape \(2,\), got \(3,\)"):
        model.a = Tensor([1.0, 2.0, 3.0])


def test_memory_that_is_shared_is_refused():
    matrix = np.ones((3, 2))
    one = Tensor(matrix, requires_grad=True)
    for other in (one, Tensor(matrix[:, 1], requires_grad=True)):
        with pytest.raises(
            ValueError, match=r"^Holder\.b: shares memory with a, .* Use self\.a in"
        ):
            Holder(a=one, b=other)
    columns = {f"c{i}": Tensor(matrix[:, i], requires_grad=True) for i in range(2)}
    assert len(Holder(**columns).parameters) == 2
    # Another module may start from the same values.
    assert len(Holder(a=one).parameters) == 1


@pytest.mark.parametrize("kind", [list, tuple, set])
def test_a_container_of_tensors_would_not_be_trained(kind: Any):
    with pytest.raises(TypeError, match=rf"^Holder\.w: .*{kind.__name__}.* would not be trained"):
        Holder(w=kind([Tensor([1.0], requires_grad=True)]))
    assert Holder(w=kind([Tensor([1.0])])).parameters.size == 0


@pytest.mark.parametrize("value", [Linear(2, 2), Tensor([1.0], requires_grad=True)])
def test_a_dict_would_not_be_trained(value: Any):
    with pytest.raises(TypeError, match=r"^Holder\.w: what a dict holds would not be trained"):
        Holder(w={"a": value})
    assert Holder(w={"a": 1.0}).w == {"a": 1.0}


def test_lists_of_layers_are_parts():
    model = Holder(layers_=[Linear(2, 3), numnet.Tanh(), Linear(3, 1)])
    assert list(model.parameters) == ["layers_.0.W", "layers_.0.b", "layers_.2.W", "layers_.2.b"]


def test_nothing_is_kept_alive():
    model = Holder(a=Tensor([1.0], requires_grad=True))
    gone = weakref.ref(model)
    del model
    assert gone() is None
