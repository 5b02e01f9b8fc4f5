"""Images that stay on disk: numbers in [0, 1], written once into the cache and memory-mapped."""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from .choice import LABELS, numbered, select
from .folders import make_writable, not_written
from .fourfiles import check_part
from .idx import open_idx, read_idx
from .search import digest

Array = NDArray[Any]

BLOCK = 1000  # images that are in memory at one time


def map_part(
    place: str,
    folder: Path,
    images_path: Path,
    labels_path: Path,
    classes: tuple[int, ...],
    top: int,
    dtype: np.dtype[Any],
) -> tuple[Array, Array]:
    """Images (N, h, w) in [0, 1] of the chosen classes, memory-mapped, and their labels' indices.

    The file bears a part of the SHA-256 of those that it was made from, so that it is made anew
    when they change; what a change leaves behind may be deleted.

    Parameters
    ----------
    place : str
        What messages begin with.
    folder : Path
        Where the file is or will be; made if it is missing.
    images_path, labels_path : Path
        IDX files that belong together.
    classes : tuple of int
        The chosen labels.
    top : int
        The byte that becomes 1.
    dtype : dtype
        Of the images.

    Returns
    -------
    images : memmap of `dtype`, shape (N, h, w)
        Read-only.
    y : ndarray of int, shape (N,)
        Places in `classes`.

    Raises
    ------
    FormatError
        If a file is damaged, or the two do not belong together.
    OSError
        If the folder cannot be written.
    """
    part = images_path.name.partition("-")[0]
    chosen = "" if len(classes) == len(LABELS) else "-" + "".join(map(str, sorted(classes)))
    key = digest(images_path, labels_path)[:16]
    path = folder / f"{part}-{key}{chosen}-{dtype}.npy"
    images = _opened(path, dtype)
    labels = read_idx(labels_path)
    y = numbered(labels, classes)
    y = y[y >= 0]
    if images is None:
        with open_idx(images_path) as (shape, chunks):
            check_part(shape, labels, images_path, labels_path)
            blocks = (
                select(
                    np.frombuffer(chunk, np.uint8).reshape(-1, *shape[1:]),
                    labels[i * BLOCK : (i + 1) * BLOCK],
                    classes,
                    top,
                    dtype,
                )[0]
                for i, chunk in enumerate(chunks(BLOCK * math.prod(shape[1:])))
            )
            if not len(y):
                return np.empty((0, *shape[1:]), dtype), y
            _write(place, path, (len(y), *shape[1:]), dtype, blocks)
        images = npy.open_memmap(path, mode="r")
    return images, y


def _opened(path: Path, dtype: np.dtype[Any]) -> Array | None:
    """The images, None if there is no file or something broke it."""
    try:
        images = npy.open_memmap(path, mode="r")
    except (OSError, ValueError, EOFError):
        return None
    return images if images.dtype == dtype and images.ndim == 3 else None


def _write(
    place: str, path: Path, shape: tuple[int, ...], dtype: np.dtype[Any], blocks: Iterator[Array]
) -> None:
    """Write an array block by block to a temporary file, which then takes its name."""
    make_writable(place, path.parent)
    header = {"descr": npy.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    file = tempfile.NamedTemporaryFile(dir=path.parent, delete=False)  # noqa: SIM115
    try:
        with file:
            with _writing(place, path.parent):
                npy.write_array_header_1_0(file, header)
            for block in blocks:
                with _writing(place, path.parent):
                    file.write(block.data)
            with _writing(place, path.parent):
                file.flush()
                os.fsync(file.fileno())
        with _writing(place, path.parent):
            os.replace(file.name, path)
    finally:
        Path(file.name).unlink(missing_ok=True)


@contextmanager
def _writing(place: str, folder: Path) -> Iterator[None]:
    """What fails within it is not the reading."""
    try:
        yield
    except OSError as error:
        raise not_written(place, folder, error) from error
