"""Files made by whoever knows the format, checksum included: refused, and nothing allocated."""

from __future__ import annotations

import struct
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import numnet
from benchmarks.robust import explosives, forge
from numnet import FormatError, load

CONTENT = forge.content(forge.model())


@pytest.fixture(scope="session")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file, written anew by each example."""
    return tmp_path_factory.mktemp("hostile") / "model.npz"


def test_entries_of_no_size_are_not_read(path: Path) -> None:
    # Otherwise each of the 20 000 reads the same two megabytes.
    path.write_bytes(explosives.read_and_dropped(*forge.parts(CONTENT)))
    start = time.process_time()
    with pytest.raises(FormatError, match="compressed or overlap"):
        load(path)
    assert time.process_time() - start < 2


def test_one_entry_shorter_than_what_is_stored(path: Path) -> None:
    path.write_bytes(explosives.directory(1, 100, 0))
    with pytest.raises(FormatError, match="compressed or overlap"):
        load(path)


def test_entries_that_claim_the_same_bytes(path: Path) -> None:
    path.write_bytes(explosives.directory(2, 1000, 1000))
    with pytest.raises(FormatError, match="compressed or overlap"):
        load(path)


# In a zip file's directory: what is changed of an entry, where it stands, how wide, by how much.
CLAIMS = [
    pytest.param(10, "<H", 8, id="packed"),
    pytest.param(20, "<L", -1, id="packed to less"),
    pytest.param(20, "<L", 1, id="packed to more"),
    pytest.param(24, "<L", -1, id="shorter"),
    pytest.param(24, "<L", 1, id="longer"),
]


@pytest.mark.parametrize(("offset", "width", "step"), CLAIMS)
@pytest.mark.parametrize("entry", [0, 1, -1])
def test_an_entry_that_is_said_to_be_packed_or_of_another_length(
    path: Path, offset: int, width: str, step: int, entry: int
) -> None:
    content = bytearray(CONTENT[: -forge.SEAL])
    starts = [i for i in range(len(content)) if content.startswith(b"PK\1\2", i)]
    place = starts[entry] + offset
    struct.pack_into(width, content, place, struct.unpack_from(width, content, place)[0] + step)
    path.write_bytes(forge.sealed(bytes(content)))
    with pytest.raises(FormatError, match="compressed or overlap"):
        load(path)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


def places(value: object, above: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """The path to every value within a JSON value."""
    inner: list[tuple[object, object]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [above, *(place for key, part in inner for place in places(part, (*above, key)))]


PLACES = [place for place in places(forge.parts(CONTENT)[1]) if place]


@given(st.sampled_from(PLACES), json_values, st.booleans())
def test_any_value_anywhere_in_the_description(
    path: Path, place: tuple[object, ...], value: object, removed: bool
) -> None:
    entries, text = forge.parts(CONTENT)
    inner = text
    for key in place[:-1]:
        inner = inner[key]  # type: ignore[index]
    if removed:
        del inner[place[-1]]  # type: ignore[arg-type]
    else:
        inner[place[-1]] = value  # type: ignore[index]
    path.write_bytes(forge.forged(entries, text))
    refusal: ValueError | None = None
    try:
        found = load(path)
    except ValueError as error:
        refusal = error
    if refusal is not None:
        assert str(path) in str(refusal)
        # No description at all stands for a model of someone's own layers, which a file may hold.
        assert isinstance(refusal, FormatError) or (place == ("model",) and value is None)
    else:
        values = forge.model().parameters.value
        np.testing.assert_array_equal(found.parameters.value, values)


@given(st.sampled_from(PLACES), json_values)
def test_a_model_is_changed_by_a_right_file_only(
    path: Path, place: tuple[object, ...], value: object
) -> None:
    entries, text = forge.parts(CONTENT)
    inner = text
    for key in place[:-1]:
        inner = inner[key]  # type: ignore[index]
    inner[place[-1]] = value  # type: ignore[index]
    path.write_bytes(forge.forged(entries, text))
    model = forge.model().initialize(rng=7)
    before = model.parameters.value.copy()
    try:
        load(path, into=model)
    except ValueError:
        np.testing.assert_array_equal(model.parameters.value, before)
    else:
        np.testing.assert_array_equal(model.parameters.value, forge.model().parameters.value)


def test_the_bombs_are_only_wrong_in_one_way(path: Path) -> None:
    entries, text = forge.parts(CONTENT)
    path.write_bytes(forge.forged(entries, text))
    found = load(path)
    assert repr(found) == repr(forge.model())
    assert isinstance(found, numnet.Sequential)
