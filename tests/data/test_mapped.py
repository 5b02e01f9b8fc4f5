"""Memory-mapped images: written once and whole, made anew when needed, never stale; and fit."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import numnet
from numnet.data import mapped
from numnet.data.choice import LABELS
from numnet.data.mapped import map_part
from numnet.errors import FormatError

Encoder = Callable[[np.ndarray], bytes]
Part = tuple[np.ndarray, np.ndarray]

FLOAT32 = np.dtype("float32")


@pytest.fixture
def part(four_files: Path, no_cache: Path) -> Callable[..., Part]:
    """The training images of the four files, mapped."""
    paths = [four_files / f"train-{kind}-ubyte.gz" for kind in ("images-idx3", "labels-idx1")]

    def load(classes: tuple[int, ...] = LABELS, dtype: np.dtype[Any] = FLOAT32) -> Part:
        return map_part("load", no_cache, *paths, classes, 255, dtype)

    return load


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are written."""
    names: list[str] = []
    write = mapped._write

    def noted(place: str, path: Path, *rest: Any) -> None:
        names.append(path.name)
        write(place, path, *rest)

    monkeypatch.setattr(mapped, "_write", noted)
    return names


def test_one_file_for_each_choice(part: Callable[..., Part], written: list[str]) -> None:
    choices = [
        (LABELS, FLOAT32),
        (LABELS, np.dtype("float64")),
        ((4, 5), FLOAT32),
        ((5,), FLOAT32),
        ((4,), FLOAT32),
    ]
    for classes, dtype in choices * 2:
        images, y = part(classes, dtype)
        assert images.dtype == dtype
        assert len(images) == len(y) == sum(label in classes for label in (5, 0, 4, 1, 5))
    assert len(written) == len(set(written)) == len(choices)
    # Other numbers of the same classes are of the same images.
    images, y = part((5, 4))
    assert y.tolist() == [0, 1, 0]
    assert images[1, 0, 0] == FLOAT32.type(12 * 7) / 255
    assert len(written) == len(choices)


@pytest.mark.parametrize("block", [1, 2, 5, 1000])
def test_blocks_of_any_size(
    block: int, part: Callable[..., Part], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mapped, "BLOCK", block)
    images, y = part()
    expected = (np.arange(30).reshape(5, 2, 3) * 7 / 255).astype(np.float32)
    np.testing.assert_array_equal(images, expected)
    assert y.tolist() == [5, 0, 4, 1, 5]
    np.testing.assert_array_equal(part((5, 0))[0], expected[[0, 1, 4]])


@pytest.mark.parametrize("kind", ["images-idx3", "labels-idx1"])
def test_a_changed_source_is_not_served_stale(
    kind: str,
    part: Callable[..., Part],
    four_files: Path,
    idx_bytes: Encoder,
) -> None:
    before, y_before = np.array(part((5, 4))[0]), part((5, 4))[1]
    path = four_files / f"train-{kind}-ubyte.gz"
    times = path.stat()
    old = np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8)[16 if "3" in kind else 8 :]
    array = old[::-1].reshape(5, 2, 3) if "3" in kind else old[[0, 1, 2, 4, 3]]
    path.write_bytes(gzip.compress(idx_bytes(array)))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    images, y = part((5, 4))
    assert images.shape == before.shape
    assert (images != before).any()
    np.testing.assert_array_equal(y, y_before)


@pytest.mark.parametrize("damage", ["empty", "cut", "text", "float64", "float16", "zip"])
def test_a_broken_file_is_made_anew(
    damage: str, part: Callable[..., Part], no_cache: Path, written: list[str]
) -> None:
    expected = np.array(part()[0])
    path = no_cache / written[0]
    content = path.read_bytes()
    if damage.startswith("float"):
        np.save(path, np.zeros((5, 2, 3), damage))
    elif damage == "zip":
        with open(path, "wb") as file:
            np.savez(file, a=np.zeros(3))
    else:
        path.write_bytes({"empty": b"", "cut": content[:-1], "text": b"no array at all"}[damage])
    np.testing.assert_array_equal(part()[0], expected)
    assert path.read_bytes() == content
    assert written == [path.name] * 2
    assert os.listdir(no_cache) == [path.name]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_nothing_half_written(
    step: str,
    error: BaseException,
    part: Callable[..., Part],
    no_cache: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def failing(*args: object) -> None:
        raise error

    monkeypatch.setattr(os, step, failing)
    with pytest.raises(type(error)) as caught:
        part()
    if isinstance(error, OSError):
        assert "load: the folder cannot be written (No space left on device)" in str(caught.value)
    assert os.listdir(no_cache) == []


def test_what_is_read_half_is_not_written(
    part: Callable[..., Part], no_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mapped, "BLOCK", 2)
    read, sizes = gzip.GzipFile.read, []

    def failing(self: gzip.GzipFile, size: int = -1) -> bytes:
        sizes.append(size)
        if sizes.count(12) == 2:  # two images of six pixels
            raise OSError(5, "Input/output error")
        return read(self, size)

    monkeypatch.setattr(gzip.GzipFile, "read", failing)
    with pytest.raises(OSError, match="Input/output error") as caught:
        part()
    assert "cannot be written" not in str(caught.value), "it is the reading that failed"
    assert os.listdir(no_cache) == []


def test_the_first_call_holds_a_block_alone(
    no_cache: Path, tmp_path: Path, idx_bytes: Encoder
) -> None:
    labels = np.arange(20_000) % 10
    pixels = np.broadcast_to(np.arange(10, dtype=np.uint8)[:, None], (20_000, 10, 10))
    paths = [tmp_path / "new-images", tmp_path / "new-labels"]
    for path, array in zip(paths, (pixels, labels), strict=True):
        path.write_bytes(idx_bytes(array))
    tracemalloc.start()
    try:
        images, _ = map_part("load", no_cache, *paths, LABELS, 255, FLOAT32)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert images[-1, 9, 0] == FLOAT32.type(9) / 255
    # Blocks of bytes and of floats, and the labels as integers.
    assert peak < pixels.nbytes


def test_a_cache_that_cannot_be_made(
    part: Callable[..., Part], no_cache: Path, written: list[str]
) -> None:
    no_cache.touch()
    with pytest.raises(OSError, match=r"load: the folder cannot be written.*NUMNET_CACHE_DIR"):
        part()


def test_no_image_of_these_classes(part: Callable[..., Part], no_cache: Path) -> None:
    images, y = part((8, 9))
    assert (images.shape, y.shape) == ((0, 2, 3), (0,))
    assert not no_cache.exists()


def test_a_damaged_source_is_refused(part: Callable[..., Part], four_files: Path) -> None:
    path = four_files / "train-labels-idx1-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(FormatError, match="damaged or cut short"):
        part()


def test_fit_takes_its_batches_from_a_map(tmp_path: Path) -> None:
    rows, width = 16_384, 256  # 16 MB
    x = np.lib.format.open_memmap(tmp_path / "x.npy", "w+", np.float32, (rows, width))
    x[:, 0] = np.arange(rows) % 2
    del x
    x = np.load(tmp_path / "x.npy", mmap_mode="r")
    y = np.arange(rows) % 2
    model = numnet.Sequential(numnet.Linear(width, 2), rng=0, dtype="float32")
    loss = numnet.SoftmaxCrossEntropy()
    numnet.fit(model, loss, x[:256], y[:256], epochs=1, batch_size=256, progress=False)
    tracemalloc.start()
    try:
        numnet.fit(model, loss, x, y, epochs=2, batch_size=256, rng=0, progress=False)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # Two batches of a quarter of a megabyte, and the order and the labels of all rows.
    assert peak < x.nbytes / 16
    assert (model.predict(x[:100]) == y[:100]).all()


LIMITED = """
import resource
import sys
import numpy as np
import numnet

x = np.load(sys.argv[1], mmap_mode="r")
model = numnet.Sequential(numnet.Linear(x.shape[1], 2), rng=0, dtype=sys.argv[2])
y = np.arange(len(x)) % 2
def fit(rows):
    numnet.fit(model, numnet.SoftmaxCrossEntropy(), x[:rows], y[:rows], epochs=1, batch_size=256)
fit(1024)
with open("/proc/self/status") as status:
    used = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmData"))
limit = used + x.nbytes // 4
resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
try:
    fit(len(x))
except MemoryError:
    print("too much memory")
else:
    print("done")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is one of Linux")
@pytest.mark.parametrize(
    ("dtype", "said"), [("float32", "done"), ("float64", "too much memory")], ids=str
)
def test_fit_under_a_limit_of_memory(dtype: str, said: str, tmp_path: Path) -> None:
    """A quarter of the array is allowed; a model of another dtype casts x, which needs twice it."""
    path = tmp_path / "x.npy"
    np.lib.format.open_memmap(path, "w+", np.float32, (131_072, 256))  # 128 MB of holes
    command = [sys.executable, "-W", "error", "-c", LIMITED, str(path), dtype]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{said}\n"
