"""The IDX reader: an array, or a FormatError that names the file, and nothing else."""

from __future__ import annotations

import gzip
import math
import struct
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from numnet.data import idx
from numnet.data.idx import read_idx
from numnet.errors import FormatError

Encoder = Callable[[np.ndarray], bytes]


@pytest.fixture(scope="session")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file, written anew by each example."""
    return tmp_path_factory.mktemp("idx") / "some-idx3-ubyte"


tables = arrays(np.uint8, array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=5))


@given(array=tables, packed=st.booleans())
def test_reads_back_what_was_written(
    path: Path, idx_bytes: Encoder, array: np.ndarray, packed: bool
) -> None:
    content = idx_bytes(array)
    path.write_bytes(gzip.compress(content) if packed else content)
    found = read_idx(path)
    assert found.dtype == np.uint8
    assert found.shape == array.shape
    assert found.tobytes() == array.tobytes()
    assert found.flags.writeable
    assert found.flags.c_contiguous


@pytest.mark.parametrize("chunk", [9, 300])
def test_reads_more_than_one_chunk(
    chunk: int, path: Path, idx_bytes: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idx, "CHUNK", chunk)
    array = (np.arange(602) % 251).reshape(2, 7, 43)
    content = idx_bytes(array)
    path.write_bytes(gzip.compress(content))
    np.testing.assert_array_equal(read_idx(path), array)
    path.write_bytes(gzip.compress(content + b"!"))
    with pytest.raises(FormatError, match="found more"):
        read_idx(path)
    for kept in (0, 25, 314, 601):
        path.write_bytes(content[: 16 + kept])
        with pytest.raises(FormatError, match=rf"expected 602 bytes .*, found {kept}$"):
            read_idx(path)


GOOD = struct.pack(">HBB2I", 0, 8, 2, 2, 3) + bytes(range(6))


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "an empty file"),
        (GOOD[:3], "begins with bytes 0 0 8, got 0 0 8"),
        (b"\1" + GOOD[1:], "begins with bytes 0 0 8, got 1 0 8 2"),
        (b"\0\1" + GOOD[2:], "begins with bytes 0 0 8, got 0 1 8 2"),
        (b"<html><body>404 not found</body></html>", "begins with bytes 0 0 8, got 60 104"),
        (b"\0\0\x0d" + GOOD[3:], "got type 13"),
        (b"\0\0\x08\0" + GOOD[4:], "1 to 4 IDX dimensions, got 0"),
        (b"\0\0\x08\xff" + bytes(4 * 255), "1 to 4 IDX dimensions, got 255"),
        (b"\0\0\x08\5" + b"\0\0\0\1" * 5 + b"!", "1 to 4 IDX dimensions, got 5"),
        (GOOD[:4], "ends within its IDX header"),
        (GOOD[:11], "ends within its IDX header"),
        (GOOD[:-1], r"expected 6 bytes after a header that promises \(2, 3\), found 5"),
        (GOOD + b"\0", r"expected 6 bytes after a header that promises \(2, 3\), found more"),
        (b"\0\0\x08\3" + b"\xff" * 12 + b"\0", "the header promises"),
        (b"\0\0\x08\3" + bytes(4) + b"\xff" * 8, r"the header promises \(0, 4294967295"),
        (b"\0\0\x08\1" + struct.pack(">I", 2**30 + 1), "more than 1073741824 bytes"),
        (b"\0\0\x08\3" + struct.pack(">3I", 1, 2**30, 1), "expected 1073741824 bytes .* found 0"),
    ],
)
def test_refuses_what_is_no_idx_file(
    path: Path, content: bytes, message: str, packed: bool
) -> None:
    path.write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(FormatError, match=message) as caught:
        read_idx(path)
    assert str(caught.value).startswith(f"{path}: ")


def test_refuses_a_gzip_with_a_wrong_checksum(path: Path) -> None:
    packed = bytearray(gzip.compress(GOOD))
    packed[-8] ^= 1
    path.write_bytes(packed)
    with pytest.raises(FormatError, match=r"gzip is damaged.*CRC"):
        read_idx(path)


def test_refuses_a_gzip_with_a_wrong_length(path: Path) -> None:
    packed = bytearray(gzip.compress(GOOD))
    packed[-1] ^= 1
    path.write_bytes(packed)
    with pytest.raises(FormatError, match="gzip is damaged"):
        read_idx(path)


@pytest.mark.parametrize("kept", range(2, len(gzip.compress(GOOD))))
def test_refuses_every_cut_of_a_gzip(path: Path, kept: int) -> None:
    path.write_bytes(gzip.compress(GOOD)[:kept])
    with pytest.raises(FormatError, match="gzip is damaged"):
        read_idx(path)


def test_refuses_bytes_after_the_gzip(path: Path) -> None:
    path.write_bytes(gzip.compress(GOOD) + b"more")
    with pytest.raises(FormatError, match="gzip is damaged"):
        read_idx(path)
    path.write_bytes(gzip.compress(GOOD) * 2)
    with pytest.raises(FormatError, match="found more"):
        read_idx(path)


@pytest.mark.parametrize("promised", [100, 16 * 2**20, 2**30, 2**32 - 1])
@pytest.mark.parametrize("held", [50, 101, 16 * 2**20 - 1])
def test_a_bomb_costs_no_more_than_it_holds(path: Path, promised: int, held: int) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    content = packer.compress(b"\0\0\x08\1" + struct.pack(">I", promised))
    path.write_bytes(content + packer.compress(bytes(held)) + packer.flush())
    tracemalloc.start()
    try:
        with pytest.raises(FormatError):
            read_idx(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1.2 * min(promised, held) + 4 * 2**20


Edit = tuple[str, int, int]
edits = st.lists(
    st.tuples(
        st.sampled_from(["set", "flip", "insert", "delete", "cut"]),
        st.integers(0, 400),
        st.integers(0, 255),
    ),
    min_size=1,
    max_size=4,
)


def mutate(content: bytes, edits: list[Edit]) -> bytes:
    found = bytearray(content)
    for kind, place, byte in edits:
        at = place % (len(found) + 1)
        if kind == "insert":
            found[at:at] = bytes([byte])
        elif kind == "cut":
            del found[at:]
        elif at < len(found) and kind == "delete":
            del found[at]
        elif at < len(found):
            found[at] = byte if kind == "set" else found[at] ^ (1 << byte % 8)
    return bytes(found)


@given(array=tables, edits=edits, place=st.sampled_from(["plain", "inside the gzip", "the gzip"]))
def test_a_mutated_file_gives_an_array_or_a_format_error(
    path: Path, idx_bytes: Encoder, array: np.ndarray, edits: list[Edit], place: str
) -> None:
    content = idx_bytes(array)
    if place == "the gzip":
        mutated = mutate(gzip.compress(content), edits)
        plain = None
    else:
        plain = mutate(content, edits)
        mutated = gzip.compress(plain) if place == "inside the gzip" else plain
    path.write_bytes(mutated)
    try:
        found = read_idx(path)
    except FormatError as error:
        refusal = str(error)
    else:
        refusal = ""
    if refusal:
        assert refusal.startswith(f"{path}: ")
        return
    # Whatever is accepted is exactly what the file says.
    if plain is None and mutated[:2] != b"\x1f\x8b":
        plain = mutated
    if plain is not None:
        sizes = struct.unpack_from(f">{plain[3]}I", plain, 4)
        assert plain[:3] == b"\0\0\x08"
        assert found.shape == sizes
        assert found.tobytes() == plain[4 + 4 * len(sizes) :]
        assert found.size == math.prod(sizes)
    else:
        # A gzip's head holds a time and a system that mean nothing; its sum guards the rest.
        assert idx_bytes(found) == content


@pytest.mark.parametrize("bit", range(8 * len(gzip.compress(GOOD))))
def test_every_flipped_bit_is_refused_or_without_effect(path: Path, bit: int) -> None:
    packed = bytearray(gzip.compress(GOOD))
    packed[bit // 8] ^= 1 << bit % 8
    path.write_bytes(packed)
    try:
        found = read_idx(path)
    except FormatError:
        return
    # In the gzip's head only flags, time, level and system; then what fills up the last byte.
    assert 3 <= bit // 8 < 10 or bit // 8 == len(packed) - 9
    np.testing.assert_array_equal(found, np.arange(6).reshape(2, 3))


def test_a_file_that_is_not_there_is_no_format_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_idx(tmp_path / "absent")
    with pytest.raises(OSError, match=r"irectory|denied"):
        read_idx(tmp_path)
