"""All rows in the order of the course."""

from __future__ import annotations

from benchmarks import command
from benchmarks.course import descent, exactness, modules, network, shifted, stack, training
from benchmarks.record import Page
from benchmarks.row import Row

ORDER = ("A10", "A-count", "A11", "A12", "A13", "A14", "B1", "B2", "B3", "augment")
_MODULES = (network, exactness, descent, training, modules, stack, shifted)
_FOUND = {row.name: row for module in _MODULES for row in module.ROWS}
ROWS: dict[str, Row] = {name: _FOUND[name] for name in ORDER}

PAGE = Page(
    "course",
    "The course's rows",
    "Each row of the course's two reports beside numnet's figure, as "
    "`python -m benchmarks.course` measured it.",
    ("row", "the report", "numnet"),
    ORDER,
)


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
    return command.chosen(ROWS, text)
