"""What `numnet check` does with the user's file, in this process."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from numnet.cli.subject import Subject, answer, check_subject, main, request

FILE = """
import numpy as np
from a_neighbour_of_it import SLOPE

points = []
here = __file__

def make_inputs(rng):
    points.append(rng.normal(size=(3, 2)))
    return points[-1], np.array([[1.0, -0.5], [0.25, 2.0]])

def forward(x, W):
    return SLOPE * x @ W

def backward(dy, x, W):
    return SLOPE * dy @ W.T, SLOPE * x.T @ dy

def half(dy, x, W):
    dx, dW = backward(dy, x, W)
    return dx, dW / 2

def forward_saved(x, W):
    return SLOPE * x @ W, (x, W)

def backward_saved(dy, saved):
    return backward(dy, *saved)

w = np.array([1.0, 2.0, -0.5])
named = {"w": w}
pair = [w, 2 * w]
number = 3

fixed = w.reshape(1, 3), np.ones((3, 2))

def plain():
    return w

def nothing(rng=None):
    pass

def loss(w):
    return (w**3).sum()

def grad(w):
    return 3 * w**2

def double(w):
    return 6 * w**2

def both(w):
    return loss(w), grad(w)

def product(a, b):
    return (a * b).sum()

def factors(a, b):
    return b, a

def anything(*arguments):
    return 3 * arguments[-1] ** 2

most = max

def fails(w):
    return _inner(w)

def _inner(w):
    raise ValueError("of my own")

class Kept:
    cube = staticmethod(loss)
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    (tmp_path / "a_neighbour_of_it.py").write_text("SLOPE = 1.5\n", encoding="utf-8")
    path = tmp_path / "mine.py"
    path.write_text(FILE, encoding="utf-8")
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield str(path)
    for name in ("subject", "a_neighbour_of_it"):
        sys.modules.pop(name, None)


def module() -> Any:
    return sys.modules["subject"]


@pytest.mark.parametrize(
    ("names", "options", "verdict"),
    [
        ("forward backward", {}, "right"),
        ("forward half", {}, "wrong"),
        ("forward_saved backward_saved", {"with_saved": True}, "right"),
        ("loss grad", {"at": "w"}, "right"),
        ("loss grad", {"at": "plain"}, "right"),
        ("loss grad", {"at": "named"}, "right"),
        ("product factors", {"at": "pair"}, "right"),
        ("loss double", {"at": "w"}, "wrong"),
        ("both", {"at": "w"}, "right"),
        ("Kept.cube grad", {"at": "w"}, "right"),
        ("loss anything", {"at": "w", "kind": "gradient"}, "right"),
        ("loss anything", {"at": "w", "kind": "backward"}, "wrong"),
    ],
)
def test_the_second_function_is_taken_for_what_it_is(
    file: str, names: str, options: dict[str, Any], verdict: str
) -> None:
    assert check_subject(Subject(file, tuple(names.split()), **options)).verdict == verdict


def test_arguments_are_chosen_by_name_or_position(file: str) -> None:
    functions = ("forward", "half")
    for wrt, names in ((("x",), ["x"]), (("W",), ["W"]), (("1",), ["W"]), (("0", "W"), ["x", "W"])):
        report = check_subject(Subject(file, functions, wrt=wrt))
        assert [finding.name for finding in report.findings] == names
    for wrt in (("w",), ("0",)):
        for functions in (("both",), ("loss", "grad")):
            report = check_subject(Subject(file, functions, "w", wrt))
            assert len(report.findings) == 1
    with pytest.raises(ValueError, match="'b'"):
        check_subject(Subject(file, ("both",), "w", ("b",)))


def test_the_seed_makes_the_point(file: str) -> None:
    for seed, options in ((0, {}), (0, {"seed": 0}), (7, {"seed": 7})):
        check_subject(Subject(file, ("forward", "backward"), **options))
        expected = np.random.default_rng(seed).normal(size=(3, 2))
        np.testing.assert_array_equal(module().points[0], expected)


def test_the_seed_is_that_of_the_check_too(file: str) -> None:
    def reported(seed: int) -> dict[str, Any]:
        return check_subject(Subject(file, ("forward", "half"), "fixed", seed=seed)).to_dict()

    assert reported(1) == reported(1) != reported(2)


@pytest.mark.parametrize(("names", "at"), [("forward backward", "make_inputs"), ("loss grad", "w")])
def test_too_small_a_budget_is_undecided(file: str, names: str, at: str) -> None:
    assert check_subject(Subject(file, tuple(names.split()), at, budget=1)).verdict == "undecided"


def test_it_is_imported_as_if_it_were_run(file: str) -> None:
    check_subject(Subject(file, ("both",), "w"))
    assert module().__file__ == module().here == file
    assert sys.path[0] == str(Path(file).parent)
    assert module().forward.__module__ == "subject"


@pytest.mark.parametrize(
    ("names", "options", "error", "message"),
    [
        ("missing grad", {"at": "w"}, ValueError, "missing: {} has no such name; its functions are "
         "make_inputs, forward, backward, half, forward_saved, backward_saved, plain, nothing, "
         "loss, grad, double, both, product, factors, anything, fails"),
        ("loss grad", {"at": "start"}, ValueError, "--at start: {} has no such name; "),
        ("Kept.square grad", {"at": "w"}, ValueError, "Kept.square: {} has no such name; "),
        ("number grad", {"at": "w"}, TypeError, "number: expected a function, got int"),
        ("loss grad", {"at": "nothing"}, TypeError,
         "--at nothing: it returned None; is its return statement missing?"),
        ("loss anything", {"at": "w"}, ValueError, "anything takes any number of arguments. "),
        ("loss most", {"at": "w"}, ValueError, "most takes any number of arguments. Say which "),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said(
    file: str, names: str, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as refusal:
        check_subject(Subject(file, tuple(names.split()), **options))
    assert str(refusal.value).startswith(message.format(file))


def test_a_file_without_functions_says_so(tmp_path: Path, file: str) -> None:
    path = tmp_path / "bare.py"
    path.write_text("from math import sin\n_a = lambda w: w\nw = 1.0\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"bare\.py has no such name; it holds no function$"):
        check_subject(Subject(str(path), ("loss",), "w"))


def test_the_answer_is_the_report_in_both_forms(file: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    subject = Subject(file, ("forward", "half"), html=str(page))
    found = answer(subject)
    report = check_subject(subject)
    assert set(found) == {"report", "text"}
    assert found["text"] == str(report)
    assert json.loads(json.dumps(found["report"]))["verdict"] == "wrong"
    assert "Gradients: wrong" in page.read_text(encoding="utf-8")


def test_an_error_in_the_file_is_told_from_its_first_line_there(file: str) -> None:
    (found,) = answer(Subject(file, ("fails", "grad"), "w")).values()
    lines = found.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[1] == f'  File "{file}", line {_line("return _inner(w)")}, in fails'
    assert f'  File "{file}", line {_line("raise ValueError")}, in _inner' in lines
    assert lines[-1] == "ValueError: of my own"
    assert found.count("Traceback") == 1


def _line(text: str) -> int:
    return FILE[: FILE.index(text)].count("\n") + 1


def test_an_error_of_ours_is_its_message_alone(file: str) -> None:
    assert answer(Subject(file, ("number",), "w")) == {
        "error": "number: expected a function, got int"
    }


def test_notes_belong_to_the_message(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*values: object, **options: object) -> None:
        error = TypeError("what it is")
        error.add_note("where it is")
        raise error

    monkeypatch.setattr("numnet.cli.subject.check_gradient", refuse)
    assert answer(Subject(file, ("both",), "w")) == {"error": "what it is\nwhere it is"}


def test_any_other_error_bears_its_name(file: str, tmp_path: Path) -> None:
    (found,) = answer(Subject(str(tmp_path / "nowhere.py"), ("both",), "w")).values()
    assert found.startswith("FileNotFoundError: ")
    (tmp_path / "ends.py").write_text("raise SystemExit(0)\n", encoding="utf-8")
    (found,) = answer(Subject(str(tmp_path / "ends.py"), ("both",), "w")).values()
    assert found.endswith("SystemExit: 0")
    assert "line 1, in <module>" in found


def test_the_request_is_one_line_and_answered_in_the_file_it_names(
    file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = Subject(file, ("forward", "half"), wrt=("1",), seed=3)
    line = request(subject, tmp_path / "answer.json")
    assert line.count("\n") == 1
    assert line.endswith("\n")
    monkeypatch.setattr(sys, "stdin", io.StringIO(line))
    main()
    found = json.loads((tmp_path / "answer.json").read_text(encoding="utf-8"))
    assert found == json.loads(json.dumps(answer(subject)))
    assert found["report"]["findings"][0]["ratio"] == 0.5


def test_it_answers_in_a_process_of_its_own(
    file: str, tmp_path: Path, environment: dict[str, str]
) -> None:
    subprocess.run(
        [sys.executable, "-m", "numnet.cli.subject"],
        input=request(Subject(file, ("loss", "double"), "w"), tmp_path / "answer.json"),
        env=environment,
        text=True,
        check=True,
    )
    found = json.loads((tmp_path / "answer.json").read_text(encoding="utf-8"))
    assert found["report"]["verdict"] == "wrong"


def test_interruptions_are_not_held_back(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*values: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("numnet.cli.subject.check_gradient", interrupted)
    checked: Callable[[Subject], dict[str, Any]] = answer
    with pytest.raises(KeyboardInterrupt):
        checked(Subject(file, ("both",), "w"))
