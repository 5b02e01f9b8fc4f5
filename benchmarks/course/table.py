"""All rows in the order of the course, and the table in a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from benchmarks.course import descent, exactness, modules, network, stack, training
from benchmarks.course.row import Row

ORDER = ("A10", "A-count", "A11", "A12", "A13", "A14", "B1", "B2", "B3")
_MODULES = (network, exactness, descent, training, modules, stack)
_FOUND = {row.name: row for module in _MODULES for row in module.ROWS}
ROWS: dict[str, Row] = {name: _FOUND[name] for name in ORDER}

WIDTHS = (7, 36, 53)


def chosen(text: str | None) -> list[Row]:
    """The rows named in a list with commas, in the course's order; all for None.

    Raises
    ------
    ValueError
        If a name is not a row's.

    Examples
    --------
    >>> [row.name for row in chosen("b3, a-count")]
    ['A-count', 'B3']
    """
    if text is None:
        return list(ROWS.values())
    known = {name.lower(): name for name in ROWS}
    asked = [part.strip().lower() for part in text.split(",")]
    unknown = [part for part in asked if part not in known]
    if unknown:
        raise ValueError(f"there is no row {unknown[0]!r}; the rows are {', '.join(ROWS)}")
    return [row for key, row in ((key, ROWS[known[key]]) for key in known) if key in asked]


def line(cells: Sequence[str]) -> str:
    """One row of the table, each cell wrapped to its column, 100 characters wide in all."""
    columns = [
        textwrap.wrap(cell, width) or [""] for cell, width in zip(cells, WIDTHS, strict=True)
    ]
    height = max(map(len, columns))
    filled = [column + [""] * (height - len(column)) for column in columns]
    return "\n".join(
        "  ".join(f"{part:{width}}" for part, width in zip(parts, WIDTHS, strict=True)).rstrip()
        for parts in zip(*filled, strict=True)
    )


HEADING = line(("row", "the report", "numnet, measured now")) + "\n" + "-" * 100
