"""All rows in the order of the course."""

from __future__ import annotations

from benchmarks import command
from benchmarks.course import (
    between,
    beyond,
    deep,
    derivations,
    descent,
    exactness,
    highways,
    modules,
    network,
    neuron,
    objects,
    overfitting,
    remedies,
    shallow,
    shifted,
    stack,
    starts,
    training,
)
from benchmarks.record import Page
from benchmarks.row import Row

ORDER = (
    "A10",
    "A-count",
    "A11",
    "A12",
    "A13",
    "A14",
    "A15-17",
    "A18",
    "A19",
    "A20",
    "B1",
    "B2",
    "B3",
    "B4",
    "B5",
    "B6",
    "B7",
    "B8",
    "B9",
    "beyond",
    "gap",
    "augment",
)
_MODULES = (
    network,
    exactness,
    descent,
    training,
    derivations,
    starts,
    objects,
    modules,
    stack,
    neuron,
    overfitting,
    shallow,
    between,
    deep,
    highways,
    beyond,
    remedies,
    shifted,
)
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
