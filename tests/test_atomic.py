from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from numnet import atomic
from numnet.atomic import write_atomically

posix = pytest.mark.skipif(os.name != "posix", reason="permissions and limits of POSIX")


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def failing(error):
    def call(*args, **kwargs):
        raise error

    return call


def test_a_file_is_made_and_replaced_whole(tmp_path):
    path = tmp_path / "a.bin"
    for content in (b"", b"one", bytes(range(256)) * 5000, b"two"):
        write_atomically(path, content)
        assert path.read_bytes() == content
        assert names(tmp_path) == ["a.bin"]
    write_atomically(str(path), b"by name")
    assert path.read_bytes() == b"by name"


def test_a_relative_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_atomically("a", b"x")
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize("error", [OSError("no space"), KeyboardInterrupt()])
@pytest.mark.parametrize("old", [None, b"old"])
def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch, call, error, old):
    path = tmp_path / "a"
    if old is not None:
        path.write_bytes(old)
    monkeypatch.setattr(os, call, failing(error))
    with pytest.raises(type(error)):
        write_atomically(path, b"new")
    assert names(tmp_path) == ([] if old is None else ["a"])
    if old is not None:
        assert path.read_bytes() == old


@posix
def test_a_full_disk_leaves_the_old_file(tmp_path):
    resource = pytest.importorskip("resource")
    path = tmp_path / "a"
    path.write_bytes(b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            write_atomically(path, bytes(20_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert names(tmp_path) == ["a"]
    assert path.read_bytes() == b"old"


def test_the_content_is_on_the_disk_before_it_takes_its_place(tmp_path, monkeypatch):
    path, calls = tmp_path / "a", []
    fsync, replace = os.fsync, os.replace

    def recorded_fsync(handle):
        fsync(handle)
        calls.append(("fsync", os.fstat(handle).st_size, names(tmp_path)))

    def recorded_replace(source, target):
        assert os.path.dirname(source) == str(tmp_path)
        calls.append(("replace", os.path.getsize(source)))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", recorded_fsync)
    monkeypatch.setattr(os, "replace", recorded_replace)
    write_atomically(path, b"12345")
    assert calls[0][:2] == ("fsync", 5)
    assert "a" not in calls[0][2]
    assert calls[1] == ("replace", 5)
    if os.name == "posix":
        assert calls[2][0] == "fsync"


def test_an_interrupt_after_the_replacement_is_passed_on(tmp_path, monkeypatch):
    replace = os.replace

    def late(source, target):
        replace(source, target)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", late)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "a", b"new")
    assert names(tmp_path) == ["a"]


def of_folders(error):
    """An fsync that fails on folders alone."""
    fsync = os.fsync

    def call(handle):
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise error
        fsync(handle)

    return call


def handles():
    return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0


@posix
@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
@pytest.mark.parametrize("old", [None, b"old"])
def test_a_folder_whose_sync_fails_is_told_and_the_new_file_stands(
    tmp_path, monkeypatch, number, old
):
    path = tmp_path / "a"
    if old is not None:
        path.write_bytes(old)
    failure, before = OSError(number, os.strerror(number)), handles()
    monkeypatch.setattr(os, "fsync", of_folders(failure))
    with pytest.raises(OSError, match="the new file is in place and whole") as raised:
        write_atomically(path, b"new")
    assert (raised.value.errno, raised.value.filename) == (number, str(path))
    assert raised.value.strerror.startswith(os.strerror(number))
    assert raised.value.__cause__ is failure
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["a"]
    assert handles() == before


@posix
@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EBADF])
def test_a_system_that_cannot_sync_folders_is_no_error(tmp_path, monkeypatch, number):
    before = handles()
    monkeypatch.setattr(os, "fsync", of_folders(OSError(number, os.strerror(number))))
    write_atomically(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"
    assert handles() == before


@posix
def test_a_folder_that_may_not_be_read_is_no_error(tmp_path):
    folder = tmp_path / "drop"
    folder.mkdir(mode=0o300)
    try:
        write_atomically(folder / "a", b"new")
        assert (folder / "a").read_bytes() == b"new"
    finally:
        folder.chmod(0o700)


@posix
def test_a_folder_that_may_not_be_opened_is_no_error(tmp_path, monkeypatch):
    # The same for a superuser, who may read everything.
    monkeypatch.setattr(os, "open", failing(PermissionError(errno.EACCES, "not yours")))
    write_atomically(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"


def test_folders_are_synced_by_posix_alone(monkeypatch):
    monkeypatch.setattr(atomic, "os", SimpleNamespace(name="nt"))
    atomic._sync_folder(Path("anywhere") / "a")


@posix
def test_an_interrupt_while_the_folder_is_synced_is_passed_on(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", of_folders(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"


@posix
def test_permissions_are_those_of_the_old_file_or_the_usual_ones(tmp_path):
    path = tmp_path / "a"
    before = os.umask(0o027)
    try:
        write_atomically(path, b"1")
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        for mode in (0o600, 0o644, 0o755):
            path.chmod(mode)
            write_atomically(path, b"2")
            assert stat.S_IMODE(path.stat().st_mode) == mode
    finally:
        os.umask(before)


def test_no_folder_and_a_folder_of_that_name(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "missing" / "a", b"x")
    (tmp_path / "folder").mkdir()
    if sys.platform != "win32":
        with pytest.raises(IsADirectoryError):
            write_atomically(tmp_path / "folder", b"x")
    assert names(tmp_path) == ["folder"]


def test_a_folder_that_is_missing_or_is_the_name_itself(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"No such folder; make it first.*nope"):
        write_atomically(tmp_path / "nope" / "m.npz", b"")
    with pytest.raises(IsADirectoryError, match="A folder; name a file in it"):
        write_atomically(tmp_path, b"")
    assert list(tmp_path.iterdir()) == []
