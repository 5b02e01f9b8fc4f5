from __future__ import annotations

import itertools
import math
import re

import numpy as np
import pytest
from helpers import DTYPES, arrays, close, columns
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

import numnet
from numnet.losses import BinaryCrossEntropy, SoftmaxCrossEntropy

some_rows = st.integers(1, 5)


@st.composite
def logits_and_labels(draw):
    n, c = draw(some_rows), draw(columns)
    labels = draw(arrays(n, np.int64, st.integers(0, c - 1)))
    return draw(arrays((n, c))), labels


@given(case=logits_and_labels())
def test_softmax_cross_entropy_is_the_mean_negative_log_likelihood(case):
    z, k = case
    terms = [-special.log_softmax(z[n])[k[n]] for n in range(len(z))]
    close(SoftmaxCrossEntropy()(z, k), math.fsum(terms) / len(z), 17, units=len(z) + 8)


@given(case=logits_and_labels())
def test_the_course_s_delta3_is_n_times_the_gradient(case):
    z, k = case
    loss = SoftmaxCrossEntropy()
    delta3 = special.softmax(z, 1) - np.eye(z.shape[1])[k]
    close(loss.backward(loss.forward(z, k)[1]) * len(z), delta3, 2, units=16)
    close(loss.backward(loss.forward(z, k, rows=1)[1]), delta3, 2, units=16)


@given(case=logits_and_labels())
def test_integers_one_hot_rows_and_lists_are_the_same_labels(case):
    z, k = case
    loss, hot = SoftmaxCrossEntropy(), np.eye(z.shape[1])[k]
    expected = loss(z, k)
    for labels in (hot, hot.astype(np.float32), hot.astype(bool), k.tolist(), k.astype(np.uint8)):
        close(loss(z, labels), expected, 17, units=len(z) + 8)


@pytest.mark.parametrize(
    ("y_true", "message"),
    [
        ([0, 3], "expected integers from 0 to 2 for 3 classes, got 3 at row 1."),
        ([0, -1], "expected integers from 0 to 2 for 3 classes, got -1 at row 1."),
        ([0], "expected 2 labels, one a row of the outputs, got 1"),
        ([[0], [1]], "got (2, 1). Use y.ravel()"),
        ([[1, 0, 0], [1, 1, 0]], "expected rows in [0, 1] that sum to 1, got row 1 with sum 2"),
        ([[1, 0, 0], [np.nan, 0, 1]], "got row 1 with sum nan"),
    ],
)
def test_labels_that_do_not_fit_are_refused(y_true, message):
    with pytest.raises(ValueError, match=r"^SoftmaxCrossEntropy\(\): .*" + re.escape(message)):
        SoftmaxCrossEntropy()(np.zeros((2, 3)), y_true)


def test_labels_that_are_fractions_are_refused():
    with pytest.raises(TypeError, match=r"got dtype float64\. Use y\.astype\(int\)"):
        SoftmaxCrossEntropy()(np.zeros((2, 3)), [0.0, 1.0])


def test_binary_cross_entropy_is_what_the_course_displays():
    rng = np.random.default_rng(0)
    p, t = rng.uniform(0.1, 0.9, (5, 3)), rng.integers(0, 2, (5, 3))
    both = [
        t[n, c] * math.log(p[n, c]) + (1 - t[n, c]) * math.log(1 - p[n, c])
        for n in range(5)
        for c in range(3)
    ]
    close(BinaryCrossEntropy()(p, t), -math.fsum(both) / 5, 10, units=4)
    close(BinaryCrossEntropy(reduction="mean")(p, t), -math.fsum(both) / 15, 10, units=4)
    z = special.logit(p)
    close(BinaryCrossEntropy(from_logits=True)(z, t), -math.fsum(both) / 5, 10, units=8)


def test_wrong_by_certainty_costs_a_hundred_and_has_no_gradient():
    loss = BinaryCrossEntropy()
    value, saved = loss.forward([[0.0, 1.0]], [[1, 0]])
    assert value == 200
    assert loss.backward(saved).tolist() == [[0, 0]]


def test_right_by_certainty_costs_nothing():
    value, saved = BinaryCrossEntropy().forward([[0.0, 1.0]], [[0, 1]])
    assert value == 0
    assert BinaryCrossEntropy().backward(saved).tolist() == [[1, -1]]


@pytest.mark.parametrize("p", [-0.1, 1.5, 1e30])
def test_probabilities_out_of_range_are_refused(p):
    message = re.escape(f"got values from {min(p, 0.5):g} to {max(p, 0.5):g}. End the model with")
    with pytest.raises(ValueError, match=r"expected outputs in \[0, 1\], " + message):
        BinaryCrossEntropy()([[p, 0.5]], [[0, 1]])
    assert math.isfinite(BinaryCrossEntropy(from_logits=True)([[p, 0.5]], [[0, 1]]))


@pytest.mark.parametrize("t", [-0.5, 2.0])
def test_truth_out_of_range_is_refused(t):
    with pytest.raises(ValueError, match=r"expected y_true in \[0, 1\], got values from"):
        BinaryCrossEntropy()([[0.5, 0.5]], [[t, 0.5]])


def test_an_unknown_reduction_is_refused():
    with pytest.raises(ValueError, match='"batchmean" or "mean", got \'sum\''):
        BinaryCrossEntropy(reduction="sum")


def test_names_and_outputs():
    assert repr(SoftmaxCrossEntropy()) == "SoftmaxCrossEntropy()"
    assert repr(BinaryCrossEntropy()) == "BinaryCrossEntropy()"
    both = BinaryCrossEntropy(from_logits=True, reduction="mean")
    assert repr(both) == 'BinaryCrossEntropy(from_logits=True, reduction="mean")'
    assert SoftmaxCrossEntropy().output == both.output == "logits"
    assert BinaryCrossEntropy().output == "probabilities"


def test_what_the_outputs_are_depends_on_the_loss():
    x, hot = np.array([[0.5], [-2.0], [1.0]]), np.eye(2)[[0, 1, 1]]
    for loss, probabilities in (
        (BinaryCrossEntropy(from_logits=True), special.expit),
        (SoftmaxCrossEntropy(), lambda z: special.softmax(z, 1)),
    ):
        model = numnet.Sequential(numnet.Linear(1, 2), rng=0)
        numnet.fit(model, loss, x, hot, epochs=1)
        expected = probabilities(model(x))
        close(model.predict_proba(x), expected, 1, units=32)


@pytest.mark.parametrize("dtype", DTYPES)
def test_wide_truth_does_not_widen_the_gradient(dtype):
    p, t = np.full((2, 2), 0.25, dtype), np.full((2, 2), 0.5)
    for loss in (SoftmaxCrossEntropy(), BinaryCrossEntropy(), BinaryCrossEntropy(True)):
        assert loss.backward(loss.forward(p, t)[1]).dtype == dtype


def test_scorers_count_rightly_classified_rows():
    p = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
    for labels in itertools.product((0, 1), repeat=3):
        right = sum(a == b for a, b in zip(labels, (0, 1, 0), strict=True))
        k, hot = np.array(labels), np.eye(2)[list(labels)]
        assert SoftmaxCrossEntropy().scorer(k)(p, k) == right
        assert SoftmaxCrossEntropy().scorer(hot)(p, hot) == right
        assert BinaryCrossEntropy().scorer(hot)(p, hot) == right
    column = np.array([[1.0], [0.0], [0.0]])
    assert BinaryCrossEntropy().scorer(column)(p[:, :1], column) == 2
    assert BinaryCrossEntropy(from_logits=True).scorer(column)(p[:, :1] - 0.5, column) == 2


@pytest.mark.parametrize(
    "t",
    [
        *(np.full((3, 2), 0.25), np.full((3, 2), 0.5), np.ones((3, 2)), np.zeros((3, 2))),
        *(np.array([[1, 0], row]) for row in ([0.5, 0.5], [1, 1], [0, 0])),
        *(np.ones(3), np.ones((3, 0)), np.eye(2)[:, :, np.newaxis]),
    ],
    ids=lambda t: str(t.tolist()),
)
def test_pixels_several_labels_at_once_or_no_columns_are_no_classes(t):
    assert BinaryCrossEntropy().scorer(t) is None


def test_one_column_is_class_1_above_one_half():
    classes = {0.0: 0, 0.25: 0, 0.5: 0, 0.75: 1, 1.0: 1}
    for (p, predicted), (y, true) in itertools.product(classes.items(), repeat=2):
        p, y = np.array([[p]]), np.array([[y]])
        right = int(predicted == true)
        assert BinaryCrossEntropy().scorer(y)(p, y) == right
        assert BinaryCrossEntropy(from_logits=True).scorer(y)(p - 0.5, y) == right


@pytest.mark.parametrize("given", ["mean", 1, None])
def test_from_logits_is_true_or_false(given):
    with pytest.raises(TypeError, match="expected from_logits to be True or False"):
        BinaryCrossEntropy(given)
