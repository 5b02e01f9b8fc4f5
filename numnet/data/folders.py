"""The folders in which data are looked for and kept."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
from pathlib import Path

VARIABLE = "NUMNET_DATA_DIR"
CACHE_VARIABLE = "NUMNET_CACHE_DIR"


def data_folder() -> Path | None:
    """The folder that the environment variable NUMNET_DATA_DIR names, None if it is not set."""
    given = os.environ.get(VARIABLE)
    return Path(given) if given else None


def cache_folder() -> Path:
    """The folder for what numnet fetches or computes: NUMNET_CACHE_DIR, or the system's for numnet.

    The second is that of pooch.os_cache("numnet"), which need not be installed.
    """
    if given := os.environ.get(CACHE_VARIABLE):
        return Path(os.path.expanduser(given))
    home = Path(os.path.expanduser("~"))  # stays ~ where nobody knows it, and no error comes
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local"
        return Path(local, "numnet", "numnet", "Cache")
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "numnet"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache", "numnet")


def make_writable(place: str, folder: Path) -> None:
    """Make the folder and those above it, where they are missing, and see that files can be made.

    Raises
    ------
    OSError
        If not, such as PermissionError.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise not_written(place, folder, error) from error


def not_written(place: str, folder: Path, error: OSError) -> OSError:
    """What is said where nothing can be written: an OSError of the same kind."""
    number = error.errno or errno.EIO
    return OSError(
        number,
        f"{place}: the folder cannot be written ({os.strerror(number)}). Make room or give "
        f"yourself the right to, or set the environment variable {CACHE_VARIABLE} to another one",
        str(folder),
    )
