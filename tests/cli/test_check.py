"""`numnet check` on files as a student writes them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from numnet.cli import main

FILE = """
import numpy as np
from neighbour import SLOPE

print("the file is run")

def make_inputs(rng):
    return rng.normal(size=(5, 3)), rng.normal(size=(3, 2))

def forward(x, W):
    return SLOPE * np.tanh(x @ W)

def right(dy, x, W):
    dz = SLOPE * dy / np.cosh(x @ W) ** 2
    return dz @ W.T, x.T @ dz

def wrong(dy, x, W):
    dx, dW = right(dy, x, W)
    return dx, 2 * dW

def forward_saved(x, W):
    y = np.tanh(x @ W)
    return y, (x, W, y)

def backward_saved(dy, saved):
    x, W, y = saved
    dz = dy * (1 - y * y)
    return dz @ W.T, x.T @ dz

point = np.array([1.0, 2.0, -0.5])
named = {"w": point}

def loss(w):
    return (w ** 3).sum()

def grad(w):
    return 3 * w ** 2

def both(w):
    return loss(w), grad(w)

def noisy(w):
    return loss(w) + np.random.default_rng().normal()

def anything(*arguments):
    return 3 * arguments[-1] ** 2

def nothing():
    pass

def raises(dy, x, W):
    raise KeyError("a key of mine")

def ends(dy, x, W):
    import os
    os._exit(7)

def endless(dy, x, W):
    while True:
        pass

class Layer:
    @staticmethod
    def cube(w):
        return loss(w)
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    (tmp_path / "neighbour.py").write_text("SLOPE = 1.5\n")
    path = tmp_path / "layer.py"
    path.write_text(FILE)
    return str(path)


def check(file: str, *words: str) -> int:
    return main(["check", f"{file}:{words[0]}", *words[1:]])


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("forward,right",), 0),
        (("forward,wrong",), 1),
        (("forward,wrong", "--wrt", "x"), 0),
        (("forward,wrong", "--wrt", "1"), 1),
        (("forward_saved,backward_saved", "--saved"), 0),
        (("loss,grad", "--at", "point"), 0),
        (("loss,grad", "--at", "named"), 0),
        (("both", "--at", "point"), 0),
        (("Layer.cube,grad", "--at", "point"), 0),
        (("loss,anything", "--at", "point", "--kind", "gradient"), 0),
        (("noisy,grad", "--at", "point"), 3),
        (("forward,right", "--budget", "3"), 3),
    ],
)
def test_the_status_says_the_verdict(file, words, status, capfd) -> None:
    assert check(file, *words) == status
    captured = capfd.readouterr()
    assert "checked:" in captured.out
    assert captured.err == "the file is run\n", "its own output stays out of the report"


def test_the_report_is_printed(file, capfd) -> None:
    check(file, "forward,wrong")
    out = capfd.readouterr().out
    assert "2 gradients checked: 1 wrong, 1 right" in out
    assert "W  wrong      (3, 2)  cause: scale" in out


def test_the_report_as_json(file, capfd) -> None:
    assert check(file, "forward,wrong", "--json") == 1
    report = json.loads(capfd.readouterr().out)
    assert report["verdict"] == "wrong"
    assert report["findings"][1]["ratio"] == 2.0


def test_the_report_as_a_page(file, tmp_path, capfd) -> None:
    page = tmp_path / "report.html"
    assert check(file, "forward,wrong", "--html", str(page)) == 1
    assert "Gradients: wrong" in page.read_text(encoding="utf-8")
    assert "cause: scale" in capfd.readouterr().out


def test_a_page_that_cannot_be_written_is_an_error(file, tmp_path, capfd) -> None:
    assert check(file, "forward,right", "--html", str(tmp_path / "no" / "report.html")) == 2
    assert "to_html: cannot write" in capfd.readouterr().err


def test_the_seed_is_that_of_the_point(file, capfd) -> None:
    texts = []
    for seed in ("1", "1", "2"):
        check(file, "forward,wrong", "--json", "--seed", seed)
        texts.append(capfd.readouterr().out)
    assert texts[0] == texts[1] != texts[2]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("forward,missing",), "missing: .*layer.py has no such name; .*forward, right, wrong"),
        (("forward,right", "--at", "start"), "--at start: .*layer.py has no such name"),
        (("loss,grad", "--at", "nothing"), "--at nothing: it returned None"),
        (("point,grad", "--at", "point"), "point: expected a function, got ndarray"),
        (("loss,anything", "--at", "point"), "anything takes any number of arguments.*--kind"),
        (("forward,raises",), r"(?s)line \d+, in raises.*KeyError: 'a key of mine'"),
        (("forward,ends",), "ended without a result, with status 7"),
        (("forward,endless", "--timeout", "1"), "not done after 1 s.*--timeout"),
        (("forward,right", "--wrt", "b"), "wrt names 'b', but at holds x, W"),
    ],
)
def test_what_stands_in_the_way_is_said(file, words, message, capfd) -> None:
    assert check(file, *words) == 2
    captured = capfd.readouterr()
    assert captured.out == ""
    said = captured.err.partition("numnet: ")[2]
    assert re.search(message, said), said
    assert "numnet/gradcheck" not in said, "the user's own places only"


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("layer.py", "expected FILE.py:forward,backward"),
        ("layer.txt:loss,grad", "expected FILE.py:forward,backward"),
        ("layer.py:a,b,c", "expected FILE.py:forward,backward"),
        ("layer.py:loss,", "expected FILE.py:forward,backward"),
        ("nowhere.py:loss,grad", "there is no file nowhere.py"),
    ],
)
def test_a_target_that_cannot_be_is_refused(target, message, capfd) -> None:
    assert main(["check", target]) == 2
    assert message in capfd.readouterr().err


def test_a_file_that_cannot_be_read_says_where(tmp_path, capfd) -> None:
    path = tmp_path / "broken.py"
    path.write_text("def loss(w):\n    return w +\n")
    assert main(["check", f"{path}:loss"]) == 2
    said = capfd.readouterr().err
    assert "line 2" in said
    assert "SyntaxError" in said


def test_a_file_that_exits_is_no_verdict(tmp_path, capfd) -> None:
    path = tmp_path / "exits.py"
    path.write_text("raise SystemExit(0)\n")
    assert main(["check", f"{path}:loss"]) == 2
    assert "SystemExit: 0" in capfd.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="signals as on POSIX")
def test_an_interruption_ends_both_processes(file, tmp_path) -> None:
    mark = tmp_path / "pid"
    source = Path(file).read_text() + textwrap.dedent(f"""
        def waits(dy, x, W):
            import os, subprocess, sys
            open({str(mark)!r}, "w").write(str(os.getpid()))
            subprocess.run([sys.executable, "-c", "import time; time.sleep(60)"])
    """)
    Path(file).write_text(source)
    parent = subprocess.Popen(
        [sys.executable, "-m", "numnet", "check", f"{file}:forward,waits"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not (mark.exists() and mark.read_text()):
        assert parent.poll() is None
        time.sleep(0.02)
    parent.send_signal(signal.SIGINT)
    # What the file started has stderr, too: this waits until the last of them is gone.
    _, said = parent.communicate(timeout=30)
    assert parent.returncode == 130
    assert "numnet: interrupted" in said
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)
