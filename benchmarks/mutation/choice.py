"""Which mutants are taken: all of the folders that hold the formulas, a draw of every other."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.mutation.mutants import Mutant, mutants

FULL = ("kernels", "layers", "losses", "optim")
DRAWN = 300


def folders(root: Path) -> list[str]:
    """The folders of numnet that hold Python files, `FULL` first; "numnet" is that beside them."""
    found = {path.relative_to(root).parts[:-1][:2][-1] for path in root.glob("numnet/**/*.py")}
    return sorted(found, key=lambda name: (name not in FULL, name))


def files(root: Path, folder: str) -> list[str]:
    """The files of a folder, as "kernels/affine.py"; "numnet" holds the modules of no folder."""
    package = root / "numnet"
    paths = package.glob("*.py") if folder == "numnet" else (package / folder).rglob("*.py")
    return sorted(path.relative_to(package).as_posix() for path in paths)


def wanted(root: Path, only: Sequence[str]) -> dict[str, list[str]]:
    """The files of each folder that is named, or of which a file is named.

    Raises
    ------
    ValueError
        If a name is neither a folder's nor a file's.
    """
    known = {name: files(root, name) for name in folders(root)}
    for name in only:
        if name not in known and all(name not in own for own in known.values()):
            raise ValueError(
                f"there is no folder or file {name!r} in numnet; a file is named as "
                f"kernels/affine.py, and the folders are {', '.join(known)}"
            )
    taken = {
        name: own if name in only else [file for file in own if file in only]
        for name, own in known.items()
    }
    return {name: own for name, own in taken.items() if own}


def possible(root: Path, folder: str, taken: Sequence[str] | None = None) -> list[Mutant]:
    """All mutants of a folder; those of the files taken if no draw asks for the others."""
    own = files(root, folder) if taken is None or folder not in FULL else taken
    texts = {file: (root / "numnet" / file).read_text(encoding="utf-8") for file in own}
    return [mutant for file, text in texts.items() for mutant in mutants(file, text)]


def sample(population: Sequence[Mutant], number: int, seed: int) -> list[Mutant]:
    """So many of them, drawn by the seed; one mutant more elsewhere moves one of the sample."""

    def lot(mutant: Mutant) -> bytes:
        return hashlib.sha256(repr((seed, mutant.key)).encode()).digest()

    drawn = set(sorted(population, key=lot)[:number])
    return [mutant for mutant in population if mutant in drawn]


def generated(
    every: Mapping[str, list[Mutant]],
    taken: Mapping[str, Sequence[str]],
    number: int | None,
    seed: int,
) -> dict[str, list[Mutant]]:
    """Those to be executed of each folder's files; a number draws so many of them all."""
    drawn = {name: own if name in FULL else sample(own, DRAWN, seed) for name, own in every.items()}
    drawn = {name: [m for m in own if m.file in taken[name]] for name, own in drawn.items()}
    if number is None:
        return drawn
    kept = set(sample([mutant for own in drawn.values() for mutant in own], number, seed))
    return {name: [mutant for mutant in own if mutant in kept] for name, own in drawn.items()}
