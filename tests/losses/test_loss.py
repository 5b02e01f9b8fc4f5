"""What holds for every loss."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from helpers import LAYOUTS, Pair, arrays, close, columns, dtypes, laid_out, moderate, rows, widened
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

import numnet
from numnet import losses
from numnet.losses import MSE, BinaryCrossEntropy, Loss, SoftmaxCrossEntropy

inside = st.floats(2.0**-40, 1 - 2.0**-20, width=32)
unit = st.floats(0, 1, width=32, allow_subnormal=False)


def _softmax_terms(p, t):
    return special.softmax(p, 1) + (t if t.ndim == 2 else np.eye(p.shape[1])[t])


# The loss, what it divides by, and the size of the terms of its gradient before that division.
CASES = {
    "MSE": (MSE(), lambda p: p.size, lambda p, t: 2 * (abs(p) + abs(t))),
    "SoftmaxCrossEntropy": (SoftmaxCrossEntropy(), len, _softmax_terms),
    "BinaryCrossEntropy": (BinaryCrossEntropy(), len, lambda p, t: t / p + (1 - t) / (1 - p)),
    "from logits": (
        BinaryCrossEntropy(from_logits=True),
        len,
        lambda p, t: special.expit(p) + t,
    ),
    "mean": (
        BinaryCrossEntropy(reduction="mean"),
        lambda p: p.size,
        lambda p, t: t / p + (1 - t) / (1 - p),
    ),
}
each = pytest.mark.parametrize("name", CASES)


@st.composite
def data_for(draw, name, dtype=dtypes, n=rows):
    """Outputs and truth that fit the loss."""
    dtype, shape = draw(dtype), (draw(n), draw(columns))
    if name == "SoftmaxCrossEntropy":
        labels = arrays(shape[0], np.intp, st.integers(0, shape[1] - 1))
        return draw(arrays(shape, dtype)), draw(labels)
    elements = inside if name in ("BinaryCrossEntropy", "mean") else moderate
    truth = moderate if name == "MSE" else unit
    return draw(arrays(shape, dtype, elements)), draw(arrays(shape, dtype, truth))


def pair(name, total=None):
    loss, size, terms = CASES[name]
    return Pair(
        lambda p, t: loss.forward(p, t, total)[0],
        lambda dy, p, t: loss.backward(loss.forward(p, t, total)[1], dy),
        lambda dy, p, t: abs(dy) * terms(p, t) / (size(p) * (total or len(p)) / (len(p) or 1) or 1),
    )


def test_the_table_holds_every_loss():
    assert {type(loss) for loss, _, _ in CASES.values()} == {
        getattr(losses, name) for name in losses.__all__
    } - {Loss}


@each
@given(data=st.data(), dy=moderate, total=st.none() | st.integers(1, 9))
def test_backward_agrees_with_the_complex_step(name, data, dy, total):
    pair(name, total).check(dy, *data.draw(data_for(name)))


WRONG = {
    "sign": lambda b, dy, p, t: -b(dy, p, t),
    "no upstream gradient": lambda b, dy, p, t: b(1.0, p, t),
    "summed over the examples": lambda b, dy, p, t: b(dy, p, t) * len(p),
    "shifted by an example": lambda b, dy, p, t: np.roll(b(dy, p, t), 1, axis=0),
    "not divided anew": lambda b, dy, p, t: b(dy, p[:2], t[:2]),
}


@each
@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_backward_is_refused(name, fault):
    rng = np.random.default_rng(0)
    p, t = rng.uniform(0.1, 0.9, (2, 3, 4))
    if name == "SoftmaxCrossEntropy":
        t = rng.integers(0, 4, 3)
    right = pair(name)
    right.check(1.5, p, t)
    with pytest.raises(AssertionError):
        replace(right, backward=lambda *args: WRONG[fault](right.backward, *args)).check(1.5, p, t)


@each
@given(data=st.data(), cut=st.integers(0, 5))
def test_the_losses_of_parts_add_up(name, data, cut):
    loss = CASES[name][0]
    p, t = data.draw(data_for(name, n=st.integers(1, 5)))
    n = len(p)
    value, saved = loss.forward(p, t)
    halves = [loss.forward(p[s], t[s], rows=n) for s in (slice(cut), slice(cut, None))]
    # From logits a term is the difference of two numbers below 20; else all terms are positive.
    units = (p.size + 8) * np.finfo(p.dtype).eps / np.finfo(float).eps
    close(sum(v for v, _ in halves), value, value + 20, units=units)
    parts = np.concatenate([loss.backward(s, 1.5) for _, s in halves])
    whole = loss.backward(saved, 1.5)
    assert parts.dtype == p.dtype
    close(parts, widened(whole), abs(widened(whole)), units=4)


@each
@pytest.mark.parametrize("dtype", ["f4", "f8", "c8", "c16"])
@pytest.mark.parametrize("n", [0, 1, 3])
def test_the_value_is_a_number_of_python_and_the_gradient_keeps_the_dtype(name, dtype, n):
    loss = CASES[name][0]
    p = np.random.default_rng(0).uniform(0.1, 0.9, (n, 4)).astype(dtype)
    t = np.zeros(n, int) if name == "SoftmaxCrossEntropy" else np.zeros((n, 4))
    value, saved = loss.forward(p, t)
    assert type(value) is (complex if dtype[0] == "c" else float)
    assert np.isfinite(value)
    gradient = loss.backward(saved)
    assert gradient.dtype == dtype
    assert gradient.shape == p.shape
    assert loss(p, t) == value
    for one in (1.0, 1, np.float32(1.0), np.float64(1.0)):
        assert loss.backward(saved, one).dtype == dtype
    assert loss.backward(loss.forward(p, t, rows=np.int64(7))[1], 1.0).dtype == dtype


@each
@pytest.mark.parametrize("layout", LAYOUTS)
def test_read_only_arrays_of_any_layout(name, layout):
    loss = CASES[name][0]
    rng = np.random.default_rng(0)
    p, t = rng.uniform(0.1, 0.9, (3, 4)), rng.uniform(0, 1, (3, 4))
    if name == "SoftmaxCrossEntropy":
        t /= t.sum(1, keepdims=True)
    value, saved = loss.forward(p, t)
    other, truth = laid_out(p, layout), laid_out(t, layout)
    other.flags.writeable = truth.flags.writeable = False
    again, kept = loss.forward(other, truth)
    close(again, value, 1 + value, units=8)
    close(loss.backward(kept), loss.backward(saved), 10, units=2)
    np.testing.assert_array_equal(loss.backward(kept), loss.backward(kept))
    np.testing.assert_array_equal(other, p)
    np.testing.assert_array_equal(truth, t)


@each
def test_nan_in_the_outputs_is_seen_in_the_value(name):
    loss = CASES[name][0]
    p = np.full((2, 3), 0.5)
    p[0, 1] = np.nan
    t = np.array([1, 1]) if name == "SoftmaxCrossEntropy" else np.zeros((2, 3))
    value, saved = loss.forward(p, t)
    assert np.isnan(value)
    assert np.isnan(loss.backward(saved)[0, 1])


@each
def test_integers_are_outputs_too_and_words_are_not(name):
    loss = CASES[name][0]
    t = [0] if name == "SoftmaxCrossEntropy" else [[0, 1]]
    assert loss([[0, 1]], t) == loss([[0.0, 1.0]], t)
    with pytest.raises(TypeError, match="expected outputs that are numbers, got dtype <U1"):
        loss([["a", "b"]], t)


@pytest.mark.parametrize("name", [n for n in CASES if n != "SoftmaxCrossEntropy"])
@pytest.mark.parametrize(
    ("shape", "truth", "message"),
    [
        ((1000, 1), (1000,), r"outputs, \(1000, 1\), got \(1000,\)\. Use y\.reshape\(-1, 1\)$"),
        ((1000,), (1000, 1), r"outputs, \(1000,\), got \(1000, 1\)\. Use y\.reshape\(-1\)$"),
        ((4, 3), (4,), r"got \(4,\)\. For class labels: numnet\.one_hot\(y, 3\)$"),
        ((1000, 3), (1000,), r"\(1000,\)\. For class labels: numnet\.one_hot\(y, 3\)$"),
        ((4, 3), (1, 3), r"\(4, 3\), got \(1, 3\)\.$"),
        ((4, 3), (), r"\(4, 3\), got \(\)\.$"),
        *(
            (shape, truth, rf"got {re.escape(str(truth))}\.$")
            for shape, truth in (
                *(((4, 3), (8, 3)), ((4, 3), (3,)), ((4, 3), (5,)), ((4,), (5,))),
                *(((4, 3, 2), (4,)), ((4, 3), (4, 1)), ((4, 0), (4, 2))),
            )
        ),
    ],
)
def test_nothing_is_broadcast(name, shape, truth, message):
    loss = CASES[name][0]
    with pytest.raises(ValueError, match=message) as caught:
        loss(np.full(shape, 0.5), np.zeros(truth))
    assert str(caught.value).startswith(repr(loss))


@pytest.mark.parametrize("name", [n for n in CASES if n != "SoftmaxCrossEntropy"])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_truth_that_is_not_finite_is_refused(name, bad):
    t = np.zeros((4, 2))
    t[2:, 0] = bad
    with pytest.raises(ValueError, match="expected finite y_true, got NaN or infinity at row 2"):
        CASES[name][0](np.full((4, 2), 0.5), t)


@pytest.mark.parametrize("name", [n for n in CASES if n != "SoftmaxCrossEntropy"])
def test_a_truth_of_other_numbers_is_refused(name):
    with pytest.raises(TypeError, match="to hold real numbers, got dtype complex128"):
        CASES[name][0](np.full((1, 1), 0.5), np.zeros((1, 1), complex))


@each
@pytest.mark.parametrize("like", ["f4", "f8", "c8", "c16"])
@pytest.mark.parametrize("given_in", ["?", "i1", "i8", "f4", "f8"])
def test_the_truth_is_cast_to_the_real_dtype_of_the_outputs(name, like, given_in):
    t = np.eye(3, dtype=given_in)
    found = CASES[name][0].cast(t, np.empty((3, 3), like))
    assert found.dtype == np.empty(0, like).real.dtype
    np.testing.assert_array_equal(found, t)
    # What fits is not copied: it is as large as the data.
    assert (found is t) is (found.dtype == t.dtype)


@each
@pytest.mark.parametrize("bad", [0, -1, 2.5, "3"])
def test_a_divisor_that_counts_no_rows_is_refused(name, bad):
    t = [0] if name == "SoftmaxCrossEntropy" else [[0, 1]]
    with pytest.raises(ValueError, match=f"rows to be the number of all rows, got {bad!r}"):
        CASES[name][0].forward([[0.5, 0.5]], t, rows=bad)


@each
def test_a_single_number_has_no_rows(name):
    with pytest.raises(ValueError, match="expected outputs of one row an example"):
        CASES[name][0](0.5, 0.5)


def test_the_base_class_says_what_to_write():
    loss = Loss()
    assert loss.output == "values"
    assert loss.scorer(np.zeros(1)) is None
    for call in (lambda: loss([1.0], [1.0]), lambda: loss.backward(None)):
        with pytest.raises(NotImplementedError):
            call()


class FirstColumn(Loss):
    """A user's loss, which says nothing of its columns but that they are logits."""

    output = "logits"

    def check(self, shape, y_true):
        return np.asarray(y_true)

    def _forward(self, y_pred, y_true, rows):
        return y_pred[:, 0].sum().item(), y_pred

    def _backward(self, saved, dy):
        return dy * np.eye(saved.shape[1])[np.zeros(len(saved), int)]


def test_logits_are_those_of_classes_unless_the_loss_says_otherwise():
    model = numnet.Sequential(numnet.Linear(1, 3), rng=0)
    x = np.array([[0.5], [-2.0]])
    numnet.fit(model, FirstColumn(), x, np.zeros(2), epochs=1)
    np.testing.assert_allclose(model.predict_proba(x), special.softmax(model(x), 1), rtol=1e-14)
