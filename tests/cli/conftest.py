"""A folder with the results of an earlier run, and the main job in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import numnet
from numnet.cli.training import RESULTS

Job = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """An output folder in which every result is there already, beside a file of the user's own."""
    folder = tmp_path / "earlier"
    folder.mkdir()
    for name in (*RESULTS.names, "mine.txt"):
        (folder / name).write_text(f"the old {name}", encoding="utf-8")
    return folder


@pytest.fixture
def environment() -> dict[str, str]:
    """With this very numnet, whatever the working directory."""
    path = [str(Path(numnet.__path__[0]).parent), os.environ.get("PYTHONPATH", "")]
    # What a user has chosen for his own terminal is not in question.
    others = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
    return {**others, "PYTHONPATH": os.pathsep.join(filter(None, path))}


@pytest.fixture
def job(tmp_path: Path, environment: dict[str, str]) -> Job:
    """Run `python ARGUMENTS` in an empty folder, with further environment variables."""

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-W", "error", *arguments],
            cwd=tmp_path,
            env={**environment, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run
