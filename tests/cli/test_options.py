"""The values of options: what is taken, and what is refused with a word on what was expected."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numnet.cli import options

WORDS = ["", "one", "1.5", "0x10", "1e3", "1,2"]


@given(st.integers(-3, 3) | st.integers())
def test_whole_numbers_are_taken_from_the_least_on(n: int) -> None:
    for read, least in ((options.positive_integer, 1), (options.seed, 0), (options.batch_size, 1)):
        if n >= least:
            assert read(str(n)) == n
        else:
            with pytest.raises(argparse.ArgumentTypeError, match=f"whole number.*got '{n}'$"):
                read(str(n))


@pytest.mark.parametrize("text", WORDS)
@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (options.positive_integer, "expected a positive whole number, got "),
        (options.seed, "expected a whole number of at least 0, got "),
        (options.batch_size, "expected a positive whole number or `all`, got "),
    ],
)
def test_what_is_no_whole_number_is_refused(read, expected: str, text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError) as refusal:
        read(text)
    assert str(refusal.value) == f"{expected}{text!r}"


def test_all_is_the_full_batch() -> None:
    assert options.batch_size("all") is None
    with pytest.raises(argparse.ArgumentTypeError):
        options.batch_size("al")
    with pytest.raises(argparse.ArgumentTypeError):
        options.batch_size("full")


@given(st.lists(st.integers(0, 20), min_size=1, max_size=5))
def test_classes_are_numbers_with_commas(numbers: list[int]) -> None:
    assert options.classes(",".join(map(str, numbers))) == tuple(numbers)


@pytest.mark.parametrize("text", ["", ",", "1,", "1;2", "1,-1", "1,x"])
def test_other_classes_are_quoted_whole(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError) as refusal:
        options.classes(text)
    assert str(refusal.value) == (
        f"expected whole numbers with commas, such as 1,7,9, got {text!r}"
    )


@given(st.floats())
def test_numbers_above_zero_and_shares(x: float) -> None:
    for read, fits, expected in (
        (options.positive_number, 0 < x < float("inf"), "a number above 0"),
        (options.share, 0 <= x < 1, "a number from 0 to below 1"),
    ):
        if fits:
            assert read(repr(x)) == x
        else:
            with pytest.raises(argparse.ArgumentTypeError, match=f"expected {expected}, got"):
                read(repr(x))


@pytest.mark.parametrize("read", [options.positive_number, options.share])
@pytest.mark.parametrize("text", ["", "much", "0,5", "nan", "inf", "-inf", "-1"])
def test_what_is_no_number_is_refused(read, text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=f"expected a number .*got '{text}'$"):
        read(text)


def test_the_ends_of_both() -> None:
    assert options.share("0") == 0
    assert options.share("0.9999") == 0.9999
    assert options.positive_number("1e-300") == 1e-300
    assert options.positive_number("1.5") == 1.5
    for read, text in ((options.share, "1"), (options.positive_number, "0")):
        with pytest.raises(argparse.ArgumentTypeError):
            read(text)


def test_a_folder_has_a_name() -> None:
    assert options.folder("a/b") == Path("a/b")
    with pytest.raises(argparse.ArgumentTypeError, match="name of a folder, got ''"):
        options.folder("")


def test_an_error_is_one_line_and_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    parser = options.Parser(prog="job")
    parser.add_argument("--number", type=options.seed)
    with pytest.raises(SystemExit) as end:
        parser.parse_args(["--number", "-1"])
    assert end.value.code == 2
    said = capsys.readouterr()
    assert said.err == (
        "numnet: --number: expected a whole number of at least 0, got '-1'. Try job --help\n"
    )
    assert said.out == ""
