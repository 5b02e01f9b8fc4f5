"""Which mutants are taken: all of the folders that hold the formulas, a draw of every other."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
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


def possible(root: Path, folder: str) -> list[Mutant]:
    """All mutants of a folder."""
    texts = {f: (root / "numnet" / f).read_text(encoding="utf-8") for f in files(root, folder)}
    return [mutant for file, text in texts.items() for mutant in mutants(file, text)]


def sample(population: Sequence[Mutant], number: int, seed: int) -> list[Mutant]:
    """So many of them, drawn by the seed; one mutant more elsewhere moves one of the sample."""

    def lot(mutant: Mutant) -> bytes:
        return hashlib.sha256(repr((seed, mutant.key)).encode()).digest()

    drawn = set(sorted(population, key=lot)[:number])
    return [mutant for mutant in population if mutant in drawn]


def generated(
    every: dict[str, list[Mutant]], number: int | None, seed: int
) -> dict[str, list[Mutant]]:
    """Those to be executed of each folder; a number draws so many of them all."""
    drawn = {name: own if name in FULL else sample(own, DRAWN, seed) for name, own in every.items()}
    if number is None:
        return drawn
    kept = set(sample([mutant for own in drawn.values() for mutant in own], number, seed))
    return {name: [mutant for mutant in own if mutant in kept] for name, own in drawn.items()}
