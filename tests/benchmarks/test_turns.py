"""Workers answer, say why they cannot, and take turns; the environment of a measurement."""

from __future__ import annotations

import io
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from benchmarks import environment, turns

ECHO = """
from benchmarks.turns import answer, serve
import sys, time
if sys.argv[1] == "fails":
    answer({"failed": "ModuleNotFoundError: no such peer"})
elif sys.argv[1] == "sleeps":
    answer("asleep")
    time.sleep(60)
elif sys.argv[1] == "serves":
    serve(lambda question: [question, sys.argv[2:]])
"""


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "echoing_worker.py").write_text(ECHO)
    found = environment.variables()
    return found | {"PYTHONPATH": os.pathsep.join([str(tmp_path), found["PYTHONPATH"]])}


def test_a_worker_answers(variables: dict[str, str]) -> None:
    with turns.Worker("echoing_worker", ["serves", "a"], variables) as worker:
        assert worker.ask(3) == [3, ["a"]]
        worker.tell({"calls": 4})
        assert worker.hear() == [{"calls": 4}, ["a"]]
    assert worker.process.returncode == 0


@pytest.mark.parametrize(("kind", "message"), [("fails", "no such peer$"), ("ends", "ends ended")])
def test_a_worker_that_cannot_says_why(variables: dict[str, str], kind: str, message: str) -> None:
    with turns.Worker("echoing_worker", [kind], variables) as worker:
        with pytest.raises(turns.WorkerError, match=message):
            worker.ask(3)
        worker.process.wait()
        with pytest.raises(turns.WorkerError, match="ended: what it said stands above"):
            worker.ask(3)


def test_a_worker_does_not_outlive_an_error(variables: dict[str, str]) -> None:
    start = time.perf_counter()
    worker = turns.Worker("echoing_worker", ["sleeps"], variables)
    worker.hear()
    worker.__exit__(KeyError, KeyError(), None)
    assert worker.process.poll() is not None
    assert time.perf_counter() - start < 30


def test_every_line_is_answered(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("2\n[5]\n"))
    turns.serve(lambda question: {"got": question})
    assert [json.loads(line)["got"] for line in capsys.readouterr().out.splitlines()] == [2, [5]]


def test_each_goes_first_in_every_other_turn() -> None:
    said: list[str] = []
    asked = {name: lambda name=name: said.append(name) or len(said) for name in "abc"}
    found = turns.in_turns(asked, 3, pause=0)
    assert "".join(said) == "cbaabccba"
    assert found == {"a": [3, 4, 9], "b": [2, 5, 8], "c": [1, 6, 7]}


def test_a_ratio_is_taken_within_a_turn() -> None:
    found = {"a": [1.0, 20.0, 3.0], "b": [2.0, 40.0, 1.0]}
    assert turns.ratio(found, "a", "b") == 0.5
    with pytest.raises(ValueError, match="shorter"):
        turns.ratio(found | {"b": [1.0]}, "a", "b")


@pytest.mark.parametrize("threads", [1, 2, None])
def test_the_environment_of_a_measurement(
    threads: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    monkeypatch.setenv("MKL_NUM_THREADS", "7")
    monkeypatch.setenv("NUMNET_DATA_DIR", "data")
    assert not environment.as_users_have_it(threads)
    found = environment.variables(threads)
    given = {name: value for name, value in found.items() if name in environment.THREADS}
    assert given == ({} if threads is None else dict.fromkeys(environment.THREADS, str(threads)))
    assert not environment.FOREIGN & found.keys()
    assert found["NUMNET_DATA_DIR"] == "data"
    monkeypatch.setattr(os, "environ", found)
    assert environment.as_users_have_it(threads)
    assert not environment.as_users_have_it(3)


def test_the_command_runs_again_under_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "says_threads.py").write_text(
        "import os, sys; print(os.environ.get('OMP_NUM_THREADS')); sys.exit(len(sys.argv))"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    assert environment.afresh("says_threads", ["a", "b"], None) == 3
    assert environment.afresh("says_threads", ["a"]) == 2
    assert capfd.readouterr().out.split() == ["None", "1"]
