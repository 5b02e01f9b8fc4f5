"""MNIST and Fashion-MNIST from small files of the same form, and from the published ones."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from numnet.data import Dataset, load_fashion_mnist, load_mnist
from numnet.errors import FormatError

Encoder = Callable[[np.ndarray], bytes]
Loader = Callable[..., Dataset]

LOADERS = [(load_mnist, "mnist"), (load_fashion_mnist, "fashion-mnist")]


@pytest.mark.parametrize(("load", "name"), LOADERS)
def test_rows_labels_and_images(load: Loader, name: str, four_files: Path) -> None:
    data = load(folder=four_files)
    assert data.name == name
    assert data.classes == tuple(range(10))
    np.testing.assert_array_equal(data.x_train, np.arange(30).reshape(5, 6) * 7 / 255)
    np.testing.assert_array_equal(data.images_test, np.arange(18).reshape(3, 2, 3) * 7 / 255)
    assert data.y_train.tolist() == [5, 0, 4, 1, 5]
    assert data.y_test.tolist() == [4, 5, 9]
    assert data.y_train.dtype.kind == "i"
    assert data.x_train.dtype == np.float64


def test_classes_in_the_order_given(four_files: Path) -> None:
    data = load_mnist((5, 4), folder=four_files)
    assert data.classes == (5, 4)
    assert data.y_train.tolist() == [0, 1, 0]
    assert data.y_test.tolist() == [1, 0]
    np.testing.assert_array_equal(data.x_test, np.arange(12).reshape(2, 6) * 7 / 255)


def test_float32_is_the_nearest_to_the_fraction(four_files: Path) -> None:
    data = load_mnist(dtype="float32", folder=str(four_files))
    assert data.x_train.dtype == data.x_test.dtype == np.float32
    expected = (np.arange(30).reshape(5, 6) * 7 / 255).astype(np.float32)
    np.testing.assert_array_equal(data.x_train, expected)


@pytest.mark.parametrize(("load", "name"), LOADERS)
def test_the_folder_of_the_environment(
    load: Loader, name: str, four_files: Path, tmp_path_factory: Any, monkeypatch: Any
) -> None:
    root = tmp_path_factory.mktemp("root")
    four_files.rename(root / name)
    monkeypatch.setenv("NUMNET_DATA_DIR", str(root))
    assert len(load().x_train) == 5


def test_two_calls_share_nothing(four_files: Path) -> None:
    first = load_mnist(folder=four_files)
    first.x_train[...] = 1
    first.y_test[...] = 0
    second = load_mnist(folder=four_files)
    assert second.x_train[0, 0] == 0
    assert second.y_test.tolist() == [4, 5, 9]


@pytest.mark.parametrize("classes", [None, (4, 5), (5,)])
@pytest.mark.parametrize(("load", "name"), LOADERS)
def test_memory_maps_are_the_same_but_for_their_place(
    load: Loader, name: str, classes: Any, four_files: Path, no_cache: Path
) -> None:
    plain = load(classes, "float32", four_files)
    for _ in range(2):
        data = load(classes, "float32", four_files, mmap=True)
        assert repr(data) == repr(plain)
        for part in ("x_train", "y_train", "x_test", "y_test", "images_train", "images_test"):
            found, expected = getattr(data, part), getattr(plain, part)
            np.testing.assert_array_equal(found, expected)
            assert found.dtype == expected.dtype
            assert isinstance(found, np.memmap) is not part.startswith("y")
        with pytest.raises(ValueError, match="read-only"):
            data.x_train[0, 0] = 1
    assert len(list((no_cache / name).iterdir())) == 2


@pytest.mark.parametrize("mmap", [False, True])
@pytest.mark.parametrize(("load", "name"), LOADERS)
@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"classes": ()}, ValueError, "at least one class"),
        ({"classes": (1, 1)}, ValueError, "each class once"),
        ({"classes": (10,)}, ValueError, "from 0 to 9, got 10"),
        ({"classes": "17"}, TypeError, "sequence of labels"),
        ({"dtype": "int8"}, TypeError, "expected dtype float32 or float64, got 'int8'"),
        ({"dtype": "single precision"}, TypeError, "expected dtype float32 or float64"),
        ({"classes": (1,)}, ValueError, r"no image in .*t10k-images.* is of the classes \(1,\)"),
        ({"classes": (8,)}, ValueError, r"no image in .*train-images.* is of the classes"),
    ],
)
def test_bad_input(
    load: Loader,
    name: str,
    options: dict[str, Any],
    error: type[Exception],
    message: str,
    mmap: bool,
    four_files: Path,
) -> None:
    with pytest.raises(error, match=f"^{load.__name__}: .*{message}"):
        load(**options, folder=four_files, mmap=mmap)


@pytest.mark.parametrize("mmap", [False, True])
@pytest.mark.parametrize(("h", "w"), [(3, 2), (1, 6), (2, 4), (2, 2)])
def test_refuses_test_images_of_another_size(
    h: int, w: int, mmap: bool, four_files: Path, idx_bytes: Encoder
) -> None:
    path = four_files / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(gzip.compress(idx_bytes(np.zeros((3, h, w)))))
    message = rf"t10k-images.*of \(2, 3\) as in .*train-images.*\({h}, {w}\)"
    with pytest.raises(FormatError, match=message):
        load_mnist(folder=four_files, mmap=mmap)


@pytest.mark.parametrize("mmap", [False, True])
def test_refuses_a_damaged_file(mmap: bool, four_files: Path) -> None:
    path = four_files / "train-images-idx3-ubyte.gz"
    packed = bytearray(path.read_bytes())
    packed[-6] ^= 4
    path.write_bytes(packed)
    with pytest.raises(FormatError, match=r"train-images-idx3-ubyte\.gz: the gzip is damaged"):
        load_mnist(folder=four_files, mmap=mmap)


@pytest.mark.parametrize(
    ("load", "name", "mean", "deviation", "training", "test"),
    [
        (
            load_mnist,
            "mnist",
            33.3184,
            78.5675,
            [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
            [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
        ),
        (load_fashion_mnist, "fashion-mnist", 72.9404, 90.0212, [6000] * 10, [1000] * 10),
    ],
)
def test_the_published_files(
    load: Loader,
    name: str,
    mean: float,
    deviation: float,
    training: list[int],
    test: list[int],
    data_dir: Path,
) -> None:
    if not (data_dir / name).is_dir():
        pytest.skip(f"NUMNET_DATA_DIR holds no {name}")
    data = load(dtype="float32")
    assert data.images_train.shape == (60000, 28, 28)
    assert data.images_test.shape == (10000, 28, 28)
    assert np.bincount(data.y_train).tolist() == training
    assert np.bincount(data.y_test).tolist() == test
    assert 255 * data.x_train.mean(dtype=float) == pytest.approx(mean, abs=1e-4)
    assert 255 * data.x_train.std(dtype=float) == pytest.approx(deviation, abs=1e-4)
