"""Which folders are meant, and what is said of one that cannot be written."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest

from numnet.data.folders import cache_folder, data_folder, make_writable, not_written


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("NUMNET_DATA_DIR", "NUMNET_CACHE_DIR", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))


def test_the_folder_of_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert data_folder() is None
    monkeypatch.setenv("NUMNET_DATA_DIR", "")
    assert data_folder() is None
    monkeypatch.setenv("NUMNET_DATA_DIR", str(tmp_path))
    assert data_folder() == tmp_path


@pytest.mark.parametrize(
    ("platform", "variable", "value", "expected"),
    [
        ("linux", None, None, "~/.cache/numnet"),
        ("linux", "XDG_CACHE_HOME", "", "~/.cache/numnet"),
        ("linux", "XDG_CACHE_HOME", "/far/off", "/far/off/numnet"),
        ("freebsd14", None, None, "~/.cache/numnet"),
        ("zos", None, None, "~/.cache/numnet"),
        ("darwin", None, None, "~/Library/Caches/numnet"),
        ("darwin", "LOCALAPPDATA", "/local", "~/Library/Caches/numnet"),
        ("win32", None, None, "~/AppData/Local/numnet/numnet/Cache"),
        ("win32", "LOCALAPPDATA", "/local", "/local/numnet/numnet/Cache"),
        ("win32", "NUMNET_CACHE_DIR", "/own", "/own"),
        ("darwin", "NUMNET_CACHE_DIR", "~/own", "~/own"),
        ("linux", "NUMNET_CACHE_DIR", "", "~/.cache/numnet"),
    ],
)
def test_the_cache(
    platform: str,
    variable: str | None,
    value: str | None,
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    if variable is not None and value is not None:
        monkeypatch.setenv(variable, value)
    assert cache_folder() == Path(expected).expanduser()


def test_the_cache_is_that_of_pooch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pooch = pytest.importorskip("pooch")
    if sys.platform == "win32":
        monkeypatch.undo()
    assert cache_folder() == pooch.os_cache("numnet")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert cache_folder() == pooch.os_cache("numnet")


def test_a_writable_folder_is_made_and_left_empty(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    make_writable("load", folder)
    make_writable("load", folder)
    assert os.listdir(folder) == []


def test_a_folder_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "cache"
    with pytest.raises(NotADirectoryError, match=r"load: the folder cannot be written") as caught:
        make_writable("load", folder)
    assert caught.value.filename == str(folder)
    assert "set the environment variable NUMNET_CACHE_DIR to another" in str(caught.value)


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 0)() == 0, reason="root may write anywhere")
def test_a_folder_without_the_right_to_write(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    try:
        for folder in (tmp_path, tmp_path / "new"):
            with pytest.raises(PermissionError, match=r"load: the folder cannot be written"):
                make_writable("load", folder)
    finally:
        tmp_path.chmod(0o755)


@pytest.mark.parametrize(
    ("number", "kind"), [(errno.EACCES, PermissionError), (errno.ENOSPC, OSError), (None, OSError)]
)
def test_the_error_keeps_its_kind(number: int | None, kind: type[OSError]) -> None:
    error = OSError() if number is None else OSError(number, "reason")
    found = not_written("load", Path("folder"), error)
    assert type(found) is kind
    assert found.errno == (number or errno.EIO)
    assert os.strerror(found.errno) in str(found)
