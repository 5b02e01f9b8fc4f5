"""The rows of one shard on their way to the worker that keeps them."""

from __future__ import annotations

import mmap
import os
import pickle
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.array_utils import byte_bounds
from numpy.typing import ArrayLike, NDArray

from ..losses import Loss
from ..model import Model
from ..objective import Objective

Array = NDArray[Any]
# An array, or the path of an .npy file.
Rows = ArrayLike | os.PathLike[str]


@dataclass(frozen=True)
class MappedRows:
    """A part of a memory-mapped file: what stands for it elsewhere."""

    path: str
    start: int
    stop: int
    first: int
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    @staticmethod
    def of(array: Array) -> MappedRows | None:
        """Where on disk the array stands; None for one in memory."""
        base: Any = array
        while not (isinstance(base, np.memmap) and isinstance(base.base, mmap.mmap)):
            base = getattr(base, "base", None)
            if base is None:
                return None
        # Changes of a copy-on-write map are not in its file.
        if base.filename is None or base.mode == "c":
            return None
        low, high = byte_bounds(array)
        start = base.offset + low - byte_bounds(base)[0]
        first = array.__array_interface__["data"][0] - low
        place = os.fspath(base.filename), start, start + high - low, first
        return MappedRows(*place, array.dtype, array.shape, array.strides)

    def open(self) -> Array:
        """The array, mapped into this process, read-only."""
        try:
            part = np.memmap(self.path, np.uint8, "r", self.start, (self.stop - self.start,))
        except FileNotFoundError as error:
            error.add_note("A memory map travels as the path of its file, which is not here")
            raise
        return np.ndarray(self.shape, self.dtype, part.data, self.first, self.strides)


class Parcel:
    """One shard: model and loss, in bytes where they go to another process, and the rows.

    On that way arrays are copied; memory maps and files stay where they are.
    """

    def __init__(self, function: tuple[Model, Loss] | bytes, x: Rows, y: Rows) -> None:
        self.function, self.x, self.y = function, x, y

    def __getstate__(self) -> dict[str, Any]:
        return {"function": self.function, "x": _travelling(self.x), "y": _travelling(self.y)}

    def open(self) -> Objective:
        """The loss of these rows as a function of theta.

        Raises
        ------
        TypeError
            If model or loss cannot be imported here.
        OSError, ValueError, TypeError
            If a file is none, or the rows do not fit.
        """
        if isinstance(self.function, bytes):
            try:
                model, loss = pickle.loads(self.function)
            except (AttributeError, ImportError) as error:
                raise TypeError(
                    f"the worker cannot import what model and loss are made of: {error}. Define "
                    "it in a module that the worker can import, not in __main__"
                ) from error
        else:
            model, loss = self.function
        return Objective(model, loss, _opened(self.x), _opened(self.y))


def pickled(model: Model, loss: Loss) -> bytes:
    """In bytes, so that the worker itself can say what it cannot import.

    Raises
    ------
    TypeError
        If something of them stands at no place from which it can be imported.
    """
    try:
        return pickle.dumps((model, loss))
    except Exception as error:
        raise TypeError(
            f"{model!r} with {loss!r} cannot be sent to another process: {error}. Define classes "
            "and functions at the top of a module that the workers can import, or use a "
            "ThreadPoolExecutor"
        ) from error


def _travelling(rows: Any) -> Any:
    return (MappedRows.of(rows) or rows) if isinstance(rows, np.ndarray) else rows


def _opened(rows: Any) -> Any:
    if isinstance(rows, MappedRows):
        return rows.open()
    if isinstance(rows, str | os.PathLike):
        return np.load(rows, mmap_mode="r", allow_pickle=False)
    return rows
