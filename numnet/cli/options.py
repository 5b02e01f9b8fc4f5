"""The values of options: read, or refused in one line that says what was expected."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
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
    expected = "whole numbers with commas, such as 1,7,9"
    try:
        return tuple(_integer(word, 0, expected) for word in text.split(","))
    except argparse.ArgumentTypeError:
        raise argparse.ArgumentTypeError(f"expected {expected}, got {text!r}") from None


def positive_number(text: str) -> float:
    return _number(text, lambda x: 0 < x < math.inf, "a number above 0")


def share(text: str) -> float:
    return _number(text, lambda x: 0 <= x < 1, "a number from 0 to below 1")


def folder(text: str) -> Path:
    if not text:
        # Path("") is the current folder, which nobody means by an empty word.
        raise argparse.ArgumentTypeError("expected the name of a folder, got ''")
    return Path(text)


def _integer(text: str, least: int, expected: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if number < least:
        raise argparse.ArgumentTypeError(f"expected {expected}, got {text!r}")
    return number


def _number(text: str, fits: Callable[[float], bool], expected: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not fits(number):
        raise argparse.ArgumentTypeError(f"expected {expected}, got {text!r}")
    return number
