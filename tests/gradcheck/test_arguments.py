"""The forms that `at`, the gradients and the outputs take, and errors for what cannot be read."""

from __future__ import annotations

import numpy as np
import pytest

from numnet.gradcheck import check_backward, check_gradient

Z = np.random.default_rng(0).normal(size=(3, 2))


def square(x):
    return (x**2).sum()


def twice(x):
    return 2 * x


def product(a, b):
    return (a * b).sum()


def d_product(a, b):
    return b, a


@pytest.mark.parametrize(
    ("fun", "grad", "at"),
    [
        (square, twice, Z),
        (square, twice, (Z,)),
        (square, twice, [Z]),
        (square, twice, {"x": Z}),
        (square, lambda x: {"x": 2 * x}, {"x": Z}),
        (square, lambda x: [2 * x], (Z,)),
        (square, lambda x: (2 * x).tolist(), Z),
        (product, d_product, (Z, Z + 1)),
        (product, lambda *a: list(d_product(*a)), [Z, Z + 1]),
        (product, lambda a, b: {"b": a, "a": b}, {"a": Z, "b": Z + 1}),
        (lambda a, b: a * b, lambda a, b: (b, a), (2.0, 3.0)),
        (lambda x: x * x, lambda x: np.array([2 * x]), 3.0),
        (lambda x: float(x[0].real), lambda x: [1.0, 0.0], np.array([1.0, 2.0])),
        (lambda x: np.array([[square(x)]]), twice, Z),
        (lambda x, k: (x**k).sum(), lambda x, k: k * x ** (k - 1), (Z, 2)),
        (lambda x, k: (x**k).sum(), lambda x, k: (k * x ** (k - 1), None), (Z, np.array(2))),
        (lambda x, mode: square(x), lambda x, mode: (2 * x, None), (Z, "fast")),
        (lambda x: (square(x), 2 * x), None, Z),
        (lambda a, b: (product(a, b), (b, a)), None, (Z, Z + 1)),
    ],
)
def test_forms(fun, grad, at):
    report = check_gradient(fun, grad, at)
    assert report.verdict == "right", str(report)


def test_the_function_gets_what_was_given():
    seen = []

    def forward(x, n, flag):
        seen.append((type(x), type(n), flag))
        return x * n

    check_backward(forward, lambda dy, x, n, flag: (dy * n, (dy * x).sum()), (Z, 2.0, "yes"))
    assert seen[0] == (np.ndarray, np.float64, "yes")


@pytest.mark.parametrize("wrt", ["b", 1, -1, ["b"], (1,)])
def test_wrt(wrt):
    report = check_gradient(product, lambda a, b: (None, a), (Z, Z), wrt=wrt)
    assert report.verdict == "right"
    assert [finding.name for finding in report.findings] == ["b"]


def test_names_come_from_the_signature_or_the_caller():
    assert [f.name for f in check_gradient(product, d_product, (Z, Z)).findings] == ["a", "b"]
    named = check_gradient(product, d_product, (Z, Z), names=("u", "v"))
    assert [f.name for f in named.findings] == ["u", "v"]
    loose = check_gradient(lambda *a: product(*a), d_product, (Z, Z))
    assert [f.name for f in loose.findings] == ["x0", "x1"]


@pytest.mark.parametrize("layout", ["read-only", "strided", "reversed", "fortran", "big-endian"])
def test_memory(layout):
    x = np.random.default_rng(1).normal(size=(4, 6))
    x = {
        "read-only": x,
        "strided": x[::2, ::3],
        "reversed": x[::-1, ::-1],
        "fortran": np.asfortranarray(x),
        "big-endian": x.astype(">f8"),
    }[layout]
    x.flags.writeable = False
    assert check_gradient(square, twice, x).verdict == "right"


def test_an_empty_array_among_others():
    report = check_backward(
        lambda x, b: x.sum() + b, lambda dy, x, b: (dy + 0 * x, dy.sum()), (np.zeros((0, 3)), 1.0)
    )
    assert report.verdict == "right"


def test_outputs():
    def number(x):
        return float(np.tanh(x.real).sum())

    def many(x):
        return np.tanh(x), x.sum()

    def d_tanh(x):
        return 1 - np.tanh(x) ** 2

    assert check_backward(number, lambda dy, x: dy * d_tanh(x), Z)
    assert check_backward(many, lambda dy, x: dy[0] * d_tanh(x) + dy[1], Z)
    assert check_backward(
        lambda x: (np.tanh(x), x), lambda dy, x: dy * d_tanh(x), Z, with_saved=True
    )
    assert not check_backward(many, lambda dy, x: dy[0] * d_tanh(x), Z)


def test_dy_is_random_and_of_the_outputs_form():
    seen = []

    def backward(dy, x):
        seen.append(dy)
        return dy[0] + dy[1]

    check_backward(lambda x: (1 * x, x.sum()), backward, Z.astype(np.float32))
    first, second = seen[0]
    assert (first.dtype, first.shape) == (np.float32, Z.shape)
    assert np.unique(np.abs(first)).size == Z.size
    assert np.all((np.abs(first) >= 0.5) & (np.abs(first) <= 1))
    assert isinstance(second, np.float32)


@pytest.mark.parametrize(
    ("error", "match", "fun", "grad", "at", "options"),
    [
        (TypeError, "move by less than 1: pass .astype", square, twice, np.arange(3), {}),
        (TypeError, "move by less than 1", square, twice, 3, {}),
        (TypeError, "real and its imaginary part", square, twice, Z + 1j, {}),
        (
            TypeError,
            "differentiate with respect to b int",
            product,
            d_product,
            (Z, np.arange(2)),
            {"wrt": "b"},
        ),
        (ValueError, "at is empty", square, twice, np.zeros((0, 2)), {}),
        (ValueError, "at is empty", square, twice, (), {}),
        (ValueError, "at is empty", square, twice, {}, {}),
        (ValueError, "x holds NaN", square, twice, Z * np.nan, {}),
        (ValueError, "wrt names 'q', but at holds x", square, twice, Z, {"wrt": "q"}),
        (ValueError, "wrt names 1", square, twice, Z, {"wrt": 1}),
        (ValueError, "wrt is empty", square, twice, Z, {"wrt": ()}),
        (ValueError, "expected 1 different names", square, twice, Z, {"names": ["a", "b"]}),
        (ValueError, "leave names out", square, twice, {"x": Z}, {"names": ["x"]}),
        (TypeError, "expected fun to be a function", 1.0, twice, Z, {}),
        (TypeError, "expected grad to be a function", square, Z, Z, {}),
        (TypeError, "context to be a dict", square, twice, Z, {"context": [Z]}),
        (TypeError, "fun returned None; is its return", lambda x: None, twice, Z, {}),
        (ValueError, "expected one number", lambda x: x, twice, Z, {}),
        (TypeError, "fun returned a list", lambda x: [1.0], twice, Z, {}),
        (TypeError, "dtype object", lambda x: np.array([None]), twice, Z, {}),
        (TypeError, "complex128 for real arguments", lambda x: square(x) + 0j, twice, Z, {}),
        (TypeError, "must return .value, gradient.", square, None, Z, {}),
        (TypeError, "the gradient to x is a str", square, lambda x: "abc", Z, {}),
        (TypeError, "the gradient to x is a list", square, lambda x: [[None], [1.0]], Z, {}),
        (ValueError, "gradients named y; expected .* x", square, lambda x: {"y": x}, Z, {}),
        (ValueError, "gradients named a;", product, lambda a, b: {"a": b}, {"a": Z, "b": Z}, {}),
        (TypeError, "expected a dict with the keys a, b", product, d_product, {"a": Z, "b": Z}, {}),
    ],
)
def test_errors(error, match, fun, grad, at, options):
    with pytest.raises(error, match=match):
        check_gradient(fun, grad, at, **options)


def test_errors_of_a_forward():
    def growing(x):
        return np.ones(2 if np.array_equal(x, Z) else 3) * x.sum()

    with pytest.raises(ValueError, match=r"shapes \[\(3,\)\] after \[\(2,\)\]"):
        check_backward(growing, lambda dy, x: np.ones_like(x) * dy.sum(), Z)
    with pytest.raises(TypeError, match=r"expects forward to return \(y, saved\)"):
        check_backward(np.tanh, lambda dy, s: dy, Z, with_saved=True)
    with pytest.raises(ValueError, match="empty tuple"):
        check_backward(lambda x: (), lambda dy, x: x, Z)


def test_what_the_function_raises_passes_through_with_its_place():
    def fun(x):
        if x.dtype.kind == "c" or x[2, 1] != Z[2, 1]:
            raise ValueError("no")
        return np.abs(x).sum()

    with pytest.raises(ValueError, match="no") as caught:
        check_gradient(fun, np.sign, Z)
    assert any("x[2, 1] moved by" in note for note in caught.value.__notes__)


def test_what_the_function_raises_at_the_point_is_its_own():
    def fun(x):
        raise KeyError("mine")

    with pytest.raises(KeyError) as caught:
        check_gradient(fun, twice, Z)
    assert not hasattr(caught.value, "__notes__")


def test_repeats_itself():
    x = np.random.default_rng(0).normal(size=200)
    reports = [check_gradient(lambda x: np.abs(x).sum(), np.cos, x, rng=5) for _ in range(2)]
    assert reports[0].to_dict() == reports[1].to_dict()


def test_lists_and_ragged_rows_are_refused_by_name():
    with pytest.raises(TypeError, match="forward returned a list; expected an array"):
        check_backward(lambda x: [1.0, 2.0], lambda dy, x: x, Z)
    with pytest.raises(TypeError, match="Rows of different lengths make an array of objects"):
        check_backward(lambda x: np.array([[1.0], [2.0, 3.0]], dtype=object), lambda dy, x: x, Z)
    with pytest.raises(TypeError, match="complex128 for real arguments"):
        check_backward(lambda x: x + 0j, lambda dy, x: dy, Z)


def test_gradients_that_are_none():
    report = check_gradient(product, lambda a, b: (None, a), (Z, Z + 1))
    assert [(f.name, f.verdict, f.cause) for f in report.findings] == [
        ("a", "wrong", "zeros"),
        ("b", "right", None),
    ]
    assert check_gradient(product, lambda a, b: (None, a), (Z, Z + 1), wrt="b")


@pytest.mark.parametrize("wide", [False, True])
def test_nothing_is_modified_when_the_function_raises_midway(wide):
    """In place, on a large array and on a small one, at any call."""
    shape = (40, 5) if wide else (3, 2)
    x, k = np.random.default_rng(1).normal(size=shape), np.arange(3)
    kept = x.copy(), k.copy()
    for last in (1, 2, 3, 5, 9, 17, 33):
        calls = []

        def fun(x, k, calls=calls, last=last):
            calls.append(1)
            x *= 2
            k += 1
            if len(calls) == last:
                raise RuntimeError("midway")
            return np.abs(x).sum()

        try:
            check_gradient(fun, lambda x, k: (2 * np.sign(x), None), (x, k))
        except RuntimeError as error:
            notes = getattr(error, "__notes__", [])
            assert last <= 4 or any("while the gradient checker called" in n for n in notes)
        np.testing.assert_array_equal(x, kept[0], strict=True)
        np.testing.assert_array_equal(k, kept[1], strict=True)


def test_a_raise_far_from_the_point_says_where():
    x = np.random.default_rng(1).normal(size=200)

    def fun(v):
        if not np.array_equal(v.real, x):
            raise OSError("disk")
        return float(np.abs(v.real).sum())

    with pytest.raises(OSError, match="disk") as caught:
        check_gradient(fun, np.sign, x)
    assert any("one unit in the last place" in note for note in caught.value.__notes__)
