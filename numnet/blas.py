"""The libraries that compute NumPy's and SciPy's matrix products, and the variables they read.

OpenBLAS is asked itself; of another library its name is told, and its threads where the package
threadpoolctl is installed.
"""

from __future__ import annotations

import ctypes
import functools
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

MAPS = Path("/proc/self/maps")
VARIABLES = ("OPENBLAS_", "GOTO_", "OMP_", "MKL_", "VECLIB_", "BLIS_")
# Those that make OpenBLAS compute as on another machine than it runs on.
FOREIGN = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
# What is part of their names in all the forms that builds and tools give them.
KNOWN = {"openblas": "OpenBLAS", "mkl": "MKL", "accelerate": "Accelerate", "blis": "BLIS",
         "nvpl": "NVPL", "armpl": "Arm PL"}  # fmt: skip


@dataclass(frozen=True)
class Library:
    """A library that is loaded.

    Attributes
    ----------
    owner : str
        "NumPy" or "SciPy", whose products it computes.
    name, version : str
        Or "unknown".
    kernel : str or None
        The processor that its code was chosen for.
    threads : int or None
        How many it would use now.
    """

    owner: str
    name: str
    version: str
    kernel: str | None = None
    threads: int | None = None


def libraries() -> tuple[Library, ...]:
    """Those that are loaded, NumPy's first.

    Examples
    --------
    >>> libraries()[0].owner
    'NumPy'
    """
    asked = [library for path in _paths() if (library := _openblas(path))]
    asked = asked or list(_controlled())
    if not any(library.owner == "NumPy" for library in asked):
        name, version = built()
        asked.append(Library("NumPy", called(name), version))
    return tuple(sorted(asked, key=lambda library: library.owner))


def built() -> tuple[str, str]:
    """The name and the version of the library that NumPy was built with."""
    config: Any = np.show_config(mode="dicts")
    found = config.get("Build Dependencies", {}).get("blas", {})
    return found.get("name", "unknown"), found.get("version", "unknown")


def called(name: str) -> str:
    """A library's usual name; one that is not known stays as it is.

    Examples
    --------
    >>> called("mkl-sdl"), called("cblas")
    ('MKL', 'cblas')
    """
    return next((usual for part, usual in KNOWN.items() if part in name.lower()), name)


def variables(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that BLAS and OpenMP read, by name; of a path only that there is one.

    Examples
    --------
    >>> variables({"OMP_NUM_THREADS": "2", "HOME": "/home/me", "MKL_LOG": "/home/me/log"})
    {'MKL_LOG': '(a path)', 'OMP_NUM_THREADS': '2'}
    """
    return {
        name: "(a path)" if os.sep in value else value
        for name, value in sorted(environment.items())
        if name.startswith(VARIABLES)
    }


def _paths() -> list[Path]:
    """The files of every OpenBLAS that is loaded; to open another one would load it."""
    try:
        lines = MAPS.read_text(encoding="utf-8", errors="replace").splitlines()
        mapped = (line.split(maxsplit=5)[5:] for line in lines)
        files = [Path(found[0]) for found in mapped if found]
    except OSError:  # not Linux
        files = [
            path
            for owner in ("numpy", "scipy")
            if (module := sys.modules.get(owner if owner == "numpy" else "scipy.linalg"))
            for package in [Path(module.__file__ or "").parents[owner == "scipy"]]
            for folder in (package.parent / f"{owner}.libs", package / ".dylibs")
            for path in sorted(folder.glob("*openblas*"))
        ]
    return list(dict.fromkeys(path for path in files if "openblas" in path.name.lower()))


def openblas_threads() -> int | None:
    """How many threads NumPy's products would use now, None unless they are of OpenBLAS."""
    count = _counter()
    return None if count is None else int(count())


@functools.cache
def _counter() -> Callable[[], int] | None:
    """The function of NumPy's OpenBLAS that tells, looked for once."""
    for path in _paths():
        if _owner(path) == "NumPy" and (found := _functions(path)):
            return found[2]
    return None


def _functions(path: Path) -> tuple[Callable[[], Any], ...] | None:
    """An OpenBLAS's own answers: its configuration, its kernel, its threads."""
    try:
        library = ctypes.CDLL(str(path))  # loaded already: the same instance
    except OSError:
        return None
    # Wheels put a name before its functions' names, and builds with long integers one after.
    for before in ("scipy_openblas", "openblas"):
        for after in ("64_", ""):
            names = (
                f"{before}_get_{word}{after}" for word in ("config", "corename", "num_threads")
            )
            try:
                config, core, threads = (getattr(library, name) for name in names)
            except AttributeError:
                continue
            config.restype = core.restype = ctypes.c_char_p
            return config, core, threads
    return None


def _openblas(path: Path) -> Library | None:
    """What an OpenBLAS chose at run time, as it tells itself."""
    if (found := _functions(path)) is None:
        return None
    config, core, threads = found
    words = config().decode().split()
    version = words[1] if len(words) > 1 else "unknown"
    return Library(_owner(path), "OpenBLAS", version, core().decode(), int(threads()))


def _owner(path: Path) -> str:
    # scipy.libs/FILE or scipy/.dylibs/FILE.
    return "SciPy" if {"scipy.libs", "scipy"} & {f.name for f in path.parents[:2]} else "NumPy"


def _controlled() -> Iterator[Library]:
    """What threadpoolctl knows, where it is installed."""
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return
    for found in threadpool_info():
        if found["user_api"] == "blas":
            yield Library(
                _owner(Path(found["filepath"])),
                called(found["internal_api"]),
                found["version"] or "unknown",
                found.get("architecture"),
                found["num_threads"],
            )
