from __future__ import annotations

import numpy as np
import pytest
from helpers import arrays, dtypes
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import numnet
from numnet import Flatten

shapes = hnp.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=3)


@given(st.data())
def test_every_number_keeps_its_place(data):
    x = data.draw(arrays(data.draw(shapes), data.draw(dtypes)))
    layer = Flatten()
    y, saved = layer.propagate(x)
    assert y.shape == (len(x), int(np.prod(x.shape[1:])))
    assert y.dtype == x.dtype
    assert y.ravel().tolist() == x.ravel().tolist()
    dx = layer.backpropagate(y, saved)
    np.testing.assert_array_equal(dx, x)


def test_images_reach_a_linear_layer():
    model = numnet.Sequential(Flatten(), numnet.Linear(6, 2), rng=0)
    images = np.random.default_rng(0).normal(size=(4, 2, 3))
    np.testing.assert_array_equal(model(images), model[1](images.reshape(4, 6)))
    y, saved = model.propagate(images)
    assert model.backpropagate(y, saved).shape == images.shape
    assert numnet.check_layer(model, images).verdict == "right"


def test_a_single_number_is_refused():
    with pytest.raises(ValueError, match=r"^Flatten\(\): expected x of one row an example, got a"):
        Flatten()(3.0)
