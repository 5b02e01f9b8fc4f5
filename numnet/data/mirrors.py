"""Files from the network: each from the first of its mirrors that serves the right bytes."""

from __future__ import annotations

import contextlib
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .folders import make_writable, not_written
from .published import File

PATIENCE = 30.0  # seconds without a byte


def fetch(place: str, file: File, folder: Path, patience: float = PATIENCE) -> Path:
    """Fetch a file, or one that will do instead, from the first mirror that serves it right.

    It is written under a temporary name, and gets its own when all is there and its SHA-256 is the
    published one: an older file of that name stays until then.

    Parameters
    ----------
    place : str
        What messages begin with.
    file : File
        Its mirrors are tried in their order, then those of the files that will do instead.
    folder : Path
        Made if it is missing.
    patience : float
        Seconds to wait for a mirror that sends nothing.

    Returns
    -------
    Path
        Of the file, which may be one of those that will do instead.

    Raises
    ------
    ImportError
        If pooch is not installed.
    OSError
        If the folder cannot be written.
    ConnectionError
        If every mirror failed; the message says how each did.
    """
    names = " or ".join(form.name for form in file.forms if form.mirrors)
    try:
        pooch: Any = import_module("pooch")
        requests: Any = import_module("requests")
    except ImportError as error:
        raise ImportError(
            f'{place}: download=True needs pooch: pip install "numnet[data]". Without it put '
            f"{names} into {folder}"
        ) from error
    make_writable(place, folder)
    said = []
    for form, mirror in [(f, address) for f in file.forms for address in f.mirrors]:
        # A server that is asked for more may pack what is packed already.
        get = pooch.HTTPDownloader(
            _shows_progress(), timeout=patience, headers={"Accept-Encoding": "identity"}
        )
        try:
            pooch.retrieve(mirror, f"sha256:{form.sha256}", form.name, folder, downloader=get)
            return folder / form.name
        except requests.HTTPError as error:
            said.append(f"{mirror}: {error.response.status_code} {error.response.reason}")
        except requests.RequestException as error:
            said.append(f"{mirror}: {_failure(error, patience)}")
        except ValueError:
            said.append(f"{mirror}: what came is cut short, damaged or another file")
        except OSError as error:
            raise not_written(place, folder, error) from error
    raise ConnectionError(
        f"{place}: no mirror served {names}. Try again later, or put it into {folder} yourself. "
        + "; ".join(said)
    )


def _failure(error: BaseException, patience: float) -> str:
    """What happened underneath."""
    while error.__context__ is not None:
        error = error.__context__
    if isinstance(error, TimeoutError):
        return f"nothing came for {patience:g} s"
    return f"the connection failed ({error})"


def _shows_progress() -> bool:
    """Whether somebody is looking, and there is something to show it with."""
    with contextlib.suppress(AttributeError, ValueError):  # no stderr at all, or a closed one
        return sys.stderr.isatty() and find_spec("tqdm") is not None
    return False
