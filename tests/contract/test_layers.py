"""The contract of every public layer: each check on each example in each dtype."""

from __future__ import annotations

import pytest
from contract import layer_gradients, layer_lives, layer_passes
from contract.cases import DTYPES, LAYERS, LayerCase, forgotten
from contract.state import checks_in

from numnet import Sequential
from numnet.model import Model

pytestmark = pytest.mark.usefixtures("untraced")

CHECKS = checks_in(layer_passes) | checks_in(layer_gradients) | checks_in(layer_lives)


def test_every_public_layer_has_an_example():
    assert not (text := forgotten(Model, [make() for make in LAYERS.values()])), text


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("check", CHECKS)
def test_layer(check, name, dtype):
    CHECKS[check](LayerCase(LAYERS[name], dtype))


@pytest.mark.parametrize("held", [lambda layer, model: layer, lambda layer, model: [model]])
def test_a_layer_holds_neither_itself_nor_its_model(held):
    layer = LAYERS["Linear"]()
    model = Sequential(layer)
    with pytest.raises(ValueError, match=r"^Linear\.above: expected a part that does not hold"):
        layer.above = held(layer, model)
    assert not hasattr(layer, "above")
