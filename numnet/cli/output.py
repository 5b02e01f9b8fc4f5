"""The folder of results: found writable before a long run, and filled as a whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..atomic import write_atomically
from ..files import save
from ..model import Model
from ..train.interrupt import Interruption

MEGABYTE = 2**20
# All that the main job ever writes, in the order in which it is told.
MODEL, HISTORY = "model.npz", "history.json"
RESULTS = ("learning-curves.png", "weights.png", "confusion-matrix.png", "misclassified.png",
           HISTORY, MODEL)  # fmt: skip


@contextlib.contextmanager
def writable(folder: Path) -> Iterator[None]:
    """Make the folder; on the way out remove it again, and the parents made for it, if empty.

    Raises
    ------
    OSError
        If it cannot be written to, naming the option.
    KeyboardInterrupt
        One that comes up, with a sentence on what is there.
    """
    made = [path for path in (folder, *folder.parents) if not os.path.exists(path)]
    try:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name in RESULTS:
                if (folder / name).is_dir():
                    raise IsADirectoryError(f"{name} in it is a folder")
            with tempfile.TemporaryFile(dir=folder) as file:
                file.write(b"room?")
        except OSError as error:
            raise OSError(
                f"--output: cannot write to {folder}: {_reason(error)}. Name another folder"
            ) from None
        yield
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"interrupted; nothing was written to {folder}") from None
    finally:
        for path in made:
            with contextlib.suppress(OSError):
                path.rmdir()


def check_room(folder: Path, needed: int) -> None:
    """Refuse a folder on a disk with less than `needed` bytes."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise OSError(
            f"--output: expected room for {needed / MEGABYTE:.1f} MB in {folder}, "
            f"got {free / MEGABYTE:.1f} MB. Make room, or name another folder"
        )


def keep(folder: Path, model: Model, contents: Mapping[str, bytes]) -> bool:
    """Replace the results and say so; returns whether Ctrl-C came when it was too late to stop.

    Raises
    ------
    OSError
        If they cannot be written, saying where they are instead.
    """
    try:
        asked = replace(folder, model, contents)
    except OSError as error:
        raise OSError(
            f"--output: cannot write to {folder}: {_reason(error)}; what was there is as it was. "
            + _rescued(model, contents)
        ) from None
    names = [name for name in RESULTS if name in contents or name == MODEL]
    print(f"written to {folder}:\n  " + "\n  ".join(names))
    return asked


def _rescued(model: Model, contents: Mapping[str, bytes]) -> str:
    try:
        elsewhere = Path(tempfile.mkdtemp(prefix="numnet-"))
        try:
            replace(elsewhere, model, contents)
        except OSError:
            shutil.rmtree(elsewhere, ignore_errors=True)
            raise
    except OSError as error:
        return f"What was learned is lost: the folder for temporary files fails too ({error})"
    return f"The results of this run are in {elsewhere}"


def _reason(error: OSError) -> str:
    return error.strerror or str(error)


def replace(folder: Path, model: Model, contents: Mapping[str, bytes]) -> bool:
    """Put the model and the contents, named as in RESULTS, in the place of an earlier run's.

    Whatever goes wrong on the way, the earlier results stay as they were. Returns whether Ctrl-C
    came when it was too late to stop.
    """
    staging = Path(tempfile.mkdtemp(prefix=".numnet-", dir=folder))
    new, old = staging / "new", staging / "old"
    try:
        new.mkdir()
        old.mkdir()
        for name, content in contents.items():
            write_atomically(new / name, content)
        save(model, new / MODEL)
        with Interruption() as interruption:
            _swap(folder, new, old)
            shutil.rmtree(staging, ignore_errors=True)
        return interruption.asked
    finally:
        # If even the way back failed, what is left of the earlier results stays here.
        if not any(old.glob("*")):
            shutil.rmtree(staging, ignore_errors=True)


def _swap(folder: Path, new: Path, old: Path) -> None:
    """Move the earlier results out and the new ones in, all of them or none."""
    moved: list[tuple[Path, Path]] = []
    try:
        for name in RESULTS:
            for source, target in ((folder / name, old / name), (new / name, folder / name)):
                if os.path.lexists(source):
                    os.replace(source, target)
                    moved.append((source, target))
    except BaseException:
        for source, target in reversed(moved):
            os.replace(target, source)
        raise
