"""The comparison with the peers: each trains as numnet does, and each bound can be missed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from matplotlib.figure import Figure

from benchmarks import record
from benchmarks.peers import command, comparison, picture, rows, scaling, worker
from benchmarks.peers.bare import square
from benchmarks.peers.bounds import bounds
from benchmarks.peers.comparison import Comparison, RefusedError, refuse_unequal
from benchmarks.peers.engine import CannotError
from benchmarks.peers.engines import BELOW, ENGINES, OWN, PEERS, installed
from benchmarks.peers.workloads import WORKLOADS, Workload

SMALL = WORKLOADS["small"]
# As many layers, activations, losses and optimizers as the workloads have, in a moment each.
TINY = {
    "classes": Workload((6, 5, 3), 8, "float32", "relu", 0.05),
    "tanh": Workload((6, 5, 3), 8, "float64", "tanh", 0.05),
    "deep": Workload((6, 5, 4, 3), 8, "float32", "relu", 0.05),
    "tied": Workload((6, 5, 4, 2), 8, "float64", "relu", 0.5, tied=True),
    "adam": Workload((6, 5, 3), 8, "float32", "relu", 1e-3, adam=True),
}
QUICKLY = [name for name in installed() if name not in ("bare", "torch.compile")]


@pytest.fixture(scope="module")
def reference() -> list[Any]:
    return worker.losses(ENGINES["layers"](SMALL), SMALL)


@pytest.mark.parametrize("name", [name for name in QUICKLY if name != "layers"])
def test_every_engine_trains_as_numnet_does(name: str, reference: list[Any]) -> None:
    engine = ENGINES[name](SMALL)
    found = worker.losses(engine, SMALL)
    refuse_unequal(name, found, reference)
    assert (found[0] is None) == (name == "prototype")
    # After a reset it does so again.
    assert worker.losses(engine, SMALL) == found
    assert np.ptp(reference) > 0.1


@pytest.mark.parametrize("kind", TINY)
@pytest.mark.parametrize("name", [name for name in QUICKLY if name not in ("layers", "jax")])
def test_whatever_the_workload(name: str, kind: str) -> None:
    workload = TINY[kind]
    right = worker.losses(ENGINES["layers"](workload), workload)
    try:
        engine = ENGINES[name](workload)
    except CannotError:
        assert (name, kind) == ("sklearn", "tied")
        return
    refuse_unequal(name, worker.losses(engine, workload), right)
    assert engine.theta().dtype == workload.dtype


def test_the_first_loss_is_that_of_the_start(reference: list[Any]) -> None:
    assert reference[0] == pytest.approx(SMALL.loss(SMALL.start()), rel=1e-12)
    assert len(reference) == worker.STEPS + 1


def test_the_shapes_are_those_of_the_parameters() -> None:
    tied = TINY["tied"]
    assert tied.shapes == [(6, 5), (5,), (5, 4), (4,), (4, 2), (2,), (4,), (5,), (6,)]
    theta = tied.start()
    for part in tied.split(theta):
        part += 1
    np.testing.assert_array_equal(theta, tied.start() + 1)
    assert [w.classifies for w in WORKLOADS.values()].count(True) == 5


def test_the_bare_engines_move() -> None:
    for engine in (ENGINES["bare"](TINY["tied"]), square(SMALL)):
        assert engine.step() is None


@pytest.mark.parametrize("loss", [1.0001, 0.9999, float("nan"), float("inf")])
def test_a_wrong_engine_is_refused(loss: float) -> None:
    refuse_unequal("peer", [2.0, None, 1.000001], [2.0, 1.5, 1.0])
    with pytest.raises(RefusedError, match=r"^peer: loss .* after 2 steps, numnet 1$"):
        refuse_unequal("peer", [2.0, None, loss], [2.0, 1.5, 1.0])


class Told:
    """A worker's answers, without a process."""

    losses: ClassVar[dict[str, Any]] = {}

    def __init__(self, module: str, arguments: list[str], environment: dict[str, str]) -> None:
        self.name = arguments[0]
        self.seconds = 2.0 if self.name in PEERS else 1.0 + ("OMP_NUM_THREADS" not in environment)
        if arguments[1] == "adam":
            self.seconds *= 8 if self.name in PEERS else 1

    def hear(self) -> Any:
        found = self.losses.get(self.name, [1.0, 0.5])
        if isinstance(found, str):
            raise comparison.WorkerError(found)
        return found

    def ask(self, calls: int) -> list[float]:
        return [self.seconds * 1e-3, 0.5 * self.seconds * 1e-3]

    def __enter__(self) -> Told:
        return self

    def __exit__(self, *error: object) -> None:
        pass


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> type[Told]:
    for module in (comparison, scaling):
        monkeypatch.setattr(module, "Worker", Told)
        monkeypatch.setattr(module, "in_turns", _at_once)
    monkeypatch.setattr(comparison, "installed", lambda: [e for e in ENGINES if e != "mygrad"])
    monkeypatch.setattr(comparison.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(Told, "losses", {})
    comparison.compare.cache_clear()
    yield Told
    comparison.compare.cache_clear()


def _at_once(asked: Any, turns: int) -> Any:
    return {name: [ask() for _ in range(turns)] for name, ask in asked.items()}


def test_a_peer_that_fails_is_left_out_with_its_reason(told: type[Told]) -> None:
    told.losses = {"jax": "RuntimeError: no backend", "bare": [None, 7.0]}
    found = comparison.compare("mid", 1, 2)
    assert found.left_out == {"mygrad": "not installed", "jax": "RuntimeError: no backend"}
    assert set(found.peers) == {"torch", "torch.compile", "sklearn", "autograd"}
    assert found.wall["layers"] == [1e-3] * 2
    assert found.own["layers"] == [0.5e-3] * 2
    assert found.ratio("layers", "torch") == 0.5
    outcome = rows.step("mid", 1, quick=True)
    assert "jax left out: RuntimeError: no backend" in outcome.figure
    assert "| bare | 1000.0 | 1.00 | 0.50 |" in outcome.details
    assert comparison.compare("mid", 1, 2) is found


def test_numnet_failing_is_an_error(told: type[Told]) -> None:
    told.losses = {"module": "TypeError: wrong"}
    with pytest.raises(comparison.WorkerError, match="wrong"):
        comparison.compare("mid", 1, 2)


def test_an_unequal_peer_ends_the_comparison(told: type[Told]) -> None:
    told.losses = {"torch": [1.0, 0.6]}
    for outcome in (rows.step("small", None, quick=True), rows.mean(None, quick=True)):
        assert outcome.figure == "refused: torch: loss 0.6 after 1 steps, numnet 0.5"
        assert not outcome.right


def test_seconds_are_those_of_a_step() -> None:
    wall, own = worker.seconds(ENGINES["inlined"](TINY["tied"]), 10)
    assert 1e-6 < wall < 1
    assert 0 <= own < 1


def test_the_mean_is_geometric(told: type[Told], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "bars", lambda found: Figure())
    found = rows.mean(1, quick=True)
    # Six of 1/2 and one of 1/16.
    assert found.numbers["mean"] == pytest.approx(2 ** (-10 / 7), abs=5e-4)
    assert found.right
    assert set(found.pictures) == {"threads-1"}
    assert not rows.mean(None, quick=True).right
    assert rows.mean(None, quick=True).numbers["mid"] == 1.0


@pytest.mark.parametrize("cores", [1, 2])
def test_a_second_thread(told: type[Told], cores: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scaling.os, "cpu_count", lambda: cores)
    found = scaling.measure("big", quick=True)
    assert found.right == (cores == 1)
    assert ("1.00" in found.figure) == (cores == 2)


def made(**seconds: float) -> Comparison:
    wall = {name.replace("_", "."): [s, s] for name, s in seconds.items()}
    return Comparison(wall, wall, {})


FINE = {"layers": 1.0, "module": 1.1, "inlined": 0.9, "prototype": 2.0, "bare": 0.95}
FINE |= dict.fromkeys(PEERS, 6.0)


@pytest.mark.parametrize(
    ("workload", "worse", "missed"),
    [
        ("big", {"torch.compile": 0.9}, "layers 1.11 of torch.compile, at most 1"),
        ("big", {"bare": 0.8}, "layers 1.25 of bare, at most 1.1"),
        ("full32", {"prototype": 1.0}, "layers 1.00 of prototype, at most 0.7"),
        ("mid", {"module": 1.2}, "module 1.20 of layers, at most 1.15"),
        ("mid", {"bare": 0.5}, "layers 2.00 of bare, at most 1.35"),
        ("small", {"inlined": 0.5}, "layers 2.00 of inlined, at most 1.6"),
        ("small", {"jax": 1.5}, "layers 0.67 of jax, at most 0.6"),
        ("small", {"torch": 4.0}, "layers 0.25 of torch, at most 0.2"),
        ("small", {"module": 1.5}, "module 1.50 of layers, at most 1.4"),
        ("auto", {"mygrad": 1.05}, "module 1.05 of mygrad, at most 1"),
    ],
)
def test_each_bound_can_be_missed(workload: str, worse: dict[str, float], missed: str) -> None:
    assert all(limit.kept for limit in bounds(workload, made(**FINE)))
    found = [str(limit) for limit in bounds(workload, made(**FINE | worse)) if not limit.kept]
    assert missed in found


@pytest.mark.parametrize(("bare", "most"), [(6e-3, [1.10]), (5e-3, [1.25]), (1e-3, []), (2e-4, [])])
def test_the_bound_on_what_is_bare_goes_by_its_time(bare: float, most: list[float]) -> None:
    found = bounds("adam", made(**FINE | {"bare": bare}))
    assert [limit.most for limit in found if limit.other == "bare"] == most


def test_the_picture_has_a_panel_for_each_workload() -> None:
    figure = picture.bars(dict.fromkeys(WORKLOADS, made(**FINE)))
    drawn = [axes for axes in figure.axes if axes.get_title()]
    assert len(drawn) == len(WORKLOADS)
    assert len(drawn[0].patches) == len(OWN | BELOW | PEERS)
    assert drawn[0].get_xscale() == "log"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--workloads", "huge"], "there is no workload 'huge'"), (["--fast"], "unrecognized")],
)
def test_a_mistake_is_exit_code_2(arguments: list[str], message: str, capsys: Any) -> None:
    with pytest.raises(SystemExit) as stopped:
        command.main(arguments)
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err


def test_the_command(
    told: type[Told], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setattr(command, "as_users_have_it", lambda threads: threads is None)
    monkeypatch.setattr(rows, "bars", lambda found: Figure())
    monkeypatch.setattr(os, "getloadavg", lambda: (0.7, 0.0, 0.0))
    arguments = ["--quick", "--workloads", "big,two-big,mean-1", "--output", str(tmp_path)]
    assert command.main(arguments) == 1
    out = capsys.readouterr().out
    assert "load average 0.70, above 0.5: this machine is busy" in out
    assert "  2000 us; 1.00 of torch; 1.00 of bare; " in out
    assert "NOT REACHED: times faster: a step of numnet 1.00" in out
    found = record.read(tmp_path / "peers-quick.json")
    assert [found[name]["right"] for name in ("big", "mean-1", "two-big")] == [True, True, False]
    monkeypatch.setattr(command, "as_users_have_it", lambda threads: False)
    monkeypatch.setattr(command, "afresh", lambda module, given, threads: (module, given, threads))
    assert command.main(arguments) == ("benchmarks.peers", arguments, None)
