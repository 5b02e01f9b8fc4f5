"""Looked at byte by byte: a terminal, a pipe, a narrow, a dumb and no terminal at all."""

from __future__ import annotations

import importlib.util
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import numnet
from numnet import MSE
from numnet.train import progress as module
from numnet.train.progress import Progress

SCRIPT = """
import sys, time
{before}
import numpy as np, numnet
class Slow(numnet.Layer):
    def forward(self, x): time.sleep(0.001 * sys.stderr.isatty()); return x, None
    def backward(self, dy, saved): return dy
x = np.ones((4, 1))
model = numnet.Sequential(Slow(), numnet.Linear(1, 2))
loss = numnet.SoftmaxCrossEntropy()
numnet.fit(model, loss, x, [0, 1, 1, 1], (x, [0, 1, 1, 0]), epochs=120{options})
print("done")
"""
NO_TQDM = "sys.modules['tqdm'] = None"
BARS = [
    NO_TQDM,
    pytest.param("", marks=pytest.mark.skipif(
        importlib.util.find_spec("tqdm") is None, reason="tqdm is not installed"
    )),
]  # fmt: skip


def command(before, options):
    script = SCRIPT.replace("{before}", before).replace("{options}", options)
    return [sys.executable, "-W", "error", "-c", script]


def environment(given=()):
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "TERM")}
    return kept | {"PYTHONPATH": str(Path(numnet.__file__).parents[1])} | dict(given)


def on_a_terminal(before, options="", size=(24, 80), given=()):
    """What a terminal of that size is sent by stderr, and a pipe by stdout."""
    pty = pytest.importorskip("pty")
    master, slave = pty.openpty()
    if size is not None:
        pytest.importorskip("termios").tcsetwinsize(slave, size)
    with subprocess.Popen(
        command(before, options), stderr=slave, stdout=subprocess.PIPE, text=True,
        env=environment(given),
    ) as child:  # fmt: skip
        os.close(slave)
        err = b""
        while True:
            try:
                chunk = os.read(master, 4096)
            except OSError:  # Linux says so that the other end is closed
                break
            if not chunk:
                break
            err += chunk
        out = child.stdout.read()
    os.close(master)
    assert child.returncode == 0, err.decode()
    assert out == "done\n"
    return err.decode()


def seen(err):
    """The lines that stood on the terminal one after the other, blank at the end."""
    assert err.startswith("\r")
    assert err.endswith("\r")
    # No new line, no colour, no movement of the cursor but to the start of the line.
    assert not re.search(r"[\x00-\x0c\x0e-\x1f\x7f]", err)
    *lines, blank = err.strip("\r").split("\r")
    assert blank.strip() == ""
    assert len(blank) >= len(lines[-1].rstrip())
    return [line for line in lines if line]


@pytest.mark.parametrize("before", BARS)
@pytest.mark.parametrize(
    ("size", "given", "room"),
    [
        ((24, 80), {}, 79),
        ((24, 30), {}, 29),
        ((24, 160), {"COLUMNS": "30"}, 29),
        # One of no size, as a new one is.
        (None, {"COLUMNS": "many", "NO_COLOR": "1"}, 79),
        ((24, 100), {"TERM": "dumb", "PYTHONIOENCODING": "ascii"}, 99),
    ],
)
def test_a_terminal_sees_one_line_that_is_rewritten_and_goes_away(before, size, given, room):
    lines = seen(on_a_terminal(before, size=size, given=given))
    assert len(lines) >= 2
    assert max(map(len, lines)) <= room
    shown = re.compile(
        r"\d+/120(:| (\d\d:\d\d|\?)) loss [\d.]+, accuracy [\d.]+ %, val loss [\d.]+, val acc"
    )
    if room >= 79:
        assert shown.match(lines[-1])
    else:
        assert re.match(r"\d+/120", lines[-1])
    if before:
        assert lines[0].startswith("1/120: "[:room])
        assert lines[-1].startswith("120/120: "[:room])
    if "PYTHONIOENCODING" in given:
        assert all(line.isascii() for line in lines)


@pytest.mark.parametrize("before", BARS)
def test_nothing_is_said_on_a_pipe(before):
    done = subprocess.run(
        command(before, ""), capture_output=True, text=True, env=environment(), check=True
    )
    assert (done.stdout, done.stderr) == ("done\n", "")


@pytest.mark.parametrize("progress", [None, True])
@pytest.mark.parametrize("closed", [False, True])
def test_without_stderr_it_is_silent(monkeypatch, capsys, progress, closed):
    stream = io.StringIO() if closed else None
    if stream is not None:
        stream.close()
    monkeypatch.setattr(sys, "stderr", stream)
    x = np.ones((2, 1))
    assert numnet.fit(numnet.Linear(1, 1), MSE(), x, x, epochs=2, progress=progress).epochs == 2
    assert capsys.readouterr().out == ""


def test_false_is_silent_on_a_terminal():
    assert on_a_terminal("", ", progress=False") == ""


def test_a_number_writes_whole_lines_into_a_pipe():
    done = subprocess.run(
        command("", ", progress=50"), capture_output=True, env=environment(), check=True
    )
    assert done.stderr == b""
    number = rb"\d\.?\d*"
    line = rb"epoch +%d: loss N, accuracy \d+\.\d %%, val loss N, val accuracy \d+\.\d %%\n"
    lines = b"".join(line % n for n in (1, 50, 100, 120)).replace(b"N", number)
    assert re.fullmatch(lines + b"done\n", done.stdout)


def test_an_integer_prints_a_line_now_and_then(capsys):
    x = np.ones((2, 1))
    layer = numnet.Linear(1, 1, bias=False, init=numnet.constant(0.0))
    numnet.fit(layer, numnet.MSE(), x, x, None, numnet.SGD(lr=0.25), epochs=11, progress=4)
    out, err = capsys.readouterr()
    assert err == ""
    assert out.splitlines() == [
        "epoch  1: loss 1",
        "epoch  4: loss 0.01562",
        "epoch  8: loss 6.104e-05",
        "epoch 11: loss 9.537e-07",
    ]


def test_true_forces_the_line(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setattr(module.time, "monotonic", iter(np.arange(1, 9, 0.06)).__next__)
    shown = Progress(True, 3)
    for epoch in (1, 2, 3):
        shown.update(epoch, {"loss": 10.0**epoch, "val_accuracy": 0.12345})
    shown.close()
    out, err = capsys.readouterr()
    assert out == ""
    texts = [f"{n}/3: loss {v}, val accuracy 12.3 %" for n, v in ((1, 10), (3, 1000))]
    assert err == f"\r{texts[0]}\r{texts[1]}\r{' ' * len(texts[1])}\r"


@pytest.mark.parametrize("epochs", [3, 1000])
def test_the_last_epoch_is_shown_however_soon_it_comes(capsys, monkeypatch, epochs):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setattr(module.time, "monotonic", lambda: 5.0)
    shown = Progress(True, epochs)
    for epoch in range(1, epochs + 1):
        shown.update(epoch, {"loss": 1.0})
    assert capsys.readouterr().err == f"\r1/{epochs}: loss 1\r{epochs}/{epochs}: loss 1"


def test_a_bar_is_not_drawn_anew_while_no_time_goes_by(capsys, monkeypatch):
    pytest.importorskip("tqdm")
    monkeypatch.setattr("tqdm.std.time", lambda: 5.0)
    shown = Progress(True, 100)
    drawn = capsys.readouterr().err
    for epoch in range(1, 51):
        shown.update(epoch, {"loss": 1.0})
    assert (drawn.count("\r"), capsys.readouterr().err) == (1, "")
    shown.close()


@pytest.mark.parametrize(
    ("columns", "room"), [("30", 29), ("79", 78), ("0", 79), ("", 79), ("many", 79)]
)
def test_a_line_fills_all_columns_but_one_of_a_terminal_that_tells_no_size(
    monkeypatch, columns, room
):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    shown = Progress(True, 1)
    shown.update(1, {f"loss {k}": 1.0 for k in range(20)})
    shown.close()
    assert list(map(len, sys.stderr.getvalue().split("\r"))) == [0, room, room, 0]


def test_a_printed_line_is_in_the_pipe_at_once(monkeypatch):
    pipe = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(pipe, newline="\n"))
    Progress(1, 2).update(1, {"loss": 1.0})
    assert pipe.getvalue() == b"epoch 1: loss 1\n"


def test_a_line_that_gets_shorter_leaves_nothing_behind(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    shown = Progress(True, 1)
    shown.update(1, {"loss": 1.2345})
    shown.update(1, {"loss": 1.0})
    assert capsys.readouterr().err == "\r1/1: loss 1.234\r1/1: loss 1    "


def test_the_line_is_cleared_when_training_diverges(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    x = np.ones((2, 1))
    with pytest.raises(numnet.DivergenceError):
        numnet.fit(
            numnet.Linear(1, 1),
            numnet.MSE(),
            x,
            9 * x,
            None,
            numnet.SGD(lr=1e99),
            99,
            progress=True,
        )
    assert capsys.readouterr().err.endswith(" \r")
