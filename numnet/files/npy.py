"""One array as the bytes of a .npy file, and back without evaluating anything.

NumPy's own reader parses the header as a Python expression. Here the header follows from the dtype
and shape that the file's description states, and has to match byte for byte.

References
----------
NumPy Enhancement Proposal 1, format version 1.0.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

# Little-endian, whatever the machine.
DTYPES = {"float32": "<f4", "float64": "<f8", "int64": "<i8", "uint8": "|u1"}


def header(dtype: str, shape: tuple[int, ...]) -> bytes:
    """The bytes before the data of a C-contiguous array.

    Examples
    --------
    >>> header("float64", (2,))[:10], len(header("float64", (2,)))
    (b'\\x93NUMPY\\x01\\x00v\\x00', 128)
    """
    fields = f"{{'descr': '{DTYPES[dtype]}', 'fortran_order': False, 'shape': {shape}, }}"
    length = -(-(10 + len(fields) + 1) // 64) * 64 - 10
    return (
        b"\x93NUMPY\x01\x00" + length.to_bytes(2, "little") + f"{fields:<{length - 1}}\n".encode()
    )


def encode(array: Array) -> bytes:
    """All bytes of the .npy file; NumPy's load reads them."""
    name = array.dtype.name
    if name not in DTYPES:
        raise TypeError(f"expected an array of dtype {', '.join(DTYPES)}, got {array.dtype}")
    # tobytes is in C order, whatever the array's own.
    return header(name, array.shape) + np.asarray(array, DTYPES[name]).tobytes()


def decode(content: bytes, dtype: str, shape: tuple[int, ...]) -> Array:
    """The array of this dtype and shape that `content` holds, read-only.

    Raises
    ------
    ValueError
        If content is not exactly such a file.

    Examples
    --------
    >>> decode(encode(np.array([1.0, 2.0])), "float64", (2,))
    array([1., 2.])
    """
    start = header(dtype, shape)
    kind = np.dtype(DTYPES[dtype])
    if not content.startswith(start):
        raise ValueError("the header of an array does not match its description")
    if len(content) != len(start) + math.prod(shape) * kind.itemsize:
        raise ValueError("an array is not as long as its shape says")
    return np.frombuffer(content, kind, offset=len(start)).reshape(shape)
