"""What stands in a file travels as its place there, whatever part of it and in whatever order."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shards.parts import Scale

from numnet import Linear, Objective, SoftmaxCrossEntropy
from numnet.shards.parcel import MappedRows, Parcel, pickled

FUNCTION = Linear(2, 3), SoftmaxCrossEntropy()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("maps")


def mapped(folder, order="C", mode="r"):
    values = np.arange(60, dtype=np.float32).reshape(12, 5)
    path = folder / f"{order}.npy"
    if not path.exists():
        np.save(path, np.asarray(values, order=order))
    return np.load(path, mmap_mode=mode)


bounds = st.integers(-13, 13) | st.none()
slices = st.builds(slice, bounds, bounds, st.sampled_from([None, 1, 2, 5, -1, -2]))


@given(st.sampled_from("CF"), slices, slices, st.booleans(), st.booleans())
def test_any_part_of_a_map_is_found_again(folder, order, rows, columns, bare, twice):
    part = mapped(folder, order)[rows, columns]
    part = np.asarray(part) if bare else part
    part = part[::-1].T if twice else part
    place = MappedRows.of(part)
    if part.size == 0:
        return
    assert len(pickle.dumps(place)) < 700
    found = pickle.loads(pickle.dumps(place)).open()
    np.testing.assert_array_equal(found, part)
    assert found.strides == part.strides
    assert not found.flags.writeable


def test_a_map_that_does_not_begin_with_its_file(folder):
    path = folder / "raw"
    path.write_bytes(bytes(100) + np.arange(20.0).tobytes())
    part = np.memmap(path, float, "r", offset=100, shape=(5, 4))[1:3]
    np.testing.assert_array_equal(MappedRows.of(part).open(), [[4, 5, 6, 7], [8, 9, 10, 11]])


def test_what_is_in_memory_is_no_map(folder):
    for array in (np.ones((3, 2)), np.ones(3)[1:], mapped(folder).copy(), mapped(folder) + 0):
        assert MappedRows.of(array) is None
    private = mapped(folder, mode="c")
    private[0] = 7
    assert MappedRows.of(private) is None


def test_a_parcel_travels_twice(folder):
    x, y = mapped(folder)[2:6, :2], np.array([0, 1, 2, 0])
    once = pickle.loads(pickle.dumps(Parcel(pickled(*FUNCTION), x, y)))
    twice = pickle.loads(pickle.dumps(once))
    for parcel in (once, twice):
        objective = parcel.open()
        assert isinstance(objective, Objective)
        np.testing.assert_array_equal(objective.x, x)
        np.testing.assert_array_equal(objective.y, y)


def test_of_a_map_in_a_parcel_the_place_travels_and_of_an_array_its_numbers(tmp_path):
    np.save(tmp_path / "x.npy", np.ones((4000, 2)))
    x, y = np.load(tmp_path / "x.npy", mmap_mode="r"), np.zeros(4000, np.int8)
    empty = len(pickle.dumps(Parcel(b"", None, None)))
    assert len(pickle.dumps(Parcel(b"", x, None))) - empty < 700
    assert len(pickle.dumps(Parcel(b"", tmp_path / "x.npy", None))) - empty < 700
    assert 4000 < len(pickle.dumps(Parcel(b"", None, y))) - empty < 4700


def test_in_one_process_nothing_is_copied():
    x, y = np.ones((4, 2)), np.array([0, 1, 2, 0])
    objective = Parcel(FUNCTION, x, y).open()
    assert objective.model is FUNCTION[0]
    assert objective.x is x


def test_a_file_that_is_not_there_says_what_travels(folder):
    path = folder / "gone.npy"
    np.save(path, np.ones((4, 2)))
    place = MappedRows.of(np.load(path, mmap_mode="r"))
    path.unlink()
    with pytest.raises(FileNotFoundError) as raised:
        place.open()
    assert "travels as the path" in raised.value.__notes__[0]


def test_a_file_of_objects_is_not_opened(folder):
    np.save(folder / "objects.npy", np.array([{}, {}]), allow_pickle=True)
    with pytest.raises(ValueError, match="Python objects"):
        Parcel(FUNCTION, folder / "objects.npy", np.array([0, 1])).open()


def test_a_pickle_instead_of_an_array_is_not_loaded(folder):
    (folder / "pickle.npy").write_bytes(pickle.dumps(np.ones((2, 2))))
    with pytest.raises(ValueError, match="pickled"):
        Parcel(FUNCTION, folder / "pickle.npy", np.array([0, 1])).open()


def test_what_the_worker_cannot_import(monkeypatch):
    function = pickled(Scale(2), SoftmaxCrossEntropy())
    monkeypatch.delattr("shards.parts.Scale")
    with pytest.raises(TypeError, match=r"cannot import .*Scale.*not in __main__"):
        Parcel(function, np.ones((2, 2)), np.array([0, 1])).open()


def test_what_cannot_be_pickled():
    class Local(Scale):
        pass

    with pytest.raises(
        TypeError, match=r"^Local\(\) with Soft.* cannot be sent to another process"
    ):
        pickled(Local(2), SoftmaxCrossEntropy())
