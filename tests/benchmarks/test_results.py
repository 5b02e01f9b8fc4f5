"""Results are merged row by row and survive on disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from benchmarks import machine, record
from benchmarks.course.table import ORDER, PAGE
from benchmarks.row import Outcome, Row, markdown

names = st.dictionaries(st.sampled_from(ORDER), st.fixed_dictionaries({"n": st.integers()}))


@given(names, names)
def test_a_new_row_replaces_and_the_rest_stays(old: Any, new: Any) -> None:
    before = json.dumps([old, new])
    both = record.merge(old, new, ORDER)
    assert json.dumps([old, new]) == before
    assert set(both) == set(old) | set(new)
    assert list(both) == [name for name in ORDER if name in both]
    for name, entry in both.items():
        assert entry == (new[name] if name in new else old[name])


def test_a_row_that_is_no_longer_known_is_kept() -> None:
    assert list(record.merge({"Z9": {}}, {"B1": {}}, ORDER)) == ["B1", "Z9"]


def entry(name: str, figure: str, stem: str = "course", **more: Any) -> record.Entries:
    row = Row(name, "the report", "something", lambda quick: outcome)
    outcome = Outcome(figure, {"n": 1}, **more)
    return {name: record.entry(row, outcome, stem, "2030-01-02", 1.0, machine.facts())}


def test_written_twice(tmp_path: Path) -> None:
    first = Outcome("old", {}, pictures={"b3": Figure(figsize=(1, 1))})
    both = entry("B3", "old", pictures=first.pictures) | entry("A10", "kept")
    written = record.write(tmp_path, "course", both, {"B3": first}, PAGE)
    assert sorted(written) == ["course-b3.png", "course.json", "course.md"]
    record.write(tmp_path, "course", entry("B3", "new", right=False), {}, PAGE)
    rows = record.read(tmp_path / "course.json")
    assert [(name, rows[name]["figure"]) for name in rows] == [("A10", "kept"), ("B3", "new")]
    page = (tmp_path / "course.md").read_text()
    assert "kept" in page
    assert "**not reached:** new" in page
    assert "old" not in page
    assert (tmp_path / "course-b3.png").read_bytes().startswith(b"\x89PNG")


def test_quick_results_stand_apart(tmp_path: Path) -> None:
    record.write(tmp_path, "course", entry("B1", "full"), {}, PAGE)
    record.write(tmp_path, "course-quick", entry("B1", "quick", "course-quick"), {}, PAGE)
    assert record.read(tmp_path / "course.json")["B1"]["figure"] == "full"
    assert record.read(tmp_path / "course-quick.json")["B1"]["figure"] == "quick"


@pytest.mark.parametrize("text", ["", "[]", '{"rows": 3}', "{}"])
def test_a_file_of_something_else_is_refused_and_kept(tmp_path: Path, text: str) -> None:
    path = tmp_path / "course.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"course\.json is no table of results"):
        record.write(tmp_path, "course", entry("B1", "new"), {}, PAGE)
    assert path.read_text() == text


def test_no_number_is_lost_to_nan(tmp_path: Path) -> None:
    bad = entry("B1", "new")
    bad["B1"]["numbers"] = {"n": float("nan")}
    with pytest.raises(ValueError, match="not JSON compliant"):
        record.write(tmp_path, "course", bad, {}, PAGE)


def test_a_bar_within_a_cell_is_no_new_cell() -> None:
    assert markdown(["a"], [["|x|"]]).splitlines()[-1] == r"| \|x\| |"


def test_machine_tells_no_path() -> None:
    facts = machine.facts()
    assert json.loads(json.dumps(facts)) == facts
    assert str(Path.home()) not in machine.sentence(facts)
    assert machine.variables({"OMP_PLACES": "/secret", "PATH": "/bin", "OPENBLAS_X": "1"}) == {
        "OMP_PLACES": "(a path)",
        "OPENBLAS_X": "1",
    }
