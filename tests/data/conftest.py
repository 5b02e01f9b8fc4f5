"""IDX files to read back, written here byte by byte, and a server that has good and bad days."""

from __future__ import annotations

import gzip
import hashlib
import os
import struct
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from numnet.data.published import Published
from numnet.data.published import four_files as published_as

Encoder = Callable[[np.ndarray], bytes]


def _encode(array: np.ndarray) -> bytes:
    header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return header + array.astype(np.uint8).tobytes()


@pytest.fixture(scope="session")
def idx_bytes() -> Encoder:
    """A function from an array to the bytes of its IDX file."""
    return _encode


@pytest.fixture
def four_files(tmp_path: Path) -> Path:
    """A folder with five training and three test images of 2 x 3 pixels, gzipped as published."""
    for part, labels in (("train", [5, 0, 4, 1, 5]), ("t10k", [4, 5, 9])):
        pixels = np.arange(len(labels) * 6).reshape(-1, 2, 3) * 7
        for kind, array in (("images-idx3", pixels), ("labels-idx1", np.array(labels))):
            path = tmp_path / f"{part}-{kind}-ubyte.gz"
            path.write_bytes(gzip.compress(_encode(array)))
    return tmp_path


@pytest.fixture
def data_dir() -> Path:
    """The folder of the published data sets, where there is one."""
    if not os.environ.get("NUMNET_DATA_DIR"):
        pytest.skip("NUMNET_DATA_DIR is not set: the published files are not at hand")
    return Path(os.environ["NUMNET_DATA_DIR"])


@pytest.fixture(autouse=True)
def no_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache of each test: a folder that is not there yet."""
    folder = tmp_path_factory.mktemp("home") / "cache"
    monkeypatch.setenv("NUMNET_CACHE_DIR", str(folder))
    return folder


class Server:
    """Serves the files of a folder at /BEHAVIOUR/NAME; `asked` lists the paths, one a request."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []
        self.closing = threading.Event()
        self.while_stalling: Callable[[], None] = lambda: None
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append(self.path)
                _, behaviour, name = self.path.split("/")
                server.answer(self, behaviour, (server.folder / name).read_bytes())

            def log_message(self, *args: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, to: BaseHTTPRequestHandler, behaviour: str, content: bytes) -> None:
        half, length = len(content) // 2, len(content)
        status, kind = 200, "application/gzip"
        if behaviour == "hangs":
            self.closing.wait(20)
            return
        if behaviour in ("missing", "page"):
            status, kind = (404 if behaviour == "missing" else 200), "text/html"
            content = b"<!DOCTYPE html><html><body>Not here.</body></html>"
            length = len(content)
        if behaviour == "recovers" and self.asked.count(to.path) == 1:
            status, content, length = 503, b"", 0
        if behaviour == "flips":
            content = bytes([*content[:half], content[half] ^ 16, *content[half + 1 :]])
        if behaviour == "ends":  # a short file, and a header that says so
            content, length = content[:half], half
        to.send_response(status)
        if behaviour == "packs" and "gzip" in to.headers["Accept-Encoding"]:
            to.send_header("Content-Encoding", "gzip")  # says so of a file that came packed
        to.send_header("Content-Type", kind)
        to.send_header("Content-Length", str(length))
        to.end_headers()
        to.wfile.write(content[:half] if behaviour in ("cuts", "stalls") else content)
        if behaviour == "stalls":
            to.wfile.flush()
            self.while_stalling()
            self.closing.wait(20)

    def mirrors(self, *behaviours: str) -> tuple[str, ...]:
        return tuple(f"{self.address}/{behaviour}/" for behaviour in behaviours)

    def published(self, *behaviours: str) -> Published:
        """The set of the folder's four files, on mirrors with these behaviours."""
        names = [file.name for file in published_as("", (), ("",) * 4).files]
        digests = [hashlib.sha256((self.folder / name).read_bytes()).hexdigest() for name in names]
        return published_as("small", self.mirrors(*behaviours), (*digests,))  # type: ignore[arg-type]


@pytest.fixture
def server(four_files: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server of the four files on this machine."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    running = Server(four_files)
    yield running
    running.closing.set()
    running.http.shutdown()
    running.http.server_close()
