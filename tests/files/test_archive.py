from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

import numnet
from numnet import FormatError, Linear, Sequential, load, save
from numnet.files import npy


class Scale(numnet.Layer):
    """A layer of the user's own, with a buffer."""

    def __init__(self, width):
        self.declare(g=np.ones(width))
        self.buffers["mean"] = np.zeros(width)
        self.buffers["count"] = np.zeros((), np.int64)

    def forward(self, x):
        return x * self.g - self.buffers["mean"], x

    def backward(self, dy, x):
        self.add_grad("g", (dy * x).sum(0))
        return dy * self.g


def small(**options):
    return Sequential(Linear(2, 1), rng=0, **options)


def nested():
    shared = Linear(3, 3)
    inner = Sequential(shared, numnet.LeakyReLU(0.3), shared)
    return Sequential(Linear(4, 3, bias=False), inner, numnet.Tanh(), inner, Linear(3, 2), rng=1)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.npz"


def parts(content):
    """The entries of an archive, and its text."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    return entries, json.loads(entries.pop("__numnet__.npy")[128:])


def forged(entries, text, compression=zipfile.ZIP_STORED):
    """An archive with a right checksum around whatever it holds."""
    content = io.BytesIO()
    written = npy.encode(np.frombuffer(json.dumps(text).encode(), np.uint8))
    with zipfile.ZipFile(content, "w", compression) as archive:
        for name, data in (entries | {"__numnet__.npy": written}).items():
            archive.writestr(name, data)
        archive.comment = bytes(64)
    body = content.getvalue()[:-64]
    return body + hashlib.sha256(body).hexdigest().encode()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("make", [small, nested, numnet.Tanh, lambda: Linear(3, 2), Sequential])
def test_a_model_of_numnets_own_layers_comes_back(path, make, dtype):
    model = make().astype(dtype)
    save(model, path)
    other = load(path)
    assert repr(other) == repr(model)
    assert other.parameters.size == 0 or other.parameters.dtype == dtype
    assert list(other.parameters) == list(model.parameters)
    np.testing.assert_array_equal(other.parameters.value, model.parameters.value)
    other.parameters.value += 1
    if other.parameters.size:
        drawn = [other.initialize().parameters.value for _ in range(2)]
        assert not np.array_equal(*drawn)


def test_repeated_layers_stay_one(path):
    model = nested()
    save(model, path)
    other = load(path)
    assert other[1] is other[3]
    assert other[1][0] is other[1][2]
    x = np.ones((2, 4))
    np.testing.assert_array_equal(other(x), model(x))


def test_the_kind_of_output_comes_back(path):
    x, y = np.ones((3, 2)), [0, 1, 2]
    for last in ((), (Scale(3),)):
        model = Sequential(Linear(2, 3), *last, rng=0)
        fresh = model.copy()
        numnet.fit(model, numnet.SoftmaxCrossEntropy(), x, y, epochs=1)
        save(model, path)
        for other in (load(path, into=fresh), *([] if last else [load(path)])):
            assert other.output == "logits"
            np.testing.assert_array_equal(other.predict_proba(x), model.predict_proba(x))
    numnet.fit(model, numnet.BinaryCrossEntropy(from_logits=True), x, np.eye(3), epochs=1)
    save(model, path)
    np.testing.assert_array_equal(load(path, into=fresh).predict_proba(x), model.predict_proba(x))
    save(Linear(2, 3), path)
    layer = Linear(2, 3)
    layer.output = "logits"
    assert load(path, into=layer).output == "logits"


def test_a_layer_of_the_users_own_is_loaded_into_a_model(path):
    model = Sequential(Scale(2), Linear(2, 1), rng=0)
    model[0].g = [2.0, 3.0]
    model[0].buffers.update(mean=np.array([0.5, 1.5]), count=np.array(7))
    save(model, path)
    with pytest.raises(ValueError, match=r"not numnet's own. Build the model and use load\(path, "):
        load(path)
    other = Sequential(Scale(2), Linear(2, 1))
    value = other.parameters.value
    assert load(path, into=other) is other
    assert other.parameters.value is value
    np.testing.assert_array_equal(value, model.parameters.value)
    np.testing.assert_array_equal(other(np.ones((1, 2))), model(np.ones((1, 2))))
    assert other[0].buffers["count"] == 7
    other[0].buffers["mean"][0] = 9
    assert model[0].buffers["mean"][0] == 0.5


def test_numpy_reads_the_same_file(path):
    model = nested()
    save(model, path)
    with np.load(path, allow_pickle=False) as archive:
        assert sorted(archive) == sorted([*model.parameters, "__numnet__"])
        for name, array in model.parameters.items():
            np.testing.assert_array_equal(archive[name], array)
        assert json.loads(archive["__numnet__"].tobytes())["format"] == "numnet"


def test_the_same_model_gives_the_same_bytes(tmp_path):
    for name in "ab":
        save(nested(), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_comment_is_the_checksum_of_all_bytes_before_it(path):
    save(nested(), path)
    content = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        assert archive.comment == content[-64:]
    assert content[-64:] == hashlib.sha256(content[:-64]).hexdigest().encode()


def test_a_file_of_an_older_version_is_read(path, monkeypatch):
    save(small(), path)
    monkeypatch.setattr("numnet.files.archive.VERSION", 2)
    np.testing.assert_array_equal(load(path).parameters.value, small().parameters.value)


def test_a_part_is_saved_alone(path):
    model = nested()
    for part in (model[1], model[1:3]):
        save(part, path)
        np.testing.assert_array_equal(load(path).parameters.value, part.parameters.value)


def test_truncation_at_every_length_is_refused(path, monkeypatch):
    save(small(), path)
    content = path.read_bytes()
    for damaged in (*(content[:length] for length in range(len(content))), content + b"\0"):
        monkeypatch.setattr(Path, "read_bytes", lambda self, damaged=damaged: damaged)
        with pytest.raises(FormatError, match=r"model.npz: the file is damaged or not one of"):
            load(path)


def test_every_flipped_bit_is_refused(path, monkeypatch):
    save(small(), path)
    content = bytearray(path.read_bytes())
    model = small().initialize(rng=5)
    before = model.parameters.value.copy()
    monkeypatch.setattr(Path, "read_bytes", lambda self: bytes(content))
    for i in range(8 * len(content)):
        content[i // 8] ^= 1 << i % 8
        with pytest.raises(FormatError):
            load(path, into=model)
        content[i // 8] ^= 1 << i % 8
    np.testing.assert_array_equal(model.parameters.value, before)
    load(path, into=model)


def test_what_others_wrote_is_refused(path):
    save(small(), path)
    arrays = dict(small().parameters)
    for write in (
        lambda: np.savez(path, **arrays),
        lambda: np.savez_compressed(path, **arrays),
        lambda: path.write_bytes(b"PK\x03\x04 nothing"),
        lambda: path.write_text("a,b\n1,2\n" * 100),
        lambda: path.write_bytes(b""),
    ):
        write()
        with pytest.raises(FormatError, match="damaged or not one of numnet's"):
            load(path)
    with pytest.raises(FileNotFoundError):
        load(path.parent / "missing.npz")


def test_a_compressed_archive_is_refused_unread(path, monkeypatch):
    save(small(), path)
    entries, text = parts(path.read_bytes())
    entries["0.W.npy"] += bytes(50_000_000)
    bomb = forged(entries, text, zipfile.ZIP_DEFLATED)
    assert len(bomb) < 100_000
    path.write_bytes(bomb)
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *args: pytest.fail("it was unpacked"))
    with pytest.raises(FormatError, match="its entries are compressed"):
        load(path)


def test_a_description_larger_than_its_arrays_allocates_nothing(path, monkeypatch):
    save(small(), path)
    entries, text = parts(path.read_bytes())
    text["model"]["layers"][0]["in_features"] = 10**9
    text["model"]["layers"][0]["out_features"] = 10**9
    path.write_bytes(forged(entries, text))
    with pytest.raises(FormatError, match="description of the model does not match its arrays"):
        load(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda e, t: t.update(version=2), "format version 2, and this numnet reads 1. Upgrade"),
        (lambda e, t: t.update(version="1"), "damaged or not one"),
        (lambda e, t: t.update(format="other"), "not one of numnet's"),
        (lambda e, t: t.update(model={"layer": "os.system"}), "description .* is not valid"),
        (lambda e, t: t.update(model={"layer": "Tanh"}), "description .* does not match"),
        (lambda e, t: t.update(output="anything"), "description does not match"),
        (lambda e, t: t.pop("class"), "damaged or not one"),
        (lambda e, t: t.pop("arrays"), "damaged or not one"),
        (lambda e, t: t["arrays"].pop("0.b"), "description does not match what it holds"),
        (lambda e, t: e.pop("0.b.npy"), "description does not match what it holds"),
        (lambda e, t: e.update({"more.npy": b""}), "description does not match what it holds"),
        (lambda e, t: t["arrays"].update({"0.b": ["float64", [2]]}), "header of an array"),
        (lambda e, t: t["arrays"].update({"0.b": ["object", [1]]}), "damaged or not one"),
        (lambda e, t: e.update({"0.b.npy": e["0.b.npy"][:-1]}), "not as long as its shape"),
    ],
)
def test_a_forged_file_is_refused(path, change, message):
    save(small(), path)
    entries, text = parts(path.read_bytes())
    path.write_bytes(forged(entries, text))
    np.testing.assert_array_equal(load(path).parameters.value, small().parameters.value)
    change(entries, text)
    path.write_bytes(forged(entries, text))
    with pytest.raises(FormatError, match=message) as error:
        load(path)
    assert str(path) in str(error.value)


@pytest.mark.parametrize(
    ("into", "message"),
    [
        (lambda: Sequential(Linear(2, 1), Linear(1, 1)), "does not hold .*; missing: 1.W, 1.b$"),
        (lambda: Sequential(Linear(2, 1, bias=False)), "does not hold .*; in the file alone: 0.b$"),
        (lambda: Linear(2, 1), "missing: W, b; in the file alone: 0.W, 0.b$"),
        (lambda: Sequential(Linear(1, 1)), r"expected 0.W of shape \(1, 1\), got \(2, 1\)"),
        (lambda: small(dtype="float32"), r'float32, got float64. Load into model.astype\("float64'),
        (lambda: Sequential(Scale(2)), "missing: 0.g, buffers/0.count, buffers/0.mean"),
    ],
)
def test_a_model_that_does_not_fit_is_unchanged(path, into, message):
    save(small(), path)
    model = into()
    model.parameters.value = before = np.arange(model.parameters.size) + 0.5
    with pytest.raises(ValueError, match=message):
        load(path, into=model)
    np.testing.assert_array_equal(model.parameters.value, before)
    assert model.output != "logits"


def test_a_wrong_buffer_leaves_the_parameters(path):
    save(Scale(2), path)
    model = Scale(2)
    model.g = [5.0, 6.0]
    model.buffers["mean"] = np.zeros(3)
    with pytest.raises(ValueError, match=r"expected buffers/mean of shape \(3,\), got \(2,\)"):
        load(path, into=model)
    np.testing.assert_array_equal(model.g, [5, 6])


@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize("error", [OSError("no space"), KeyboardInterrupt()])
def test_a_write_that_fails_leaves_the_old_file(path, monkeypatch, call, error):
    save(small(), path)
    content = path.read_bytes()

    def fail(*args):
        raise error

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(type(error)):
        save(nested(), path)
    assert path.read_bytes() == content
    assert os.listdir(path.parent) == ["model.npz"]


def test_what_cannot_be_saved(path):
    for wrong in ("model", np.ones(3), Linear):
        with pytest.raises(TypeError, match="save: expected a model, got"):
            save(wrong, path)
        with pytest.raises(TypeError, match="load: expected into to be a model, got"):
            load(path, into=wrong)
    layer = Scale(1)
    layer.buffers["mean"] = np.zeros(1, complex)
    with pytest.raises(TypeError, match=r"expected an array of dtype float32, .* got complex128"):
        save(layer, path)
    assert not path.exists()
