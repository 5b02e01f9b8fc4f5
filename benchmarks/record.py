"""Results on disk: one entry a row, merged into JSON and written out as Markdown."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.machine import sentence
from benchmarks.row import Outcome, Row, markdown
from numnet.atomic import write_atomically

Entries = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Page:
    """Where a table's results go and what stands above them.

    Parameters
    ----------
    stem : str
        The files are STEM.json, STEM.md and STEM-picture.png.
    title, introduction : str
        Markdown above the table.
    columns : tuple of str
        What a row is called, what its figure is compared with, what the figure is.
    order : tuple of str
        The names of all rows.
    """

    stem: str
    title: str
    introduction: str
    columns: tuple[str, str, str]
    order: tuple[str, ...]


def entry(
    row: Row, outcome: Outcome, stem: str, date: str, seconds: float, machine: Mapping[str, Any]
) -> dict[str, Any]:
    """What is kept of one measured row."""
    return {
        "report": row.report,
        "measures": row.measures,
        "figure": outcome.figure,
        "right": outcome.right,
        "numbers": outcome.numbers,
        "data": outcome.data,
        "details": outcome.details,
        "pictures": [f"{stem}-{name}.png" for name in outcome.pictures],
        "date": date,
        "seconds": round(seconds, 1),
        "machine": dict(machine),
    }


def merge(old: Entries, new: Entries, order: tuple[str, ...]) -> Entries:
    """Entries of both in the table's order; a row measured again replaces its old entry.

    Examples
    --------
    >>> merge({"B1": {"n": 1}, "A10": {"n": 2}}, {"B1": {"n": 3}}, ("A10", "B1"))
    {'A10': {'n': 2}, 'B1': {'n': 3}}
    """
    both = {**old, **new}
    rest = [name for name in both if name not in order]
    return {name: both[name] for name in (*order, *rest) if name in both}


def read(path: Path) -> Entries:
    """The entries of a JSON file, none if there is no such file.

    Raises
    ------
    ValueError
        If the file is no table of results.
    """
    if not path.exists():
        return {}
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path.name} is no table of results; remove it or repair it") from error
    if not isinstance(rows, dict):
        raise ValueError(f"{path.name} is no table of results; remove it or repair it")
    return rows


def write(
    folder: Path, stem: str, new: Entries, outcomes: Mapping[str, Outcome], page: Page
) -> list[str]:
    """Merge into STEM.json and STEM.md in the folder, pictures beside them; the names written.

    Raises
    ------
    OSError, ValueError
        If the folder cannot be written to, or holds a STEM.json of something else.
    """
    folder.mkdir(parents=True, exist_ok=True)
    entries = merge(read(folder / f"{stem}.json"), new, page.order)
    names = []
    for outcome in outcomes.values():
        for name, figure in outcome.pictures.items():
            buffer = io.BytesIO()
            figure.savefig(buffer, format="png", metadata={"Software": None})
            names.append(f"{stem}-{name}.png")
            write_atomically(folder / names[-1], buffer.getvalue())
    text = json.dumps({"rows": entries}, indent=1, allow_nan=False) + "\n"
    write_atomically(folder / f"{stem}.json", text.encode())
    write_atomically(folder / f"{stem}.md", document(entries, page).encode())
    return [f"{stem}.json", f"{stem}.md", *names]


def document(entries: Entries, page: Page) -> str:
    """The Markdown page: the table, then each row's details, then the machines."""
    machines: list[str] = []
    lines, sections = [], []
    for name, e in entries.items():
        machine = sentence(e["machine"])
        if machine not in machines:
            machines.append(machine)
        figure = e["figure"] if e["right"] else f"**not reached:** {e['figure']}"
        number = machines.index(machine) + 1
        time = f"{e['seconds']:g} s at load {e['machine']['load']}"
        lines.append([name, e["report"], figure, e["date"], time, f"[{number}]"])
        if e["details"] or e["data"] or e["pictures"]:
            pictures = [f"![{name}]({picture})" for picture in e["pictures"]]
            data = f"Data: {e['data']}." if e["data"] else ""
            section = [f"## {name}: {e['measures']}", data, e["details"], *pictures]
            sections.append("\n\n".join(part for part in section if part))
    parts = [
        f"# {page.title}",
        page.introduction,
        markdown((*page.columns, "date", "time", "machine"), lines),
        *sections,
        "## Machines",
        "\n".join(f"{i}. {machine}" for i, machine in enumerate(machines, 1)),
    ]
    return "\n\n".join(parts) + "\n"
