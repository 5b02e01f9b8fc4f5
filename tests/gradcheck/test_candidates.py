"""What the arrays of one report share in the search for a fix, whoever asks first."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from numnet.gradcheck import check_backward
from numnet.gradcheck.expressions import candidates, deltas, forwards, search
from numnet.gradcheck.expressions.tree import name, times

RNG = np.random.default_rng(0)
AT = {"x": RNG.normal(size=(6, 4)), "W": RNG.normal(size=(4, 3)), "b": RNG.normal(size=3)}


def texts(nodes):
    return [node.text for node in nodes]


def powers():
    known = {"a": np.array([0.5, 2.0]), "b": np.array([np.inf, 1.0])}
    a, b = name("a", known), name("b", known)
    for _ in range(6):
        yield a
        yield b
        a = times(a, a)


@pytest.mark.parametrize("entries", [100, 5, 1])
def test_a_stream_is_the_same_whoever_came_before(monkeypatch, entries):
    monkeypatch.setattr(candidates, "ENTRIES", entries)
    expected = [text for k, text in enumerate(texts(powers())) if k % 2 == 0]
    stream = candidates.Stream(powers)
    for asked in (0, 2, 1, 5, 6, 6):
        assert texts(islice(stream, asked)) == expected[:asked]
    assert sum(node.value.size for node in stream.kept) <= entries
    assert texts(stream.kept) == expected[: entries // 2]


def dense(x, W, b):
    return np.tanh(x @ W + b)


def backward(wrong):
    """dz without its derivative in the gradients of some arrays."""

    def gradients(dy, x, W, b):
        right = dy * (1 - dense(x, W, b) ** 2)
        dz = {array: dy if array in wrong else right for array in AT}
        return {"x": dz["x"] @ W.T, "W": x.T @ dz["W"], "b": dz["b"].sum(0)}

    return gradients


def test_each_array_has_the_fix_that_it_has_alone():
    together = check_backward(dense, backward(AT), AT)
    assert [finding.fix.true for finding in together] == [
        "dy * (1 - y**2) @ W.T",
        "x.T @ (dy * (1 - y**2))",
        "(dy * (1 - y**2)).sum(0)",
    ]
    for array in AT:
        alone = check_backward(dense, backward([array]), AT)
        assert [finding.name for finding in alone if finding.verdict == "wrong"] == [array]
        assert alone[array].fix == together[array].fix


def test_a_factor_that_is_constant_is_none():
    def products(x):
        known = {"x": x, "dy": AT["x"]}
        arrays = forwards.Forwards(known, frozenset("x"), frozenset("x"), frozenset())
        with np.errstate(all="ignore"):
            return texts(deltas.through_function([name("dy", known)], arrays))

    assert {"dy * x", "dy * (x > 0)"} <= set(products(AT["x"]))
    positive = products(np.abs(AT["x"]))
    assert "dy * x" in positive
    assert "dy * (x > 0)" not in positive


def test_what_a_search_makes_is_bounded(monkeypatch):
    monkeypatch.setattr(search, "MADE", 1.0)
    report = check_backward(dense, backward(AT), AT)
    assert [finding.verdict for finding in report] == ["wrong"] * 3
    assert [finding.fix for finding in report] == [None] * 3


def test_two_layers_back():
    """Through a linear map first, and through the derivative after it."""

    def hidden(x, W1, W2):
        return np.tanh(x @ W1)

    def gradients(dy, x, W1, W2):
        a1 = hidden(x, W1, W2)
        return x.T @ (dy @ W2.T), a1.T @ dy

    rng = np.random.default_rng(1)
    x, W1, W2 = (rng.normal(size=shape) for shape in ((6, 4), (4, 5), (5, 3)))
    for context in ({"a1": hidden}, {}):
        fix = check_backward(
            lambda x, W1, W2: hidden(x, W1, W2) @ W2,
            gradients,
            (x, W1, W2),
            wrt=["W1", "W2"],
            context=context,
        )["W1"].fix
        factor = "a1" if context else "np.tanh(x @ W1)"
        assert fix.claimed == "x.T @ (dy @ W2.T)"
        assert fix.true == f"x.T @ ((dy @ W2.T) * (1 - {factor}**2))"
