"""A small model's file taken apart, and put together again with whatever is wanted inside."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

import numnet
from numnet.files import npy

SEAL = 64


def model() -> numnet.Sequential:
    """Four layers, 27 parameters."""
    layers = (numnet.Linear(3, 4), numnet.LeakyReLU(0.25), numnet.Linear(4, 2), numnet.Tanh())
    return numnet.Sequential(*layers, rng=0)


def content(saved: numnet.Sequential) -> bytes:
    """The bytes of its file."""
    with tempfile.TemporaryDirectory() as folder:
        numnet.save(saved, Path(folder) / "model.npz")
        return (Path(folder) / "model.npz").read_bytes()


def parts(saved: bytes) -> tuple[dict[str, bytes], dict[str, Any]]:
    """The arrays' entries, and the description."""
    with zipfile.ZipFile(io.BytesIO(saved)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    return entries, json.loads(entries.pop("__numnet__.npy")[128:])


def sealed(body: bytes) -> bytes:
    """With a right checksum, as whoever knows the format can make it."""
    return body + hashlib.sha256(body).hexdigest().encode()


def forged(entries: dict[str, bytes], text: Any, compression: int = zipfile.ZIP_STORED) -> bytes:
    """A sealed archive; the text is written as JSON unless it is bytes already."""
    written = text if isinstance(text, bytes) else json.dumps(text).encode()
    entries = entries | {"__numnet__.npy": npy.encode(np.frombuffer(written, np.uint8))}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in entries.items():
            archive.writestr(zipfile.ZipInfo(name), data, compression)
        archive.comment = bytes(SEAL)
    return sealed(buffer.getvalue()[:-SEAL])
