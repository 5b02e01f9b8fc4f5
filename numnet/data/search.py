"""Where the files of a set are: in a folder of the user's, in the cache, or on a mirror."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from ..errors import FormatError
from .folders import VARIABLE, cache_folder, data_folder
from .mirrors import fetch
from .published import File, Published


def find_files(
    place: str,
    wanted: Published,
    folder: str | os.PathLike[str] | None = None,
    download: bool = False,
) -> list[Path]:
    """The paths of a set's files, in their order.

    They all stand in the folder, if one is given; else in the subfolder of the set's name, either
    of the folder in NUMNET_DATA_DIR or of the cache. Files of the user's own may hold what they
    like; those in the cache are the published ones.

    Parameters
    ----------
    place : str
        What messages begin with.
    wanted : Published
        The set.
    folder : path-like, optional
        Looked into, and nowhere else.
    download : bool
        Fetch what is missing: into the folder, if one is given, else into the cache.

    Returns
    -------
    list of Path
        One a file.

    Raises
    ------
    FileNotFoundError
        If a file is missing, the message says which, and where it is to stand; or if
        NUMNET_DATA_DIR names no folder.
    FormatError
        If a file in the cache is not the published one, and download is False.
    ImportError, ConnectionError, OSError
        If what is missing cannot be fetched.
    """
    looked = []
    if folder is not None:
        target, look = Path(folder), _present
    else:
        if own := data_folder():
            there = [_present(own / wanted.name, file) for file in wanted.files]
            if all(there):
                return [path for path in there if path]
            looked.append(_lacks(own / wanted.name, wanted, there))
            if not own.is_dir():
                raise FileNotFoundError(
                    f"{place}: the environment variable {VARIABLE} names {str(own)!r}, which is no "
                    f"folder: {looked[0]}. Set it to the folder that holds {wanted.name}/, or "
                    "unset it"
                )
        else:
            looked.append(f"the environment variable {VARIABLE} is not set")
        target, look = cache_folder() / wanted.name, _intact
    found = [look(target, file) for file in wanted.files]
    if not (download or all(found)):
        for file, path in zip(wanted.files, found, strict=True):
            if not path and (damaged := _present(target, file)):
                raise FormatError(
                    f"{place}: {damaged} is damaged or not the published file. Delete it, or fetch "
                    f"it again: {place}(download=True)"
                )
        raise FileNotFoundError(
            f"{place}: {', and '.join([*looked, _lacks(target, wanted, found)])}. Fetch them: "
            f"{place}(download=True). Or put them{wanted.otherwise} into a folder {wanted.name} "
            f"and set {VARIABLE} to the folder that holds it, or pass theirs as folder="
        )
    return [
        path or fetch(place, file, target) for file, path in zip(wanted.files, found, strict=True)
    ]


def _lacks(folder: Path, wanted: Published, found: list[Path | None]) -> str:
    missing = [file.name for file, path in zip(wanted.files, found, strict=True) if not path]
    return f"{folder} lacks {', '.join(missing)}"


def _present(folder: Path, file: File) -> Path | None:
    """The first form of the file that is there."""
    return next((path for form in file.forms if (path := folder / form.name).is_file()), None)


def _intact(folder: Path, file: File) -> Path | None:
    """The first form of the file that is there with the published bytes."""
    for form in file.forms:
        path = folder / form.name
        if form.sha256 and path.is_file() and digest(path) == form.sha256:
            return path
    return None


def digest(*paths: Path) -> str:
    """The SHA-256 of all bytes of the files, one after the other, in hexadecimal digits."""
    total = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as file:
            hashlib.file_digest(file, lambda: total)
    return total.hexdigest()
