"""Every tutorial runs as a script without a warning, draws its pictures and keeps its claims."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

import numnet

Claims = dict[str, list[float]]

TUTORIALS = sorted((Path(__file__).parents[1] / "tutorials").glob("[0-9]*.py"))
every_tutorial = pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)

# Run as the script that it is; what is left of it are its claims, each a value and two bounds.
RUN = """
import json, runpy, sys
claims = runpy.run_path(sys.argv[1], run_name="__main__")["claims"]
with open(sys.argv[2], "w", encoding="utf-8") as file:
    json.dump({name: [float(number) for number in claim] for name, claim in claims.items()}, file)
"""


def run(path: Path, folder: Path) -> tuple[Claims, str]:
    """The claims of a tutorial run in `folder`, in a process of its own."""
    claims = folder.with_name("claims.json")
    home = str(Path(numnet.__file__).parents[1])
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", RUN, str(path), str(claims)],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": home,
            "PYTHONIOENCODING": "utf-8",
            # Where Hypothesis keeps what it learned of the code; by default the current folder.
            "HYPOTHESIS_STORAGE_DIRECTORY": str(folder.with_name("hypothesis")),
        },
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, ""), result.stderr
    return json.loads(claims.read_text(encoding="utf-8")), result.stdout


def broken(claims: Claims) -> Claims:
    """The claims whose value is not within its bounds; NaN is within none."""
    return {name: claim for name, claim in claims.items() if not claim[1] <= claim[0] <= claim[2]}


def can_fail(value: float, low: float, high: float) -> bool:
    """Whether there is a number that would break the claim."""
    return low > -np.inf or high < np.inf


def cells(path: Path) -> tuple[list[str], list[str]]:
    """The prose cells and the code cells of a tutorial."""
    parts = re.split(r"^# %%", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert parts[0] == "", "a tutorial begins with a cell"
    prose = [part for part in parts[1:] if part.startswith(" [markdown]\n")]
    code = [part for part in parts[1:] if part.startswith("\n")]
    assert len(prose) + len(code) == len(parts) - 1
    return prose, code


def test_there_are_tutorials_numbered_from_1() -> None:
    numbers = [int(path.name[:2]) for path in TUTORIALS]
    assert numbers[:4] == [1, 2, 3, 4]
    assert len(set(numbers)) == len(numbers)


@every_tutorial
def test_a_tutorial_runs_draws_and_keeps_its_claims(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    claims, printed = run(path, folder)

    assert claims
    assert broken(claims) == {}
    assert [name for name, claim in claims.items() if not can_fail(*claim)] == []
    assert [name for name in claims if name not in printed] == []

    promised = set(re.findall(rf"{path.name[:2]}-[a-z0-9-]+\.png", path.read_text("utf-8")))
    made = [file for file in folder.rglob("*") if file.is_file()]
    assert promised
    assert {str(file.relative_to(folder).as_posix()) for file in made} == {
        f"numnet-out/tutorials/{name}" for name in promised
    }
    for file in made:
        assert imread(file)[..., :3].std() > 0.01, f"{file.name} is empty"


@every_tutorial
def test_a_tutorial_is_a_lesson(path: Path) -> None:
    prose, code = cells(path)
    assert re.match(rf" \[markdown\]\n# # {int(path.name[:2])}\. ", prose[0])
    for word in ("Goal", "Prerequisites", "Duration", "Outcome"):
        assert f"# **{word}.** " in prose[0]
    assert sum("Before you run the next cell: " in part for part in prose) >= 3
    assert re.search(r"^claims = \{$", code[-1], re.MULTILINE)
    assert "## Three questions" in prose[-1]
    questions = prose[-1].split("<details>")[0]
    assert re.findall(r"^# (\d)\. ", questions, re.MULTILINE) == ["1", "2", "3"]


@every_tutorial
def test_prose_cells_are_comments(path: Path) -> None:
    for part in cells(path)[0]:
        lines = [line for line in part.split("\n")[1:] if line]
        assert [line for line in lines if not line.startswith("#")] == []


@pytest.mark.parametrize("value", [0.9, 2.1, np.nan, np.inf])
def test_a_claim_out_of_its_bounds_is_broken(value: float) -> None:
    claims = {"good": [1.5, 1.0, 2.0], "exact": [3.0, 3.0, 3.0], "bad": [value, 1.0, 2.0]}
    assert list(broken(claims)) == ["bad"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("import warnings; warnings.warn('beware')", "beware"),
        ("import numpy; numpy.exp(numpy.array([1e3]))", "overflow"),
        ("raise ValueError('broken')", "broken"),
        ("import sys; sys.stderr.write('noise')", "noise"),
    ],
)
def test_what_a_tutorial_must_not_do(line: str, message: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(f"{line}\nclaims = {{'one': (1, 1, 1)}}\n", encoding="utf-8")
    folder = tmp_path / "empty"
    folder.mkdir()
    with pytest.raises(AssertionError, match=message):
        run(script, folder)
