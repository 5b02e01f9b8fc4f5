"""The command line of the course's rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import record
from benchmarks.course import command, table


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--rows", "A99"], "there is no row 'a99'; the rows are A10, "),
        (["--rows", ""], "there is no row ''"),
        (["--rows", "A14,,B3"], "there is no row ''"),
        (["--fast"], "unrecognized arguments: --fast"),
        (["--rows"], "expected one argument"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        command.main(arguments)
    out, err = capsys.readouterr()
    assert stopped.value.code == 2
    assert message in err
    assert err.count("\n") == 1
    assert not out


def test_a_folder_that_cannot_be_is_said_before_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SystemExit) as stopped:
        command.main(["--rows", "B1", "--output", str(tmp_path / "file" / "folder")])
    assert stopped.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_rows_are_taken_in_the_course_s_order() -> None:
    assert [row.name for row in table.chosen(" b3 ,A10, a-COUNT")] == ["A10", "A-count", "B3"]
    assert tuple(row.name for row in table.chosen(None)) == table.ORDER


def test_the_help_names_the_rows(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        command.main(["--help"])
    assert stopped.value.code == 0
    assert "A-count" in capsys.readouterr().out


def test_a_run_prints_the_table_and_merges(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["--rows", "A-count,B1,B2", "--output", str(tmp_path)]) == 0
    assert command.main(["--rows", "A10", "--output", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert max(len(part) for part in out.splitlines() if str(tmp_path) not in part) == 100
    rows = record.read(tmp_path / "course.json")
    assert list(rows) == ["A10", "A-count", "B1", "B2"]
    assert rows["A-count"]["numbers"] == {"28x28": 7883, "256x256": 655403}
    assert all(row["right"] for row in rows.values())


def test_full_results_have_a_home_and_quick_ones_have_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "RESULTS", tmp_path / "results")
    assert command.main(["--rows", "B2", "--quick"]) == 0
    assert not (tmp_path / "results").exists()
    assert "nothing is written" in capsys.readouterr().out
    assert command.main(["--rows", "B2", "--quick", "--output", str(tmp_path)]) == 0
    assert (tmp_path / "course-quick.json").exists()
    assert command.main(["--rows", "B2"]) == 0
    assert list(record.read(tmp_path / "results" / "course.json")) == ["B2"]
    assert not (tmp_path / "course.json").exists()


def test_a_row_that_is_not_right_is_exit_code_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    row = table.ROWS["B1"]
    wrong = type(row)("B1", row.report, row.measures, lambda quick: type(right)("bad", {}, False))
    right = row.measure(True)
    monkeypatch.setitem(table.ROWS, "B1", wrong)
    assert command.main(["--rows", "B1", "--output", str(tmp_path)]) == 1
    assert "NOT REACHED: bad" in capsys.readouterr().out


def test_without_mnist_the_embedded_digits_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from benchmarks.course.digits import three_digits

    monkeypatch.setenv("NUMNET_DATA_DIR", str(tmp_path))
    three_digits.cache_clear()
    try:
        assert command.main(["--rows", "A11", "--quick"]) == 0
    finally:
        three_digits.cache_clear()
    assert "A11: embedded digits enlarged to 28 x 28, " in capsys.readouterr().out
