"""Imports, each in a process of its own."""

from __future__ import annotations

from benchmarks.growth.imports import PROGRAMS


def timeraw_numnet() -> str:
    """The package alone."""
    return PROGRAMS["numnet"]


def timeraw_first_use() -> str:
    """What a first training uses."""
    return PROGRAMS["first use"]
