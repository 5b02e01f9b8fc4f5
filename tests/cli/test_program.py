"""The command line: exit status, messages, and what the main job leaves behind."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest

import numnet
from numnet import kernels
from numnet.cli import main, program, training

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
    assert not list(Path().iterdir()), "the folder made for nothing is gone"


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"numnet {numnet.__version__}\n"


def test_an_unknown_command_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fly"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("numnet: unknown command 'fly'; there is train")
    assert not list(Path().iterdir())


def test_too_little_memory_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fit(*arguments: object, **options: object) -> None:
        raise MemoryError("Unable to allocate 7 TiB")

    monkeypatch.setattr(training, "fit", fit)
    assert main(QUICK) == 2
    assert capsys.readouterr().err == "numnet: not enough memory: Unable to allocate 7 TiB\n"
    assert not list(Path().iterdir())


def test_an_interrupted_import_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(program, "import_module", interrupted)
    assert main(QUICK) == 130
    assert capsys.readouterr().err == "numnet: interrupted; nothing was written\n"


@pytest.mark.parametrize(
    ("stays_open", "status"), [(BrokenPipeError(32, "Broken pipe"), 0), (OSError(5, "I/O"), 2)]
)
def test_the_status_tells_of_an_output_that_failed(
    stays_open: OSError,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Failing(io.StringIO):
        def write(self, text: str) -> int:
            raise stays_open

    with open("target", "wb") as file:
        failing = Failing()
        monkeypatch.setattr(failing, "fileno", file.fileno)
        monkeypatch.setattr(sys, "stdout", failing)
        assert main(["--version"]) == status
    expected = "numnet: standard output: I/O\n" if status else ""
    assert capsys.readouterr().err == expected


@pytest.mark.parametrize("interrupted", [True, False])
def test_an_interrupted_compiled_module_is_no_traceback(
    interrupted: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def importing(name: str) -> None:
        cause = KeyboardInterrupt() if interrupted else None
        raise ImportError("initialization failed") from cause

    monkeypatch.setattr(program, "import_module", importing)
    if interrupted:
        assert main(QUICK) == 130
        assert capsys.readouterr().err == "numnet: interrupted; nothing was written\n"
    else:
        with pytest.raises(ImportError):
            main(QUICK)
