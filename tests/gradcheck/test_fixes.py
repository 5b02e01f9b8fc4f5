"""The two expressions of a fix: valid NumPy, and true where the check never looked."""

from __future__ import annotations

import numpy as np
import pytest

from numnet.gradcheck import check_backward, check_gradient

N, D, H, C = 6, 4, 3, 5
IDS = np.array([0, 4, 1, 1, 3, 0])


def softmax(z, axis=1):
    e = np.exp(z - z.real.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def back_through(kind):
    def backward(dy, z):
        s = softmax(z)
        if kind == "diagonal":
            return dy * s * (1 - s)
        if kind == "axis":
            return s * (dy - (dy * s).sum(0, keepdims=True))
        return dy * s if kind == "no sum" else dy

    return backward


def dense(x, W, b):
    return np.tanh(x @ W + b)


def d_dense(kind):
    def backward(dy, x, W, b):
        z = x @ W + b
        g = dy * (1 - z**2) if kind == "at z" else dy
        return g @ W.T, x.T @ g, g.sum(0)

    return backward


# forward, the claimed backward, the true one, shapes, cause
BACKWARDS = {
    "dx with W": (
        lambda x, W: x @ W,
        lambda dy, x, W: (dy @ W, x.T @ dy),
        lambda dy, x, W: (dy @ W.T, x.T @ dy),
        [(N, D), (D, D)],
        "transposed",
    ),
    "dW turned": (
        lambda x, W: x @ W,
        lambda dy, x, W: (dy @ W.T, dy.T @ x),
        lambda dy, x, W: (dy @ W.T, x.T @ dy),
        [(N, D), (D, D)],
        "transposed",
    ),
    "db mean": (
        lambda x, b: x + b,
        lambda dy, x, b: (dy, dy.mean(0)),
        lambda dy, x, b: (dy, dy.sum(0)),
        [(N, D), (D,)],
        "scale",
    ),
    "db along the rows": (
        lambda x, b: x + b,
        lambda dy, x, b: (dy, dy.sum(1)),
        lambda dy, x, b: (dy, dy.sum(0)),
        [(D, D), (D,)],
        "wrong-axis",
    ),
    "tanh missing": (np.tanh, lambda dy, x: dy, lambda dy, x: dy / np.cosh(x) ** 2, [(N, D)], None),
    "tanh at x": (
        np.tanh,
        lambda dy, x: dy * (1 - x**2),
        lambda dy, x: dy / np.cosh(x) ** 2,
        [(N, D)],
        None,
    ),
    "sigmoid half": (
        sigmoid,
        lambda dy, x: dy * sigmoid(x),
        lambda dy, x: dy * sigmoid(x) * sigmoid(-x),
        [(N, D)],
        None,
    ),
    **{
        f"softmax, {kind}": (
            softmax,
            back_through(kind),
            lambda dy, z: softmax(z) * (dy - (dy * softmax(z)).sum(1, keepdims=True)),
            [(N, C)],
            cause,
        )
        for kind, cause in (
            ("diagonal", "missing-term"),
            ("axis", "wrong-axis"),
            ("no sum", "missing-term"),
            ("none", None),
        )
    },
    **{
        f"dense, {kind}": (
            dense,
            d_dense(kind),
            lambda dy, x, W, b: (
                (dy * (1 - dense(x, W, b) ** 2)) @ W.T,
                x.T @ (dy * (1 - dense(x, W, b) ** 2)),
                (dy * (1 - dense(x, W, b) ** 2)).sum(0),
            ),
            [(N, D), (D, H), (H,)],
            None,
        )
        for kind in ("none", "at z")
    },
}


def evaluated(text, **arrays):
    return eval(text, {"__builtins__": {}, "np": np} | arrays)


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("name", BACKWARDS)
def test_of_a_backward(name, seed):
    forward, claimed, true, shapes, cause = BACKWARDS[name]
    rng = np.random.default_rng(seed)
    at = [rng.normal(size=shape) for shape in shapes]
    report = check_backward(forward, claimed, tuple(at), rng=seed)
    assert report.cause == (cause or "missing-factor"), str(report)
    names = [finding.name for finding in report]
    elsewhere = [rng.normal(size=shape) for shape in shapes]
    y = forward(*elsewhere)
    dy = rng.normal(size=y.shape)
    for k, finding in enumerate(report):
        if finding.verdict == "wrong":
            assert finding.fix is not None, str(report)
            arrays = dict(zip(names, elsewhere, strict=True)) | {"dy": dy, "y": y}
            for text, function in ((finding.fix.claimed, claimed), (finding.fix.true, true)):
                expected = function(dy, *elsewhere)
                expected = expected[k] if isinstance(expected, tuple) else expected
                np.testing.assert_allclose(evaluated(text, **arrays), expected, rtol=1e-9)
            assert finding.fix.true in finding.explanation
            assert report.to_dict()["findings"][k]["fix"] == vars(finding.fix)


def cross_entropy(z, labels):
    return -np.log(softmax(z)[np.arange(len(z)), labels]).mean()


def residual(z, labels):
    return softmax(z) - np.eye(z.shape[1])[labels]


GRADIENTS = {
    "1/N missing": (residual, 1 / N, "scale"),
    "extra p (1 - p)": (
        lambda z, i: residual(z, i) / N * softmax(z) * (1 - softmax(z)),
        1 / N,
        "missing-factor",
    ),
    "-1 missing": (lambda z, i: softmax(z) / N, 1 / N, "partial"),
    "sign": (lambda z, i: -residual(z, i) / N, 1 / N, "sign"),
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_of_a_loss(name):
    claimed, factor, cause = GRADIENTS[name]
    rng = np.random.default_rng(2)
    report = check_gradient(
        cross_entropy, lambda z, i: (claimed(z, i), None), (rng.normal(size=(N, C)), IDS)
    )
    finding = report["z"]
    assert finding.cause == cause, str(report)
    assert finding.fix is not None
    z = rng.normal(size=(N, C))
    for text, expected in (
        (finding.fix.claimed, claimed(z, IDS)),
        (finding.fix.true, factor * residual(z, IDS)),
    ):
        np.testing.assert_allclose(evaluated(text, z=z, labels=IDS), expected, rtol=1e-9)


def test_none_where_nothing_small_fits():
    x = np.random.default_rng(0).normal(size=(N, D))
    report = check_backward(lambda x: np.sin(np.cosh(x)), lambda dy, x: dy * np.cos(x), x)
    assert (report.verdict, report.findings[0].fix) == ("wrong", None)


@pytest.mark.parametrize("callable_", [False, True])
def test_the_context_gives_names(callable_):
    """A hidden layer of which only the context knows the name."""
    rng = np.random.default_rng(4)
    x, W = rng.normal(size=(N, D)), rng.normal(size=(D, H))

    def hidden(x, W):
        return np.sinh(x @ W)

    report = check_backward(
        lambda x, W: hidden(x, W) ** 2,
        lambda dy, x, W: ((2 * dy) @ W.T, x.T @ (2 * dy * hidden(x, W))),
        (x, W),
        context={"a1": hidden if callable_ else hidden(x, W)},
    )
    assert report.verdict == "wrong"
    assert report["x"].cause in ("missing-factor", "unknown")


def test_the_context_of_another_dtype_is_left_out():
    x = np.random.default_rng(0).normal(size=(N, D))
    report = check_backward(np.tanh, lambda dy, x: dy, x, context={"who": "me", "n": 3})
    assert report.cause == "missing-factor"
