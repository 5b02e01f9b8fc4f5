"""Files fetched from a server on this machine, which is right, wrong, slow or gone."""

from __future__ import annotations

import importlib.util
import io
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from numnet.data import load_california, load_fashion_mnist, load_mnist, mirrors, mnist
from numnet.data.mirrors import fetch
from numnet.data.published import File
from numnet.data.search import digest

pytest.importorskip("pooch", reason="downloads go through pooch")

WRONG = {
    "missing": "404 Not Found",
    "page": "what came is cut short, damaged or another file",
    "flips": "what came is cut short, damaged or another file",
    "ends": "what came is cut short, damaged or another file",
    "cuts": "",  # the connection failed, or the hash did: a matter of the version of requests
    "hangs": "nothing came for 0.2 s",
    "stalls": "nothing came for 0.2 s",
}
NAME = "train-images-idx3-ubyte.gz"


def first_file(server: Any, *behaviours: str) -> File:
    file: File = server.published(*behaviours).files[0]
    return file


def test_all_of_a_set(server: Any, no_cache: Path) -> None:
    options = None, "float64", None, True, False
    data = mnist._load("load_mnist", server.published("right"), *options)
    assert data.y_train.tolist() == [5, 0, 4, 1, 5]
    folder = no_cache / "small"
    assert len(server.asked) == len(list(folder.iterdir())) == 4
    again = mnist._load("load_mnist", server.published("right"), *options)
    assert (again.x_train == data.x_train).all()
    assert len(server.asked) == 4, "what is there is not fetched again"
    (folder / NAME).write_bytes(b"damaged")
    mnist._load("load_mnist", server.published("right"), *options)
    assert server.asked[4:] == [f"/right/{NAME}"]
    assert digest(folder / NAME) == digest(server.folder / NAME)


@pytest.mark.parametrize("behaviour", WRONG)
def test_a_mirror_that_fails_is_passed_over(behaviour: str, server: Any, no_cache: Path) -> None:
    file = first_file(server, behaviour, "right")
    path = fetch("load", file, no_cache, patience=0.2)
    assert path == no_cache / NAME
    assert digest(path) == file.sha256
    assert os.listdir(no_cache) == [NAME]
    assert [asked.split("/")[1] for asked in server.asked] == [behaviour, "right"]


@pytest.mark.parametrize("old", [None, b"old"])
def test_the_error_says_how_each_mirror_failed(
    old: bytes | None, server: Any, no_cache: Path
) -> None:
    if old is not None:
        no_cache.mkdir()
        (no_cache / NAME).write_bytes(old)
    file = first_file(server, *WRONG)
    with pytest.raises(ConnectionError, match=rf"^load: no mirror served {NAME}\. ") as caught:
        fetch("load", file, no_cache, patience=0.2)
    said = str(caught.value)
    assert f"put it into {no_cache} yourself" in said
    for behaviour, how in WRONG.items():
        assert f"{server.address}/{behaviour}/{NAME}: {how}" in said
    assert os.listdir(no_cache) == ([] if old is None else [NAME])
    if old is not None:
        assert (no_cache / NAME).read_bytes() == old


def test_a_server_that_recovers(server: Any, no_cache: Path) -> None:
    file = first_file(server, "recovers")
    with pytest.raises(ConnectionError, match=r"/recovers/.*: 503 Service Unavailable"):
        fetch("load", file, no_cache)
    assert digest(fetch("load", file, no_cache)) == file.sha256


def test_a_packed_file_is_not_unpacked_on_the_way(server: Any, no_cache: Path) -> None:
    file = first_file(server, "packs")
    assert digest(fetch("load", file, no_cache)) == file.sha256


def test_nobody_listens(no_cache: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    file = File("a", "0" * 64, (f"http://127.0.0.1:{port}/a",))
    with pytest.raises(ConnectionError, match=r"/a: the connection failed \(.*refused"):
        fetch("load", file, no_cache)


def test_another_form_is_fetched_instead(server: Any, no_cache: Path) -> None:
    good, bad = server.published("right").files[1], first_file(server, "missing", "flips")
    file = File(bad.name, bad.sha256, bad.mirrors, (good,))
    assert fetch("load", file, no_cache) == no_cache / good.name
    assert os.listdir(no_cache) == [good.name]
    bad = File(bad.name, bad.sha256, bad.mirrors, (File(good.name, bad.sha256, good.mirrors),))
    with pytest.raises(ConnectionError, match=f"no mirror served {bad.name} or {good.name}"):
        fetch("load", bad, no_cache)


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_an_interrupt_leaves_nothing(server: Any, no_cache: Path) -> None:
    main = threading.main_thread().ident
    assert main is not None
    server.while_stalling = lambda: signal.pthread_kill(main, signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        fetch("load", first_file(server, "stalls", "right"), no_cache)
    assert os.listdir(no_cache) == []
    assert len(server.asked) == 1


@pytest.mark.parametrize("kind", ["below a file", "a file"])
def test_a_folder_that_cannot_be_made(kind: str, server: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "cache" if kind == "below a file" else tmp_path / "file"
    with pytest.raises(OSError, match=r"load: the folder cannot be written.*NUMNET_CACHE_DIR"):
        fetch("load", first_file(server, "right"), folder)
    assert server.asked == []


def test_a_disk_that_becomes_full(
    server: Any, no_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pooch

    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pooch, "retrieve", full)
    with pytest.raises(OSError, match=r"cannot be written \(No space left on device\)") as caught:
        fetch("load", first_file(server, "right"), no_cache)
    assert caught.value.errno == 28
    assert caught.value.filename == str(no_cache)


@pytest.mark.parametrize("missing", ["pooch", "requests"])
def test_without_pooch(
    missing: str, server: Any, no_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ImportError, match=r'pip install "numnet\[data\]"') as caught:
        fetch("load", first_file(server, "right"), no_cache)
    assert f"put {NAME} into {no_cache}" in str(caught.value)
    assert not no_cache.exists()


@pytest.mark.parametrize(
    ("load", "names"),
    [
        (load_mnist, "train-images-idx3-ubyte.gz"),
        (load_fashion_mnist, "train-images-idx3-ubyte.gz"),
        (load_california, "cal_housing.data or cal_housing.tgz"),
    ],
)
def test_each_loader_fetches(load: Any, names: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NUMNET_DATA_DIR", raising=False)
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(ImportError, match=rf"^{load.__name__}: download=True .* put {names} into"):
        load(download=True)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "shown"), [(Terminal(), True), (io.StringIO(), False)])
def test_progress_is_shown_on_a_terminal(
    stream: io.StringIO, shown: bool, server: Any, no_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("tqdm")
    monkeypatch.setattr(sys, "stderr", stream)
    fetch("load", first_file(server, "right"), no_cache)
    assert ("100%" in stream.getvalue()) is shown


def test_no_bar_without_tqdm_or_stderr(
    server: Any, no_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    present = importlib.util.find_spec("tqdm") is not None
    assert mirrors._shows_progress() is present
    monkeypatch.setattr(mirrors, "find_spec", lambda name: None)
    fetch("load", first_file(server, "right"), no_cache)
    assert "%" not in sys.stderr.getvalue()  # type: ignore[attr-defined]
    monkeypatch.setattr(sys, "stderr", None)
    assert mirrors._shows_progress() is False
