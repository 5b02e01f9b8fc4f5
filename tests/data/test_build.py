"""The script that packs the digits: from the published bytes to the embedded file and back."""

from __future__ import annotations

import contextlib
import errno
import functools
import gzip
import hashlib
import http.server
import os
import subprocess
import sys
import threading
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from numnet.data import build
from numnet.data.digits import DIGITS, TRAINING
from numnet.data.idx import read_idx
from numnet.errors import FormatError

NAMES = ("optdigits.tra", "optdigits.tes")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The two files as UCI publishes them, written back from the embedded ones."""
    folder = tmp_path_factory.mktemp("optdigits")
    table = read_idx(DIGITS).T
    for name, rows in zip(NAMES, (table[:TRAINING], table[TRAINING:]), strict=True):
        text = "".join(",".join(map(str, row)) + "\n" for row in rows.tolist())
        (folder / name).write_bytes(text.encode())
    return folder


def same(output: Path) -> bool:
    """Equal contents; equal bytes too, unless this zlib is a rewrite that packs differently."""
    found, embedded = output.read_bytes(), DIGITS.read_bytes()
    rewrite = "ng" in zlib.ZLIB_RUNTIME_VERSION
    return gzip.decompress(found) == gzip.decompress(embedded) and (rewrite or found == embedded)


def test_the_embedded_file_holds_the_published_bytes(published: Path) -> None:
    for name in NAMES:
        found = hashlib.sha256((published / name).read_bytes()).hexdigest()
        assert found == build.SHA256[name]
        assert found in DIGITS.with_name("DIGITS.md").read_text(encoding="utf-8")


def test_builds_the_embedded_file_again(published: Path, tmp_path: Path) -> None:
    output = tmp_path / "again.gz"
    assert build.write_digits(str(published), output) == output.stat().st_size
    assert same(output)
    assert os.listdir(tmp_path) == ["again.gz"]


def test_builds_it_from_the_files_of_uci(data_dir: Path, tmp_path: Path) -> None:
    if not (data_dir / "optdigits").is_dir():
        pytest.skip("NUMNET_DATA_DIR holds no optdigits")
    build.write_digits(str(data_dir / "optdigits"), tmp_path / "again.gz")
    assert same(tmp_path / "again.gz")


def test_packing_holds_neither_time_nor_system() -> None:
    packed = build.pack(np.arange(6, dtype=np.uint8).reshape(2, 3))
    assert packed[:10] == b"\x1f\x8b\x08\0\0\0\0\0\x02\xff"


def test_as_a_command(published: Path, tmp_path: Path) -> None:
    output = tmp_path / "digits.gz"
    command = [sys.executable, "-W", "error", "-m", "numnet.data.build", str(published)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [*command, "--output", str(output)], env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"wrote {output}: {output.stat().st_size} bytes\n"
    assert same(output)


@contextlib.contextmanager
def served(folder: Path, reply: bytes = b"") -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            if reply:
                self.wfile.write(reply)
            else:
                super().do_GET()

    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


def test_builds_from_an_address(published: Path, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with served(published) as address:
        assert build.main([address, "--output", str(tmp_path / "a.gz")]) == 0
    assert same(tmp_path / "a.gz")


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line that the command says when it ends with exit code 2."""
    with pytest.raises(SystemExit) as caught:
        build.main(arguments)
    assert caught.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    return err


def test_refuses_other_bytes(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    source, output = tmp_path / "source", tmp_path / "out" / "digits.gz"
    source.mkdir()
    output.parent.mkdir()
    output.write_bytes(b"old")
    for name in NAMES:
        (source / name).write_bytes((published / name).read_bytes())
    with open(source / "optdigits.tes", "r+b") as file:
        file.write(b"1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with served(source) as address:
        for place in (str(source), address):
            said = refused(capsys, place, "--output", str(output))
            assert "optdigits.tes" in said
            assert build.SHA256["optdigits.tes"] in said
        (source / "optdigits.tra").unlink()
        assert "404" in refused(capsys, address, "--output", str(output))
    assert "optdigits.tra" in refused(capsys, str(source), "--output", str(output))
    assert "IPv6" in refused(capsys, "http://[", "--output", str(output))
    assert os.listdir(output.parent) == ["digits.gz"]
    assert output.read_bytes() == b"old"


def test_refuses_a_server_that_does_not_speak_http(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with served(tmp_path, b"220 ready\r\n") as address:
        said = refused(capsys, address, "--output", str(tmp_path / "digits.gz"))
    assert "220 ready" in said
    assert not os.listdir(tmp_path)


def test_reads_no_more_than_a_mebibyte(tmp_path: Path) -> None:
    with open(tmp_path / "optdigits.tra", "wb") as file:
        file.truncate(2**25)
    tracemalloc.start()
    try:
        with pytest.raises(FormatError, match="expected SHA-256"):
            build.fetch(str(tmp_path), "optdigits.tra")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2**22


@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
def test_a_failure_leaves_the_old_file_alone(
    step: str,
    published: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    output = tmp_path / "digits.gz"
    output.write_bytes(b"old")

    def fail(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    assert "No space left" in refused(capsys, str(published), "--output", str(output))
    assert os.listdir(tmp_path) == ["digits.gz"]
    assert output.read_bytes() == b"old"


def test_no_folder_to_write_into(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused(capsys, str(published), "--output", str(tmp_path / "absent" / "digits.gz"))
    assert "absent" in said
