"""The machine that a figure was measured on, without its name or any of its paths."""

from __future__ import annotations

import importlib.util
import os
import platform
from typing import Any

import numpy as np

from numnet.blas import built, libraries, variables
from numnet.processor import cores, cpuinfo, name

__all__ = ["facts", "installed", "sentence", "variables"]


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
        "cpu": name(cpuinfo()),
        "cores": cores(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "blas": _blas(),
        "variables": variables(os.environ),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def sentence(machine: dict[str, Any]) -> str:
    """The facts in one line, the load average apart."""
    blas = machine["blas"]
    known = [f"{blas['name']} {blas['version']}"]
    known += [f"for {blas['architecture']}"] if blas.get("architecture") else []
    count = blas.get("threads")
    known += [f"{count} thread{'s' * (count > 1)}"] if count else []
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


def _blas() -> dict[str, Any]:
    """As NumPy was built, and what an OpenBLAS chose at run time."""
    name, version = built()
    numpys = libraries()[0]
    chosen = {"architecture": numpys.kernel, "threads": numpys.threads}
    known = {key: value for key, value in chosen.items() if value is not None}
    return {"name": name, "version": version} | known
