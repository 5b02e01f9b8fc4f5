"""The options of the main job: every one with wrong values, and how the help looks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from numnet.cli import main
from numnet.cli.settings import parser

QUICK = ["--epochs", "2", "--hidden", "4", "--classes", "0,1"]
POSITIVE = "expected a positive whole number, got"
CLASSES = "expected whole numbers with commas, such as 1,7,9, got"
HUGE = "9" * 40
# Option, value, and what is said of it: what was expected, then what came.
WRONG = [
    ("--data", "cifar", "invalid choice: 'cifar' (choose from "),
    ("--data", "", "invalid choice: ''"),
    ("--data", None, "expected one argument"),
    ("--classes", "1;2", f"{CLASSES} '1;2'"),
    ("--classes", "", f"{CLASSES} ''"),
    ("--classes", "1,,2", f"{CLASSES} '1,,2'"),
    ("--classes", "1,-2", f"{CLASSES} '1,-2'"),
    ("--classes", "1.5,2", f"{CLASSES} '1.5,2'"),
    ("--classes", "1,17", "expected classes from 0 to 9, got 17"),
    ("--classes", "1,7,1", "expected each class once, got 1 twice in (1, 7, 1)"),
    ("--classes", "3", "expected at least 2 classes to tell apart, got 3"),
    ("--augment=3", None, "ignored explicit argument '3'"),
    ("--hidden", "0", f"{POSITIVE} '0'"),
    ("--hidden", "-4", f"{POSITIVE} '-4'"),
    ("--hidden", "2.5", f"{POSITIVE} '2.5'"),
    ("--hidden", "1e3", f"{POSITIVE} '1e3'"),
    ("--hidden", HUGE, f"expected units that fit into memory, got {HUGE} ("),
    ("--hidden", "1000000000000000", "expected units that fit into memory, got 1000000000000000 ("),
    ("--activation", "swish", "invalid choice: 'swish' (choose from "),
    ("--activation", "ReLU", "invalid choice: 'ReLU'"),
    ("--epochs", "0", f"{POSITIVE} '0'"),
    ("--epochs", "many", f"{POSITIVE} 'many'"),
    ("--epochs", "", f"{POSITIVE} ''"),
    ("--epochs", "1" + "0" * 5000, POSITIVE),
    ("--lr", "0", "expected a number above 0, got '0'"),
    ("--lr", "-1", "expected a number above 0, got '-1'"),
    ("--lr", "nan", "expected a number above 0, got 'nan'"),
    ("--lr", "inf", "expected a number above 0, got 'inf'"),
    ("--lr", "1e999", "expected a number above 0, got '1e999'"),
    ("--lr", "0,2", "expected a number above 0, got '0,2'"),
    ("--lr", "1e+200", "Lower lr"),
    ("--momentum", "1", "expected a number from 0 to below 1, got '1'"),
    ("--momentum", "-0.1", "expected a number from 0 to below 1, got '-0.1'"),
    ("--momentum", "nan", "expected a number from 0 to below 1, got 'nan'"),
    ("--momentum", "much", "expected a number from 0 to below 1, got 'much'"),
    ("--batch-size", "0", f"{POSITIVE[:-5]} or `all`, got '0'"),
    ("--batch-size", "ALL", f"{POSITIVE[:-5]} or `all`, got 'ALL'"),
    ("--batch-size", "6.4", f"{POSITIVE[:-5]} or `all`, got '6.4'"),
    ("--seed", "-1", "expected a whole number of at least 0, got '-1'"),
    ("--seed", "now", "expected a whole number of at least 0, got 'now'"),
    ("--dtype", "float16", "invalid choice: 'float16' (choose from "),
    ("--dtype", "double", "invalid choice: 'double'"),
    ("--output", "", "expected the name of a folder, got ''"),
    ("--output", None, "expected one argument"),
]
FITTING = {
    "--hidden": "1", "--epochs": "1", "--lr": "1e-9", "--momentum": "0", "--batch-size": "1000000",
    "--seed": "0", "--classes": "9,0", "--dtype": "float32", "--activation": "tanh",
    "--data": "digits", "--output": "here",
}  # fmt: skip


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NUMNET_DATA_DIR", raising=False)


@pytest.mark.parametrize(
    ("option", "value", "expected"), WRONG, ids=lambda text: None if text is None else text[:30]
)
def test_a_wrong_value_is_one_line_that_names_its_option(
    option: str, value: str | None, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*QUICK, option, *([] if value is None else [value])]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    name = option.partition("=")[0]
    place = f"{name} {value}" if expected == "Lower lr" else name
    assert line.startswith(f"numnet: {place}: ")
    assert expected in line
    assert not list(Path().iterdir()), "nothing is written, and no empty folder left"


def test_every_option_is_in_the_table() -> None:
    options = {word for action in parser()._actions for word in action.option_strings}
    tried = {option.partition("=")[0] for option, _, _ in WRONG}
    assert tried == options - {"-h", "--help", "--version"}
    assert set(FITTING) == tried - {"--augment"}


def test_the_least_of_each_is_taken() -> None:
    words = [word for pair in FITTING.items() for word in pair]
    assert main(words) == 0
    assert main([*words, "--momentum", "0.99", "--batch-size", "all", "--seed", "9" * 30]) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--hiden", "3"], "unrecognized arguments: --hiden 3"),
        (["--hid", "3"], "unrecognized arguments: --hid 3"),
        (["train", "more"], "unrecognized arguments: more"),
    ],
)
def test_what_is_no_option(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert capsys.readouterr().err == f"numnet: {said}. Try numnet --help\n"


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_data_that_are_not_there_say_what_to_do(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", name]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"numnet: --data {name}: ")
    assert "NUMNET_DATA_DIR is not set" in said
    monkeypatch.setenv("NUMNET_DATA_DIR", "nowhere")
    assert main(["--data", name]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"numnet: --data {name}: ")
    assert "lacks train-images-idx3-ubyte.gz" in said
    assert not list(Path().iterdir())


def test_data_of_our_own_making(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMNET_DATA_DIR", ".")
    Path("mnist").mkdir()
    for part in ("train", "t10k"):
        head = [0, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0, 2]
        stem = f"mnist/{part}"
        Path(f"{stem}-images-idx3-ubyte").write_bytes(
            bytes([0, 0, 8, 3, *head, *range(0, 240, 10)])
        )
        Path(f"{stem}-labels-idx1-ubyte").write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 4, 3, 7, 3, 7]))
    assert main([*QUICK, "--data", "mnist", "--classes", "7,3", "--augment"]) == 0


def test_what_holds_by_default_is_what_the_help_says() -> None:
    said = {}
    for action in parser()._actions:
        if found := re.search(r"\(default: (.+)\)", action.help or ""):
            said[action.dest] = found[1]
    meant = {
        name: "all" if v is None else str(v) for name, v in vars(parser().parse_args([])).items()
    }
    assert said == {name: value for name, value in meant.items() if name != "augment"}


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_the_help_fits_the_terminal(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    assert max(map(len, said.splitlines())) <= columns
    words = " ".join(said.split())
    for option in {option.partition("=")[0] for option, _, _ in WRONG}:
        assert option in words
    for action in parser()._actions:
        for choice in action.choices or ():
            assert choice in words, action.option_strings
    assert "in the place of those of an earlier run" in words
    assert "exit status: 0 done; 1 the gradients are wrong" in words
