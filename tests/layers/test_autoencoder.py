from __future__ import annotations

import warnings

import numpy as np
import pytest

import numnet
from numnet import Autoencoder, Dropout, Highway, Linear, Sequential, Tied, tied_autoencoder

X = np.random.default_rng(0).uniform(0.1, 0.9, (6, 5))


def by_hand(model, x):
    """[5, 4, 2] with tanh, linear code and sigmoid output."""
    W, b, V, c, d, e = (model.parameters[n] for n in model.parameters)
    code = np.tanh(x @ W + b) @ V + c
    return code, 1 / (1 + np.exp(-(np.tanh(code @ V.T + d) @ W.T + e)))


def test_encode_decode_reconstruct():
    model = tied_autoencoder([5, 4, 2], "tanh", rng=0)
    model.parameters.value = np.random.default_rng(1).normal(size=model.parameters.size)
    code, y = by_hand(model, X)
    np.testing.assert_allclose(model.encode(X), code, rtol=1e-12)
    np.testing.assert_allclose(model.decode(code), y, rtol=1e-12)
    np.testing.assert_allclose(model.reconstruct(X), y, rtol=1e-12)
    np.testing.assert_array_equal(model.reconstruct(X), model(X))
    assert (model.encoder, model.decoder) == (model[0], model[1])
    assert isinstance(model.encode(numnet.Tensor(X)), numnet.Tensor)


def test_what_is_made_in_one_line():
    model = tied_autoencoder([784, 500, 100, 30], activation="relu", rng=0)
    assert repr(model) == (
        "Autoencoder(Sequential(Linear(784 -> 500), ReLU(), Linear(500 -> 100), ReLU(), "
        "Linear(100 -> 30)), Sequential(Tied(30 -> 100), ReLU(), Tied(100 -> 500), ReLU(), "
        "Tied(500 -> 784), Sigmoid()))"
    )
    assert model.output == "probabilities"
    assert model.parameters.size == 784 * 500 + 500 * 100 + 100 * 30 + 630 + 100 + 500 + 784
    again = tied_autoencoder([784, 500, 100, 30], activation="relu", rng=0)
    np.testing.assert_array_equal(model.parameters.value, again.parameters.value)


def test_code_output_and_dtype_as_told():
    model = tied_autoencoder((5, 2), "linear", "sigmoid", "linear", rng=0, dtype="float32")
    assert [repr(layer) for layer in model.encoder] == ["Linear(5 -> 2)", "Sigmoid()"]
    assert [repr(layer) for layer in model.decoder] == ["Tied(2 -> 5)"]
    assert model.parameters.dtype == np.float32
    own = numnet.LeakyReLU(0.3)
    assert tied_autoencoder([5, 4, 2], own).encoder[1] is own
    assert len(tied_autoencoder([5, 4, 3, 2], "linear").encoder) == 3


@pytest.mark.parametrize(
    ("widths", "options", "error", "said"),
    [
        ([784], {}, ValueError, r"expected widths from the input to the code, .* got \[784\]"),
        ([], {}, ValueError, "at least two"),
        ([5, 0], {}, ValueError, "positive integer, got 0"),
        ([5, 2], {"output": "softmax"}, ValueError, "^tied_autoencoder: .*one of leaky_relu"),
        ([5, 3, 2], {"activation": None}, TypeError, "^tied_autoencoder: .*got None"),
    ],
)
def test_what_makes_no_autoencoder_is_refused(widths, options, error, said):
    with pytest.raises(error, match=said):
        tied_autoencoder(widths, **options)


MAKERS = {
    "tied": lambda q: tied_autoencoder([5, q]),
    "deep": lambda q: tied_autoencoder([5, 8, q]),
    "untied": lambda q: Autoencoder(Linear(5, q), Linear(q, 5)),
    "highway": lambda q: Autoencoder(Sequential(Highway(5), Linear(5, q)), Linear(q, 5)),
}


@pytest.mark.parametrize("maker", MAKERS)
def test_a_code_as_wide_as_the_input_warns(maker):
    MAKERS[maker](4)
    for q in (5, 6):
        said = rf"^Autoencoder: the code has {q} columns and the input 5: a network that copies"
        with pytest.warns(UserWarning, match=said) as caught:
            MAKERS[maker](q)
        line = MAKERS[maker].__code__.co_firstlineno
        assert (caught[0].filename, caught[0].lineno) == (__file__, line)


@pytest.mark.parametrize("package", [None, "a", "numnet", "zoo"])
@pytest.mark.parametrize(
    "text",
    ["n.Autoencoder(n.Linear(5, 5), n.Linear(5, 5))", "n.pca_autoencoder(X, 5)"],
)
def test_the_warning_stands_at_the_line_outside_of_numnet(text, package):
    names = {"n": numnet, "X": X, "__package__": package}
    with pytest.warns(UserWarning, match="a network that copies") as caught:
        exec(compile(text, "theirs.py", "exec"), names)
    assert caught[0].filename == "theirs.py"


def test_a_wide_code_with_noise_is_meant():
    Autoencoder(Sequential(Dropout(0.2), Linear(5, 8)), Linear(8, 5))


def test_a_code_of_unknown_width_is_no_concern():
    Autoencoder(numnet.Tanh(), Sequential())


def test_parts_that_are_no_layers_are_refused():
    with pytest.raises(
        TypeError, match=r"^Sequential, layer 1: expected a layer, got <class .*Write Sig"
    ):
        Autoencoder(Linear(5, 2), numnet.Sigmoid)


def test_it_learns_and_stays_tied(tmp_path):
    model = tied_autoencoder([5, 3], "tanh", rng=0)
    before = numnet.MSE()(model(X), X)
    numnet.fit(model, numnet.MSE(), X, X, optimizer=numnet.Adam(lr=0.05), epochs=40)
    assert numnet.MSE()(model.reconstruct(X), X) < before / 2
    numnet.save(model, tmp_path / "model.npz")
    other = numnet.load(tmp_path / "model.npz")
    assert type(other) is Autoencoder
    assert other.decoder[0].source is other.encoder[0]
    np.testing.assert_array_equal(other.encode(X), model.encode(X))


@pytest.mark.parametrize(
    "model",
    [
        tied_autoencoder([5, 4, 3, 2], "tanh", rng=0),
        tied_autoencoder([5, 3], code="sigmoid", rng=1),
        Autoencoder(
            Sequential(Highway(5, "tanh"), Highway(5, "tanh"), Linear(5, 2)),
            Sequential(Linear(2, 5), numnet.Sigmoid()),
            rng=2,
        ),
    ],
    ids=["B8", "B6", "B9"],
)
def test_the_networks_of_the_reports_are_right(model):
    report = numnet.check_model(model, numnet.MSE(), X, X)
    assert report.verdict == "right", str(report)
    assert [f.name for f in report] == list(model.parameters)


def test_the_place_of_an_error():
    first = Linear(5, 2)
    model = Autoencoder(Sequential(first), Sequential(numnet.Tanh(), Tied(first)))
    with pytest.raises(ValueError, match=r"^layer 0, layer 0, Linear\(5 -> 2\): expected x of"):
        model(X[:, :3])
    with pytest.raises(ValueError, match=r"^layer 1, Tied\(2 -> 5\): expected x of shape"):
        model.decode(X[:, :3])


def test_a_decoder_by_itself_is_refused_by_name():
    model = tied_autoencoder([5, 2])
    decoder = model.decoder.copy()
    with pytest.raises(ValueError, match=r"^Tied\(2 -> 5\): expected its source Linear\(5 -> 2\)"):
        decoder(X[:, :2])


def test_no_warning_from_the_wide_part_alone():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tied_autoencoder([5, 50, 2])
