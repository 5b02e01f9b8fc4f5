"""The transpose of another layer's weight: one parameter, two uses, and its place in a model."""

from __future__ import annotations

import copy
import gc
import pickle
import re

import numpy as np
import pytest
from helpers import Pair, arrays, close, columns, dtypes, rows
from hypothesis import given
from hypothesis import strategies as st

import numnet
from numnet import Linear, Sequential, Tanh, Tied, check_model
from numnet.gradcheck import diagnosis

X = np.random.default_rng(0).uniform(0.1, 0.9, (6, 5))


def chain(first=None, middle=(), last=Tied):
    first = Linear(5, 3) if first is None else first
    return Sequential(first, Tanh(), *middle, last(first), rng=0)


@st.composite
def arguments(draw):
    n, d, q, dtype = draw(rows), draw(columns), draw(columns), draw(dtypes)
    return [draw(arrays(s, dtype)) for s in ((n, d), (n, q), (d, q), (d,))]


def gradients(dy, x, W, c):
    layer = made(W, c)
    dx = layer.backpropagate(dy, layer.propagate(x)[1])
    return {"x": dx, "W": layer.parameters.gradients["source.W"], "b": layer._slots["b"].grad}


def made(W, c):
    """One by itself with these values, in their dtype."""
    layer = Tied(Linear(*W.shape, bias=False)).initialize(rng=0)
    assert list(layer.parameters) == ["b", "source.W"]
    return layer.replica(np.concatenate([c, W.ravel()]))


TERMS = {
    "x": lambda dy, x, W, c: abs(dy) @ abs(W),
    "W": lambda dy, x, W, c: abs(dy).T @ abs(x),
    "b": lambda dy, x, W, c: abs(dy).sum(0),
}


@given(name=st.sampled_from(sorted(TERMS)), args=arguments())
def test_backpropagate_agrees_with_the_complex_step(name, args):
    Pair(
        lambda x, W, c: made(W, c)(x),
        lambda dy, x, W, c: gradients(dy, x, W, c)[name],
        TERMS[name],
        wrt="xWb".index(name),
    ).check(*args)


@given(args=arguments())
def test_the_forward_is_that_of_the_transpose(args):
    _, x, W, c = args
    close(made(W, c)(x), x.astype(float) @ W.T + c, abs(x) @ abs(W).T + abs(c), units=8)


@pytest.mark.parametrize("width", [3, 300])
def test_each_row_by_itself_and_as_wide_as_the_source(width):
    tied = Tied(Linear(2, width)).initialize(rng=0)
    assert tied.rowwise is True
    assert (tied.in_features, tied.out_features) == (width, 2)
    assert tied(np.ones((5, width))).shape == (5, 2)


@pytest.mark.parametrize("shape", [(3,), (5, 2), (5, 4), (2, 3, 3), (5, 3, 1)])
def test_another_width_is_refused(shape):
    said = f"Tied(3 -> 2): expected x of shape (N, 3), got {shape}."
    with pytest.raises(ValueError, match=f"^{re.escape(said)}"):
        Tied(Linear(2, 3)).initialize(rng=0)(np.ones(shape))


def test_both_uses_add_up():
    model = chain()
    y, saved = model.propagate(X)
    dy = np.random.default_rng(1).normal(size=y.shape)
    dx = model.backpropagate(dy, saved)
    W, b = model[0].W, model[0].b
    a = np.tanh(X @ W + b)
    dz = (dy @ W) * (1 - a**2)
    np.testing.assert_allclose(dx, dz @ W.T, rtol=1e-12)
    np.testing.assert_allclose(
        model.parameters.gradients["0.W"], X.T @ dz + dy.T @ a, rtol=1e-12, atol=1e-14
    )
    assert list(model.parameters) == ["0.W", "0.b", "2.b"]
    assert model.parameters.size == 15 + 3 + 5


def test_both_are_one_memory():
    model = chain(middle=[Linear(3, 3)])
    before = model(X)
    model[0].W = 2 * model[0].W
    assert model[3].source.W is model.parameters["0.W"]
    assert (model(X) != before).any()
    assert np.shares_memory(model[3].source.W, model.parameters.value)


DUPLICATES = {
    "copy": lambda m: m.copy(),
    "deepcopy": copy.deepcopy,
    "pickle": lambda m: pickle.loads(pickle.dumps(m)),
    "replica": lambda m: m.replica(),
    "other values": lambda m: m.replica(m.parameters.value.copy()),
    "astype": lambda m: m.astype("float32"),
}


@pytest.mark.parametrize("used", [True, False])
@pytest.mark.parametrize("how", DUPLICATES)
def test_a_duplicate_is_tied_to_its_own(how, used):
    model = chain()
    if used:
        model(X)
    other = DUPLICATES[how](model)
    assert other[2].source is other[0]
    assert other[0] is not model[0]
    np.testing.assert_allclose(other(X), model(X), rtol=1e-5)
    assert list(other.parameters) == list(model.parameters)


def test_a_file_keeps_the_tie(tmp_path):
    model = chain(middle=[Linear(3, 3)])
    numnet.save(model, tmp_path / "model.npz")
    other = numnet.load(tmp_path / "model.npz")
    assert other[3].source is other[0]
    np.testing.assert_array_equal(other(X), model(X))


def test_of_a_source_deeper_in_the_model():
    first = Linear(5, 3)
    inner = Sequential(Tanh(), Sequential(Linear(3, 3), Tied(first)))
    model = Sequential(Sequential(first), inner, rng=0)
    assert list(model.parameters) == ["0.0.W", "0.0.b", "1.1.0.W", "1.1.0.b", "1.1.1.b"]
    assert check_model(model, numnet.MSE(), X, X).verdict == "right"


def test_two_on_one_source():
    first = Linear(5, 3)
    model = Sequential(first, Tied(first), Linear(5, 3), Tied(first), Tanh(), first, rng=0)
    assert list(model.parameters) == ["0.W", "0.b", "1.b", "2.W", "2.b", "3.b"]
    assert check_model(model, numnet.MSE(), X, X[:, :3]).verdict == "right"
    y, saved = model.propagate(X)
    model.backpropagate(y, saved)
    once = model.parameters.grad.copy()
    model.backpropagate(y, saved)
    np.testing.assert_allclose(model.parameters.grad, 2 * once, rtol=1e-13)


def test_in_a_module():
    class Tape(numnet.Module):
        def __init__(self):
            self.c1 = Linear(5, 3)
            self.c2 = Tied(self.c1)

        def forward(self, x):
            return self.c2(self.c1(x).tanh()) + (self.c1.W**2).sum()

    model = Tape().initialize(rng=0)
    assert list(model.parameters) == ["c1.W", "c1.b", "c2.b"]
    assert check_model(model, numnet.MSE(), X, X).verdict == "right"


def test_the_slice_behind_the_source():
    model = chain()
    code = model[:2](X)
    np.testing.assert_array_equal(model[2:](code), model(X))
    with pytest.raises(ValueError, match="its parameters are not one slice"):
        chain(middle=[Linear(3, 3)])[3:].parameters.value  # noqa: B018


def test_a_place_before_the_source_is_refused():
    first = Linear(3, 5)
    model = Sequential(Tied(first), Tanh(), first)
    said = (
        "Tied(5 -> 3): expected its source Linear(3 -> 5) before it in Sequential(Tied(5 -> 3), "
        "Tanh(), Linear(3 -> 5)), where it does not stand. Put both into one model, the source "
        "first"
    )
    for use in (lambda: model(X), lambda: model.parameters.value, lambda: first(X[:, :3])):
        with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
            use()
    model.layers = model.layers[::-1]
    assert model(X[:, :3]).shape == (6, 3)


def test_a_source_in_another_model_is_refused():
    other = Sequential(Linear(5, 3), Tanh(), rng=0)
    model = Sequential(Tanh(), Tied(other[0]))
    said = (
        "Tied(3 -> 5): expected its source Linear(5 -> 3) before it in Sequential(Tanh(), "
        "Tied(3 -> 5)), where it does not stand but in Sequential(Linear(5 -> 3), Tanh())"
    )
    for use in (other, lambda x: model(x[:, :3])):
        if use is not other:
            with pytest.raises(ValueError, match=f"^{re.escape(said)}. Put both into one"):
                use(X)
        use = other
        assert use(X).shape == (6, 3)
    with pytest.raises(ValueError, match=r"^Linear\(5 -> 3\) belongs to Sequential\(Linear"):
        Sequential(other[0], Tanh(), Tied(other[0]))(X)
    with pytest.raises(ValueError, match=r"^Linear\(5 -> 3\) belongs to Sequential\(Linear"):
        Tied(other[0])(X[:, :3])
    other.layers = (*other.layers, Tied(other[0]))
    assert other(X).shape == X.shape


def test_a_twin_by_itself_has_its_values_in_the_order_of_the_model():
    class Extra(Linear):
        def __init__(self, D, Q):
            super().__init__(D, Q)
            self.declare(nothing=np.zeros(0))

    for middle in ((), (Linear(3, 3),)):
        model = chain(Extra(5, 3), middle)
        twin = model[len(model) - 1].replica(np.arange(23.0))
        assert twin.source.W.ravel().tolist() == list(range(15))
        assert (twin.source.b.tolist(), twin.b.tolist()) == ([15, 16, 17], [18, 19, 20, 21, 22])


def test_it_joins_a_model_that_is_in_use():
    model = Sequential(Linear(5, 3), Tanh(), rng=0)
    before = model(X)
    W = model[0].W.copy()
    model.layers = (*model.layers, Tied(model[0]))
    np.testing.assert_array_equal(model[0].W, W)
    np.testing.assert_array_equal(model[:2](X), before)


def test_the_source_stays_where_it_stands_when_the_tied_one_goes():
    first = Linear(5, 3)
    encoder = Sequential(first, Tanh())
    model = Sequential(encoder, Tied(first), rng=0)
    value = model(X)
    assert value.shape == X.shape
    del model, value
    gc.collect()
    first.initialize(rng=1)
    assert encoder[0] is first
    assert np.shares_memory(encoder.parameters.value, first.W)
    np.testing.assert_array_equal(encoder.parameters.value[:15], first.W.ravel())


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (Tanh(), "expected a Linear, got Tanh()"),
        (Linear, "expected a Linear, got <class"),
        (Tied(Linear(2, 1)), "expected a Linear, got Tied(1 -> 2). Its weight is that of its"),
    ],
)
def test_what_has_no_weight_is_refused(source, said):
    with pytest.raises(TypeError, match=f"^Tied: {re.escape(said)}"):
        Tied(source)


def test_a_wrong_width_is_refused_with_the_source():
    first = Linear(5, 3)
    model = Sequential(Sequential(first, Linear(3, 5)), Tied(first))
    said = "layer 1, Tied(3 -> 5): expected x of shape (N, 3), got (6, 5). It takes what Linear"
    with pytest.raises(ValueError, match=f"^{re.escape(said)}"):
        model(X)


# What a wrong layer forgets, and where the report says so.
class ForgetsTheWeight(Tied):
    def backward_parameters(self, dy, x):
        self.add_grad("b", dy.sum(0))


class Overwrites(Tied):
    def backward_parameters(self, dy, x):
        self.source._slot("W").written = False
        super().backward_parameters(dy, x)


class TakesTheWrongSide(Tied):
    def backward_parameters(self, dy, x):
        self.source.add_grad("W", (2 * dy).T @ x)
        self.add_grad("b", dy.sum(0))


class ForgetsTheFirst(Linear):
    def backward_parameters(self, dy, x):
        self.add_grad("b", dy.sum(0))


@pytest.fixture
def without_fixes(monkeypatch):
    """The search for the fix takes longer than the rest."""
    monkeypatch.setattr(diagnosis, "find_expressions", lambda scene, candidates: ([], []))


@pytest.mark.usefixtures("without_fixes")
@pytest.mark.parametrize("middle", [[], [Linear(3, 3)]])
@pytest.mark.parametrize(
    ("first", "last", "cause", "blamed"),
    [
        (Linear, ForgetsTheWeight, "zeros", "layer {last}, Tied(3 -> 5) is wrong: dsource.W is 0"),
        (Linear, TakesTheWrongSide, "scale", "layer {last}, Tied(3 -> 5) is wrong: dsource.W is 2"),
        (ForgetsTheFirst, Tied, "zeros", "layer 0, Linear(5 -> 3) is wrong: dW is 0 everywhere"),
    ],
)
def test_the_use_that_is_forgotten_is_named(first, last, cause, blamed, middle):
    model = chain(first(5, 3), copy.deepcopy(middle), last)
    report = check_model(model, numnet.MSE(), X, X)
    assert [f.name for f in report if f.verdict == "wrong"] == ["0.W"]
    finding = report["0.W"]
    assert finding.cause == cause
    assert finding.explanation.startswith(blamed.format(last=len(model) - 1))


@pytest.mark.usefixtures("without_fixes")
def test_a_use_that_overwrites_the_other_is_lost_between_them():
    # The use behind it, whose gradient is there first.
    first = Linear(5, 3)
    model = Sequential(first, Tanh(), Overwrites(first), Linear(5, 3), Tied(first), rng=0)
    report = check_model(model, numnet.MSE(), X, X)
    assert [f.name for f in report if f.verdict == "wrong"] == ["0.W"]
    assert "Every layer and the loss are right by themselves" in report["0.W"].explanation


def test_training_moves_both():
    model = chain()
    W = model[0].W.copy()
    history = numnet.fit(model, numnet.MSE(), X, X, optimizer=numnet.Adam(lr=0.05), epochs=30)
    assert history["loss"][-1] < history["loss"][0] / 2
    assert (model[2].source.W == model[0].W).all()
    assert (model[0].W != W).all()


def test_without_dx_the_weight_still_has_its_gradient():
    first = Linear(5, 3)
    model = Sequential(Tanh(), first, Tied(first), rng=0)
    y, saved = model.propagate(X)
    model.backpropagate(y, saved)
    grad = model.parameters.grad.copy()
    model.parameters.zero_grad()
    assert model.backpropagate(y, saved, need_dx=False) is None
    np.testing.assert_array_equal(model.parameters.grad, grad)
