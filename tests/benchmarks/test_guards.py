"""The benchmark of the guards takes them away and puts them back, and its bound can fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import environment, record
from benchmarks.guards import command, shares
from numnet import DivergenceError, Optimizer
from numnet.train import step

SMALL = shares.WORKLOADS["small"]


def test_a_step_without_guards_lets_everything_pass() -> None:
    before = step.is_finite, step._updated, Optimizer._take
    (call, guarded, _), (bare, unguarded, _) = SMALL.parts(), SMALL.parts()
    theta = unguarded.parameters.value.copy()
    assert shares.unguarded(bare, 1) > 0
    shares.seconds(call, 1)
    assert (step.is_finite, step._updated, Optimizer._take) == before
    # The new parameters were computed, and left where they were.
    np.testing.assert_array_equal(unguarded.parameters.value, theta)
    np.testing.assert_array_equal(unguarded._state["move"], guarded.parameters.value)
    assert guarded.steps == unguarded.steps == 1
    unguarded.parameters.value[0] = guarded.parameters.value[0] = np.inf
    shares.unguarded(bare, 1)
    with pytest.raises(DivergenceError):
        shares.seconds(call, 1)


def test_the_guards_are_all_that_is_finite_checked() -> None:
    seen: list[int] = []

    def watched(array: Any) -> bool:
        seen.append(array.size)
        return True

    call, optimizer, _ = SMALL.parts()
    size = optimizer.parameters.size
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(step, "is_finite", watched)
        patch.setattr("numnet.optim.optimizer.is_finite", watched)
        call()
    # The gradient and the new parameters; the unguarded step replaces both.
    assert seen == [size, size]


def test_shares_are_shares() -> None:
    found = shares.compare(SMALL, 6)
    assert set(found) == {"step", "share", "copy", "theta", "gradient", "x"}
    assert -0.5 < found["share"] < 0.5
    assert 0 < found["copy"] < found["step"]


def test_a_bound_that_is_not_kept_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"step": 100.0, "share": 0.09, "copy": 3.0, "theta": 3.0, "gradient": 3.0, "x": 1.0}
    monkeypatch.setattr(shares, "compare", lambda workload, turns: found)
    bounded = shares.WORKLOADS["sgd32"]
    outcome = shares.measure(bounded, True)
    assert outcome.right
    assert outcome.figure.startswith("9.0 % of a step of 100 us (timed alone 9.0 %: copy 3.0")
    found["share"] = 0.11
    assert not shares.measure(bounded, True).right
    assert shares.measure(SMALL, True).right


def test_it_begins_afresh_without_the_variables_of_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    calls: list[Any] = []
    monkeypatch.setattr(command, "run", lambda *given: calls.append(given) or 0)
    monkeypatch.setattr(command, "afresh", lambda *given: calls.append(given) or 7)
    for name, value in dict.fromkeys(environment.THREADS, "1").items():
        monkeypatch.setenv(name, value)
    for name in environment.FOREIGN:
        monkeypatch.delenv(name, raising=False)
    assert command.main(["--quick"]) == 0
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    assert command.main(["--quick"]) == 7
    monkeypatch.delenv("OPENBLAS_CORETYPE")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    assert command.main(["--quick"]) == 7
    assert calls[1:] == [("benchmarks.guards", ["--quick"])] * 2


def test_the_command(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    assert command.main(["--quick", "--part", "small", "--output", str(tmp_path)]) == 0
    assert "no bound" in capfd.readouterr().out
    rows = record.read(tmp_path / "guards-quick.json")
    assert list(rows) == ["small"]
    assert "OPENBLAS_CORETYPE" not in rows["small"]["machine"]["variables"]
    with pytest.raises(SystemExit) as stopped:
        command.main(["--part", "nothing"])
    assert stopped.value.code == 2
    assert "there is no part 'nothing'" in capfd.readouterr().err
