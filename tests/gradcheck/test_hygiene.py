"""Faults that need no derivative, each under its own name."""

from __future__ import annotations

import numpy as np
import pytest

from numnet.gradcheck import check_backward, check_gradient

Z = np.random.default_rng(0).normal(size=(3, 2))


def square(x):
    return (x**2).sum()


def twice(x):
    return 2 * x


@pytest.mark.parametrize(
    ("gradient", "cause"),
    [
        (lambda x: 2 * x[:1], "shape"),
        (lambda x: 2 * x.T, "transposed"),
        (lambda x: 3 * x.T**3, "shape"),
        (lambda x: (2 * x).ravel(), "shape"),
        (lambda x: np.stack([x, x]), "not-reduced"),
        (lambda x: np.stack([x, 2 * x]), "shape"),
        (lambda x: 2.0, "shape"),
        (lambda x: (2 * x, 2 * x), "shape"),
        (lambda x: None, "zeros"),
        (lambda x: (2 * x).astype(int), "dtype"),
        (lambda x: x > 0, "dtype"),
        (lambda x: 2 * x + 0j, "dtype"),
        (lambda x: np.where(x > 0, 2 * x, np.inf), "nonfinite"),
    ],
)
def test_the_gradient_itself(gradient, cause):
    report = check_gradient(square, gradient, Z)
    assert (report.verdict, report.cause) == ("wrong", cause), str(report)


def test_nonfinite_says_where():
    def gradient(x):
        g = 2 * x
        g[2, 1] = np.nan
        return g

    finding = check_gradient(square, gradient, Z).findings[0]
    assert finding.where == (2, 1)
    assert "dx[2, 1] is nan" in finding.explanation


def test_nonfinite_in_a_large_array():
    def gradient(x):
        g = 2 * x
        g[411] = np.inf
        return g

    finding = check_gradient(square, gradient, np.linspace(0.1, 1, 500)).findings[0]
    assert (finding.cause, finding.where) == ("nonfinite", (411,))


def test_a_function_that_is_not_finite_is_undecided():
    report = check_gradient(lambda x: np.nan * square(x), twice, Z)
    assert (report.verdict, report.findings[0].cause) == ("undecided", "nonfinite")
    assert report.cause is None


def test_a_random_forward_is_undecided():
    source = np.random.default_rng(0)
    report = check_backward(
        lambda x: x * (source.random(x.shape) > 0.5), lambda dy, x: dy, Z, names="x"
    )
    assert (report.verdict, report.findings[0].cause) == ("undecided", "nondeterministic")


def test_a_forward_that_repeats_to_rounding_is_judged():
    source = np.random.default_rng(0)
    report = check_gradient(lambda x: square(x) * (1 + 1e-16 * source.normal()), twice, Z)
    assert report.verdict == "right"


def test_a_random_forward_with_a_wrong_shape_is_wrong():
    source = np.random.default_rng(0)
    report = check_gradient(lambda x: square(x) * source.random(), lambda x: x.astype(int), Z)
    assert (report.verdict, report.cause) == ("wrong", "dtype")


@pytest.mark.parametrize("with_saved", [False, True])
def test_inputs_changed_by_the_forward(with_saved):
    def forward(x, b):
        x -= x.max()
        return (np.exp(x) + b, x) if with_saved else np.exp(x) + b

    def backward(dy, *saved):
        x = saved[0]
        return (dy * np.exp(x), dy) if with_saved else (dy * np.exp(x - x.max()), dy)

    report = check_backward(forward, backward, (Z, Z), with_saved=with_saved)
    assert report["x"].cause == "mutates-input"
    assert "forward changes its argument x" in report["x"].explanation


def test_a_changed_argument_that_is_not_differentiated():
    def forward(x, k):
        k += 1
        return x * 2

    report = check_backward(forward, lambda dy, x, k: (2 * dy, None), (Z, np.array([1, 2])))
    assert (report["x"].verdict, report["x"].cause) == ("wrong", "mutates-input")


def test_dy_changed_by_the_backward():
    def backward(dy, x):
        first, second = dy
        first *= 2 * x
        return first + second

    report = check_backward(lambda x: (x * x, x + 0), backward, Z)
    assert (report.cause, report["x"].alternatives) == ("mutates-input", ())
    assert "dy in place" in report["x"].explanation


def test_a_wrong_value_beside_a_fault_is_told_too():
    def backward(dy, x):
        dy *= 4 * x
        return dy

    finding = check_backward(lambda x: x * x, backward, Z).findings[0]
    assert (finding.cause, finding.alternatives) == ("mutates-input", ("scale",))


def test_the_caller_keeps_everything_even_when_the_function_raises():
    x, k = Z.copy(), np.array([1.0, 2.0])
    calls = []

    def forward(x, k):
        x *= 0
        k *= 0
        calls.append(1)
        if len(calls) > 3:
            raise RuntimeError("midway")
        return x

    with pytest.raises(RuntimeError, match="midway"):
        check_backward(forward, lambda dy, x, k: (x, k), (x, k))
    np.testing.assert_array_equal(x, Z, strict=True)
    np.testing.assert_array_equal(k, [1.0, 2.0], strict=True)


def test_a_sum_that_is_not_cleared():
    total = np.zeros_like(Z)

    def backward(dy, x):
        total[...] += dy * 2 * x
        return total.copy()

    finding = check_backward(lambda x: x * x, backward, Z).findings[0]
    assert (finding.verdict, finding.cause) == ("wrong", "accumulates")
    assert "twice the first" in finding.explanation


def test_a_saved_value_that_the_backward_spoils():
    def backward(dy, saved):
        saved += 1
        return dy * saved

    memory = np.zeros_like(Z)
    report = check_backward(lambda x: (x * x, memory), backward, Z, with_saved=True)
    assert report.cause == "accumulates"


def test_reused_memory_is_a_warning():
    memory = np.empty_like(Z)

    def backward(dy, x):
        return np.multiply(dy, 2 * x, out=memory)

    report = check_backward(lambda x: x * x, backward, Z)
    assert (report.verdict, report["x"].cause) == ("right", "accumulates")
    assert "next call overwrites" in report.warnings[0]


def test_a_narrow_gradient_is_a_warning_and_judged_as_such():
    def narrow(factor):
        return check_gradient(square, lambda x: (factor * x).astype(np.float32), Z)

    right, wrong = narrow(2.0), narrow(2.0001)
    assert (right.verdict, wrong.verdict) == ("right", "wrong")
    assert "float32" in right.warnings[0]


def test_a_backward_that_uses_what_its_forward_kept():
    class Layer:
        def forward(self, x):
            self.x = x
            return x * x

        def backward(self, dy):
            return dy * 2 * self.x

    layer = Layer()
    assert check_backward(layer.forward, lambda dy, x: layer.backward(dy), Z)
