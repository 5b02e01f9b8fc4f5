"""What answers are worth, the counts of the rows, and the command line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from benchmarks.checker import answer, command, fixes, rows, run, score
from benchmarks.checker.answer import Answer
from benchmarks.checker.bank import cases
from benchmarks.checker.case import Case

CASES = cases()
DOUBLE = Case("double", "wiring", lambda x: 2 * x, lambda dy, x: 2 * dy, lambda rng: np.ones(3))
HALVED = DOUBLE.wrong("halved", "scale", {"x": lambda dy, x: dy})


@pytest.mark.parametrize(
    ("case", "given", "outcome", "naming"),
    [
        (DOUBLE, Answer("right"), "passed", None),
        (DOUBLE, Answer("wrong", "scale"), "false alarm", None),
        (DOUBLE, Answer("undecided"), "undecided", None),
        (DOUBLE, Answer("crashed"), "crashed", None),
        (HALVED, Answer("wrong", "scale"), "caught", "rightly"),
        (HALVED, Answer("wrong", "sign"), "caught", "wrongly"),
        (HALVED, Answer("wrong", "unknown"), "caught", "unnamed"),
        (HALVED, Answer("wrong"), "caught", "unnamed"),
        (HALVED, Answer("right", "scale"), "missed", None),
        (HALVED, Answer("undecided", "scale"), "undecided", None),
        (HALVED, Answer("crashed"), "crashed", None),
        (HALVED, Answer("too slow"), "too slow", None),
        (replace(HALVED, causes=frozenset({"unknown"})), Answer("wrong"), "caught", None),
        (replace(HALVED, shows=False), Answer("right", warned=True), "warned", None),
        (replace(HALVED, shows=False), Answer("right"), "not shown", None),
        (
            replace(HALVED, expected=frozenset({"wrong", "raises"})),
            Answer("crashed"),
            "caught",
            None,
        ),
        (
            replace(DOUBLE, expected=frozenset({"right", "undecided"})),
            Answer("undecided"),
            "passed",
            None,
        ),
    ],
)
def test_what_an_answer_is_worth(
    case: Case, given: Answer, outcome: str, naming: str | None
) -> None:
    assert answer.outcome(case, given) == outcome
    assert answer.naming(case, given) == naming


def test_a_fix_is_true_or_not() -> None:
    case = next(c for c in CASES if c.name == "tanh: at the input")
    assert fixes.true(case, "x", "dy * (1 - x**2)", "dy * (1 - tanh(x)**2)")
    assert fixes.true(case, "x", "dy * (1 - x**2)", "dy * (1 - y * y)")
    for claimed, truth in [
        ("dy * (1 - x**2)", "dy * (1 - x**2)"),
        ("dy * (1 - tanh(x)**2)", "dy * (1 - tanh(x)**2)"),
        ("dy * (1 - x**2) * (1 + 1e-6)", "dy * (1 - tanh(x)**2)"),
        ("dy *", "dy * (1 - tanh(x)**2)"),
        ("delta", "dy * (1 - tanh(x)**2)"),
    ]:
        assert not fixes.true(case, "x", claimed, truth)


def test_fixes_of_layers_and_saved_arrays() -> None:
    bank = {case.name: case for case in CASES}
    layer = bank["layer with a gain: averaged"]
    assert fixes.true(layer, "g", "(dy * x).sum(0) / 6", "(dy * x).sum(0)")
    assert not fixes.true(layer, "g", "(dy * x).sum(0)", "(dy * x).sum(0)")
    kept = bank["batch norm: dbeta averaged"]
    assert fixes.true(kept, "beta", "dy.sum(0) / 7", "dy.sum(0)")
    assert not fixes.true(kept, "beta", "dy.sum(0) / 8", "dy.sum(0)")
    assert fixes.true(bank["net with squares: 2 forgotten"], "0.W", "x", "y") is None


def test_whatever_a_checker_does_is_an_answer() -> None:
    def crash(case: Case) -> Answer:
        raise RuntimeError("no\nidea")

    def hang(case: Case) -> Answer:
        while True:
            pass

    assert run._timed(hang, DOUBLE, 0.1).verdict == "too slow"
    assert run._timed(crash, DOUBLE, 1.0).verdict == "crashed"
    assert run._timed(crash, DOUBLE, 1.0).said == "RuntimeError: no"


def test_causes_and_fixes_have_a_target() -> None:
    good = {"rightly": 90, "wrongly": 2, "unnamed": 8}
    good |= {"fixed": 5, "fixable": 10, "untrue fix lines": 0}
    assert score.reached(good)
    for worse in ({"rightly": 89}, {"wrongly": 3}, {"fixed": 4}, {"untrue fix lines": 1}):
        assert not score.reached(good | worse)


@pytest.fixture
def two_cases(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A bank of a right case and a mistake."""
    monkeypatch.setattr(rows, "cases", lambda: [DOUBLE, HALVED])
    rows.answers.cache_clear()
    yield
    rows.answers.cache_clear()


@pytest.mark.usefixtures("two_cases")
def test_a_bad_checker_fails_the_row(monkeypatch: pytest.MonkeyPatch) -> None:
    assert rows.bank(True).right
    for verdict in ("right", "wrong", "undecided"):
        check = partial(lambda verdict, case: Answer(verdict), verdict)
        monkeypatch.setitem(run.CHECKERS, "numnet", ("numnet", check))
        rows.answers.cache_clear()
        outcome = rows.bank(True)
        assert not outcome.right
        assert len(outcome.numbers["failures"]) == (2 if verdict == "undecided" else 1)


@pytest.mark.usefixtures("two_cases")
def test_scipy_is_run_on_the_same_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "installed", lambda: ["numnet", "SciPy"])
    outcome = rows.peers(True)
    assert outcome.right
    assert [outcome.numbers["SciPy"][key] for key in ("caught", "passed")] == [1, 1]
    assert (
        "| double: halved | wrong | scale | caught: scale (rightly) | caught |" in outcome.details
    )


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--list", "linear by columns"]) == 0
    out = capsys.readouterr().out
    assert "| linear by columns: db along rows | wrong | shape | caught: shape (rightly) |" in out
    for arguments, message in (
        (["--list", "nothing like this"], "no case has 'nothing like this' in its name"),
        (["--rows", "banks"], "there is no row 'banks'; the rows are bank, peers"),
    ):
        with pytest.raises(SystemExit) as stopped:
            command.main(arguments)
        assert stopped.value.code == 2
        assert message in capsys.readouterr().err
