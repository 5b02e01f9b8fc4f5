"""Small NumPy expressions that reproduce a claimed gradient, and the true one."""

from __future__ import annotations

from .candidates import Candidates
from .search import Found, find_expressions

__all__ = ["Candidates", "Found", "find_expressions"]
