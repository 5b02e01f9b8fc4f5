"""What a run costs beside its steps: the counts by hand, and bounds that can fail."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import record
from benchmarks.growth import apart, command, grown, imports, loops, mapped, memory, room, speed
from benchmarks.growth.nets import LARGE, SMALL, Net
from benchmarks.growth.sizes import NETS, caches, touched
from benchmarks.growth.sizes import measured as timed
from numnet.data.idx import read_idx

linux = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for the memory of a process")
TINY = Net((2, 3, 1), 4, "float64")


def test_bytes_by_hand() -> None:
    assert TINY.parameters == 8 * ((2 * 3 + 3) + (3 * 1 + 1))
    assert TINY.activations == 8 * 4 * (2 + 3 + 3 + 1)
    assert touched(TINY) == 3 * 104 + 288


@pytest.mark.parametrize("net", [TINY, SMALL, LARGE, NETS["depth"][3]], ids=str)
def test_bytes_are_those_of_the_model(net: Net) -> None:
    model = net.model()
    assert model.parameters.value.nbytes == net.parameters
    x, y = net.data(net.batch)
    assert len(y) == net.batch
    outputs = [x]
    for layer in model.layers:
        outputs.append(layer(outputs[-1]))
    assert sum(a.nbytes for a in outputs) == net.activations


def test_sizes_span_two_decades() -> None:
    for nets in NETS.values():
        sizes = list(nets)
        assert sizes == sorted(sizes)
        assert sizes[-1] == 100 * sizes[0]
        assert all(net.widths[-1] == 10 for net in nets.values())
    assert [len(net.widths) - 2 for net in NETS["depth"].values()] == list(NETS["depth"])


def test_the_time_of_every_size_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(NETS, "N", {1: TINY, 2: SMALL})
    found = timed("N", turns=2, work=0.0)
    assert list(found) == ["1", "2"]
    assert all(len(times) == 2 and min(times) > 0 for times in found.values())


def test_exponents_and_the_cache_between() -> None:
    edge = touched(NETS["N"][160])
    seconds = {16: 1.0, 48: 3.0, 160: 10.0, 480: 90.0}
    found = grown.slopes("N", seconds, {"L2": edge, "L3": 10 * edge})
    assert [round(slope, 6) for slope, _ in found] == [1, 1, 2]
    assert [left for _, left in found] == ["", "", "L2"]


@pytest.mark.parametrize(
    ("power", "jump", "right"), [(1.0, 1.0, True), (1.04, 4.0, True), (1.06, 1.0, False)]
)
def test_growth_can_be_too_fast(
    power: float, jump: float, right: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    edge = 2 * 2**20
    monkeypatch.setattr(grown, "caches", lambda: {"L1": 2**15, "L2": edge})

    def growing(module: str, axis: str, **arguments: Any) -> dict[str, list[float]]:
        slow = {n: jump if touched(net) > edge else 1.0 for n, net in NETS[axis].items()}
        return {str(n): [2e-6 * slow[n] * n**power, 1e-6 * slow[n] * n**power] for n in slow}

    monkeypatch.setattr(grown, "apart", growing)
    found = grown.measure(True)
    assert found.right == right
    assert found.figure.startswith(f"at most {power:.2f} within a cache")
    assert found.numbers["growth"]["D"]["us"]["16"] == round(16**power, 1)
    panels = found.pictures["exponents"].axes
    assert len(panels) == 4
    assert all("L2" in [text.get_text() for text in ax.texts] for ax in panels)


def test_caches_are_told_smallest_first() -> None:
    sizes = list(caches().values())
    assert sizes == sorted(sizes)
    assert all(re.fullmatch(r"L\d", name) for name in caches())


def test_a_fit_and_an_objective_are_taken_apart() -> None:
    small = {"widths": [2, 3, 1], "batch": 4, "dtype": "float64"}
    job = loops.measured("fit", **small, rows=13, turns=2)
    assert job["mnist"] is False
    found = job["seconds"]
    assert set(found) == {"step", "fit", "validated", "gather", "score", "order", "finite"}
    found |= loops.measured("objective", **small, turns=2)["seconds"]
    assert all(len(times) == 2 and min(times) >= 0 for times in found.values())
    assert min(found["objective"]) > 0


@pytest.mark.parametrize(("whole", "right"), [(1.14, True), (1.16, False)])
def test_a_fit_can_be_too_slow(whole: float, right: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"step": [1e-4] * 3, "fit": [whole * 1e-4] * 3, "validated": [1.3e-4] * 3}
    parts = dict.fromkeys(("gather", "score", "order", "finite"), [1e-6] * 3)
    job = {"seconds": found | parts, "mnist": True}
    monkeypatch.setattr(speed, "apart", lambda module, **arguments: job)
    assert speed.fit(LARGE, 1000, True, False).right == right
    assert "MNIST" in speed.fit(LARGE, 1000, True, False).data
    assert speed.fit(SMALL, 1000, False, False).right


@pytest.mark.parametrize(("times", "right"), [(2.4, True), (2.6, False)])
def test_an_objective_can_be_too_slow(
    times: float, right: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {"step": [1e-5], "objective": [times * 1e-5], "replica": [5e-6]}
    monkeypatch.setattr(speed, "apart", lambda module, **arguments: {"seconds": found})
    outcome = speed.objective(True)
    assert outcome.right == right
    assert outcome.figure.startswith(f"{times:.2f} steps of 10.0 us")


@pytest.mark.parametrize(("seconds", "right"), [(0.12, True), (0.14, False)])
def test_an_import_can_be_too_slow(
    seconds: float, right: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {"python": [0.01], "numpy": [0.1], "numnet": [seconds], "first use": [0.3]}
    monkeypatch.setattr(speed, "compare", lambda turns: found)
    monkeypatch.setattr(speed, "longest", lambda count: {"numnet.model": 1500})
    outcome = speed.imported(True)
    assert outcome.right == right
    assert "what a first fit uses, 3.00" in outcome.figure
    assert "numnet.model 1.5" in outcome.details


def test_programs_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "PROGRAMS", {"a": "pass", "b": "import json"})
    found = imports.compare(1)
    assert [len(times) for times in found.values()] == [1, 1]
    monkeypatch.setattr(imports, "PROGRAMS", {"a": "raise SystemExit(3)"})
    with pytest.raises(RuntimeError, match="ended with 3"):
        imports.compare(1)


def test_what_a_first_use_loads() -> None:
    found = imports.longest(1000)
    assert {"numnet.train.loop", "numnet.layers.linear"} <= set(found)
    assert not any(name.split(".")[0] in ("scipy", "matplotlib") for name in found)
    assert list(found.values()) == sorted(found.values(), reverse=True)


@linux
def test_memory_that_is_taken_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    net = {"widths": [784, 10], "batch": 10, "dtype": "float64"}
    lean = memory.measured(**net, rows=10000, held_out=0)  # type: ignore[arg-type]
    assert lean["data"] == pytest.approx(8 * 10000 * 785 / 2**20)
    assert lean["mnist"] is False
    assert lean["ratio"] < 1.3

    def hog(*arguments: Any) -> None:
        np.ones(10000 * 784)

    monkeypatch.setattr(memory.numnet, "fit", hog)
    more = memory.measured(**net, rows=10000, held_out=0)  # type: ignore[arg-type]
    assert more["ratio"] > 1.5


@pytest.mark.parametrize(("ratio", "right"), [(1.29, True), (1.31, False)])
def test_memory_can_be_too_much(ratio: float, right: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("peak", "loading", "after_loading", "data", "parameters", "activations")
    cases: list[Any] = []

    def peak(module: str, threads: int | None, **arguments: Any) -> dict[str, float]:
        cases.append((threads, arguments["rows"], arguments["held_out"]))
        return {**dict.fromkeys(names, 1.0), "ratio": 9.0 if arguments["rows"] < 2000 else ratio}

    monkeypatch.setattr(room, "apart", lambda *a, **more: peak(*a, **more) | {"mnist": False})
    outcome = room.peaks(False)
    assert outcome.right == right
    assert outcome.figure == f"at most {ratio:.2f} times, of 8 runs"
    assert {threads for threads, _, _ in cases} == {1, None}
    assert "9.00 (no bound)" in outcome.details
    assert len(cases) == 9
    assert room.peaks(True).right == right
    assert len(cases) == 13


def test_images_are_those_of_the_format(tmp_path: Path) -> None:
    mapped.write_images(tmp_path / "new", 30)
    images = read_idx(tmp_path / "new" / "train-images-idx3-ubyte")
    assert images.shape == (30, 28, 28)
    assert len(np.unique(images)) > 200
    assert read_idx(tmp_path / "new" / "t10k-labels-idx1-ubyte").shape == (10,)
    assert mapped.bytes_of(30) == 4 * images.size


@linux
def test_a_limit_stops_what_is_not_mapped(tmp_path: Path) -> None:
    folder = str(tmp_path / "new")
    mapped.write_images(Path(folder), 8000)  # 24 MiB
    ran = apart.apart("mapped", folder=folder, mmap=True, allowed=8)
    assert ran["ended"]
    assert ran["taken"] < 8
    assert not apart.apart("mapped", folder=folder, mmap=False, allowed=8)["ended"]


@pytest.mark.parametrize(
    ("ended", "whole", "right"),
    [(True, False, True), (False, False, False), (True, True, False)],
)
def test_a_map_must_do_and_the_limit_must_bind(
    ended: bool, whole: bool, right: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "write_images", lambda folder, rows: None)

    def ran(module: str, folder: str, mmap: bool, allowed: int) -> dict[str, Any]:
        return {"ended": ended if mmap else whole, "taken": 5.0}

    monkeypatch.setattr(room, "apart", ran)
    outcome = room.mapped(True)
    assert outcome.right == right
    assert "16 MiB allowed" in outcome.figure
    assert "for 40 and 5.0 MiB for 160" in outcome.figure


def test_a_process_that_fails_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError, match=r"^loops .* ended with 1"):
        apart.apart("loops", what="nothing")
    assert "KeyError" in capfd.readouterr().err


def test_the_command(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    assert command.main(["--quick", "--rows", "small", "--output", str(tmp_path)]) == 0
    assert "no bound" in capfd.readouterr().out
    rows = record.read(tmp_path / "growth-quick.json")
    assert list(rows) == ["small"]
    assert "OPENBLAS_CORETYPE" not in rows["small"]["machine"]["variables"]
    with pytest.raises(SystemExit) as stopped:
        command.main(["--rows", "nothing"])
    assert stopped.value.code == 2
    assert "there is no row 'nothing'; the rows are fit, small, theta" in capfd.readouterr().err
