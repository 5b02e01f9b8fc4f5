"""Standard output in every state that a shell can hand it over in."""

from __future__ import annotations

import errno
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from numnet.cli.stream import Patient
from numnet.cli.training import RESULTS

posix = pytest.mark.skipif(os.name != "posix", reason="the shell is POSIX's")
QUICK = ["--epochs", "2", "--hidden", "4", "--classes", "0,1"]


class Broken(io.StringIO):
    """A stream whose n-th write fails, and all after it."""

    def __init__(self, after: int, error: OSError) -> None:
        super().__init__()
        self.left, self.failure = after, error

    def write(self, text: str) -> int:
        self.left -= 1
        if self.left < 0:
            raise self.failure
        return super().write(text)

    def fileno(self) -> int:
        return self.handle

    handle = -1


@pytest.fixture
def broken(tmp_path: Path) -> Any:
    """Fails from the second write on, and owns a file descriptor."""
    stream = Broken(1, BrokenPipeError(errno.EPIPE, "Broken pipe"))
    with open(tmp_path / "target", "wb") as file:
        stream.handle = file.fileno()
        yield stream


def test_what_can_be_written_is_written_as_it_is() -> None:
    stream = io.StringIO()
    patient = Patient(stream)
    assert patient.write("a\u2192b\n") == 4
    patient.flush()
    assert stream.getvalue() == "a\u2192b\n"
    assert patient.error is None
    assert not patient.isatty()
    assert patient.encoding == "utf-8"


def test_after_an_error_it_is_silent_and_says_why(broken: Broken, tmp_path: Path) -> None:
    patient = Patient(broken)
    for text in ("first ", "second ", "third"):
        assert patient.write(text) == len(text)
    patient.flush()
    assert broken.getvalue() == "first "
    assert patient.error is broken.failure
    # What a buffer would still write at the end of the process goes nowhere.
    os.write(broken.handle, b"late")
    assert (tmp_path / "target").read_bytes() == b""


def test_a_stream_without_a_file_falls_silent_too() -> None:
    class Nowhere(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(errno.EIO, "I/O")

    patient = Patient(Nowhere())
    assert patient.write("one") == 3
    assert patient.write("two") == 3
    assert patient.error is not None
    assert patient.error.errno == errno.EIO


def test_letters_that_the_encoding_lacks_are_escaped() -> None:
    raw = io.BytesIO()
    patient = Patient(io.TextIOWrapper(raw, encoding="ascii"))
    patient.write("\u00fc \u2192 \udcff")
    patient.flush()
    assert raw.getvalue() == rb"\xfc \u2192 \udcff"
    assert patient.encoding == "ascii"


def test_without_a_stream_nothing_is_said() -> None:
    patient = Patient(None)
    assert patient.write("word") == 4
    patient.flush()
    assert not patient.isatty()
    assert patient.error is None
    with pytest.raises(io.UnsupportedOperation, match="closed"):
        patient.fileno()


def test_it_is_a_terminal_where_the_stream_is(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: True)
    assert Patient(stream).isatty()


@posix
@pytest.mark.parametrize(
    ("plumbing", "status", "said", "words"),
    [
        ("{} | head -n 1", 0, "digits: 765 training and 360 test images of 64 pixels, 2 classes\n",
         ""),
        ("{} > /dev/full", 2, "", "numnet: standard output: No space left on device\n"),
        ("{} >&- 2>&-", 0, "", ""),
    ],
)  # fmt: skip
def test_the_work_is_done_whoever_listens(
    plumbing: str,
    status: int,
    said: str,
    words: str,
    tmp_path: Path,
    environment: dict[str, str],
) -> None:
    command = f"'{sys.executable}' -W error -m numnet {' '.join(QUICK)}"
    # The exit status is that of numnet, not of what reads from it.
    text = "{ " + plumbing.format("{ " + command + "; echo $? > status; }") + "; }"
    if "/dev/full" in plumbing and not Path("/dev/full").exists():
        pytest.skip("has no /dev/full")
    done = subprocess.run(
        ["sh", "-c", text], cwd=tmp_path, env=environment, capture_output=True, text=True,
        stdin=subprocess.DEVNULL, timeout=120, check=False,
    )  # fmt: skip
    assert (tmp_path / "status").read_text().strip() == str(status), done.stderr
    assert (done.stdout, done.stderr) == (said, words)
    assert {path.name for path in (tmp_path / "numnet-out").iterdir()} == set(RESULTS.names)


def test_an_ascii_output_can_be_told_of_any_folder(tmp_path: Path, job: Callable[..., Any]) -> None:
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TERM": "dumb"}
    done = job("-m", "numnet", *QUICK, "--output", "\u00fc", PYTHONIOENCODING="ascii", **plain)
    assert (done.returncode, done.stderr) == (0, "")
    assert "written to " in done.stdout
    assert done.stdout.isascii()
    (folder,) = tmp_path.iterdir()
    assert {path.name for path in folder.iterdir()} == set(RESULTS.names)


def on_a_terminal(words: list[str], tmp_path: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Exit status and all that a terminal of 80 columns is sent."""
    import fcntl
    import pty
    import struct
    import termios

    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-W", "error", *words], cwd=tmp_path, env=environment,
        stdin=slave, stdout=slave, stderr=slave,
    )  # fmt: skip
    os.close(slave)
    sent = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        sent += part
    os.close(master)
    return process.wait(timeout=120), sent.decode()


# tqdm, where it is installed, draws a bar; the line of numnet's own does without it.
WITHOUT_TQDM = "import sys; sys.modules['tqdm'] = None; from numnet.cli import main; "


@posix
@pytest.mark.parametrize(
    ("terminal", "start"),
    [
        ("xterm", ["-m", "numnet"]),
        ("dumb", ["-c", WITHOUT_TQDM + "sys.exit(main(sys.argv[1:]))"]),
    ],
)
def test_a_terminal_of_80_columns(
    terminal: str, start: list[str], tmp_path: Path, environment: dict[str, str]
) -> None:
    words = [*start, "--epochs", "200", "--hidden", "4", "--classes", "0,1"]
    status, sent = on_a_terminal(words, tmp_path, {**environment, "TERM": terminal})
    assert status == 0, sent
    plain = re.sub(r"\x1b\[[0-9;]*m", "", sent)
    assert "\x1b" not in plain, "colours are all that a terminal is sent"
    assert (plain == sent) == (terminal == "dumb"), "and a dumb one not even these"
    written = re.split("[\r\n]+", plain)
    assert max(map(len, written)) <= 79, "the last column is left free: some terminals wrap there"
    assert any("/200" in line for line in written), "the epochs are told while it runs"
    # What stays on the screen: of each line what was written over it last.
    seen = [line.rstrip("\r").split("\r")[-1].rstrip() for line in plain.split("\n")]
    assert not any("/200" in line for line in seen), "the live line is gone in the end"
    assert seen[seen.index("training for 200 epochs ...") + 1].startswith("trained in ")
