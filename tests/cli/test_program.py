"""The command line: exit status, messages, and what the main job leaves behind."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import numnet
from numnet import kernels
from numnet.cli import main

QUICK = ["--epochs", "2", "--hidden", "8", "--classes", "0,1"]
FILES = {
    "confusion-matrix.png",
    "history.json",
    "learning-curves.png",
    "misclassified.png",
    "model.npz",
    "weights.png",
}


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_main_job_proves_trains_and_writes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(QUICK) == 0
    said = capsys.readouterr().out
    assert {path.name for path in Path("numnet-out").iterdir()} == FILES
    # The order that matters: the table, then the proof, then the training.
    places = [said.index(word) for word in ("multiply-adds", "right", "training for", "test acc")]
    assert places == sorted(places)
    assert re.search(r"total +538 ", said), "64 * 8 + 8 + 8 * 2 + 2 parameters"
    assert max(map(len, said.splitlines())) <= 80

    history = json.loads(Path("numnet-out/history.json").read_text(encoding="utf-8"))
    assert len(history["loss"]) == len(history["val_accuracy"]) == 2
    assert history["stopped"] is None
    assert history["settings"]["classes"] == [0, 1]
    model = numnet.load("numnet-out/model.npz")
    digits = numnet.data.load_digits(classes=(0, 1))
    found = numnet.accuracy(digits.y_test, model.predict(digits.x_test))
    assert f"test accuracy     {100 * found:6.2f} %" in said
    assert found == history["val_accuracy"][-1]
    for name in FILES:
        if name.endswith(".png"):
            assert Path("numnet-out", name).read_bytes().startswith(b"\x89PNG")


def test_train_is_what_no_command_means() -> None:
    assert main([*QUICK, "--output", "a"]) == main(["train", *QUICK, "--output", "b"]) == 0
    assert Path("a/model.npz").read_bytes() == Path("b/model.npz").read_bytes()
    assert Path("a/weights.png").read_bytes() == Path("b/weights.png").read_bytes()


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "softplus", "tanh", "sigmoid"])
def test_every_activation_and_dtype(activation: str) -> None:
    words = ["--activation", activation, "--dtype", "float32", "--batch-size", "all", "--seed", "1"]
    assert main([*QUICK, *words]) == 0
    assert numnet.load("numnet-out/model.npz").parameters.dtype == np.float32


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--hidden", "0"], "--hidden: expected a positive whole number, got '0'"),
        (["--epochs", "many"], "--epochs: expected a positive whole number, got 'many'"),
        (["--lr", "-1"], "--lr: expected a number above 0, got '-1'"),
        (["--lr", "nan"], "--lr: expected a number above 0, got 'nan'"),
        (["--momentum", "1"], "--momentum: expected a number from 0 to below 1, got '1'"),
        (["--batch-size", "0"], "--batch-size: expected a positive whole number or `all`"),
        (["--seed", "-1"], "--seed: expected a whole number of at least 0, got '-1'"),
        (["--classes", "1;2"], "--classes: expected whole numbers with commas"),
        (["--classes", "1,17"], "17"),
        (["--classes", "3"], "at least 2 classes"),
        (["--activation", "swish"], "invalid choice: 'swish'"),
        (["--dtype", "float16"], "invalid choice: 'float16'"),
        (["--data", "cifar"], "invalid choice: 'cifar'"),
        (["--hiden", "3"], "unrecognized arguments: --hiden 3"),
        (["fly"], "unknown command 'fly'; there is train"),
        (["--lr", "1e200"], "Lower lr"),
    ],
)
def test_a_bad_value_is_one_clear_line(
    words: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*QUICK, *words] if words != ["fly"] else words) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("numnet: ")
    assert expected in line
    assert not list(Path().glob("numnet-out/*"))


def test_missing_mnist_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("NUMNET_DATA_DIR", raising=False)
    assert main(["--data", "mnist"]) == 2
    assert "NUMNET_DATA_DIR" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["file/below", "file"])
def test_an_output_that_is_no_folder(place: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("file").write_text("mine", encoding="utf-8")
    assert main([*QUICK, "--output", place]) == 2
    said = capsys.readouterr()
    assert "--output: cannot write to file" in said.err
    assert said.out == "", "found out before anything else is done"
    assert Path("file").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("factor", [-1.0, 2.0])
def test_wrong_gradients_are_not_trained(
    factor: float, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    right = kernels.relu_dx
    monkeypatch.setattr(kernels, "relu_dx", lambda dy, y: factor * right(dy, y))
    assert main(QUICK) == 1
    said = capsys.readouterr()
    assert "wrong" in said.out
    assert "nothing was trained" in said.err
    assert not list(Path("numnet-out").iterdir())


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    for word in ("--data", "--classes", "--hidden", "--activation", "--epochs", "--lr", "--seed",
                 "--momentum", "--batch-size", "--output", "--dtype", "exit status"):  # fmt: skip
        assert word in said
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"numnet {numnet.__version__}\n"


@pytest.mark.skipif(os.name != "posix", reason="sends a POSIX signal")
def test_ctrl_c_keeps_what_was_learned(empty_folder: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "numnet", "--epochs", "100000", "--classes", "0,1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("epoch"):
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "interrupted after" in out
    assert "Traceback" not in err
    assert {path.name for path in Path("numnet-out").iterdir()} >= {"model.npz", "history.json"}
