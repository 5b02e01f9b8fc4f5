"""Every benchmark of the history runs once, found by the file and by the name as asv finds it."""

from __future__ import annotations

import importlib.util
import inspect
import itertools
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from benchmarks.environment import THREADS
from benchmarks.history import command
from numnet import kernels

HOME = command.HOME
SUITE = HOME / json.loads((HOME / "asv.conf.json").read_text())["benchmark_dir"]
FILES = sorted(path.stem for path in SUITE.glob("*.py") if path.stem != "__init__")


def loaded(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def timed(owner: Any) -> list[Callable[..., Any]]:
    return [call for name, call in inspect.getmembers(owner) if name.startswith("time_")]


def settings(params: Any) -> Iterator[tuple[Any, ...]]:
    """All of the first parameter, the first of the others."""
    first, *others = params
    yield from itertools.product(first, *([values[0]] for values in others))


@pytest.mark.parametrize("name", FILES)
def test_all_of_a_file_runs(name: str) -> None:
    module = loaded(f"suite_{name}", SUITE / f"{name}.py")
    classes = [kind for _, kind in inspect.getmembers(module, inspect.isclass) if timed(kind)]
    raw = [call for key, call in inspect.getmembers(module) if key.startswith("timeraw_")]
    assert classes or raw
    for kind in classes:
        assert len(getattr(kind, "params", ())) == len(getattr(kind, "param_names", ()))
        for setting in settings(kind.params) if hasattr(kind, "params") else [()]:
            instance = kind()
            instance.setup(*setting)
            for call in timed(instance):
                call(*setting)
    for program in raw:
        exec(program(), {})


def test_every_kernel_is_called() -> None:
    module = loaded("suite_kernels", SUITE / "kernels.py")
    assert module.Kernels.params[0] == kernels.__all__
    for name in kernels.__all__:
        found = getattr(kernels, name)(*module.arguments(name, "float32"))
        parts = found if isinstance(found, tuple) else (found,)
        assert all(part.dtype == np.float32 for part in parts), name


def test_the_numnet_that_is_installed_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    before = len(sys.path)
    loaded("suite", SUITE / "__init__.py")
    assert sys.path[before:] == [str(HOME.parents[1])]


def test_asv_runs_under_the_variables_of_the_benchmarks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    calls: list[Any] = []

    def run(command: list[str], **settings: Any) -> Any:
        calls.append((command, settings))
        return subprocess.CompletedProcess(command, 3)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    monkeypatch.setattr(command, "installed", lambda package: package == "asv")
    assert command.main(["--quick"]) == 3
    [(line, settings)] = calls
    assert line[1:] == ["-m", "asv", "run", "--python=same", "--quick"]
    assert settings["cwd"] == HOME
    assert not {"OPENBLAS_CORETYPE", "PYTHONPATH"} & settings["env"].keys()
    assert {settings["env"][name] for name in THREADS} == {"1"}
    monkeypatch.setattr(command, "installed", lambda package: False)
    assert command.main([]) == 2
    assert 'pip install "numnet[bench]"' in capsys.readouterr().err
    assert len(calls) == 1
