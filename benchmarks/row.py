"""What a row of the table is, and what its measurement hands back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from matplotlib.figure import Figure


@dataclass(frozen=True)
class Outcome:
    """What a row measured.

    Parameters
    ----------
    figure : str
        numnet's figure, for the table.
    numbers : dict
        The same and more as numbers, ready for JSON.
    right : bool
        Whether the row's claim holds.
    data : str
        The data used, if they are not random.
    details : str
        Markdown that stands below the table.
    pictures : dict of str to Figure
        By a short name.
    """

    figure: str
    numbers: dict[str, Any]
    right: bool = True
    data: str = ""
    details: str = ""
    pictures: dict[str, Figure] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """A row of a table: name, the figure to compare with, what is measured, and how.

    `measure(quick)` returns an Outcome; quick runs take seconds and prove less.
    """

    name: str
    report: str
    measures: str
    measure: Callable[[bool], Outcome]


def markdown(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A Markdown table; a bar within a cell is escaped.

    Examples
    --------
    >>> print(markdown(["Q", "test %"], [[10, 92.5]]))
    | Q | test % |
    |---|---|
    | 10 | 92.5 |
    """
    lines = [list(head), *rows]
    cells = [[str(cell).replace("|", r"\|") for cell in line] for line in lines]
    text = ["| " + " | ".join(line) + " |" for line in cells]
    return "\n".join([text[0], "|" + "---|" * len(head), *text[1:]])
