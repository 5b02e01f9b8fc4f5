"""The benchmark of the shards times what it says, and each of its claims can fail."""

from __future__ import annotations

import dataclasses
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import record
from benchmarks.scale import command, descent, executors, rows

OBJECTIVE = descent.problem(True).objective


@contextmanager
def pool() -> Iterator[Executor]:
    with ThreadPoolExecutor(executors.WORKERS) as found:
        yield found


def slow(x: float, begin: threading.Event) -> float:
    begin.wait()
    time.sleep(0.02)
    return 1 / x


def test_a_watched_executor_answers_as_the_other_and_notes_the_times() -> None:
    with ThreadPoolExecutor(1) as inner:
        watch = executors.Watched(inner)
        begin = threading.Event()
        tasks = [watch.submit(slow, x, begin) for x in (1.0, 2.0)]
        begin.set()
        assert [task.result() for task in tasks] == [1.0, 0.5]
        with pytest.raises(ZeroDivisionError):
            watch.submit(slow, 0.0, begin).result()
    first, second = watch.taken()
    assert watch.taken() == []
    assert min(first.compute, second.compute) >= 0.02
    assert first.transfer >= 0
    # The second one waits in the queue for the first.
    assert second.transfer >= 0.02


def test_a_descent_is_split_into_its_parts() -> None:
    task = descent.problem(True)
    with pool() as executor:
        watch = executors.Watched(executor)
        objective = OBJECTIVE.sharded(watch, executors.WORKERS)
        watch.taken()
        seen: list[int] = []
        run = descent.descend(objective, task.theta, 2, watch, seen.append)
    assert len(run.seconds) == len(run.compute) == len(run.transfer) == len(seen) >= 3
    assert seen == list(range(len(seen)))
    assert all(
        work + way <= 1.01 * whole
        for work, way, whole in zip(run.compute, run.transfer, run.seconds, strict=True)
    )
    assert sum(run.split) >= run.step * (1 - 1e-12)
    alone = descent.descend(OBJECTIVE, task.theta, 2)
    assert alone.compute == []
    assert run.value == pytest.approx(alone.value, rel=1e-12)
    np.testing.assert_allclose(run.first, OBJECTIVE(task.theta)[1], rtol=0, atol=1e-15)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> dict[str, descent.Run]:
    """Runs by kind, which a test may change."""
    gradient = np.array([1.0, 2.0])
    run = descent.Run(np.array([3.0]), 0.5, gradient, [0.1, 0.3], [0.05], [0.01])
    found = {kind: dataclasses.replace(run) for kind in (*executors.KINDS, "serial")}
    monkeypatch.setattr(rows, "serial", lambda quick, one_thread: found["serial"])
    monkeypatch.setattr(rows, "sharded", lambda kind, quick: found[kind])
    return found


def test_a_row_says_where_the_time_goes(runs: dict[str, descent.Run]) -> None:
    runs["serial"].seconds = [0.3]
    outcome = rows.measure_kind("process", True)
    assert outcome.right
    assert outcome.figure.startswith(
        "200.0 ms a step: compute 50.0, transfer 10.00, wait 140.00; 1.50 times as fast as serial"
    )
    assert outcome.figure.endswith("the bits of threads")


@pytest.mark.parametrize(
    "fault",
    [
        {"first": np.array([1.0, 2.0 + 4e-12])},
        {"value": 0.5 + 1e-9},
        {"theta": np.array([np.nextafter(3.0, 4.0)])},
    ],
)
def test_what_is_not_equal_is_told(runs: dict[str, descent.Run], fault: Any) -> None:
    runs["cluster"] = dataclasses.replace(runs["cluster"], **fault)
    assert rows.measure_kind("process", True).right
    assert not rows.measure_kind("cluster", True).right


@pytest.mark.parametrize("restarts", [True, False])
@pytest.mark.parametrize("same", [True, False])
def test_a_worker_is_killed_in_the_middle(
    restarts: bool, same: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = dataclasses.replace(descent.problem(True), iterations=2)
    monkeypatch.setattr(rows, "problem", lambda quick: task)
    with pool() as executor:
        whole = descent.descend(OBJECTIVE.sharded(executor, 2), task.theta, task.iterations)
    whole.theta = whole.theta if same else whole.theta + 1
    monkeypatch.setattr(rows, "sharded", lambda kind, quick: whole)
    killed: list[tuple[int, int]] = []

    class Client:
        def get_executor(self) -> Executor:
            return ThreadPoolExecutor(1)

        def wait_for_workers(self, count: int, timeout: float) -> None:
            assert count == executors.WORKERS

        def run(self, function: Any) -> dict[str, int]:
            return {"a": 9 if killed and restarts else 4, "b": 5}

    @contextmanager
    def client() -> Iterator[Any]:
        yield Client()

    monkeypatch.setattr(rows, "client", client)
    monkeypatch.setattr(rows.os, "kill", lambda *given: killed.append(given))
    outcome = rows.measure_killed(True)
    assert killed == [(4, signal.SIGKILL)]
    assert outcome.right == (same and restarts)
    assert f"killed before evaluation {len(whole.seconds) // 2} of" in outcome.figure


def test_it_pays_from_where_it_always_does() -> None:
    assert rows.pays_from([1.0, 2.0, 4.0], [0.5, 1.0, 2.0]) == 1.0
    assert rows.pays_from([1.0, 2.0, 4.0], [0.5, 3.0, 2.0]) == 4.0
    assert rows.pays_from([1.0, 2.0], [0.5, 2.0]) is None


def test_steps_are_timed_on_every_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "KINDS", {"threads": pool})
    outcome = rows.measure_pays(True)
    assert set(outcome.numbers["fixed"]) == {"threads"}
    assert len(outcome.numbers["serial"]) == len(outcome.numbers["steps"]["threads"]) == 6
    assert "| rows | serial, one BLAS thread | threads |" in outcome.details


def test_the_command(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(command, "installed", lambda name: name != "distributed")
    with pytest.raises(SystemExit) as stopped:
        command.main([])
    assert stopped.value.code == 2
    assert 'without distributed: pip install "numnet[scale]"' in capfd.readouterr().err
    monkeypatch.undo()
    for package in ("distributed", "threadpoolctl"):
        pytest.importorskip(package)
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    assert command.main(["--quick", "--rows", "serial,threads", "--output", str(tmp_path)]) == 0
    assert "with one BLAS thread" in capfd.readouterr().out
    found = record.read(tmp_path / "scale-quick.json")
    assert list(found) == ["serial", "threads"]
    assert "OPENBLAS_CORETYPE" not in found["threads"]["machine"]["variables"]
    with pytest.raises(SystemExit):
        command.main(["--rows", "nothing"])
    assert "there is no row 'nothing'" in capfd.readouterr().err


def test_without_mnist_it_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(command, "installed", lambda name: True)
    monkeypatch.setattr(command, "as_users_have_it", lambda threads: True)
    monkeypatch.setenv("NUMNET_DATA_DIR", str(tmp_path))
    with pytest.raises(SystemExit) as stopped:
        command.main(["--rows", "threads"])
    assert stopped.value.code == 2
    assert "train-images-idx3-ubyte" in capsys.readouterr().err
