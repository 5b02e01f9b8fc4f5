"""Make the digits that come with the package from the files that UCI publishes.

`python -m numnet.data.build SOURCE [--output PATH]`, where SOURCE is a folder that holds
optdigits.tra and optdigits.tes, or the address of such a folder.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import urllib.request
import zlib
from collections.abc import Sequence
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import numpy as np
from numpy.typing import NDArray

from ..atomic import write_atomically
from ..errors import FormatError
from .digits import DIGITS
from .idx import UNSIGNED_BYTE

Array = NDArray[Any]

ADDRESS = "https://archive.ics.uci.edu/ml/machine-learning-databases/optdigits"
SHA256 = {
    "optdigits.tra": "e1b683cc211604fe8fd8c4417e6a69f31380e0c61d4af22e93cc21e9257ffedd",
    "optdigits.tes": "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8",
}
MOST_BYTES = 2**20
TIMEOUT = 60.0


def fetch(source: str, name: str) -> bytes:
    """The bytes of the file `name` in a folder or below an address, if they are the published ones.

    Raises
    ------
    FormatError
        If the SHA-256 is not that of the published file.
    OSError
        If the file cannot be read or fetched.
    """
    if source.startswith(("http://", "https://")):
        content = _download(f"{source.rstrip('/')}/{name}")
    else:
        with open(Path(source, name), "rb") as file:
            content = file.read(MOST_BYTES)
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256[name]:
        raise FormatError(
            f"{name} in {source}: expected SHA-256 {SHA256[name]}, got {found}. "
            "This is not the published file; fetch it again"
        )
    return content


def _download(address: str) -> bytes:
    try:
        with urllib.request.urlopen(address, timeout=TIMEOUT) as reply:
            return bytes(reply.read(MOST_BYTES))
    except HTTPError as error:
        error.close()  # it holds the page that the server sent instead
        raise


def pack(table: Array) -> bytes:
    """A gzipped IDX file of a table of bytes, with neither time nor system in its head.

    Examples
    --------
    >>> import gzip
    >>> list(gzip.decompress(pack(np.array([[1, 2, 3]], dtype=np.uint8))))
    [0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3]
    """
    header = bytes([0, 0, UNSIGNED_BYTE, table.ndim])
    sizes = b"".join(size.to_bytes(4, "big") for size in table.shape)
    # Counts of ink rarely repeat in long runs: the strategy for filtered data saves a tenth.
    packer = zlib.compressobj(9, zlib.DEFLATED, 31, zlib.DEF_MEM_LEVEL, zlib.Z_FILTERED)
    packed = packer.compress(header + sizes + table.tobytes()) + packer.flush()
    # Byte 9 names the operating system; 255 is "unknown".
    return packed[:9] + b"\xff" + packed[10:]


def write_digits(source: str, output: Path = DIGITS) -> int:
    """Write the file of the digits, whole or not at all, and return its size in bytes."""
    lines = b"".join(fetch(source, name) for name in SHA256).splitlines()
    table = np.loadtxt(lines, dtype=np.uint8, delimiter=",")
    # All images' first pixels, then all second ones, ...: an eighth smaller than image by image.
    packed = pack(table.T)
    write_atomically(output, packed)
    return len(packed)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command: 0 when the file is written, 2 with one line on stderr when it is not."""
    parser = argparse.ArgumentParser(
        prog="python -m numnet.data.build",
        description="Make the digits that come with the package from the files that UCI publishes.",
    )
    parser.add_argument("source", help=f"folder with {', '.join(SHA256)}, or {ADDRESS}")
    parser.add_argument("--output", type=Path, default=DIGITS, help="file to write")
    options = parser.parse_args(arguments)
    try:
        size = write_digits(options.source, options.output)
    except (OSError, ValueError, HTTPException) as error:
        parser.exit(2, f"{parser.prog}: {' '.join(str(error).splitlines())}\n")
    sys.stdout.write(f"wrote {options.output}: {size} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
