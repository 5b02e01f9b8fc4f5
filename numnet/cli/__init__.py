"""The command line: one file per command."""

from .program import main

__all__ = ["main"]
