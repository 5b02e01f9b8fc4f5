"""Models in files: an npz archive without pickle, written whole, refused if one bit is wrong.

The archive holds each parameter as a .npy entry under its name, each buffer under "buffers/name",
and under "__numnet__" a JSON text: format version, the model's description, names, dtypes and
shapes. The archive's comment, its last 64 bytes, is the SHA-256 of all bytes before it.
`numpy.load` reads the same file.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import packing
from ..atomic import write_atomically
from ..errors import FormatError
from ..model import OUTPUTS, Model
from . import npy
from .description import build, describe, shapes

Array = NDArray[Any]

VERSION = 1
TEXT = "__numnet__"
SEAL = 64


def save(model: Model, path: str | os.PathLike[str]) -> None:
    """Write a model to a file, which is replaced as a whole or not at all.

    Parameters
    ----------
    model : Model
        Its parameters, buffers and, if all its layers are numnet's own, its structure are saved.
    path : path
        The name is taken as it is; ".npz" is customary.

    Raises
    ------
    TypeError
        If model is none, or a buffer has a dtype that files do not hold.
    OSError
        If the file cannot be written; an old one is intact, unless the message says that the new
        one is already in place and only its folder could not be synced.

    Examples
    --------
    >>> import numnet, tempfile
    >>> model = numnet.Sequential(numnet.Linear(2, 1), rng=0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(model, f"{folder}/model.npz")
    ...     again = load(f"{folder}/model.npz")
    >>> bool((again.parameters.value == model.parameters.value).all())
    True
    """
    if not isinstance(model, Model):
        raise TypeError(f"save: expected a model, got {model!r}")
    arrays = _arrays(model)
    text: dict[str, Any] = {
        "format": "numnet",
        "version": VERSION,
        "model": describe(model),
        "class": type(model).__name__,
        "output": model._output,
        "independent": model._independent,
        "arrays": {n: [a.dtype.name, list(a.shape)] for n, a in arrays.items()},
    }
    entries = {name: npy.encode(array) for name, array in arrays.items()}
    entries[TEXT] = npy.encode(np.frombuffer(json.dumps(text).encode(), np.uint8))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, data in entries.items():
            # A fixed date: the same model gives the same file.
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), data)
        archive.comment = bytes(SEAL)
    body = content.getvalue()[:-SEAL]
    write_atomically(path, body + _seal(body))


def load(path: str | os.PathLike[str], into: Model | None = None) -> Model:
    """Read a model from a file that `save` wrote.

    Parameters
    ----------
    path : path
        The file.
    into : Model, optional
        Takes the values in place; without it the model is built from the file.

    Returns
    -------
    Model
        `into`, or a new one.

    Raises
    ------
    FormatError
        If the file is damaged, is none of numnet's or needs a newer numnet.
    ValueError
        If names, shapes or dtypes are not those of `into`, which is not changed then; or if the
        file holds layers of your own and there is no `into`.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> import numnet, tempfile
    >>> model = numnet.Sequential(numnet.Linear(2, 1), rng=0)
    >>> other = numnet.Sequential(numnet.Linear(2, 1), rng=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(model, f"{folder}/model.npz")
    ...     _ = load(f"{folder}/model.npz", into=other)
    >>> bool((other.parameters.value == model.parameters.value).all())
    True
    """
    if into is not None and not isinstance(into, Model):
        raise TypeError(f"load: expected into to be a model, got {into!r}")
    content = Path(path).read_bytes()
    try:
        text, arrays = _read(content)
        if into is None:
            if text["model"] is None:
                raise ValueError(
                    f"{path}: the {text['class']} in it has layers that are not numnet's own. "
                    "Build the model and use load(path, into=model)"
                )
            into = _built(text["model"], arrays)
    except FormatError as error:
        raise FormatError(f"{path}: {error}") from None
    _assign(into, arrays, str(path))
    if text["output"] is not None:
        into.output, into._independent = text["output"], bool(text["independent"])
    return into


def _arrays(model: Model) -> dict[str, Array]:
    arrays: dict[str, Array] = dict(model.parameters)
    for path, part, _ in packing.walk(model):
        for name, array in part.buffers.items():
            arrays[f"buffers/{path}{name}"] = np.asarray(array)
    return arrays


def _seal(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()


def _read(content: bytes) -> tuple[dict[str, Any], dict[str, Array]]:
    if _seal(content[:-SEAL]) != content[-SEAL:]:
        raise FormatError("the file is damaged or not one of numnet's: its checksum does not match")
    try:
        entries = _entries(content)
        # One dimension, so that its header is of the shortest length.
        written = entries.pop(TEXT)
        text = json.loads(npy.decode(written, "uint8", (len(written) - 128,)).tobytes())
        if text["format"] != "numnet":
            raise FormatError("the file is not one of numnet's")
        if text["version"] > VERSION:
            raise FormatError(
                f"the file has format version {text['version']}, and this numnet reads {VERSION}. "
                "Upgrade numnet"
            )
        if set(entries) != set(text["arrays"]) or text["output"] not in (None, *OUTPUTS):
            raise FormatError("the file's description does not match what it holds")
        text = {key: text[key] for key in ("model", "class", "output", "independent", "arrays")}
        arrays = {
            name: npy.decode(entries[name], dtype, tuple(shape))
            for name, (dtype, shape) in text["arrays"].items()
        }
    except FormatError:
        raise
    except Exception as error:
        # Whatever a damaged archive makes the readers raise, it means one thing.
        raise FormatError(f"the file is damaged or not one of numnet's ({error})") from None
    return text, arrays


def _entries(content: bytes) -> dict[str, bytes]:
    """The archive's entries; none is compressed, so that together they cannot exceed the file."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        infos = archive.infolist()
        # Stored, so that it is as long as the bytes that are read for it; entries that claim the
        # same bytes would be longer together than the file.
        stored = all(
            i.compress_type == zipfile.ZIP_STORED and i.compress_size == i.file_size for i in infos
        )
        if not stored or sum(i.file_size for i in infos) > len(content):
            raise FormatError(
                "the file is not one of numnet's: its entries are compressed or overlap"
            )
        return {info.filename.removesuffix(".npy"): archive.read(info) for info in infos}


def _built(description: Any, arrays: dict[str, Array]) -> Model:
    """The described model with these values; none is drawn, and none of another shape allocated."""
    model = build(description)
    values = {name: array for name, array in arrays.items() if not name.startswith("buffers/")}
    if shapes(model) != {name: array.shape for name, array in values.items()}:
        raise FormatError("the description of the model does not match its arrays")
    for path, part, _ in packing.walk(model):
        part._held.update({name: values[path + name] for name in part._starts})
    return model


def _assign(model: Model, arrays: dict[str, Array], path: str) -> None:
    """Copy all values into the model, after it is sure that each fits."""
    own = _arrays(model)
    missing, unknown = sorted(set(own) - set(arrays)), sorted(set(arrays) - set(own))
    if missing or unknown:
        raise ValueError(
            f"{path}: it does not hold {model!r}"
            + (f"; missing: {', '.join(missing)}" if missing else "")
            + (f"; in the file alone: {', '.join(unknown)}" if unknown else "")
        )
    for name, array in arrays.items():
        if array.shape != own[name].shape:
            raise ValueError(
                f"{path}: expected {name} of shape {own[name].shape}, got {array.shape}"
            )
        if array.dtype.name != own[name].dtype.name:
            raise ValueError(
                f"{path}: expected {name} of dtype {own[name].dtype}, got {array.dtype}. "
                f'Load into model.astype("{array.dtype.name}")'
            )
    for path_, part, _ in packing.walk(model):
        for name in part._slots:
            part._slots[name].value[...] = arrays[path_ + name]
        for name in part.buffers:
            part.buffers[name] = arrays[f"buffers/{path_}{name}"].copy()
