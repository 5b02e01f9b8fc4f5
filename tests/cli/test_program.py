"""The command line: exit status, messages, and what the main job leaves behind."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import untraced

import numnet
from numnet import kernels
from numnet.cli import job, main, program, training

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


@untraced
def test_train_is_what_no_command_means() -> None:
    assert main([*QUICK, "--output", "a"]) == main(["train", *QUICK, "--output", "b"]) == 0
    assert Path("a/model.npz").read_bytes() == Path("b/model.npz").read_bytes()
    assert Path("a/weights.png").read_bytes() == Path("b/weights.png").read_bytes()


@untraced
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


def test_version(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    monkeypatch.setattr(sys, "argv", ["numnet", "--version"])
    assert main() == 0
    assert capsys.readouterr().out == f"numnet {numnet.__version__}\n" * 2


def test_python_runs_it_by_its_name(job: Callable[..., Any]) -> None:
    done = job("-m", "numnet", "--version")
    assert (done.returncode, done.stdout) == (0, f"numnet {numnet.__version__}\n")
    assert job("-c", "import numnet.__main__").stdout == ""


def test_an_unknown_command_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fly"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("numnet: unknown command 'fly'; there is train")
    assert not list(Path().iterdir())


@pytest.mark.parametrize("command", program.COMMANDS)
def test_each_command_but_the_doctor_takes_one_thread_unless_told_otherwise(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "3")
    assert main([command, "--help"]) == 0
    assert os.environ["OPENBLAS_NUM_THREADS"] == "3"
    del os.environ["OPENBLAS_NUM_THREADS"]
    assert main([command, "--help"]) == 0
    assert os.environ.get("OPENBLAS_NUM_THREADS") == (None if command == "doctor" else "1")


def test_too_little_memory_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fit(*arguments: object, **options: object) -> None:
        raise MemoryError("Unable to allocate 7 TiB")

    monkeypatch.setattr(job, "fit", fit)
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


def found(name: str, said: str) -> str:
    """What stands on the line of this name."""
    (line,) = [line for line in said.splitlines() if line.startswith(name)]
    return line.removeprefix(name).strip()


def test_what_is_told_is_what_was_learned(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--epochs", "1", "--hidden", "3", "--classes", "3,5,8,9", "--lr", "0.02"]
    assert main([*words, "--output", "a"]) == 0
    said = capsys.readouterr().out
    model = numnet.load("a/model.npz")
    digits = numnet.data.load_digits(classes=(3, 5, 8, 9))
    for part, x, y in (
        ("training", digits.x_train, digits.y_train),
        ("test", digits.x_test, digits.y_test),
    ):
        share = numnet.accuracy(y, model.predict(x))
        assert 0.1 < share < 0.99, "a share that shows its digits"
        assert found(f"{part} accuracy", said) == f"{100 * share:.2f} %"
    assert "training for 1 epoch ...\n" in said
    history = json.loads(Path("a/history.json").read_text(encoding="utf-8"))
    assert found("trained in", said) == f"{sum(history['seconds']):.1f} s"
    expected = vars(training.parser().parse_args(words))
    del expected["output"]
    assert history["settings"] == {**expected, "classes": [3, 5, 8, 9]}


def test_augmented_images_are_learned_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUICK, "--augment"]) == 0
    said = capsys.readouterr().out
    N = len(numnet.data.load_digits(classes=(0, 1)).x_train)
    assert f"--augment: {5 * N} training images" in said
    assert "training for 2 epochs ...\n" in said


@pytest.mark.parametrize(("epochs", "lines"), [(2, [1, 2]), (20, [1, 4, 8, 12, 16, 20])])
def test_a_log_has_some_five_lines(
    epochs: int, lines: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*QUICK, "--epochs", str(epochs)]) == 0
    said = capsys.readouterr()
    told = re.findall(r"^epoch +(\d+):", said.out + said.err, re.MULTILINE)
    assert [int(epoch) for epoch in told] == lines


def test_the_room_asked_for_is_that_of_the_results(monkeypatch: pytest.MonkeyPatch) -> None:
    rooms: list[int] = []

    def refuse(folder: Path, needed: int) -> None:
        rooms.append(needed)
        raise OSError("full")

    with monkeypatch.context() as patch:
        patch.setattr(training.output, "check_room", refuse)
        changes = ("--epochs 1002", "--hidden 9", "--dtype float32", "--hidden 3008")
        for more in ([], *map(str.split, changes)):
            assert main([*QUICK, *more]) == 2
    plain, long, wide, narrow, huge = rooms
    assert 60_000 < long - plain < 300_000, "a line of history.json an epoch"
    # A unit more has 64 weights in, a bias and 2 weights out; float32 halves 538 of 8 bytes.
    assert (wide - plain, plain - narrow) == (67 * 8, 538 * 4)
    assert huge - plain == 3000 * (wide - plain)
    assert main(QUICK) == 0
    assert sum(path.stat().st_size for path in Path("numnet-out").iterdir()) < plain < 2**21


@pytest.mark.parametrize(("verdict", "status"), [("wrong", 1), ("undecided", 3)])
def test_a_verdict_is_not_taken_for_another(
    verdict: str, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Report:
        def __bool__(self) -> bool:
            return False

    Report.verdict = "".join(list(verdict))  # type: ignore[attr-defined]
    monkeypatch.setattr(job, "check_model", lambda *values: Report())
    assert main(QUICK) == status
    said = capsys.readouterr()
    assert said.err == "numnet: the gradients are not proved; nothing was trained\n"
    assert not list(Path().iterdir())


def test_interrupted_while_it_measures(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*values: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "accuracy", interrupted)
    assert main(QUICK) == 130
    said = capsys.readouterr().out
    assert "interrupted; what was learned is kept, without the pictures not yet drawn" in said
    assert {path.name for path in Path("numnet-out").iterdir()} == {"history.json", "model.npz"}


def test_interrupted_in_the_first_epoch(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    right = job.fit

    def at_once(*values: Any, **options: Any) -> Any:
        history = right(*values, **{**options, "epochs": 1})
        for numbers in history.values():
            numbers.clear()
        history.stopped = "interrupted"
        return history

    monkeypatch.setattr(job, "fit", at_once)
    assert main(QUICK) == 130
    said = capsys.readouterr().out
    assert "interrupted after 0 epochs; what was learned is kept" in said
    assert found("trained in", said) == "0.0 s"
    assert {path.name for path in Path("numnet-out").iterdir()} == FILES - {"learning-curves.png"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--classes", "3"], "--classes: expected at least 2 classes to tell apart, got 3"),
        (["--classes", "3,12"], "--classes: expected classes from 0 to 9, got 12"),
        (["--data", "mnist"], "--data mnist: "),
        (
            ["--hidden", "9" * 40],
            f"--hidden: expected units that fit into memory, got {'9' * 40} (",
        ),
        (["--hidden", "1" + "0" * 15], "--hidden: expected units that fit into memory, got 1000"),
        (["--lr", "1e200"], "--lr 1e+200: "),
    ],
)
def test_an_option_that_cannot_be_met_is_named(
    words: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("NUMNET_DATA_DIR", raising=False)
    assert main([*QUICK, *words]) == 2
    assert capsys.readouterr().err.startswith(f"numnet: {said}")
    assert not list(Path().iterdir())
