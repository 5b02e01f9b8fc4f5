"""The race to an accuracy: every engine learns, the clock is read, and each bound can be missed."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from matplotlib.figure import Figure

import numnet
from benchmarks import machine, record
from benchmarks.time_to_accuracy import command, rows, seeds, training, worker
from benchmarks.time_to_accuracy.seeds import Race
from benchmarks.time_to_accuracy.settings import MOST, SETTINGS, Setting
from benchmarks.turns import WorkerError

QUICK = [
    Setting((32,), 32, False, 0.2, 3),
    Setting((32, 16), 64, True, 1e-2, 3),
    Setting((32,), 32, True, 3e-3, 0),
]


@pytest.fixture(scope="module")
def digits() -> Any:
    return numnet.data.load_digits(dtype="float32")


@pytest.mark.parametrize("setting", QUICK, ids=str)
@pytest.mark.parametrize("name", worker.ENGINES)
def test_every_engine_learns(name: str, setting: Setting, digits: Any) -> None:
    if name != "numnet" and not machine.installed(name):
        pytest.skip(f"{name} is not installed")
    engine = worker.ENGINES[name]
    first, second, third = itertools.islice(engine(setting, digits, 1), 3)
    accuracies = [np.mean(labels == digits.y_test) for labels in (first, second, third)]
    assert accuracies[2] > max(0.8, accuracies[0])
    np.testing.assert_array_equal(next(engine(setting, digits, 1)), first)
    assert (next(engine(setting, digits, 2)) != first).any()


def test_the_rate_of_one_cycle_ends_with_its_epochs() -> None:
    schedule = Setting((8,), 32, False, 0.5, 3).schedule(100)
    rates = [schedule(step) for step in range(14)]
    assert max(rates) == pytest.approx(0.5, rel=0.1)
    assert rates[11] == rates[12] == rates[13] < 1e-5 < rates[10]


def test_the_clock_stops_at_the_goal(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.count(10.0)
    monkeypatch.setattr(training.time, "perf_counter", lambda: next(clock))
    y = np.array([1, 1])
    answers = iter([np.array([0, 0]), np.array([1, 0]), y, y])
    assert training.reach(answers, y, 0.9) == [(1.0, 0.0), (2.0, 0.5), (3.0, 1.0)]
    never = itertools.repeat(np.array([0, 1]))
    assert len(training.reach(never, y, 0.9)) == MOST


class Told:
    """A worker's answers, without a process."""

    seconds: ClassVar[dict[str, list[float]]] = {}
    failing: ClassVar[dict[str, str]] = {}
    asked: ClassVar[list[Any]] = []

    def __init__(self, module: str, arguments: list[str], environment: dict[str, str]) -> None:
        self.name = arguments[0]
        assert "OMP_NUM_THREADS" not in environment

    def hear(self) -> None:
        if self.name in self.failing:
            raise WorkerError(self.failing[self.name])

    def ask(self, asked: Any) -> list[list[float]]:
        seed, goal = asked
        self.asked.append((self.name, seed, goal))
        return [[0.1, 0.5], [self.seconds[self.name][seed - 1], goal]]

    def __enter__(self) -> Told:
        return self

    def __exit__(self, *error: object) -> None:
        pass


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> type[Told]:
    monkeypatch.setattr(seeds, "Worker", Told)
    monkeypatch.setattr(seeds, "in_turns", lambda asked, turns: _at_once(asked, turns))
    monkeypatch.setattr(seeds.machine, "installed", lambda name: name != "sklearn")
    monkeypatch.setattr(Told, "asked", [])
    monkeypatch.setattr(Told, "failing", {})
    monkeypatch.setattr(
        Told, "seconds", {"numnet": [1.0, 2.0], "torch": [5.0, 5.0], "jax": [2.0, 3.2]}
    )
    return Told


def _at_once(asked: Any, turns: int) -> Any:
    return {name: [ask() for _ in range(turns)] for name, ask in asked.items()}


def test_each_engine_has_each_seed(told: type[Told]) -> None:
    found = seeds.race(2, 0.9)
    assert told.asked == [(n, seed, 0.9) for n in ("numnet", "torch", "jax") for seed in (1, 2)]
    assert [*found.times.items()] == [("jax", pytest.approx(1.8)), ("torch", 3.75)]
    assert found.left_out == {"sklearn": "not installed"}
    assert found.seconds("jax") == "2.60 s (2.00 to 3.20)"


def test_a_peer_that_fails_is_left_out_and_numnet_is_not(told: type[Told]) -> None:
    told.failing = {"jax": "RuntimeError: no backend"}
    found = seeds.race(1, 0.9)
    assert found.left_out["jax"] == "RuntimeError: no backend"
    assert list(found.runs) == ["numnet", "torch"]
    told.failing = {"numnet": "TypeError: wrong"}
    with pytest.raises(WorkerError, match="wrong"):
        seeds.race(1, 0.9)


def run(seconds: float, accuracy: float = 0.99) -> list[tuple[float, float]]:
    return [(seconds / 2, 0.9), (seconds, accuracy)]


@pytest.mark.parametrize(
    ("torch", "right", "said"),
    [
        ([run(1.6), run(1.6)], True, "torch 1.60 s (1.60 to 1.60), 1.60 times"),
        ([run(1.4), run(1.4)], False, "torch 1.40 s (1.40 to 1.40), 1.40 times"),
        ([run(1.6), run(0.1, 0.97)], True, "torch did not reach it"),
    ],
)
def test_the_bound_can_be_missed(torch: Any, right: bool, said: str) -> None:
    runs = {"numnet": [run(1.0), run(1.0)], "torch": torch, "jax": [run(3.0), run(3.0)]}
    found = rows.outcome(Race(runs, 0.98, {"sklearn": "not installed"}), "MNIST")
    assert found.right == right
    assert said in found.figure
    assert "sklearn left out: not installed" in found.figure
    assert f"| numnet | {SETTINGS['numnet']} | 1.00 s (1.00 to 1.00) | 2 to 2 |" in found.details


def test_numnet_must_reach_it_too() -> None:
    runs = {"numnet": [run(1.0, 0.97)], "torch": [run(9.0)]}
    found = rows.outcome(Race(runs, 0.98, {}), "MNIST")
    assert not found.right
    assert found.figure == "to 98 %: numnet did not reach it"
    assert "not reached" in found.details


def test_the_data_are_named(digits: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "images", lambda: digits)
    monkeypatch.setattr(rows, "race", lambda seeds, goal: Race({"numnet": [run(1.0)]}, goal, {}))
    assert rows.measure(quick=False).data == "digits, 3823 training and 1797 test images"


def test_without_peers_there_is_no_race() -> None:
    assert not rows.outcome(Race({"numnet": [run(1.0)]}, 0.98, {}), "MNIST").right


@pytest.mark.parametrize("arguments", [["--rows", "mnist"], ["--output"], ["more"]])
def test_a_mistake_is_exit_code_2(arguments: list[str], capsys: Any) -> None:
    with pytest.raises(SystemExit) as stopped:
        command.main(arguments)
    assert stopped.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_no_images_no_race(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "as_users_have_it", lambda threads: True)
    for name in ("NUMNET_DATA_DIR", "NUMNET_CACHE_DIR"):
        monkeypatch.setenv(name, str(tmp_path))
    command.images.cache_clear()
    with pytest.raises(SystemExit) as stopped:
        command.main([])
    assert stopped.value.code == 2
    assert "train-images" in capsys.readouterr().err


def test_the_command(
    told: type[Told], digits: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setattr(command, "as_users_have_it", lambda threads: threads is None)
    monkeypatch.setattr(command, "images", lambda: digits)
    monkeypatch.setattr(rows, "images", lambda: digits)
    monkeypatch.setattr(rows, "draw", lambda found: Figure(figsize=(1, 1)))
    assert command.main(["--quick", "--output", str(tmp_path)]) == 0
    assert "to 95 %: numnet 1.50 s" in capsys.readouterr().out
    found = record.read(tmp_path / "time-to-accuracy-quick.json")["mnist"]
    assert found["numbers"]["times"]["torch"] == 3.75
    assert found["numbers"]["runs"]["jax"][0][-1] == [2.0, rows.QUICK_GOAL]
    told.seconds = told.seconds | {"numnet": [4.0, 4.0]}
    assert command.main(["--quick", "--output", str(tmp_path)]) == 1
    monkeypatch.setattr(command, "as_users_have_it", lambda threads: False)
    monkeypatch.setattr(command, "afresh", lambda module, given, threads: (module, given, threads))
    assert command.main(["--quick"]) == ("benchmarks.time_to_accuracy", ["--quick"], None)


def test_the_picture_has_a_line_a_run() -> None:
    runs = {"numnet": [run(1.0), run(1.1)], "torch": [run(2.0), run(2.2)]}
    (ax,) = rows.draw(Race(runs, 0.98, {})).axes
    assert len(ax.get_lines()) == 5
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["numnet", "torch"]
