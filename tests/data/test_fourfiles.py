"""What is said when two of the four files do not fit together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from numnet.data.fourfiles import read_part
from numnet.data.published import MNIST
from numnet.errors import FormatError

Encoder = Callable[[np.ndarray], bytes]


def test_images_and_labels_that_belong_together(four_files: Path) -> None:
    names = [file.name for file in MNIST.files]
    images, labels = read_part(four_files / names[0], four_files / names[1])
    assert images.shape == (5, 2, 3)
    assert labels.tolist() == [5, 0, 4, 1, 5]


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.zeros((3, 2, 2)), np.zeros(2), r"labels: expected 3 labels, .*images, got 2"),
        (np.zeros((3, 2, 2)), np.zeros(4), r"labels: expected 3 labels, .*images, got 4"),
        (np.zeros((3, 2, 2)), np.array([0, 10, 1]), "labels from 0 to 9, got 10 at row 1"),
        (np.zeros((3, 2, 2)), np.array([0, 9, 255]), "labels from 0 to 9, got 255 at row 2"),
        (np.zeros((3, 4)), np.zeros(3), r"images \(N, h, w\), got shape \(3, 4\)"),
        (np.zeros((0, 2, 2)), np.zeros(0), r"images \(N, h, w\), got shape \(0, 2, 2\)"),
        (np.zeros((3, 0, 2)), np.zeros(3), r"images \(N, h, w\), got shape \(3, 0, 2\)"),
        (np.zeros((3, 2, 2)), np.zeros((3, 1)), r"labels \(N,\), got shape \(3, 1\)"),
    ],
)
def test_refuses_what_does_not_belong_together(
    images: np.ndarray, labels: np.ndarray, message: str, tmp_path: Path, idx_bytes: Encoder
) -> None:
    paths = tmp_path / "images", tmp_path / "labels"
    for path, array in zip(paths, (images, labels), strict=True):
        path.write_bytes(idx_bytes(array))
    with pytest.raises(FormatError, match=message):
        read_part(*paths)
