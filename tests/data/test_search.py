"""Where the files of a set are looked for, in which order, and what is said when they are not."""

from __future__ import annotations

import gzip
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from numnet.data import search
from numnet.data.published import CALIFORNIA, MNIST, File, Published
from numnet.data.search import digest, find_files
from numnet.errors import FormatError

FILES = [file.name for file in MNIST.files]


@pytest.fixture(autouse=True)
def no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NUMNET_DATA_DIR", raising=False)


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Path]]:
    """What fetch is asked for, which here makes no file."""
    asked: list[tuple[str, Path]] = []

    def fetch(place: str, file: File, folder: Path) -> Path:
        assert place == "load"
        asked.append((file.name, folder))
        return folder / file.name

    monkeypatch.setattr(search, "fetch", fetch)
    return asked


def cached(folder: Path, cache: Path, server: Any) -> Published:
    """A set whose published files are those of the folder, copied into the cache."""
    wanted: Published = server.published("right")
    shutil.copytree(folder, cache / wanted.name)
    return wanted


def test_gzipped_or_not(four_files: Path) -> None:
    assert find_files("load", MNIST, four_files) == [four_files / name for name in FILES]
    for name in FILES[::2]:
        path = four_files / name
        path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
        path.unlink()
    found = find_files("load", MNIST, str(four_files))
    assert [path.name.endswith(".gz") for path in found] == [False, True, False, True]


@pytest.mark.parametrize("value", [None, ""])
def test_no_variable_and_no_cache(
    value: str | None, no_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if value is not None:
        monkeypatch.setenv("NUMNET_DATA_DIR", value)
    with pytest.raises(FileNotFoundError, match=r"^load: .*NUMNET_DATA_DIR is not set") as caught:
        find_files("load", MNIST)
    said = str(caught.value)
    for name in FILES:
        assert said.count(name) == 1
    for word in ("load(download=True)", "folder mnist", "folder=", f"{no_cache / 'mnist'} lacks"):
        assert word in said
    assert "(or the same without .gz)" in said
    assert not no_cache.exists()
    with pytest.raises(FileNotFoundError, match=r"lacks cal_housing\.data.*\(or cal_housing.tgz\)"):
        find_files("load", CALIFORNIA)


def test_names_what_is_missing_and_where(
    four_files: Path, no_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMNET_DATA_DIR", str(four_files.parent))
    (four_files / FILES[1]).unlink()
    (four_files / FILES[3]).unlink()
    here = f"{re.escape(str(four_files))} lacks {FILES[1]}, {FILES[3]}"
    wanted = Published(four_files.name, MNIST.files)
    both = f"^load: {here}, and {re.escape(str(no_cache / four_files.name))} lacks {FILES[0]}, "
    with pytest.raises(FileNotFoundError, match=both):
        find_files("load", wanted)
    with pytest.raises(FileNotFoundError, match=rf"^load: {here}\. .*download=True.*folder="):
        find_files("load", MNIST, four_files)


def test_a_variable_that_names_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMNET_DATA_DIR", str(tmp_path / "absent"))
    for download in (False, True):
        with pytest.raises(FileNotFoundError, match=r"DIR names .*absent', which is no folder: "):
            find_files("load", MNIST, None, download)


def test_the_folder_given_then_the_variable_then_the_cache(
    four_files: Path, no_cache: Path, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = cached(four_files, no_cache, server)
    assert find_files("load", wanted)[0].parent == no_cache / "small"
    own = four_files.parent / "own"
    own.mkdir()
    monkeypatch.setenv("NUMNET_DATA_DIR", str(own))
    assert find_files("load", wanted)[0].parent == no_cache / "small"
    shutil.copytree(four_files, own / "small", ignore=shutil.ignore_patterns("own"))
    assert find_files("load", wanted)[0].parent == own / "small"
    assert find_files("load", wanted, four_files)[0].parent == four_files
    with pytest.raises(FileNotFoundError, match="absent lacks"):
        find_files("load", wanted, own / "absent")


def test_files_of_the_users_own_hold_what_they_like(
    four_files: Path, server: Any, no_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted: Published = server.published("right")
    (four_files / FILES[1]).write_bytes(b"others")
    assert find_files("load", wanted, four_files)[1].read_bytes() == b"others"
    monkeypatch.setenv("NUMNET_DATA_DIR", str(four_files.parent))
    named = Published(four_files.name, wanted.files)
    assert find_files("load", named)[1].read_bytes() == b"others"


def test_a_damaged_file_in_the_cache_is_refused_or_fetched_again(
    four_files: Path, no_cache: Path, server: Any, fetched: list[tuple[str, Path]]
) -> None:
    wanted = cached(four_files, no_cache, server)
    assert find_files("load", wanted, None, True)[0].parent == no_cache / "small"
    assert fetched == []
    path = no_cache / "small" / FILES[2]
    content = bytearray(path.read_bytes())
    content[9] ^= 1
    path.write_bytes(content)
    message = rf"^load: {re.escape(str(path))} is damaged .*Delete it.*load\(download=True\)"
    with pytest.raises(FormatError, match=message):
        find_files("load", wanted)
    found = find_files("load", wanted, None, True)
    assert fetched == [(FILES[2], no_cache / "small")]
    assert found[2] == path
    path.unlink()
    with pytest.raises(FileNotFoundError, match=f"small lacks {FILES[2]}\\."):
        find_files("load", wanted)


def test_a_file_without_a_hash_is_not_taken_from_the_cache(
    four_files: Path, no_cache: Path, server: Any
) -> None:
    wanted = cached(four_files, no_cache, server)
    path = no_cache / "small" / FILES[0]
    path.rename(path.with_suffix(""))
    with pytest.raises(FormatError, match=r"train-images-idx3-ubyte is damaged or not the publ"):
        find_files("load", wanted)


def test_what_is_missing_is_fetched_into_the_folder_given(
    four_files: Path, fetched: list[tuple[str, Path]]
) -> None:
    (four_files / FILES[3]).unlink()
    assert find_files("load", MNIST, four_files, True) == [four_files / name for name in FILES]
    assert fetched == [(FILES[3], four_files)]


def test_another_form_will_do(tmp_path: Path, no_cache: Path) -> None:
    (tmp_path / "cal_housing.tgz").touch()
    assert find_files("load", CALIFORNIA, tmp_path) == [tmp_path / "cal_housing.tgz"]
    (tmp_path / "cal_housing.data").touch()
    assert find_files("load", CALIFORNIA, tmp_path) == [tmp_path / "cal_housing.data"]
    folder = no_cache / "california"
    folder.mkdir(parents=True)
    (folder / "a.tgz").write_bytes(b"good")
    (folder / "a.data").write_bytes(b"bad")
    good = File("a.tgz", digest(folder / "a.tgz"))
    wanted = Published("california", (File("a.data", "0" * 64, (), (good,)),))
    assert find_files("load", wanted) == [folder / "a.tgz"]


def test_a_digest_is_of_all_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_bytes(b"a")
    second.write_bytes(b"bc")
    abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest(first, second) == abc
    assert digest(second, first) != abc
