"""IDX files to read back, written here byte by byte and not by the package."""

from __future__ import annotations

import gzip
import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

Encoder = Callable[[np.ndarray], bytes]


def _encode(array: np.ndarray) -> bytes:
    header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return header + array.astype(np.uint8).tobytes()


@pytest.fixture(scope="session")
def idx_bytes() -> Encoder:
    """A function from an array to the bytes of its IDX file."""
    return _encode


@pytest.fixture
def four_files(tmp_path: Path) -> Path:
    """A folder with five training and three test images of 2 x 3 pixels, gzipped as published."""
    for part, labels in (("train", [5, 0, 4, 1, 5]), ("t10k", [4, 5, 9])):
        pixels = np.arange(len(labels) * 6).reshape(-1, 2, 3) * 7
        for kind, array in (("images-idx3", pixels), ("labels-idx1", np.array(labels))):
            path = tmp_path / f"{part}-{kind}-ubyte.gz"
            path.write_bytes(gzip.compress(_encode(array)))
    return tmp_path


@pytest.fixture
def data_dir() -> Path:
    """The folder of the published data sets, where there is one."""
    if not os.environ.get("NUMNET_DATA_DIR"):
        pytest.skip("NUMNET_DATA_DIR is not set: the published files are not at hand")
    return Path(os.environ["NUMNET_DATA_DIR"])
