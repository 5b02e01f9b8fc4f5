"""The libraries that are loaded, and those of other machines."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from numnet import blas
from numnet.blas import Library


def test_an_openblas_is_asked_itself() -> None:
    first = blas.libraries()[0]
    if first.name != "OpenBLAS":
        pytest.skip("NumPy computes with another library here")
    assert first.kernel
    assert first.threads
    assert first.version[0].isdigit()


def test_without_a_map_of_the_process_the_folders_are_searched(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import scipy.linalg  # noqa: F401  its library counts once it is loaded

    mapped = blas.libraries()
    monkeypatch.setattr(blas, "MAPS", tmp_path / "maps")
    if not list(Path(np.__file__).parents[1].glob("numpy.libs/*openblas*")):
        pytest.skip("NumPy is no wheel with an OpenBLAS of its own here")
    assert blas.libraries() == mapped
    assert {library.owner for library in mapped} == {"NumPy", "SciPy"}
    monkeypatch.delitem(sys.modules, "scipy.linalg")
    assert [library.owner for library in blas.libraries()] == ["NumPy"]


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("/venv/site-packages/numpy.libs/libscipy_openblas64_-1.so", "NumPy"),
        ("/venv/site-packages/scipy.libs/libscipy_openblas-1.so", "SciPy"),
        ("/venv/site-packages/scipy/.dylibs/libscipy_openblas.dylib", "SciPy"),
        ("/home/me/scipy/venv/lib/python3/site-packages/numpy.libs/libopenblas.so", "NumPy"),
        ("/opt/conda/lib/libopenblasp-r0.3.30.so", "NumPy"),
    ],
)
def test_whose_it_is(path: str, owner: str) -> None:
    assert blas._owner(Path(path)) == owner


def test_files_that_are_no_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "libopenblas.so"
    broken.write_bytes(b"no library")
    assert blas._openblas(broken) is None
    maps = tmp_path / "maps"
    maps.write_text(f"1-2 r-xp 0 fd:1 7 {broken}\n1-2 rw-p 0 00:00 0\n1-2 r 0 0 0 [heap]\n")
    monkeypatch.setattr(blas, "MAPS", maps)
    monkeypatch.setattr(blas, "_controlled", lambda: iter(()))
    assert blas._paths() == [broken]
    # Then what NumPy was built with is all that is known.
    name, version = blas.built()
    assert blas.libraries() == (Library("NumPy", blas.called(name), version),)


class Symbols:
    """A library with the functions of an OpenBLAS, under names with a beginning and an end."""

    def __init__(self, before: str, after: str, config: bytes) -> None:
        def function(value: Any) -> Any:
            def call() -> Any:
                return value

            return call

        for name, value in (("config", config), ("corename", b"Zen"), ("num_threads", 7)):
            setattr(self, f"{before}_get_{name}{after}", function(value))


@pytest.mark.parametrize("before", ["scipy_openblas", "openblas"])
@pytest.mark.parametrize("after", ["64_", ""])
def test_the_names_of_builds(before: str, after: str, monkeypatch: pytest.MonkeyPatch) -> None:
    config = b"OpenBLAS 0.3.30 DYNAMIC_ARCH Zen MAX_THREADS=64"
    monkeypatch.setattr(blas.ctypes, "CDLL", lambda path: Symbols(before, after, config))
    expected = Library("NumPy", "OpenBLAS", "0.3.30", "Zen", 7)
    assert blas._openblas(Path("/lib/libopenblas.so")) == expected
    monkeypatch.setattr(blas.ctypes, "CDLL", lambda path: Symbols(before, after, b"old"))
    found = blas._openblas(Path("/lib/libopenblas.so"))
    assert found is not None
    assert found.version == "unknown"
    monkeypatch.setattr(blas.ctypes, "CDLL", lambda path: object())
    assert blas._openblas(Path("/lib/libopenblas.so")) is None


def test_of_other_libraries_threadpoolctl_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("threadpoolctl")
    pool = {"user_api": "blas", "internal_api": "mkl", "filepath": "/opt/lib/libmkl_rt.so",
            "version": "2024.2", "num_threads": 4}  # fmt: skip
    openmp = {"user_api": "openmp", "internal_api": "openmp", "filepath": "/lib/libgomp.so"}
    module.threadpool_info = lambda: [openmp, pool]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "threadpoolctl", module)
    monkeypatch.setattr(blas, "_paths", list)
    assert blas.libraries() == (Library("NumPy", "MKL", "2024.2", None, 4),)
    # Nothing is asked for that is not installed.
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    monkeypatch.setattr(blas, "built", lambda: ("accelerate", "unknown"))
    assert blas.libraries() == (Library("NumPy", "Accelerate", "unknown"),)


def test_the_threads_of_numpys_own(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = next((x.threads for x in blas.libraries() if x.name == "OpenBLAS"), None)
    assert blas.openblas_threads() == expected
    blas._counter.cache_clear()
    monkeypatch.setattr(blas, "_paths", list)
    try:
        assert blas.openblas_threads() is None
    finally:
        blas._counter.cache_clear()


def test_variables_without_paths_and_others() -> None:
    given = {"OPENBLAS_CORETYPE": "Zen", "VECLIB_MAXIMUM_THREADS": "2", "PATH": "x", "MKL_X": "/a"}
    expected = {"MKL_X": "(a path)", "OPENBLAS_CORETYPE": "Zen", "VECLIB_MAXIMUM_THREADS": "2"}
    assert blas.variables(given) == expected
