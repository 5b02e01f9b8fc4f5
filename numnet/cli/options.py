"""The values of options: read, or refused in one line that says what was expected."""

from __future__ import annotations

import argparse
import math
import tempfile
from pathlib import Path
from typing import NoReturn


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, without the usage before it."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"numnet: {message.removeprefix('argument ')}. Try {self.prog} --help\n")


def positive_integer(text: str) -> int:
    return _integer(text, 1, "a positive whole number")


def seed(text: str) -> int:
    return _integer(text, 0, "a whole number of at least 0")


def batch_size(text: str) -> int | None:
    return None if text == "all" else _integer(text, 1, "a positive whole number or `all`")


def classes(text: str) -> tuple[int, ...]:
    return tuple(
        _integer(word, 0, "whole numbers with commas, such as 1,7,9") for word in text.split(",")
    )


def positive_number(text: str) -> float:
    return _number(text, lambda x: 0 < x < math.inf, "a number above 0")


def share(text: str) -> float:
    return _number(text, lambda x: 0 <= x < 1, "a number from 0 to below 1")


def writable_folder(folder: Path) -> None:
    """Make the folder, and find out before a long run whether it can be written to.

    Raises
    ------
    OSError
        If not, naming the option.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OSError(
            f"--output: cannot write to {folder}: {error.strerror or error}. Name another folder"
        ) from None


def _integer(text: str, least: int, expected: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if number < least:
        raise argparse.ArgumentTypeError(f"expected {expected}, got {text!r}")
    return number


def _number(text: str, fits: object, expected: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not fits(number):  # type: ignore[operator]
        raise argparse.ArgumentTypeError(f"expected {expected}, got {text!r}")
    return number
