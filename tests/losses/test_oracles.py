"""The losses and their gradients against loops, scipy.special and 50 digits."""

from __future__ import annotations

import itertools
import math

import mpmath
import numpy as np
import pytest
import scipy.special
from helpers import DTYPES
from oracles import exactly, near, within

from numnet import MSE, BinaryCrossEntropy, SoftmaxCrossEntropy

every_dtype = pytest.mark.parametrize("dtype", DTYPES)
LOGITS = [0.0, -0.0, 1e-45, 1e-30, 0.3, -1.0, 5.0, -5.0, 17.0, -17.0, 36.5, 50.0, -50.0]
LOGITS += [80.0, -80.0, 120.0, -120.0, 1e30, -1e30]
TRIPLES = np.array(list(itertools.product(LOGITS[::3], repeat=3)))


def one_row(loss, y_pred, y_true):
    """The value and the gradient of each row on its own, in the dtype of y_pred."""
    found = [
        loss.forward(p[np.newaxis], t[np.newaxis]) for p, t in zip(y_pred, y_true, strict=True)
    ]
    values = np.array([value for value, _ in found], y_pred.dtype)
    return values, np.concatenate([loss.backward(saved) for _, saved in found])


def softmax_truth(row, target):
    """-sum of t log p and p sum of t - t, without cancellation in the value."""
    m = max(row)
    rest = mpmath.fsum(mpmath.exp(v - m) for v in sorted(row)[:-1])
    q = [mpmath.exp(v - m) / (1 + rest) for v in row]
    pairs = list(zip(row, q, target, strict=True))
    value = mpmath.fsum(t * (m - v + mpmath.log1p(rest)) for v, _, t in pairs)
    return value, [p * mpmath.fsum(target) - t for _, p, t in pairs], [p + t for _, p, t in pairs]


@every_dtype
@pytest.mark.parametrize("soft", [False, True])
def test_softmax_cross_entropy_at_every_triple(dtype, soft):
    z = TRIPLES.astype(dtype)
    rng = np.random.default_rng(0)
    labels = np.arange(len(z)) % 3
    rows = np.eye(3)[labels] if not soft else rng.dirichlet(np.ones(3), len(z))
    rows = rows.astype(dtype)
    values, gradients = one_row(SoftmaxCrossEntropy(), z, rows if soft else labels)
    with mpmath.workdps(50):
        truth = [softmax_truth(*p) for p in zip(exactly(z), exactly(rows), strict=True)]
    near_max = np.sort(z.max(axis=1, keepdims=True) - z.astype(float), axis=1)[:, 1]
    within(6 + np.where(near_max < 800, near_max, 0), values, [t[0] for t in truth])
    near(8, gradients, [t[1] for t in truth], [t[2] for t in truth])


@every_dtype
def test_binary_cross_entropy_from_logits_at_every_pair(dtype):
    z, t = (a.ravel().astype(dtype) for a in np.meshgrid(LOGITS, [0, 1e-3, 0.25, 0.5, 0.9, 1]))
    values, gradients = one_row(
        BinaryCrossEntropy(from_logits=True), z[:, np.newaxis], t[:, np.newaxis]
    )
    with mpmath.workdps(50):
        pairs = list(zip(exactly(z), exactly(t), strict=True))
        truth = [
            abs(v) * (y if v < 0 else 1 - y) + mpmath.log1p(mpmath.exp(-abs(v))) for v, y in pairs
        ]
        s = [1 / (1 + mpmath.exp(-v)) for v, _ in pairs]
        slopes = [p - y for p, (_, y) in zip(s, pairs, strict=True)]
        terms = [p + y for p, (_, y) in zip(s, pairs, strict=True)]
    within(5, values, truth)
    near(5, gradients.ravel(), slopes, terms)


def test_the_difference_of_large_numbers_would_be_seen():
    z = np.array([30.0])
    (value,), _ = one_row(BinaryCrossEntropy(from_logits=True), z[:, None], np.ones((1, 1)))
    with mpmath.workdps(50):
        truth = [mpmath.log1p(mpmath.exp(-30))]
    within(1, np.array([value]), truth)
    with pytest.raises(AssertionError, match="entry"):
        within(1000, np.log1p(np.exp(z)) - z, truth)


@every_dtype
def test_binary_cross_entropy_of_probabilities_up_to_the_clamp(dtype):
    eps = float(np.finfo(dtype).eps)
    ends = [1e-37, 1e-20, eps, 0.1, 0.5, 0.75, 1 - 64 * eps, 1 - eps]
    p, t = (a.ravel().astype(dtype) for a in np.meshgrid(ends, [0, 0.25, 0.5, 1]))
    values, gradients = one_row(BinaryCrossEntropy(), p[:, np.newaxis], t[:, np.newaxis])
    with mpmath.workdps(50):
        pairs = list(zip(exactly(p), exactly(t), strict=True))
        truth = [-(y * mpmath.log(q) + (1 - y) * mpmath.log1p(-q)) for q, y in pairs]
        slopes = [(1 - y) / (1 - q) - y / q for q, y in pairs]
        terms = [(1 - y) / (1 - q) + y / q for q, y in pairs]
    within(6, values, truth)
    near(5, gradients.ravel(), slopes, terms)


@every_dtype
def test_binary_cross_entropy_of_certain_probabilities_is_clamped(dtype):
    p = np.array([[0.0, -0.0, np.finfo(dtype).smallest_subnormal, 1.0]], dtype)
    loss = BinaryCrossEntropy()
    for t, expected in ((np.array([[1, 1, 1, 0]]), 400.0), (np.array([[0, 0, 0, 1]]), 0.0)):
        value, saved = loss.forward(p, t)
        assert value == pytest.approx(expected, abs=1e-44)
        slopes = [[0, 0, 0, 0]] if expected else [[1, 1, 1, -1]]
        np.testing.assert_array_equal(loss.backward(saved), slopes)


@every_dtype
def test_mse_is_within_eps_of_its_terms(dtype):
    rng = np.random.default_rng(1)
    sizes = 10.0 ** rng.uniform(-15, 15, (30, 4))
    y_pred, y_true = ((rng.normal(size=(30, 4)) * sizes).astype(dtype) for _ in range(2))
    values, gradients = one_row(MSE(), y_pred, y_true)
    with mpmath.workdps(50):
        pairs = list(zip(exactly(y_pred), exactly(y_true), strict=True))
        errors = [[a - b for a, b in zip(p, t, strict=True)] for p, t in pairs]
        truth = [mpmath.fsum(e * e for e in row) / 4 for row in errors]
        slopes = [[e / 2 for e in row] for row in errors]
    within(6, values, truth)
    within(2, gradients, slopes)
    for e, value in zip(y_pred.astype(float) - y_true, values, strict=True):
        assert value == pytest.approx(sum(v * v for v in e) / 4, rel=8 * float(np.finfo(dtype).eps))


@every_dtype
def test_mse_is_exact_up_to_overflow(dtype):
    """Where the sum of the squares overflows and their mean does not, there is no digit lost."""
    kind = np.finfo(dtype)
    largest = dtype(math.sqrt(float(kind.max)))
    power = dtype(2.0) ** (kind.maxexp // 2 - 1)
    for count in (1, 2, 3, 1000):
        for size in (power, largest * dtype(0.999)):
            e = np.full((count, 1), size)
            value, saved = MSE().forward(e, np.zeros_like(e))
            bound = 0 if size == power else 1 + math.sqrt(count)
            within(bound, np.array([value], dtype), [exactly([size])[0] ** 2])
            within(1, MSE().backward(saved)[:1, 0], [2 * exactly([size])[0] / count])
    e = np.array([[-power, -power, -power / 8, 0, 1]] * 16)
    truth = math.fsum([1, 1, 1 / 64]) / 5
    assert MSE()(e, np.zeros_like(e)) / float(power) / float(power) == pytest.approx(
        truth, rel=2 * float(kind.eps)
    )


@every_dtype
def test_mse_of_a_part_of_the_rows_is_exact_up_to_overflow(dtype):
    power = dtype(2.0) ** (np.finfo(dtype).maxexp // 2)
    e = np.full((3, 1), power)
    value, _ = MSE().forward(e, np.zeros_like(e), rows=12)
    assert value == float(power) * (float(power) / 4)
    assert math.isinf(MSE().forward(e, np.zeros_like(e), rows=3)[0])


def test_mse_of_complex_outputs_is_exact_up_to_overflow():
    e = np.full((8, 1), 2.0**511) + 1e-30j * 2.0**511
    value, _ = MSE().forward(e, np.zeros((8, 1)))
    assert value.real == 2.0**1022
    assert value.imag == pytest.approx(2e-30 * 2.0**1022, rel=1e-14)


def test_the_formulas_in_explicit_loops():
    rng = np.random.default_rng(2)
    z, labels, t = rng.normal(size=(7, 4)), rng.integers(0, 4, 7), rng.random((7, 4))
    q = [[math.exp(v) / sum(map(math.exp, row)) for v in row] for row in z]
    s = [[1 / (1 + math.exp(-v)) for v in row] for row in z]
    pairs = list(itertools.product(range(7), range(4)))

    def two_sided(p, y):
        return -(y * math.log(p) + (1 - y) * math.log(1 - p))

    cases = [
        (SoftmaxCrossEntropy(), z, labels, -sum(math.log(q[n][labels[n]]) for n in range(7)) / 7),
        (MSE(), z, t, sum((z[n, c] - t[n, c]) ** 2 for n, c in pairs) / 28),
        (BinaryCrossEntropy(), np.array(s), t, 0),
        (BinaryCrossEntropy(from_logits=True), z, t, 0),
    ]
    costs = sum(two_sided(s[n][c], t[n, c]) for n, c in pairs) / 7
    slopes = {
        SoftmaxCrossEntropy: lambda n, c: (q[n][c] - (labels[n] == c)) / 7,
        MSE: lambda n, c: 2 * (z[n, c] - t[n, c]) / 28,
    }
    for loss, y_pred, y_true, value in cases:
        found, saved = loss.forward(y_pred, y_true)
        assert found == pytest.approx(value or costs, rel=1e-13)
        for n, c in pairs:
            bce = (s[n][c] - t[n, c]) / 7
            bce /= 1 if getattr(loss, "from_logits", True) else s[n][c] * (1 - s[n][c])
            slope = slopes.get(type(loss), lambda n, c, bce=bce: bce)(n, c)
            assert loss.backward(saved)[n, c] == pytest.approx(slope, rel=1e-12, abs=1e-15)


def test_the_same_as_scipy():
    rng = np.random.default_rng(3)
    z, labels, t = rng.normal(size=(40, 5)) * 9, rng.integers(0, 5, 40), rng.random((40, 5))
    rows = rng.dirichlet(np.ones(5), 40)
    logs = scipy.special.log_softmax(z, axis=1)
    close = {"rel": 1e-14}
    loss = SoftmaxCrossEntropy()
    assert loss(z, labels) == pytest.approx(-logs[range(40), labels].mean(), **close)
    assert loss(z, rows) == pytest.approx(-(rows * logs).sum(1).mean(), **close)
    normed = scipy.special.logsumexp(z, axis=1) - z[range(40), labels]
    assert loss(z, labels) == pytest.approx(normed.mean(), rel=1e-13)
    p = scipy.special.expit(z)
    costs = -(scipy.special.xlogy(t, p) + scipy.special.xlog1py(1 - t, -p)).sum(1).mean()
    assert BinaryCrossEntropy()(p, t) == pytest.approx(costs, **close)
    costs = -(t * scipy.special.log_expit(z) + (1 - t) * scipy.special.log_expit(-z)).sum(1).mean()
    assert BinaryCrossEntropy(from_logits=True)(z, t) == pytest.approx(costs, **close)


@every_dtype
@pytest.mark.parametrize(
    "loss",
    [SoftmaxCrossEntropy(), BinaryCrossEntropy(from_logits=True), BinaryCrossEntropy(), MSE()],
)
def test_no_rows_cost_nothing(loss, dtype):
    y = np.empty((0, 3), dtype)
    value, saved = loss.forward(y, np.empty(0, int) if "Softmax" in repr(loss) else y)
    assert value == 0.0
    assert loss.backward(saved).shape == (0, 3)
    assert loss.backward(saved).dtype == dtype
