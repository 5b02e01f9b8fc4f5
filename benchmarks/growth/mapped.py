"""Training on images that stay on disk, in a process that may not hold a tenth of them."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

import numnet
from benchmarks.growth.apart import answer
from benchmarks.growth.memory import kilobytes
from benchmarks.growth.nets import LARGE

SIDE = 28
BLOCK = 10_000


def write_images(folder: Path, rows: int) -> None:
    """Four files in the format of MNIST's, so many random images to train on and ten to test."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    for part, count in (("train", rows), ("t10k", 10)):
        with open(folder / f"{part}-images-idx3-ubyte", "wb") as file:
            file.write(_header(count, SIDE, SIDE))
            for n in range(0, count, BLOCK):
                file.write(rng.bytes(min(BLOCK, count - n) * SIDE * SIDE))
        labels = rng.integers(0, 10, count, dtype=np.uint8)
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(_header(count) + labels.tobytes())


def _header(*sizes: int) -> bytes:
    return bytes([0, 0, 8, len(sizes)]) + b"".join(size.to_bytes(4, "big") for size in sizes)


def bytes_of(rows: int) -> int:
    """The images as float32."""
    return rows * SIDE * SIDE * 4


class Watch:
    """The most anonymous memory, in kilobytes, that was seen in a hundred looks a second."""

    def __enter__(self) -> Self:
        self.most = kilobytes("RssAnon")
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def _look(self) -> None:
        while not self._ended.wait(0.01):
            self.most = max(self.most, kilobytes("RssAnon"))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()


def measured(folder: str, mmap: bool, allowed: int) -> dict[str, Any]:
    """An epoch with so many MiB allowed beyond the interpreter: whether it ended, what it took.

    The limit is on data, in the sense of RLIMIT_DATA: all that is no map of a file.
    """
    import resource

    os.environ["NUMNET_CACHE_DIR"] = folder
    numnet.fit, numnet.data.load_mnist  # noqa: B018
    step, _ = LARGE.step()
    step()  # BLAS takes its buffers
    before = kilobytes("RssAnon")
    with Watch() as watch:
        limit = 1024 * kilobytes("VmData") + allowed * 2**20
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
        try:
            data = numnet.data.load_mnist(dtype="float32", folder=folder, mmap=mmap)
            rule = numnet.SGD(lr=1e-3, momentum=0.9)
            model, x, y = LARGE.model(), data.x_train, data.y_train
            numnet.fit(model, LARGE.loss(), x, y, None, rule, 1, LARGE.batch, 0, False)
            ended = True
        except MemoryError:
            ended = False
    return {"ended": ended, "taken": (watch.most - before) / 1024}


if __name__ == "__main__":
    answer(measured)
