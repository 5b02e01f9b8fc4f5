"""Survivors that have been looked at, each with the reason why no test is to kill it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from benchmarks.mutation.mutants import Mutant

FILE = Path(__file__).with_name("accepted.toml")
EQUIVALENT = "equivalent: "
KINDS = (EQUIVALENT, "not worth a test: ")
Key = tuple[str, str, str, str, int]


def read(path: Path) -> dict[Key, str]:
    """The reason of each accepted survivor.

    An entry names `file`, `line` as it stands there, `mutants` as "Operator: the line after", `nth`
    (0 by default: how many of the same stand above) and `reason`, which begins with one of `KINDS`.

    Raises
    ------
    ValueError
        If an entry lacks something, has no such reason, or stands twice.
    """
    reasons: dict[Key, str] = {}
    for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("accepted", []):
        try:
            file, line, reason = entry["file"], entry["line"], entry["reason"]
            names = [mutant.split(": ", 1) for mutant in entry["mutants"]]
            keys = [(file, name, line, after, entry.get("nth", 0)) for name, after in names]
        except (KeyError, ValueError) as error:
            raise ValueError(f"{path.name}: an entry lacks {error}: {entry}") from error
        if not reason.startswith(KINDS):
            raise ValueError(f"{path.name}: a reason begins with one of {KINDS}, got {reason!r}")
        for key in keys:
            if key in reasons:
                raise ValueError(f"{path.name}: {key} stands twice")
            reasons[key] = reason
    return reasons


def stale(
    reasons: Mapping[Key, str], possible: Sequence[Mutant], killed: Iterable[Mutant]
) -> list[str]:
    """What is accepted of the files of `possible` though no mutant is such, or though it died."""
    files, known = {m.file for m in possible}, {m.key for m in possible}
    dead = {m.key for m in killed}
    faults = []
    for key in reasons:
        file, operator, before, after, nth = key
        if file in files and (key not in known or key in dead):
            fault = "was killed" if key in dead else "there is no such mutant"
            faults.append(f"`{file} {operator}: - {before} + {after}` ({nth} above it): {fault}")
    return faults
