"""Where the four files are looked for, what is said when they are not there or do not fit."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from numnet.data.fourfiles import FILES, find_files, read_part
from numnet.errors import FormatError

Encoder = Callable[[np.ndarray], bytes]


def test_gzipped_or_not(four_files: Path) -> None:
    assert find_files("load", "mnist", four_files) == [four_files / name for name in FILES]
    for name in FILES[::2]:
        path = four_files / name
        path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
        path.unlink()
    found = find_files("load", "mnist", four_files)
    assert [path.name.endswith(".gz") for path in found] == [False, True, False, True]
    images, labels = read_part(found[0], found[1])
    assert images.shape == (5, 2, 3)
    assert labels.tolist() == [5, 0, 4, 1, 5]


@pytest.mark.parametrize("value", [None, ""])
def test_no_variable(value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if value is None:
        monkeypatch.delenv("NUMNET_DATA_DIR", raising=False)
    else:
        monkeypatch.setenv("NUMNET_DATA_DIR", value)
    with pytest.raises(FileNotFoundError, match=r"load: .*NUMNET_DATA_DIR is not set") as caught:
        find_files("load", "fashion-mnist", None)
    for word in (*FILES, "subfolder fashion-mnist", "folder="):
        assert word in str(caught.value)


def test_names_what_is_missing_and_where(four_files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = four_files.parent
    monkeypatch.setenv("NUMNET_DATA_DIR", str(root))
    (four_files / FILES[1]).unlink()
    (four_files / FILES[3]).unlink()
    expected = f"{re.escape(str(four_files))} lacks {FILES[1]}, {FILES[3]}\\. .*NUMNET_DATA_DIR"
    with pytest.raises(FileNotFoundError, match=expected):
        find_files("load", four_files.name, None)
    with pytest.raises(FileNotFoundError, match=expected):
        find_files("load", "mnist", four_files)


def test_no_folder_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMNET_DATA_DIR", str(tmp_path / "absent"))
    with pytest.raises(FileNotFoundError, match=r"lacks train-images.*t10k-labels") as caught:
        find_files("load", "mnist", None)
    assert str(tmp_path / "absent" / "mnist") in str(caught.value)


def test_the_folder_given_goes_before_the_variable(
    four_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMNET_DATA_DIR", "absent")
    assert find_files("load", "mnist", four_files)[0].parent == four_files


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
