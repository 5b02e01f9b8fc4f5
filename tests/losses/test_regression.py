from __future__ import annotations

import numpy as np
import pytest
from helpers import arrays, close, shapes
from hypothesis import given
from hypothesis import strategies as st

from numnet.losses import MSE

with_rows = shapes.filter(bool)


@given(data=st.data(), shape=with_rows)
def test_the_value_is_the_mean_over_all_entries(data, shape):
    p, t = data.draw(arrays(shape)), data.draw(arrays(shape))
    mean = np.mean((p - t) ** 2) if p.size else 0.0
    close(MSE()(p, t), mean, mean, units=p.size + 4)


@given(data=st.data(), shape=with_rows)
def test_both_gradients(data, shape):
    p, t = data.draw(arrays(shape)), data.draw(arrays(shape))
    loss = MSE()
    saved = loss.forward(p, t)[1]
    dy_pred, dy_true = loss.backward(saved, 1.5, both=True)
    np.testing.assert_array_equal(dy_pred, loss.backward(saved, 1.5))
    np.testing.assert_array_equal(dy_true, -dy_pred)
    close(dy_pred, 1.5 * 2 * (p - t) / max(p.size, 1), abs(p - t), units=8)


def test_the_course_leaves_out_the_factor_one_over_the_size():
    p, t = np.array([[1.0, 2.0], [3.0, 4.0]]), np.zeros((2, 2))
    gradient = MSE().backward(MSE().forward(p, t)[1])
    assert (gradient * p.size).tolist() == (2 * (p - t)).tolist()


def test_integers_of_the_truth_do_not_widen_float32():
    value, saved = MSE().forward(np.ones((2, 1), np.float32), np.array([[3], [1]]))
    assert value == 2.0
    assert MSE().backward(saved).dtype == np.float32


def test_its_outputs_are_values():
    assert MSE().output == "values"
    assert MSE().scorer(np.zeros((2, 1))) is None
    assert repr(MSE()) == "MSE()"


def test_a_vector_is_not_broadcast_against_a_column():
    with pytest.raises(ValueError, match=r"^MSE\(\): expected y_true of the shape of the outputs"):
        MSE()(np.zeros((1000, 1)), np.zeros(1000))
