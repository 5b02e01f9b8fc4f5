"""Models in files."""

from .archive import load, save

__all__ = ["load", "save"]
