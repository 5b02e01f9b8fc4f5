"""Small NumPy expressions that reproduce a claimed gradient, and the true one."""

from __future__ import annotations

from .search import Found, find_expressions

__all__ = ["Found", "find_expressions"]
