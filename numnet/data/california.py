"""California housing, from the file in which StatLib published it."""

from __future__ import annotations

import gzip
import os
import tarfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import FormatError
from .published import CALIFORNIA
from .regression import Regression, split
from .search import find_files

Array = NDArray[Any]

COLUMNS = (
    "longitude",
    "latitude",
    "housing_median_age",
    "total_rooms",
    "total_bedrooms",
    "population",
    "households",
    "median_income",
    "median_house_value",
)
MEMBER = "CaliforniaHousing/cal_housing.data"
MOST_BYTES = 2**24  # eight times the published table


def load_california(
    folder: str | os.PathLike[str] | None = None, download: bool = False
) -> Regression:
    """House values of 20 640 districts in the census of 1990: 16 512 to train on, 4 128 to test.

    Nothing is scaled: `load_california().standardized()` is what a network learns from, with
    y / 1e5 as values of a suitable size. The districts were shuffled before they were split, in the
    same way at every call.

    Parameters
    ----------
    folder : path-like, optional
        Holds cal_housing.data, nine columns with or without a header of their names, or the
        archive cal_housing.tgz with this file. By default the folder california in those where
        load_mnist looks for mnist.
    download : bool
        Fetch what is missing, 2 MB, as load_mnist does.

    Returns
    -------
    Regression
        In float64. Of each district x has `longitude` and `latitude` in degrees,
        `housing_median_age` in years, at most 52, the numbers `total_rooms`, `total_bedrooms`,
        `population` and `households`, and `median_income` in 10 000 dollars, at most 15.0001; y is
        `median_house_value` in dollars, with 500 001 for all above 500 000.

    Raises
    ------
    FileNotFoundError
        If the file is missing; the message says where it is to stand.
    FormatError
        If it is damaged or another file.
    ImportError, ConnectionError, OSError
        As load_mnist.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> row = "-122.23,37.88,41,880,129,322,126,8.3252,452600"
    >>> with tempfile.TemporaryDirectory() as name:
    ...     _ = pathlib.Path(name, "cal_housing.data").write_text(5 * (row + chr(10)))
    ...     data = load_california(folder=name)
    >>> data
    Regression('california', median_house_value from 8 inputs, 4 training and 1 test examples)
    >>> dict(zip(data.features, data.x_test[0].tolist()))["median_income"], data.y_test
    (8.3252, array([[452600.]]))

    References
    ----------
    R. K. Pace and R. Barry, Sparse spatial autoregressions, Statistics and Probability Letters 33,
    1997.
    """
    (path,) = find_files("load_california", CALIFORNIA, folder, download)
    table = _table(_text(path), path)
    x_train, y_train, x_test, y_test = split(table[:, :-1], table[:, -1:])
    return Regression("california", x_train, y_train, x_test, y_test, COLUMNS[:-1], COLUMNS[-1])


def _text(path: Path) -> str:
    """The text of the file, or of the one in the archive."""
    with open(path, "rb") as file:
        content = file.read(MOST_BYTES + 1)
    if content[:2] == b"\x1f\x8b":
        try:
            with tarfile.open(path, "r:gz") as archive:
                member = archive.extractfile(MEMBER)
                content = b"" if member is None else member.read(MOST_BYTES + 1)
        except (KeyError, tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise FormatError(
                f"{path}: expected an archive with {MEMBER}, got {error}. Fetch it again"
            ) from error
    if len(content) > MOST_BYTES:
        raise FormatError(f"{path}: expected at most {MOST_BYTES} bytes, got more")
    return content.decode("ascii", errors="replace")


def _table(text: str, path: Path) -> Array:
    lines = [line.split(",") for line in text.splitlines() if line.strip()]
    if lines and tuple(lines[0]) == COLUMNS:
        del lines[0]
    try:
        table = np.array(lines, float)
        whole = table.shape[1:] == (len(COLUMNS),) and np.isfinite(table).all()
    except ValueError:
        whole = False
    if not whole:
        raise FormatError(
            f"{path}: expected rows of {len(COLUMNS)} finite numbers, {', '.join(COLUMNS)}, "
            f"got {text[:60]!r}"
        )
    return table
