"""The folder of results: found writable before a long run, and filled as a whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..atomic import write_atomically
from ..files import save
from ..model import Model
from ..train.interrupt import Interruption

MEGABYTE = 2**20


@dataclass(frozen=True)
class Results:
    """The names of all that a job ever writes."""

    pictures: tuple[str, ...]
    history: str
    model: str

    @property
    def names(self) -> tuple[str, ...]:
        """In the order in which they are told."""
        return (*self.pictures, self.history, self.model)


@contextlib.contextmanager
def writable(folder: Path, results: Results) -> Iterator[None]:
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
            for name in results.names:
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


def keep(folder: Path, results: Results, model: Model, contents: Mapping[str, bytes]) -> bool:
    """Replace the results and say so; returns whether Ctrl-C came when it was too late to stop.

    Raises
    ------
    OSError
        If they cannot be written, saying where they are instead.
    """
    try:
        asked = replace(folder, results, model, contents)
    except OSError as error:
        raise OSError(
            f"--output: cannot write to {folder}: {_reason(error)}; what was there is as it was. "
            + _rescued(results, model, contents)
        ) from None
    names = [name for name in results.names if name in contents or name == results.model]
    print(f"written to {folder}:\n  " + "\n  ".join(names))
    return asked


def _rescued(results: Results, model: Model, contents: Mapping[str, bytes]) -> str:
    try:
        elsewhere = Path(tempfile.mkdtemp(prefix="numnet-"))
        try:
            replace(elsewhere, results, model, contents)
        except OSError:
            shutil.rmtree(elsewhere, ignore_errors=True)
            raise
    except OSError as error:
        return f"What was learned is lost: the folder for temporary files fails too ({error})"
    return f"The results of this run are in {elsewhere}"


def _reason(error: OSError) -> str:
    return error.strerror or str(error)


def replace(folder: Path, results: Results, model: Model, contents: Mapping[str, bytes]) -> bool:
    """Put the model and the contents, by their names, in the place of an earlier run's.

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
        save(model, new / results.model)
        with Interruption() as interruption:
            _swap(folder, results, new, old)
            shutil.rmtree(staging, ignore_errors=True)
        return interruption.asked
    finally:
        # If even the way back failed, what is left of the earlier results stays here.
        if not any(old.glob("*")):
            shutil.rmtree(staging, ignore_errors=True)


def _swap(folder: Path, results: Results, new: Path, old: Path) -> None:
    """Move the earlier results out and the new ones in, all of them or none."""
    moved: list[tuple[Path, Path]] = []
    try:
        for name in results.names:
            for source, target in ((folder / name, old / name), (new / name, folder / name)):
                if os.path.lexists(source):
                    os.replace(source, target)
                    moved.append((source, target))
    except BaseException:
        for source, target in reversed(moved):
            os.replace(target, source)
        raise
