"""Small files that would cost much memory or time, each under a right checksum."""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Callable
from typing import Any

from benchmarks.robust import forge
from numnet.files import npy

Bomb = Callable[[dict[str, bytes], dict[str, Any]], bytes]  # what is in a good file -> a file

SIZE = 2**20


def compressed(entries: dict[str, bytes], text: dict[str, Any]) -> bytes:
    """A parameter of 100 MB of zeros in 100 kB."""
    return forge.forged(entries | {"0.W.npy": bytes(100 * 2**20)}, text, zipfile.ZIP_DEFLATED)


def compressed_description(entries: dict[str, bytes], text: dict[str, Any]) -> bytes:
    """A description after 20 MB of spaces."""
    written = b" " * (20 * 2**20) + json.dumps(text).encode()
    return forge.forged(entries, written, zipfile.ZIP_DEFLATED)


def nested_archives(entries: dict[str, bytes], text: dict[str, Any]) -> bytes:
    """Compressed archives within a compressed archive, as a parameter's entry."""
    inner = compressed_description(entries, text)
    for _ in range(3):
        inner = forge.forged(entries | {"0.W.npy": inner * 10}, text, zipfile.ZIP_DEFLATED)
    return inner


def huge_shape(entries: dict[str, bytes], text: dict[str, Any]) -> bytes:
    """An array of 10^18 numbers, of which there are twelve."""
    text["arrays"]["0.W"][1] = [10**9, 10**9]
    header = npy.header("float64", (10**9, 10**9))
    return forge.forged(entries | {"0.W.npy": header + entries["0.W.npy"][128:]}, text)


def empty_huge_shape(entries: dict[str, bytes], text: dict[str, Any]) -> bytes:
    """An array of no numbers with a shape beyond 64 bits."""
    text["arrays"]["0.W"][1] = [0, 10**30]
    return forge.forged(entries | {"0.W.npy": npy.header("float64", (0, 10**30))}, text)


def huge_layer(entries: dict[str, bytes], text: dict[str, Any]) -> bytes:
    """A described layer of 10^18 parameters beside small arrays."""
    text["model"]["layers"][0].update(in_features=10**9, out_features=10**9)
    return forge.forged(entries, text)


def many_layers(entries: dict[str, bytes], text: dict[str, Any]) -> bytes:
    """Ten thousand layers beside the arrays of another model."""
    tanh = {"layer": "Tanh"}
    text["model"] = {"layer": "Sequential", "layers": [tanh] * 10_000}
    return forge.forged(entries, text)


def repeated_layers(entries: dict[str, bytes], text: dict[str, Any]) -> bytes:
    """Each of 200 containers holds the next one twice: 2^200 places."""
    inner: dict[str, Any] = {"layer": "Tanh"}
    for depth in range(200, 0, -1):
        inner = {"layer": "Sequential", "layers": [inner, {"again": depth}]}
    text["model"] = inner
    return forge.forged(entries, text)


def deep_nesting(entries: dict[str, bytes], text: dict[str, Any]) -> bytes:
    """Half a million brackets that open."""
    half = SIZE // 2
    written = json.dumps(text).encode()[:-1] + b', "x": ' + b"[" * half + b"]" * half + b"}"
    return forge.forged(entries, written)


def deep_layers(entries: dict[str, bytes], text: dict[str, Any]) -> bytes:
    """Containers within containers, deeper than Python recurses."""
    opening, times = b'{"layer": "Sequential", "layers": [', 20_000
    model = opening * times + b'{"layer": "Tanh"}' + b"]}" * times
    written = json.dumps(text | {"model": "HERE"}).encode().replace(b'"HERE"', model)
    return forge.forged(entries, written)


def many_lists(entries: dict[str, bytes], text: dict[str, Any]) -> bytes:
    """A megabyte of empty lists, each many times as large in memory as in the file."""
    lists = b"[" + b"[]," * (SIZE // 3) + b"0]"
    written = json.dumps(text | {"model": "HERE"}).encode().replace(b'"HERE"', lists)
    return forge.forged(entries, written)


def long_number(entries: dict[str, bytes], text: dict[str, Any]) -> bytes:
    """A version number of a million digits."""
    written = json.dumps(text).encode().replace(b'"version": 1', b'"version": 1' + b"0" * SIZE)
    return forge.forged(entries, written)


def giant_header(entries: dict[str, bytes], text: dict[str, Any]) -> bytes:
    """An array of 100 000 dimensions, whose header does not fit its own length field."""
    text["arrays"]["0.W"][1] = [1] * 100_000
    return forge.forged(entries, text)


def same_bytes(entries: dict[str, bytes], text: dict[str, Any]) -> bytes:
    """A hundred entries that all claim the same half megabyte."""
    return directory(100, SIZE // 2, SIZE // 2)


def read_and_dropped(entries: dict[str, bytes], text: dict[str, Any]) -> bytes:
    """Entries of no bytes, stored as the same two megabytes that are read and dropped each time."""
    return directory(20_000, 2 * SIZE, 0)


def many_entries(entries: dict[str, bytes], text: dict[str, Any]) -> bytes:
    """Ten thousand empty entries."""
    return directory(10_000, 0, 0)


def no_directory(entries: dict[str, bytes], text: dict[str, Any]) -> bytes:
    """A directory that begins and ends where there is nothing."""
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 9, 9, 2**32 - 2, 2**32 - 2, forge.SEAL)
    return forge.sealed(bytes(SIZE) + end)


def directory(number: int, stored: int, size: int) -> bytes:
    """An archive whose entries all begin at its first byte: `stored` bytes that count as `size`."""
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 0, 0, stored, size, 1, 0) + b"a"
    entries = (
        struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, stored, size, 1,
                    0, 0, 0, 0, 0, 0) + b"a"
    )  # fmt: skip
    entries *= number
    local += bytes(stored)
    count = min(number, 65535)
    end = struct.pack(
        "<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(entries), len(local), forge.SEAL
    )
    return forge.sealed(local + entries + end)


BOMBS: tuple[Bomb, ...] = (
    compressed, compressed_description, nested_archives, huge_shape, empty_huge_shape, huge_layer,
    many_layers, repeated_layers, deep_nesting, deep_layers, many_lists, long_number, giant_header,
    same_bytes, read_and_dropped, many_entries, no_directory,
)  # fmt: skip
