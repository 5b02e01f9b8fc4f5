"""The machine that a figure was measured on, without its name or any of its paths."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import platform
from pathlib import Path
from typing import Any

import numpy as np

VARIABLES = ("OPENBLAS_", "OMP_", "MKL_")


def facts() -> dict[str, Any]:
    """What a figure may depend on: processor, BLAS, threads, their variables, load, versions.

    Returns
    -------
    dict
        Texts, numbers and, under "variables", a dict; ready for JSON.

    Examples
    --------
    >>> sorted(facts())
    ['blas', 'cores', 'cpu', 'load', 'numpy', 'python', 'system', 'variables']
    """
    return {
        "cpu": _cpu(),
        "cores": _cores(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "blas": _blas(),
        "variables": variables(os.environ),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def variables(environment: Any) -> dict[str, str]:
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


def sentence(machine: dict[str, Any]) -> str:
    """The facts in one line, the load average apart."""
    blas = machine["blas"]
    known = [f"{blas['name']} {blas['version']}"]
    known += [f"for {blas['architecture']}"] if blas.get("architecture") else []
    known += [f"{blas['threads']} threads"] if blas.get("threads") else []
    given = " ".join(f"{name}={value}" for name, value in machine["variables"].items())
    return (
        f"{machine['cpu']}, {machine['cores']} cores, {machine['system']}; "
        f"Python {machine['python']}, NumPy {machine['numpy']}; {', '.join(known)}; "
        f"{given or 'no variable of OpenBLAS, OpenMP or MKL set'}"
    )


def installed(package: str) -> bool:
    """Whether a package can be imported: not a folder of that name alone.

    Examples
    --------
    >>> installed("numpy"), installed("no_such_package")
    (True, False)
    """
    spec = importlib.util.find_spec(package)
    return spec is not None and spec.origin is not None


def _cpu() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass  # not Linux
    return platform.processor() or platform.machine()


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _blas() -> dict[str, Any]:
    config: Any = np.show_config(mode="dicts")
    built = config.get("Build Dependencies", {}).get("blas", {})
    found = {"name": built.get("name", "unknown"), "version": built.get("version", "unknown")}
    return found | _openblas()


def _openblas() -> dict[str, Any]:
    """What the OpenBLAS of NumPy's wheel chose at run time, as it tells itself."""
    package = Path(np.__file__).parent
    for folder in (package.parent / "numpy.libs", package / ".dylibs"):
        for path in sorted(folder.glob("*openblas*")):
            try:
                library = ctypes.CDLL(str(path))  # loaded already: the same instance
                core = library.scipy_openblas_get_corename64_
                threads = library.scipy_openblas_get_num_threads64_
            except (OSError, AttributeError):
                continue
            core.restype = ctypes.c_char_p
            return {"architecture": core().decode(), "threads": int(threads())}
    return {}
