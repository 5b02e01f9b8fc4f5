"""The bank: one file a family, each with its CASES, a mistake beside its right version."""

from __future__ import annotations

import importlib
import pkgutil

from benchmarks.checker.case import Case


def cases() -> list[Case]:
    """All cases, family by family in the order of the files' names.

    Raises
    ------
    ValueError
        If two cases have one name.
    """
    found: list[Case] = []
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__)):
        found += importlib.import_module(f"{__name__}.{module}").CASES
    seen: set[str] = set()
    for case in found:
        if case.name in seen:
            raise ValueError(f"two cases are called {case.name!r}")
        seen.add(case.name)
    return found
