"""What a report says, prints and hands on."""

from __future__ import annotations

import io
import json
import pickle
import re

import numpy as np
import pytest

from numnet.gradcheck import Finding, GradientError, Report, check_backward, check_gradient
from numnet.gradcheck.printing import print_report

rng = np.random.default_rng(0)
X, W, B = rng.normal(size=(5, 4)), rng.normal(size=(4, 3)), rng.normal(size=3)


def affine(x, W, b):
    return x @ W + b


def report_of(dW, db):
    return check_backward(affine, lambda dy, x, W, b: (dy @ W.T, dW(dy, x), db(dy)), (X, W, B))


RIGHT = report_of(lambda dy, x: x.T @ dy, lambda dy: dy.sum(0))
WRONG = report_of(lambda dy, x: 5 * x.T @ dy, lambda dy: dy)


def test_verdicts():
    def verdict(*verdicts):
        return Report(tuple(Finding(str(i), v) for i, v in enumerate(verdicts))).verdict

    assert verdict("right", "right") == "right"
    assert verdict("right", "undecided") == "undecided"
    assert verdict("undecided", "right", "wrong") == "wrong"


def test_contract():
    assert bool(RIGHT)
    assert not WRONG
    assert (RIGHT.cause, WRONG.cause) == (None, "scale")
    assert [finding.name for finding in WRONG] == ["x", "W", "b"]
    finding = WRONG["W"]
    assert (finding.verdict, finding.ratio, finding.shape) == ("wrong", 5.0, (4, 3))
    assert finding.claimed == pytest.approx(5 * finding.reference, rel=1e-12)
    assert finding.error == pytest.approx(4 * abs(finding.reference), rel=1e-12)
    with pytest.raises(KeyError, match="no finding 'V'"):
        WRONG["V"]


def test_bound_and_detectable_of_a_right_array():
    finding = RIGHT["W"]
    assert finding.error <= finding.bound < finding.detectable < 1e-12


def test_raise_if_wrong():
    RIGHT.raise_if_wrong()
    with pytest.raises(GradientError, match="cause: scale") as caught:
        WRONG.raise_if_wrong(undecided="ignore")
    assert isinstance(caught.value, ValueError)
    assert caught.value.report is WRONG
    unsure = Report((Finding("x", "undecided", "unknown"),))
    unsure.raise_if_wrong(undecided="ignore")
    with pytest.raises(GradientError):
        unsure.raise_if_wrong()
    with pytest.raises(ValueError, match='expected "raise" or "ignore"'):
        RIGHT.raise_if_wrong(undecided="maybe")


def test_text():
    lines = str(WRONG).splitlines()
    assert lines[0] == "3 gradients checked: 2 wrong, 1 right"
    assert lines[1].startswith("  x  right      (5, 4)  error ")
    text = " ".join(" ".join(lines).split())
    assert "dW is 5 times too large, to 1" in text
    assert "5 is the number of rows of x" in text
    assert "A mean over as many terms needs 1/5" in text
    assert "sum it over axis 0" in text
    assert "dW[" in text
    assert len(str(RIGHT).splitlines()) == 4


def test_text_fits_a_terminal():
    name = "a_parameter_with_a_name_that_goes_on_and_on_and_on"
    report = check_gradient(lambda x: (x**2).sum(), lambda x: x, X, names=name)
    for text in (str(report), str(WRONG), str(RIGHT)):
        assert max(map(len, text.splitlines())) <= 80


def test_to_dict_is_json():
    bad = check_gradient(lambda x: (x**2).sum(), lambda x: x * np.nan, X)
    for report in (RIGHT, WRONG, bad):
        plain = json.loads(json.dumps(report.to_dict(), allow_nan=False))
        assert plain["verdict"] == report.verdict
        assert [f["name"] for f in plain["findings"]] == [f.name for f in report.findings]
    assert WRONG.to_dict()["findings"][1]["ratio"] == 5.0


def test_pickles():
    again = pickle.loads(pickle.dumps(WRONG))
    assert again == WRONG
    assert str(pickle.loads(pickle.dumps(GradientError(WRONG)))) == str(WRONG)


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (-1.0, "a sign is lost"),
        (5.0, "5 is the number of rows of x"),
        (1 / 5, "5 times too small"),
        (15.0, "15 is the number of entries of the output"),
        (2.0, "counted twice"),
        (0.5, "2 of a square"),
        (-5.0, "wrong sign"),
        (0.37, "times 0.37, to"),
    ],
)
def test_ratios_are_named(factor, words):
    report = report_of(lambda dy, x: factor * (x.T @ dy), lambda dy: dy.sum(0))
    assert report["W"].cause == ("sign" if factor == -1 else "scale")
    assert report["W"].ratio == pytest.approx(factor, rel=1e-12)
    assert words in report["W"].explanation


def test_a_ratio_by_chance_is_no_scale():
    """At x = 3 the claim x**2 is a third of the 3 x**2 of cubes; of x**3 / 3 + 2 x**2 it is not."""
    cubes = check_gradient(lambda x: x**3, lambda x: x**2, 3.0)
    other = check_gradient(lambda x: x**3 / 3 + 2 * x**2, lambda x: x**2, 4.0)
    assert (cubes.cause, cubes.findings[0].ratio) == ("scale", pytest.approx(1 / 3))
    assert (other.cause, other.findings[0].ratio) == ("unknown", None)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def on(stream: io.StringIO | None, monkeypatch, term: str = "xterm-256color") -> str:
    """The report as a process with this stdout prints it."""
    monkeypatch.setattr("sys.stdout", stream)
    monkeypatch.setenv("TERM", term)
    return str(WRONG)


def test_a_terminal_shows_the_verdicts_in_colour(monkeypatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    text, plain = on(Terminal(), monkeypatch), print_report(WRONG)
    assert "\033[1;31mwrong\033[0m" in text
    assert "\033[32mright\033[0m" in text
    assert re.sub(r"\033\[[0-9;]*m", "", text) == plain
    assert "\033" not in plain
    assert "\033" not in str(GradientError(WRONG))


def test_nobody_else_sees_colour(monkeypatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for stream in (io.StringIO(), None):
        assert "\033" not in on(stream, monkeypatch)
    assert "\033" not in on(Terminal(), monkeypatch, term="dumb")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\033" not in on(Terminal(), monkeypatch)
