"""Wrong backwards of every public layer, each refused by the checker and by the complex step."""

from __future__ import annotations

import numpy as np
import pytest
from contract import layer_gradients, layer_passes
from contract.cases import LAYERS, LayerCase

import numnet
from numnet import packing
from numnet.gradcheck.examine import Sought, seeking

pytestmark = pytest.mark.usefixtures("untraced")

# What dx becomes.
FAULTS_OF_DX = {
    "sign": lambda dx, dy: -dx,
    "mean over the examples": lambda dx, dy: dx / len(dx),
    "missing derivative": lambda dx, dy: dy.copy(),
    "multiplied twice": lambda dx, dy: dx * dx,
    "another example's": lambda dx, dy: dx[::-1],
    "another column's": lambda dx, dy: np.roll(dx, 1, axis=1),
    "summed over the examples": lambda dx, dy: np.broadcast_to(dx.sum(0), dx.shape),
    "one entry": lambda dx, dy: np.where(np.arange(dx.size).reshape(dx.shape) == 4, 0, dx),
}
# What a gradient becomes, of what stood there before and what was added.
FAULTS_OF_GRADIENTS = {
    "sign": lambda old, new: old - new,
    "missing sum": lambda old, new: old + new.mean(0),
    "another row's": lambda old, new: old + np.roll(new, 1, axis=0),
    "one entry": lambda old, new: old + np.where(np.arange(new.size).reshape(new.shape), new, 0),
}


@pytest.fixture(autouse=True)
def without_causes():
    """That it is refused is in question; the search for the cause takes longer than all else."""
    with seeking(Sought.VERDICT):
        yield


def faulty(case, dx_fault=None, gradient_fault=None, in_place=None):
    """A LayerCase of the same layer with a wrong backward."""

    def backward(self, dy, saved, need_dx):
        slots = packing.named_slots(self)
        old = {name: slot.read_grad().copy() for name, slot in slots.items()}
        if in_place == "dy":
            dy *= 0.5
        dx = type(self).__mro__[1]._backward(self, dy, saved, need_dx)
        if gradient_fault is not None:
            for name, slot in slots.items():
                slot.grad[...] = gradient_fault(old[name], slot.grad - old[name])
        if in_place == "dx":
            dx *= 1 + np.arange(len(dx)).reshape(-1, 1)
        return dx if dx_fault is None or dx is None else dx_fault(dx, dy)

    def make():
        layer = case.make()
        kind = type(layer)
        layer.__class__ = type(kind.__name__, (kind,), {"_backward": backward})
        return layer

    return LayerCase(make, case.dtype)


def refused_by_both(case, parameters=False):
    layer = case.layer()
    with np.errstate(all="ignore"):
        report = numnet.check_layer(layer, case.x())
    assert report.verdict == "wrong", str(report)
    check = "the_parameters" if parameters else "x"
    with pytest.raises(AssertionError, match=r"^(entry|shape)"):
        getattr(layer_gradients, f"a_complex_step_in_{check}_agrees")(case)
    return report


IDENTITIES = {"Dropout", "Flatten", "Sequential, empty"}  # they miss no derivative


@pytest.mark.parametrize("fault", FAULTS_OF_DX)
@pytest.mark.parametrize("name", [name for name in LAYERS if name not in IDENTITIES])
def test_a_wrong_dx_is_refused(name, fault):
    case = LayerCase(LAYERS[name])
    report = refused_by_both(faulty(case, dx_fault=FAULTS_OF_DX[fault]))
    assert [f.name for f in report.findings if f.verdict == "wrong"] == ["x"], str(report)


@pytest.mark.parametrize("fault", FAULTS_OF_GRADIENTS)
@pytest.mark.parametrize("name", [n for n, make in LAYERS.items() if make().parameters.size])
def test_a_wrong_gradient_is_refused(name, fault):
    case = faulty(LayerCase(LAYERS[name]), gradient_fault=FAULTS_OF_GRADIENTS[fault])
    report = refused_by_both(case, parameters=True)
    assert "x" not in [f.name for f in report.findings if f.verdict == "wrong"]


@pytest.mark.parametrize("where", ["dy", "dx"])
@pytest.mark.parametrize("name", LAYERS)
def test_a_backward_in_place_is_refused(name, where):
    case = faulty(LayerCase(LAYERS[name]), in_place=where)
    with np.errstate(all="ignore"):
        assert numnet.check_layer(case.layer(), case.x()).verdict == "wrong"
    if where == "dy":
        with pytest.raises(AssertionError, match="the backward changed dy"):
            layer_passes.arrays_handed_in_are_untouched(case)
