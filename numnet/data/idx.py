"""The IDX format of MNIST: two zero bytes, a type, the dimensions, then the bytes themselves."""

from __future__ import annotations

import gzip
import math
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import FormatError

Array = NDArray[Any]
Stream = IO[bytes] | gzip.GzipFile

UNSIGNED_BYTE = 0x08
MOST_DIMENSIONS = 4
MOST_BYTES = 2**30  # twice the largest set in use: EMNIST by class, 547 MB
CHUNK = 2**20


def read_idx(path: str | os.PathLike[str]) -> Array:
    """Read an array of unsigned bytes from an IDX file, gzipped or not.

    The file is: 0, 0, 8 (unsigned bytes), d (the number of dimensions), d sizes as big-endian
    32-bit integers, then exactly as many bytes as the product of the sizes, last index fastest.

    Parameters
    ----------
    path : path-like
        The file. Whether it is gzipped is seen from its first bytes, not from its name.

    Returns
    -------
    ndarray of uint8
        A new array with the d dimensions of the header, d = 1..4.

    Raises
    ------
    FormatError
        If the file is no IDX file of unsigned bytes, promises more than it holds or than 1 GiB,
        holds more than it promises, or is a damaged gzip.
    OSError
        If the file cannot be opened or read.

    Examples
    --------
    Two images of one row and three pixels:

    >>> import os, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "images-idx3-ubyte")
    ...     with open(path, "wb") as file:
    ...         header = [0, 0, 8, 3] + [0, 0, 0, 2] + [0, 0, 0, 1] + [0, 0, 0, 3]
    ...         _ = file.write(bytes(header + [10, 20, 30, 40, 50, 60]))
    ...     read_idx(path)
    array([[[10, 20, 30]],
    <BLANKLINE>
           [[40, 50, 60]]], dtype=uint8)

    References
    ----------
    Y. LeCun, C. Cortes and C. J. C. Burges, The MNIST database of handwritten digits, 1998:
    "File formats for the MNIST database".
    """
    with open_idx(path) as (shape, chunks):
        # Memory follows what is there and not what was promised.
        body = bytearray()
        for chunk in chunks(CHUNK):
            body += chunk
    return np.frombuffer(body, dtype=np.uint8).reshape(shape)


@contextmanager
def open_idx(
    path: str | os.PathLike[str],
) -> Iterator[tuple[tuple[int, ...], Callable[[int], Iterator[bytes]]]]:
    """The shape of an IDX file, and what reads its bytes, so many at a time.

    The last of them are followed by the error that a damaged file deserves.
    """
    with open(path, "rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        stream = gzip.GzipFile(fileobj=file) if packed else file
        with _gzip_errors(path):
            shape = _header(stream, path)
        yield shape, lambda size: _chunks(stream, path, shape, size)


def _chunks(
    stream: Stream, path: str | os.PathLike[str], shape: tuple[int, ...], size: int
) -> Iterator[bytes]:
    count = math.prod(shape)
    promised = f"{path}: expected {count} bytes after a header that promises {shape}, found"
    for start in range(0, count, size):
        asked = min(size, count - start)
        with _gzip_errors(path):
            chunk = stream.read(asked)
        if len(chunk) < asked:
            raise FormatError(f"{promised} {start + len(chunk)}")
        yield chunk
    # One byte more must be missing, and only its absence makes a gzip check its sum.
    with _gzip_errors(path):
        more = stream.read(1)
    if more:
        raise FormatError(f"{promised} more")


@contextmanager
def _gzip_errors(path: str | os.PathLike[str]) -> Iterator[None]:
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FormatError(
            f"{path}: the gzip is damaged or cut short ({error}). Fetch the file again"
        ) from error


def _header(stream: Stream, path: str | os.PathLike[str]) -> tuple[int, ...]:
    magic = stream.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0":
        raise FormatError(
            f"{path}: expected an IDX file, which begins with bytes 0 0 8, got "
            f"{' '.join(map(str, magic)) or 'an empty file'}"
        )
    if magic[2] != UNSIGNED_BYTE:
        raise FormatError(f"{path}: expected IDX type 8 (unsigned bytes), got type {magic[2]}")
    if not 1 <= magic[3] <= MOST_DIMENSIONS:
        raise FormatError(f"{path}: expected 1 to {MOST_DIMENSIONS} IDX dimensions, got {magic[3]}")
    sizes = stream.read(4 * magic[3])
    if len(sizes) < 4 * magic[3]:
        raise FormatError(f"{path}: the file ends within its IDX header")
    shape = tuple(int.from_bytes(sizes[i : i + 4], "big") for i in range(0, len(sizes), 4))
    # A size of 0 must not hide that the others are absurd: NumPy would refuse them less clearly.
    if math.prod(max(size, 1) for size in shape) > MOST_BYTES:
        raise FormatError(f"{path}: the header promises {shape}, more than {MOST_BYTES} bytes")
    return shape
