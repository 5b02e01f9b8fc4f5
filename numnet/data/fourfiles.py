"""What the four files of MNIST and its likes must hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from ..errors import FormatError
from .choice import LABELS
from .idx import read_idx

Array = NDArray[Any]


def read_part(images_path: Path, labels_path: Path) -> tuple[Array, Array]:
    """Images (N, h, w) and labels (N,) of one part, as bytes, that belong together."""
    images, labels = read_idx(images_path), read_idx(labels_path)
    check_part(images.shape, labels, images_path, labels_path)
    return images, labels


def check_part(shape: tuple[int, ...], labels: Array, images_path: Path, labels_path: Path) -> None:
    """Make sure that images of this shape and these labels belong together."""
    if len(shape) != 3 or 0 in shape:
        raise FormatError(f"{images_path}: expected images (N, h, w), got shape {shape}")
    if labels.ndim != 1:
        raise FormatError(f"{labels_path}: expected labels (N,), got shape {labels.shape}")
    if shape[0] != len(labels):
        raise FormatError(
            f"{labels_path}: expected {shape[0]} labels, one an image in {images_path}, "
            f"got {len(labels)}"
        )
    if labels.max() not in LABELS:
        row = int(labels.argmax())
        raise FormatError(
            f"{labels_path}: expected labels from 0 to 9, got {labels[row]} at row {row}"
        )
