from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import numnet
from numnet.train import progress as module
from numnet.train.progress import Progress

SCRIPT = """
import sys
{before}
import numpy as np, numnet
x = np.ones((4, 1))
numnet.fit(numnet.Linear(1, 1), numnet.MSE(), x, x, (x, x), epochs=300{options})
"""


def command(before, options):
    script = SCRIPT.replace("{before}", before).replace("{options}", options)
    return [sys.executable, "-W", "error", "-c", script]


ENVIRONMENT = os.environ | {
    "PYTHONPATH": str(Path(numnet.__file__).parents[1]), "TERM": "dumb",
}  # fmt: skip


def on_a_terminal(before, options=""):
    pty = pytest.importorskip("pty")
    master, slave = pty.openpty()
    # One of no size, as a new one is, leaves tqdm no room.
    pytest.importorskip("termios").tcsetwinsize(slave, (24, 80))
    with subprocess.Popen(
        command(before, options), stderr=slave, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT
    ) as child:
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
    return err.decode(), out


def test_nothing_is_said_on_a_pipe():
    done = subprocess.run(
        command("", ""), capture_output=True, text=True, env=ENVIRONMENT, check=True
    )
    assert (done.stdout, done.stderr) == ("", "")


def test_one_line_is_rewritten_on_a_terminal_without_tqdm():
    err, out = on_a_terminal("sys.modules['tqdm'] = None")
    assert out == ""
    assert "\n" not in err
    assert "\x1b" not in err
    lines = err.split("\r")
    assert lines[0] == ""
    assert lines[1].startswith("epoch 1/300: loss ")
    assert lines[-3].startswith("epoch 300/300: loss ")
    assert ", val loss " in lines[-3]
    # At the end the line is blank and the cursor stands at its start.
    assert lines[-2].strip() == ""
    assert len(lines[-2]) >= len(lines[-3].rstrip())
    assert lines[-1] == ""


@pytest.mark.skipif(importlib.util.find_spec("tqdm") is None, reason="tqdm is not installed")
def test_a_bar_on_a_terminal_with_tqdm():
    err, out = on_a_terminal("")
    assert out == ""
    assert "/300 [" in err
    assert "epoch" in err


def test_false_is_silent_on_a_terminal():
    assert on_a_terminal("", ", progress=False") == ("", "")


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
    texts = [f"epoch {n}/3: loss {v}, val accuracy 12.3 %" for n, v in ((1, 10), (3, 1000))]
    assert err == f"\r{texts[0]}\r{texts[1]}\r{' ' * len(texts[1])}\r"


def test_a_line_that_gets_shorter_leaves_nothing_behind(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    shown = Progress(True, 1)
    shown.update(1, {"loss": 1.2345})
    shown.update(1, {"loss": 1.0})
    assert capsys.readouterr().err == "\repoch 1/1: loss 1.234\repoch 1/1: loss 1    "


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
