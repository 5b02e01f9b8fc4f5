"""The four files of MNIST and its likes: where they are, and what they must hold."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from ..errors import FormatError
from .choice import LABELS
from .idx import read_idx

Array = NDArray[Any]

VARIABLE = "NUMNET_DATA_DIR"
FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


def find_files(place: str, name: str, folder: str | os.PathLike[str] | None) -> list[Path]:
    """The paths of FILES in the folder, or in the subfolder `name` of the one in VARIABLE."""
    if folder is None and not os.environ.get(VARIABLE):
        raise FileNotFoundError(
            f"{place}: the environment variable {VARIABLE} is not set. Set it to a folder whose "
            f"subfolder {name} holds {', '.join(FILES)} (or the same without .gz), or pass the "
            "folder of the files as folder="
        )
    where = Path(os.environ[VARIABLE], name) if folder is None else Path(folder)
    found = [_either(where / file) for file in FILES]
    missing = [file for file, path in zip(FILES, found, strict=True) if path is None]
    if missing:
        raise FileNotFoundError(
            f"{place}: {where} lacks {', '.join(missing)}. Put them there (or the same without "
            f".gz), set the environment variable {VARIABLE} to the folder that holds {name}/, or "
            "pass the folder of the files as folder="
        )
    return [path for path in found if path is not None]


def _either(path: Path) -> Path | None:
    return next((file for file in (path, path.with_suffix("")) if file.is_file()), None)


def read_part(images_path: Path, labels_path: Path) -> tuple[Array, Array]:
    """Images (N, h, w) and labels (N,) of one part, as bytes, that belong together."""
    images, labels = read_idx(images_path), read_idx(labels_path)
    if images.ndim != 3 or 0 in images.shape:
        raise FormatError(f"{images_path}: expected images (N, h, w), got shape {images.shape}")
    if labels.ndim != 1:
        raise FormatError(f"{labels_path}: expected labels (N,), got shape {labels.shape}")
    if len(images) != len(labels):
        raise FormatError(
            f"{labels_path}: expected {len(images)} labels, one an image in {images_path}, "
            f"got {len(labels)}"
        )
    if labels.max() not in LABELS:
        row = int(labels.argmax())
        raise FormatError(
            f"{labels_path}: expected labels from 0 to 9, got {labels[row]} at row {row}"
        )
    return images, labels
